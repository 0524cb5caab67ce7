//! A sitting without a terminal: what is asked, what is kept, and when. Songs and programs really run, by the CPythons
//! of this machine.

#[path = "support/interpreters.rs"]
mod interpreters;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{Days, NaiveDate};
use evalody::interpreter::options::{Launch, Only, Recorder};
use evalody::interpreter::{Choice, Limits};
use evalody::kept::Data;
use evalody::music::TICKS_PER_BAR;
use evalody::program::Program;
use evalody::quiz::{Answer, Goal, Question};
use evalody::study::{Lesson, Record, text};
use evalody::tutor::{Asked, Compare, First, Judged, Manner, Order, Own, Plan, Prompt, RECORD, Reply, Summary, Tell, Tutor, TutorError};
use tempfile::TempDir;

use interpreters::pythons;

/// A learner's folder, and who asks.
struct Desk {
    folder: TempDir,
    python: PathBuf,
    today: NaiveDate,
}

impl Desk {
    /// With the newest CPython here; `None` where there is none, which is told.
    fn new() -> Option<Self> {
        Some(Self::with(pythons().into_iter().next()?.0))
    }

    fn with(python: PathBuf) -> Self {
        Self { folder: TempDir::new().unwrap(), python, today: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn order(&self, plan: Plan) -> Order {
        Order {
            first: First::Songs,
            plan,
            manner: Manner {
                choice: Choice::Path(self.python.clone()),
                recorder: Recorder::Auto,
                only: Only::User,
                limits: Limits::default(),
                confines_own: true,
                own_executable: env!("CARGO_BIN_EXE_evalody").into(),
                interrupted: Arc::new(AtomicBool::new(false)),
            },
            today: self.today,
            seed: 7,
            minutes: 15.0,
        }
    }

    fn open(&self, order: Order) -> Result<Tutor, TutorError> {
        Tutor::open(order, Data::open(Some(&self.data())).unwrap())
    }

    fn tutor(&self, plan: Plan) -> Tutor {
        self.open(self.order(plan)).unwrap()
    }

    /// The learner's own program, of this text.
    fn own(&self, name: &str, source: &str) -> First {
        let path = self.folder.path().join(name);
        fs::write(&path, source).unwrap();
        let program = Program { name: path.to_str().unwrap().to_owned(), text: source.to_owned() };
        First::Own(Own { program, path: Some(path), launch: Launch::Script, arguments: Vec::new() })
    }

    /// What is on the disk.
    fn record(&self) -> Record {
        fs::read_to_string(self.data().join(RECORD)).map_or_else(|_| Record::default(), |written| text::read(&written).unwrap())
    }
}

fn right(question: &Question) -> String {
    question.answer.told()
}

/// Something that is no right answer, and an answer.
fn wrong(question: &Question) -> String {
    match &question.answer {
        Answer::Choice { choices, right } => choices[(right + 1) % choices.len()].clone(),
        Answer::Number(right) => (right + 1).to_string(),
        Answer::Name { .. } => "nothing of the kind".to_owned(),
    }
}

/// The next question of a tutor, with recalls left blank and rests passed; `None` when it is over.
fn ask(tutor: &mut Tutor) -> Option<Asked> {
    loop {
        match tutor.next(1.0).unwrap() {
            Prompt::Ask(asked) => return Some(asked),
            Prompt::Recall(_) => drop(tutor.reply("")),
            Prompt::Compare(_) => drop(tutor.reply("1")),
            Prompt::Rest(_) | Prompt::Tell(_) => {}
            Prompt::Over(_) => return None,
        }
    }
}

fn judged(reply: Reply) -> Judged {
    match reply {
        Reply::Judged(judged) => *judged,
        other => panic!("no verdict: {other:?}"),
    }
}

fn over(tutor: &mut Tutor) -> Summary {
    match tutor.next(1.0).unwrap() {
        Prompt::Over(summary) => summary,
        other => panic!("not over: {other:?}"),
    }
}

#[test]
fn each_answer_is_on_the_disk_before_its_verdict_is_told() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Sitting);
    let mut asked = 0;
    let mut rights = 0;
    while let Some(question) = ask(&mut tutor) {
        let question = question.question;
        let is_to_be_right = asked % 3 != 2;
        let reply = tutor.reply(&if is_to_be_right { right(&question) } else { wrong(&question) });
        let record = desk.record();
        assert!(record.cards.contains_key(&question.card), "{} is not in the record", question.card);
        let judged = judged(reply);
        assert_eq!(judged.is_right, is_to_be_right, "{}: {}", question.card, question.ask);
        assert!(!judged.evidence.why.trim().is_empty(), "{}", question.card);
        asked += 1;
        rights += u32::from(is_to_be_right);
    }
    let summary = over(&mut tutor);
    let day = desk.record().days[&desk.today];
    assert!(asked >= 5, "{asked} questions make no sitting");
    assert_eq!((summary.asked, summary.right), (day.asked, day.right));
    assert!(summary.right >= rights && summary.asked >= asked, "recalls are counted too: {summary:?}");
    assert_eq!(summary.by_goal.iter().map(|(_, asked, _)| asked).sum::<u32>(), summary.asked);
    assert!(summary.by_goal.len() >= 3, "topics are interleaved: {:?}", summary.by_goal);
    assert!(summary.due_tomorrow > 0 && summary.due_this_week >= summary.due_tomorrow && summary.unsaved == 0);
}

