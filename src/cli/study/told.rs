//! Prompts, verdicts and the end in words. Knows no input.

use chrono::NaiveDate;

use super::super::error::Failure;
use super::printing::Printing;
use crate::quiz::{Answer, Evidence, Heard};
use crate::study::{Lesson, Why};
use crate::tutor::{Asked, Compare, Judged, Recall, Summary};

/// How answers are given, in a line or two.
pub const KEYS: &str =
    "Answer with a letter, a number or words; Enter alone if you do not know. :r plays again, :s skips, :h helps, :q stops.";

/// A question, without its music.
pub fn question(page: &Printing, asked: &Asked) -> Result<(), Failure> {
    let question = &asked.question;
    page.gap()?;
    let about = asked.about.as_ref().filter(|about| !about.gives_away);
    let about = about.map(|about| format!(" ({})", about.words)).unwrap_or_default();
    if asked.is_prediction {
        page.text(&format!("Before you listen, guess{about}"))?;
    } else {
        page.text(&format!("{}: {}{about}", place(asked.number, asked.left), question.goal))?;
    }
    page.text(&question.ask)?;
    if !question.shown.is_empty() {
        page.gap()?;
        page.code(&question.shown)?;
        page.gap()?;
    }
    Ok(())
}

/// `3, 12 to come`.
fn place(number: u32, left: usize) -> String {
    if left > 0 { format!("{number}, {left} to come") } else { number.to_string() }
}

/// What is to be written from memory.
pub fn recall(page: &Printing, recall: Recall, is_typed: bool) -> Result<(), Failure> {
    let Recall { topic, number, left } = recall;
    page.gap()?;
    page.text(&format!("{}: from memory", place(number, left)))?;
    let end = if is_typed { "An empty line ends it" } else { "One line" };
    let ask = format!("What do you know of @{}: {}? Write it down before you see the page.", topic.name, topic.title);
    page.text(&format!("{ask} {end}; nothing if you remember nothing."))
}

/// What can be chosen.
pub fn choices(page: &Printing, answer: &Answer) -> Result<(), Failure> {
    if let Answer::Choice { choices, .. } = answer {
        for (letter, choice) in ('a'..).zip(choices) {
            page.hanging(&format!("  {letter}) "), choice)?;
        }
    }
    Ok(())
}

/// Music as signs.
pub fn captions(page: &Printing, heard: &[Heard]) -> Result<(), Failure> {
    for heard in heard.iter().filter(|heard| !heard.caption.is_empty()) {
        if !heard.label.is_empty() {
            page.text(&format!("{}:", heard.label))?;
        }
        page.staves(&heard.caption)?;
    }
    Ok(())
}

/// Which pieces play, in their order.
pub fn playing(page: &Printing, heard: &[Heard]) -> Result<(), Failure> {
    let labels: Vec<&str> = heard.iter().map(|heard| heard.label.as_str()).filter(|label| !label.is_empty()).collect();
    match labels.as_slice() {
        [] => page.text("(it plays; :r plays it again)"),
        labels => page.text(&format!("({} play, one after the other; :r plays them again)", labels.join(", "))),
    }
}

/// Whether it was right, and of a wrong answer the evidence, without its music.
pub fn judged(page: &Printing, judged: &Judged, today: NaiveDate) -> Result<(), Failure> {
    let Judged { is_right, is_unknown, right, letter, evidence, about, due, page: recalled } = judged;
    let again = due.map(|due| format!(" Again {}.", day(due, today))).unwrap_or_default();
    let about = about.as_ref().map(|about| format!(" It was {about}.")).unwrap_or_default();
    if *is_right {
        return page.text(&format!("Right. {}{about}{again}", evidence.why.trim()));
    }
    if let Some(recalled) = recalled {
        page.text(&format!("Here it is.{again}"))?;
        page.gap()?;
        return page.set(&recalled.lines(page.width(), |_, _| None));
    }
    let letter = letter.filter(|letter| !right.eq_ignore_ascii_case(&letter.to_string()));
    let letter = letter.map(|letter| format!("{letter}) ")).unwrap_or_default();
    let word = if *is_unknown { "It is" } else { "No, it is" };
    page.text(&format!("{word} {letter}{right}"))?;
    self::evidence(page, evidence)?;
    page.text(format!("{about}{again}").trim())
}

