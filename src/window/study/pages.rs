//! The pages of study: what a prompt looks like, and what came of the reply. Decides nothing.

use nannou::prelude::egui::{Align, Key, Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{Act, Study};
use crate::atlas::{Block, Page};
use crate::quiz::{Answer, Heard, staves};
use crate::study::{Lesson, Why};
use crate::tutor::{Asked, Compare, Judged, Plan, Prompt, Reply, Summary, Tell};
use crate::window::theme::{SMALL, Theme, mono};

/// What is left of the window's height around a page, in points.
const AROUND: f32 = 170.0;

pub(super) fn draw(ui: &mut Ui, study: &mut Study, theme: &Theme, act: &mut Option<Act>) {
    for notice in &study.notices {
        ui.label(RichText::new(notice).size(SMALL).color(theme.faint));
    }
    if let Some(why) = &study.failed {
        ui.label(RichText::new(why).color(theme.trouble));
        return;
    }
    if study.sitting.is_none() {
        begin(ui, theme, act);
        return;
    }
    let height = (ui.ctx().content_rect().height() - AROUND).max(120.0);
    let Some(prompt) = study.prompt.clone() else {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.label("The next question is made: a program runs…");
        });
        return;
    };
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        match &prompt {
            Prompt::Ask(asked) => ask(ui, study, asked, theme, act),
            Prompt::Recall(card) => recall(ui, study, &card.topic.title, act),
            Prompt::Compare(compare) => grade(ui, study, compare, theme, act),
            // A break has no text.
            Prompt::Rest(rest) => {
                let why = match rest.why {
                    Why::Long => "A break.",
                    Why::Errors => "A break: it goes better after one.",
                };
                ui.label(RichText::new(why).strong());
                on(ui, "go on  (Enter)", act);
            }
            Prompt::Tell(Tell::Idea(lesson)) => {
                lesson_head(ui, lesson);
                ui.label(&lesson.idea);
                on(ui, "go on  (Enter)", act);
            }
            Prompt::Tell(Tell::Listen(lesson, heard)) => {
                lesson_head(ui, lesson);
                ui.label(&lesson.listen);
                sounds(ui, study, std::slice::from_ref(heard), theme, act);
                on(ui, "go on  (Enter)", act);
            }
            Prompt::Tell(Tell::Foretold(judged)) => {
                verdict(ui, study, judged, "You foretold it.", "You foretold something else.", theme, act);
                on(ui, "go on  (Enter)", act);
            }
            Prompt::Over(summary) => over(ui, summary),
        }
        if let Some(why) = &study.unclear {
            ui.label(RichText::new(why).color(theme.trouble));
        }
        match study.reply.clone() {
            Some(Reply::Judged(judged)) => {
                let separator = ui.separator();
                if std::mem::take(&mut study.is_just_judged) {
                    separator.scroll_to_me(Some(Align::Min));
                }
                verdict(ui, study, &judged, "Right.", "Not so.", theme, act);
                on(ui, "next  (Enter)", act);
            }
            Some(Reply::Graded { due }) => {
                ui.separator();
                if let Some(due) = due {
                    ui.label(format!("Asked again on {due}."));
                }
                on(ui, "next  (Enter)", act);
            }
            Some(Reply::Unclear(_) | Reply::Noted) | None => {}
        }
        // Behind all else: a list that scrolls within the page would take it.
        ui.scroll_with_delta(vec2(0.0, pages_turned(ui) * height * 0.8));
    });
}

/// Pages that the keyboard turns back, or on where it is negative.
fn pages_turned(ui: &Ui) -> f32 {
    let pressed = |key| f32::from(u8::from(ui.input_mut(|input| input.consume_key(Modifiers::NONE, key))));
    pressed(Key::PageUp) - pressed(Key::PageDown)
}

/// What there is to study.
fn begin(ui: &mut Ui, theme: &Theme, act: &mut Option<Act>) {
    ui.label("Questions of 5 to 20 seconds, made from the program in the editor and from songs. What is forgotten comes again in days.");
    if ui.button(RichText::new("begin a sitting  (Enter)").strong()).clicked() {
        *act = Some(Act::Begin(Plan::Sitting));
    }
    ui.add_space(6.0);
    ui.label(RichText::new("Lessons, by letter: one idea, one listen, one prediction, one check").size(SMALL).color(theme.faint));
    for (letter, lesson) in ('a'..).zip(Lesson::all()) {
        if ui.link(format!("{letter}  {}. {}  (@{})", lesson.number, lesson.title, lesson.song)).clicked() {
            *act = Some(Act::Begin(Plan::Lesson(lesson.number)));
        }
    }
}