#[test]
fn every_cpython_here_asks_and_says_who_it_is() {
    for (python, version) in pythons() {
        let desk = Desk::with(python.clone());
        let mut tutor = desk.tutor(Plan::Sitting);
        let mut abouts = BTreeSet::new();
        for _ in 0..4 {
            let Some(asked) = ask(&mut tutor) else { break };
            let judged = judged(tutor.reply(""));
            abouts.extend(asked.about.filter(|about| !about.gives_away).map(|about| about.words).or(judged.about));
        }
        assert!(!abouts.is_empty(), "{}: nothing was asked about a run", python.display());
        let name = format!("by CPython {}.{}", version.0, version.1);
        assert!(abouts.iter().all(|about| about.contains(&name)), "{abouts:?}");
        eprintln!("asked {name}");
    }
}

#[test]
fn what_stands_stands_until_it_is_answered() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Sitting);
    let asked = loop {
        let asked = ask(&mut tutor).expect("a question with choices");
        if matches!(asked.question.answer, Answer::Choice { .. }) {
            break asked;
        }
        tutor.reply("");
    };
    let before = desk.record();
    let Reply::Unclear(hint) = tutor.reply("neither nor") else { panic!("that is no answer") };
    assert!(hint.contains("a letter from a to"), "{hint}");
    let Prompt::Ask(again) = tutor.next(2.0).unwrap() else { panic!("it stands no more") };
    assert_eq!((again.question.ask.clone(), again.number), (asked.question.ask.clone(), asked.number));
    assert_eq!(desk.record(), before, "what was unclear is noted nowhere");
    assert!(judged(tutor.reply(&right(&asked.question))).is_right);
    assert!(matches!(tutor.reply("a"), Reply::Unclear(_)), "nothing is asked");
}

#[test]
fn a_wrong_answer_is_answered_with_evidence_and_asked_again_otherwise() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Sitting);
    let first = ask(&mut tutor).unwrap().question;
    let told = judged(tutor.reply(""));
    assert!(!told.is_right && told.is_unknown);
    assert_eq!(told.right, right(&first));
    assert_eq!(told.due, desk.today.succ_opt(), "it is due tomorrow");
    let evidence = &told.evidence;
    assert!(!evidence.why.is_empty() && (!evidence.lines.is_empty() || !evidence.heard.is_empty() || evidence.explain.is_some()));
    let mut again = None;
    while let Some(asked) = ask(&mut tutor) {
        if asked.question.card == first.card {
            again = Some(asked.question);
            break;
        }
        tutor.reply(&right(&asked.question));
    }
    let again = again.expect("it comes again in the same sitting");
    tutor.reply(&right(&again));
    let memory = desk.record().cards[&first.card];
    assert_eq!((memory.due, memory.asked), (desk.today.succ_opt().unwrap(), 1), "the first answer of a day moves the schedule");
}

#[test]
fn the_same_day_asks_the_same_and_another_seed_does_not() {
    let Some(desk) = Desk::new() else { return };
    let questions = |folder: &str, seed: u64| {
        let data = Data::open(Some(&desk.folder.path().join(folder))).unwrap();
        let mut tutor = Tutor::open(Order { seed, ..desk.order(Plan::Goal(Goal::Listening)) }, data).unwrap();
        let mut asked = Vec::new();
        while asked.len() < 4
            && let Some(question) = ask(&mut tutor)
        {
            asked.push((question.question.ask.clone(), question.question.answer.clone(), question.question.shown.clone()));
            tutor.reply("");
        }
        asked
    };
    let first = questions("one", 1);
    assert!(!first.is_empty());
    assert_eq!(first, questions("two", 1));
    assert_ne!(first, questions("three", 2));
}