/// Why it is so.
pub fn evidence(page: &Printing, evidence: &Evidence) -> Result<(), Failure> {
    page.text(&evidence.why)?;
    page.code(&evidence.lines)?;
    if let Some(inferred) = &evidence.inferred {
        page.text(&format!("Inferred, not measured: {inferred}"))?;
    }
    if let Some(name) = &evidence.explain {
        page.text(&format!("Read on: evalody explain {name}"))?;
    }
    Ok(())
}

/// The page beside what was written, and what was written before.
pub fn compare(page: &Printing, compare: &Compare) -> Result<(), Failure> {
    page.gap()?;
    page.set(&compare.page.lines(page.width(), |_, _| None))?;
    page.gap()?;
    page.text("You wrote:")?;
    page.hanging("  ", &compare.attempt)?;
    if let Some(earlier) = &compare.earlier {
        page.text(&format!("And on {}:", earlier.day))?;
        page.hanging("  ", &earlier.text)?;
    }
    page.text("How well did you know it? 1 forgot it, 2 partly, 3 knew it")
}

pub fn idea(page: &Printing, lesson: &Lesson) -> Result<(), Failure> {
    page.text(&format!("Lesson {}: {}", lesson.number, lesson.title))?;
    page.gap()?;
    page.text(&lesson.idea)
}

pub fn why(why: Why) -> &'static str {
    match why {
        Why::Long => "25 minutes: a break",
        Why::Errors => "Much was new just now: a break",
    }
}

/// What the sitting came to.
pub fn summary(page: &Printing, summary: &Summary, is_stopped: bool, today: NaiveDate) -> Result<(), Failure> {
    page.gap()?;
    match (summary.lesson, summary.asked) {
        (Some((number, true)), _) => {
            let read_on =
                Lesson::numbered(number).map(|lesson| format!(" Read on: evalody explain {}", lesson.explain)).unwrap_or_default();
            let next =
                Lesson::numbered(number + 1).map(|next| format!("; next: evalody study @lessons/{}", next.number)).unwrap_or_default();
            page.text(&format!("Lesson {number} is finished.{read_on}{next}"))?;
        }
        (Some((number, false)), _) if is_stopped => {
            page.text(&format!("Lesson {number} is not finished. From its beginning: evalody study @lessons/{number}"))?
        }
        (Some((number, false)), _) => {
            page.text(&format!("Lesson {number} is not finished: its check was not passed. Hear it again another day."))?
        }
        (None, 0) if is_stopped => page.text("Nothing was asked.")?,
        (None, 0) => {
            page.text("Nothing is due, and today's share of what is new was asked. For more, name a program, a song or --topic.")?
        }
        (None, _) => {}
    }
    if summary.asked > 0 {
        page.text(&format!("{} asked, {} right", summary.asked, summary.right))?;
        for (goal, asked, right) in &summary.by_goal {
            page.hanging(&format!("  {right:2} of {asked:2}  "), goal.title())?;
        }
    }
    let next = match summary.next_due {
        None => String::new(),
        Some(next) if summary.due_tomorrow == 0 => format!("; next {}", day(next, today)),
        Some(_) => String::new(),
    };
    page.text(&format!(
        "Due: {} tomorrow, {} within a week{next}; {} never asked so far",
        summary.due_tomorrow, summary.due_this_week, summary.unseen
    ))
}

/// The same in one line, for who has no time.
pub fn stopped(summary: &Summary) -> String {
    let saved = if summary.unsaved > 0 { format!("{} answers are not saved", summary.unsaved) } else { "all is saved".to_owned() };
    format!("Stopped: {} asked, {} right; {saved}", summary.asked, summary.right)
}

/// A day, as near as it is.
pub fn day(day: NaiveDate, today: NaiveDate) -> String {
    match (day - today).num_days() {
        ..=0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days @ 2..=13 => format!("in {days} days"),
        _ => format!("on {day}"),
    }
}