fn lesson_head(ui: &mut Ui, lesson: &Lesson) {
    ui.label(RichText::new(format!("Lesson {}: {}", lesson.number, lesson.title)).strong());
}

fn on(ui: &mut Ui, words: &str, act: &mut Option<Act>) {
    ui.add_space(4.0);
    if ui.button(words).clicked() {
        *act = Some(Act::GoOn);
    }
}

fn ask(ui: &mut Ui, study: &mut Study, asked: &Asked, theme: &Theme, act: &mut Option<Act>) {
    let question = &asked.question;
    // What would tell the answer is told with the verdict.
    let about = asked.about.as_ref().filter(|about| !about.gives_away || study.reply.is_some());
    let about = about.map(|about| format!(" · {}", about.words)).unwrap_or_default();
    let head = format!("{}, {} to come · {}{about}", asked.number, asked.left, question.goal);
    ui.label(RichText::new(head).size(SMALL).color(theme.faint));
    if asked.is_prediction {
        ui.label(RichText::new("Before you listen: what do you expect?").size(SMALL).color(theme.sounding));
    }
    ui.label(RichText::new(&question.ask).strong());
    lines(ui, &question.shown, theme);
    if study.reply.is_none() {
        sounds(ui, study, &question.heard, theme, act);
    }
    let is_open = study.reply.is_none();
    match &question.answer {
        Answer::Choice { choices, .. } => {
            for (letter, choice) in ('a'..).zip(choices) {
                let words = RichText::new(format!("{letter}  {choice}")).monospace().size(SMALL + 1.0);
                if ui.add_enabled(is_open, nannou::prelude::egui::Button::new(words)).clicked() {
                    *act = Some(Act::Reply(letter.to_string()));
                }
            }
        }
        Answer::Number(_) | Answer::Name { .. } if is_open => {
            let hint = if matches!(question.answer, Answer::Number(_)) { "a number" } else { "a name" };
            let response = ui.add(TextEdit::singleline(&mut study.typed).hint_text(hint).desired_width(260.0));
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                *act = Some(Act::Reply(study.typed.trim().to_owned()));
            } else {
                response.request_focus();
            }
        }
        Answer::Number(_) | Answer::Name { .. } => {}
    }
    let key = if matches!(question.answer, Answer::Choice { .. }) { "0" } else { "Enter alone" };
    if is_open && ui.link(RichText::new(format!("I do not know  ({key})")).size(SMALL)).clicked() {
        *act = Some(Act::Reply(String::new()));
    }
}

fn recall(ui: &mut Ui, study: &mut Study, title: &str, act: &mut Option<Act>) {
    ui.label(RichText::new(title).strong());
    ui.label("Write what you remember of it, before you read. Your note is kept beside the explanation.");
    let response = ui.add(TextEdit::multiline(&mut study.typed).desired_rows(6).desired_width(f32::INFINITY));
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    let is_entered = ui.input(|input| input.modifiers.command && input.key_pressed(Key::Enter));
    if ui.button("compare  (Ctrl+Enter)").clicked() || is_entered {
        *act = Some(Act::Reply(study.typed.trim().to_owned()));
    }
}

fn grade(ui: &mut Ui, study: &Study, compare: &Compare, theme: &Theme, act: &mut Option<Act>) {
    ui.label(RichText::new("You wrote").size(SMALL).color(theme.faint));
    ui.label(if compare.attempt.is_empty() { "nothing" } else { &compare.attempt });
    if let Some(earlier) = &compare.earlier {
        ui.label(RichText::new(format!("On {} you wrote", earlier.day)).size(SMALL).color(theme.faint));
        ui.label(&earlier.text);
    }
    ui.separator();
    page(ui, &compare.page, theme, act);
    if study.reply.is_none() {
        ui.separator();
        ui.label(RichText::new("How much of it did you have?").strong());
        ui.horizontal(|ui| {
            for (digit, key, words) in [("1", Key::Num1, "1  forgot it"), ("2", Key::Num2, "2  part of it"), ("3", Key::Num3, "3  knew it")]
            {
                let is_pressed = ui.input(|input| input.key_pressed(key)) && ui.memory(|memory| memory.focused().is_none());
                if ui.button(words).clicked() || is_pressed {
                    *act = Some(Act::Reply(digit.to_owned()));
                }
            }
        });
    }
}