#[test]
fn a_topic_asks_only_about_itself() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Goal(Goal::Listening));
    let mut asked = 0;
    while let Some(question) = ask(&mut tutor) {
        assert_eq!(question.question.goal, Goal::Listening, "{}", question.question.card);
        tutor.reply(&right(&question.question));
        asked += 1;
    }
    assert!(asked > 0);
    assert_eq!(over(&mut tutor).by_goal.len(), 1);
    let mut gil = desk.tutor(Plan::Topic("gil".to_owned()));
    let mut is_recalled = false;
    loop {
        match gil.next(0.0).unwrap() {
            Prompt::Ask(asked) => drop(gil.reply(&right(&asked.question))),
            Prompt::Recall(recall) => {
                assert_eq!(recall.topic.name, "gil");
                is_recalled = true;
                gil.reply("");
            }
            Prompt::Over(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(is_recalled);
    assert!(matches!(desk.open(desk.order(Plan::Topic("gill".to_owned()))), Err(TutorError::NoCards(_))));
}

#[test]
fn a_note_is_kept_and_shown_only_after_a_new_attempt() {
    let Some(mut desk) = Desk::new() else { return };
    let attempt = |desk: &Desk, words: &str| -> Compare {
        let mut tutor = desk.tutor(Plan::Topic("refcount".to_owned()));
        loop {
            match tutor.next(0.0).unwrap() {
                Prompt::Recall(recall) => {
                    assert_eq!(recall.topic.name, "refcount");
                    assert!(matches!(tutor.reply(words), Reply::Noted));
                    let Prompt::Compare(compare) = tutor.next(0.0).unwrap() else { panic!("nothing to compare") };
                    assert!(matches!(tutor.reply("well"), Reply::Unclear(_)));
                    assert!(matches!(tutor.reply("3"), Reply::Graded { due: Some(_) }));
                    return compare;
                }
                Prompt::Ask(asked) => drop(tutor.reply(&right(&asked.question))),
                Prompt::Over(summary) => panic!("never asked to recall: {summary:?}"),
                _ => {}
            }
        }
    };
    let first = attempt(&desk, "each object counts who holds it\nat zero it goes");
    assert_eq!(first.earlier, None);
    assert!(first.page.title.contains("refcount") && first.attempt.starts_with("each object"));
    let record = desk.record();
    assert_eq!(record.note("refcount").unwrap().text, "each object counts who holds it\nat zero it goes");
    assert!(record.visited.contains_key("@refcount"));
    desk.today = desk.today.checked_add_days(Days::new(200)).unwrap();
    let second = attempt(&desk, "a count in every object");
    assert_eq!(second.earlier.as_ref().map(|note| note.text.as_str()), Some("each object counts who holds it\nat zero it goes"));
    assert_eq!(desk.record().notes.len(), 2);
}

#[test]
fn who_remembers_nothing_sees_the_page_and_no_earlier_note() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Goal(Goal::Recall));
    let Prompt::Recall(recall) = tutor.next(0.0).unwrap() else { panic!("recall is asked first where there is nothing else") };
    let told = judged(tutor.reply("  \n"));
    assert!(told.is_unknown && told.page.is_some_and(|page| page.title.contains(&recall.topic.name)));
    assert_eq!(told.due, desk.today.succ_opt());
    assert!(desk.record().notes.is_empty());
}

#[test]
fn two_at_once_lose_nothing_of_each_other() {
    let Some(desk) = Desk::new() else { return };
    let mut tutors = [desk.tutor(Plan::Sitting), desk.open(Order { seed: 8, ..desk.order(Plan::Sitting) }).unwrap()];
    let mut answered = BTreeSet::new();
    let mut answers = 0;
    for _ in 0..4 {
        for tutor in &mut tutors {
            let Prompt::Ask(asked) = tutor.next(0.0).unwrap() else {
                tutor.reply("a note of mine");
                tutor.next(0.0).unwrap();
                tutor.reply("2");
                answers += 1;
                continue;
            };
            tutor.reply(&right(&asked.question));
            answered.insert(asked.question.card.clone());
            answers += 1;
        }
    }
    let record = desk.record();
    assert!(answered.iter().all(|card| record.cards.contains_key(card)));
    assert_eq!(record.days[&desk.today].asked, answers);
    assert_eq!(tutors[0].close().unsaved + tutors[1].close().unsaved, 0);
}

#[test]
fn what_cannot_be_saved_is_kept_and_saved_as_soon_as_it_can_be() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Goal(Goal::Listening));
    // A file where the folder should be: nothing can be written there, whoever tries.
    fs::write(desk.data(), "in the way").unwrap();
    for number in 0..2 {
        let asked = ask(&mut tutor).unwrap();
        assert!(judged(tutor.reply(&right(&asked.question))).due.is_some(), "it goes on");
        let notices = tutor.take_notices();
        assert_eq!(notices.len(), usize::from(number == 0), "said once: {notices:?}");
        assert!(notices.iter().all(|notice| notice.contains("data") && notice.contains("kept in memory")));
    }
    let lost = tutor.close();
    assert_eq!((lost.asked, lost.unsaved), (2, 2));
    fs::remove_file(desk.data()).unwrap();
    let asked = ask(&mut tutor).unwrap();
    tutor.reply(&right(&asked.question));
    assert!(tutor.take_notices().iter().any(|notice| notice.contains("saved now")));
    assert_eq!(desk.record().days[&desk.today].asked, 3);
    assert_eq!(tutor.close().unsaved, 0);
}

#[test]
fn a_record_that_is_none_is_refused_with_its_line_and_left_as_it_is() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Sitting);
    tutor.next(0.0).unwrap();
    tutor.reply("");
    fs::create_dir_all(desk.data()).unwrap();
    let path = desk.data().join(RECORD);
    let broken = "version = 1\ncards = [\n  { card = 5 },\n]\n# end of record\n";
    fs::write(&path, broken).unwrap();
    let Err(error) = desk.open(desk.order(Plan::Sitting)) else { panic!("that is no record") };
    let error = error.to_string();
    assert!(error.contains("record.toml") && error.contains("line 3"), "{error}");
    assert_eq!(fs::read_to_string(path).unwrap(), broken);
}

#[test]
fn the_learners_own_program_is_asked_about_first() {
    let Some(desk) = Desk::new() else { return };
    let source = "\
def shout(word):
    return word.upper() + '!'

def count(n):
    return n if n < 2 else count(n - 1) + count(n - 2)

total = []
for i in range(200):
    total.append(shout(str(i)))
print(len(total), count(12))
raise ValueError('what it did until here is asked about')
";
    let first = desk.own("mine.py", source);
    let mut tutor = desk.open(Order { first, ..desk.order(Plan::Sitting) }).unwrap();
    let mut own = 0;
    while let Some(asked) = ask(&mut tutor) {
        own += usize::from(asked.about.is_some_and(|about| about.words.contains("mine.py by CPython")));
        tutor.reply(&right(&asked.question));
    }
    assert!(own >= 2, "{own} questions are about it");
}

#[test]
fn what_is_wrong_with_a_program_is_told_before_anything_is_asked() {
    let Some(desk) = Desk::new() else { return };
    let opened = |name: &str, source: &str| desk.open(Order { first: desk.own(name, source), ..desk.order(Plan::Sitting) });
    match opened("bad.py", "x = 1\nfor i in range(3)\n    pass\n") {
        Err(TutorError::Syntax { program, error }) => assert!(program.name.ends_with("bad.py") && error.line == 2),
        other => panic!("{:?}", other.err()),
    }
    let mut blank = opened("blank.py", "# nothing yet\n").unwrap();
    assert!(blank.take_notices().iter().any(|notice| notice.contains("blank.py is empty")));
    opened("endless.py", "while True:\n    x = 1\n").unwrap();
    let nowhere = Own {
        program: Program { name: "no_such_module".into(), text: "...\n".into() },
        path: None,
        launch: Launch::Module("no_such_module".into()),
        arguments: Vec::new(),
    };
    let refused = desk.open(Order { first: First::Own(nowhere), ..desk.order(Plan::Sitting) });
    assert!(matches!(refused.err(), Some(TutorError::NeverRan { .. })));
}

#[test]
fn who_waits_no_longer_is_not_kept() {
    let Some(desk) = Desk::new() else { return };
    let order = Order { first: desk.own("slow.py", "import time\ntime.sleep(60)\n"), ..desk.order(Plan::Sitting) };
    order.manner.interrupted.store(true, Ordering::Relaxed);
    assert!(matches!(desk.open(order).err(), Some(TutorError::Interrupted)));
}

#[test]
fn a_sitting_ends_when_its_time_is_over_and_not_within_a_question() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Goal(Goal::Listening));
    let Prompt::Ask(asked) = tutor.next(14.9).unwrap() else { panic!("a question") };
    assert!(matches!(tutor.next(40.0).unwrap(), Prompt::Ask(_)), "it still stands");
    tutor.reply(&right(&asked.question));
    assert!(matches!(tutor.next(40.0).unwrap(), Prompt::Over(summary) if summary.asked == 1));
}