fn verdict(ui: &mut Ui, study: &mut Study, judged: &Judged, right: &str, wrong: &str, theme: &Theme, act: &mut Option<Act>) {
    let letter = judged.letter.map(|letter| format!("{letter}: ")).unwrap_or_default();
    if judged.is_right {
        ui.label(RichText::new(right).strong());
    } else {
        ui.label(RichText::new(format!("{wrong} It is {letter}{}", judged.right)).strong().color(theme.sounding));
    }
    let evidence = &judged.evidence;
    ui.label(&evidence.why);
    lines(ui, &evidence.lines, theme);
    if let Some(inferred) = &evidence.inferred {
        ui.label(RichText::new(format!("Inferred: {inferred}")).size(SMALL).color(theme.faint));
    }
    sounds(ui, study, &evidence.heard, theme, act);
    if let Some(name) = &evidence.explain
        && ui.link(RichText::new(format!("{name} in the atlas  (l)")).size(SMALL)).clicked()
    {
        *act = Some(Act::LookUp(name.clone()));
    }
    if let Some(due) = judged.due {
        ui.label(RichText::new(format!("Asked again on {due}.")).size(SMALL).color(theme.faint));
    }
}

fn over(ui: &mut Ui, summary: &Summary) {
    ui.label(RichText::new(format!("{} asked, {} right.", summary.asked, summary.right)).strong());
    for (goal, asked, right) in &summary.by_goal {
        ui.label(format!("{goal}: {right} of {asked}"));
    }
    if let Some((number, is_passed)) = summary.lesson {
        ui.label(if is_passed {
            format!("Lesson {number} is done.")
        } else {
            format!("Lesson {number} is open still: its check was not right.")
        });
    }
    ui.label(format!(
        "Due tomorrow: {}; within a week: {}; never asked yet: {}.",
        summary.due_tomorrow, summary.due_this_week, summary.unseen
    ));
    if summary.unsaved > 0 {
        ui.label(format!("{} answers could not be saved.", summary.unsaved));
    }
}

/// What is listened to: each can be heard again; captions where there is no sound, or they are wanted.
fn sounds(ui: &mut Ui, study: &mut Study, heard: &[Heard], theme: &Theme, act: &mut Option<Act>) {
    if heard.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        if ui.button(if study.sounds.is_playing() { "♪ again  (r)" } else { "▶ play  (r)" }).clicked() {
            *act = Some(Act::Play);
        }
        ui.checkbox(&mut study.shows_captions, "captions  (s)");
    });
    if let Some(trouble) = &study.sounds.trouble {
        ui.label(RichText::new(trouble).size(SMALL).color(theme.faint));
    }
    if study.shows_captions || study.sounds.trouble.is_some() {
        for heard in heard {
            if !heard.label.is_empty() {
                ui.label(RichText::new(&heard.label).strong());
            }
            if let Some((head, rows)) = heard.caption.split_first() {
                ui.label(RichText::new(head).size(SMALL).color(theme.faint));
                let column = ui.fonts_mut(|fonts| fonts.glyph_width(&mono(SMALL), '0'));
                lines(ui, &staves(rows, (ui.available_width() / column) as usize), theme);
            }
        }
    }
}

/// Lines as they stand.
fn lines(ui: &mut Ui, lines: &[String], theme: &Theme) {
    if !lines.is_empty() {
        let id = ui.next_auto_id();
        ScrollArea::horizontal().id_salt(id).show(ui, |ui| {
            let text = RichText::new(lines.join("\n")).monospace().size(SMALL).color(theme.text);
            ui.add(nannou::prelude::egui::Label::new(text).extend());
        });
    }
}

/// A page of the atlas, shortened to what is to be compared with.
fn page(ui: &mut Ui, page: &Page, theme: &Theme, act: &mut Option<Act>) {
    ui.label(RichText::new(&page.title).strong());
    for block in &page.blocks {
        match block {
            Block::Heading(text) => drop(ui.label(RichText::new(text).strong())),
            Block::Text(text) => drop(ui.label(text)),
            Block::Fact { name, value } => drop(ui.label(RichText::new(format!("{name}: {value}")).size(SMALL).color(theme.faint))),
            // Where it stands in C is read in the atlas.
            Block::Place { .. } => {}
            Block::See { names, .. } => {
                ui.horizontal_wrapped(|ui| {
                    for name in names {
                        if ui.link(RichText::new(name).size(SMALL)).clicked() {
                            *act = Some(Act::LookUp(name.clone()));
                        }
                    }
                });
            }
        }
    }
}