#[test]
fn when_errors_pile_up_there_is_a_rest_with_slow_music_of_what_was_studied() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Sitting);
    let mut questions = 0;
    let rest = loop {
        match tutor.next(1.0).unwrap() {
            Prompt::Rest(rest) => break rest,
            Prompt::Over(_) => panic!("no rest after {questions} errors"),
            Prompt::Ask(_) => questions += 1,
            _ => {}
        }
        tutor.reply("");
    };
    assert!(questions >= 3);
    let performance = rest.performance.expect("songs ran");
    assert!(!performance.cues.is_empty());
    assert!(!matches!(tutor.next(1.0).unwrap(), Prompt::Rest(_)), "it goes on");
}

/// Goes through a lesson; checks are answered as `is_right` says. Counts of checks asked, and whether it was passed.
fn go_through(desk: &Desk, lesson: &Lesson, is_right: bool) -> (usize, Summary) {
    let mut tutor = desk.tutor(Plan::Lesson(lesson.number));
    let (mut checks, mut predictions, mut heard, mut foretold) = (0, 0, 0, 0);
    let summary = loop {
        match tutor.next(0.0).unwrap() {
            Prompt::Tell(Tell::Idea(told)) => assert_eq!(told, lesson),
            Prompt::Tell(Tell::Listen(_, piece)) => {
                assert!(predictions == 1 && checks == 0 && foretold == 0, "lesson {}", lesson.number);
                let bars = piece.performance.end.0.div_ceil(TICKS_PER_BAR) as usize;
                let beats = &piece.caption[1];
                assert!(!piece.performance.cues.is_empty() && bars > 4 && beats.matches('|').count() == bars, "{beats}");
                heard += 1;
            }
            Prompt::Tell(Tell::Foretold(_)) => {
                assert_eq!(heard, 1, "the answer is told when it was heard");
                foretold += 1;
            }
            Prompt::Ask(asked) if asked.is_prediction => {
                assert!(matches!(tutor.reply(&wrong(&asked.question)), Reply::Noted));
                assert!(!desk.record().cards.contains_key(&asked.question.card), "a guess is no answer");
                predictions += 1;
            }
            Prompt::Ask(asked) => {
                let about = asked.about.expect("about the song").words;
                assert!(about.contains(&format!("@{} by", lesson.song)), "lesson {}: {about}", lesson.number);
                let reply = if is_right { right(&asked.question) } else { wrong(&asked.question) };
                assert_eq!(judged(tutor.reply(&reply)).is_right, is_right);
                checks += 1;
            }
            Prompt::Over(summary) => break summary,
            other => panic!("lesson {}: {other:?}", lesson.number),
        }
    };
    assert_eq!((predictions, heard, foretold), (1, 1, 1), "lesson {}", lesson.number);
    (checks, summary)
}

#[test]
fn every_lesson_predicts_listens_and_checks_and_is_finished_by_a_right_answer() {
    let Some(desk) = Desk::new() else { return };
    for lesson in Lesson::all() {
        let (checks, summary) = go_through(&desk, lesson, true);
        assert_eq!((checks, summary.lesson), (1, Some((lesson.number, true))), "lesson {}", lesson.number);
        assert_eq!(desk.record().lessons.get(&lesson.number), Some(&desk.today));
        fs::remove_dir_all(desk.data()).unwrap();
    }
}

#[test]
fn a_lesson_whose_check_fails_stays_open() {
    let Some(desk) = Desk::new() else { return };
    let lesson = &Lesson::all()[0];
    let (checks, summary) = go_through(&desk, lesson, false);
    assert_eq!((checks, summary.lesson), (3, Some((lesson.number, false))));
    assert!(desk.record().lessons.is_empty());
    assert!(matches!(desk.open(desk.order(Plan::Lesson(13))).err(), Some(TutorError::NoLesson { number: 13, there: 12 })));
}

#[test]
fn a_folder_is_made_only_when_something_is_kept_in_it() {
    let Some(desk) = Desk::new() else { return };
    let mut tutor = desk.tutor(Plan::Sitting);
    tutor.next(0.0).unwrap();
    assert!(!Path::new(&desk.data()).exists());
    assert_eq!(tutor.close().unsaved, 0);
    assert!(!Path::new(&desk.data()).exists());
}
