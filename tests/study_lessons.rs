//! Lessons and reading paths: what they name is there, and what they ask can be asked.

use std::collections::BTreeSet;

use std::path::Path as File;
use std::sync::Arc;

use chrono::NaiveDate;
use evalody::atlas;
use evalody::interpreter::options::{Only, Recorder};
use evalody::interpreter::{Choice, Limits};
use evalody::kept::Data;
use evalody::quiz::{self, Card, Need, Question};
use evalody::songs;
use evalody::study::{Lesson, Path};
use evalody::tutor::{First, Manner, Order, Plan, Prompt, Reply, Tell, Tutor};

#[path = "support/interpreters.rs"]
mod interpreters;

/// Sentences of a text, roughly: what ends in a full stop, a colon's half or a question mark before a blank.
fn sentences(text: &str) -> usize {
    text.split_inclusive(['.', '?', '!']).filter(|part| part.ends_with(['.', '?', '!'])).count()
}

#[test]
fn there_are_twelve_lessons_over_the_songs_each_with_one_idea() {
    let lessons = Lesson::all();
    assert_eq!(lessons.iter().map(|lesson| lesson.number).collect::<Vec<_>>(), (1..=12).collect::<Vec<u8>>());
    for lesson in lessons {
        let Lesson { number, title, idea, song, listen, predict, check, explain } = lesson;
        assert!(songs::named(song).is_ok(), "lesson {number}: no song {song}");
        assert!(atlas::find(explain).is_ok(), "lesson {number}: {explain} is nothing the atlas knows");
        assert!(!title.is_empty() && title.len() <= 50, "lesson {number}: {title}");
        assert!((2..=8).contains(&sentences(idea)) && (150..=480).contains(&idea.len()), "lesson {number}: {idea}");
        assert!((2..=6).contains(&sentences(listen)) && (150..=480).contains(&listen.len()), "lesson {number}: {listen}");
        assert!(!predict.is_empty() && !check.is_empty(), "lesson {number}");
        assert_eq!(Lesson::numbered(*number), Some(lesson));
    }
    let titles: BTreeSet<&str> = lessons.iter().map(|lesson| &*lesson.title).collect();
    assert_eq!(titles.len(), lessons.len());
    assert_eq!(lessons.iter().map(|lesson| &lesson.song).collect::<BTreeSet<_>>().len(), 12, "each song once");
}

#[test]
fn every_step_of_a_reading_path_is_something_to_read_with_a_question_to_look_for() {
    let paths = Path::all();
    assert_eq!(paths.len(), 5);
    let mut ticks = BTreeSet::new();
    for path in paths {
        assert!((12..=14).contains(&path.steps.len()), "{}: {} steps", path.name, path.steps.len());
        assert!(path.about.ends_with('.') && !path.title.is_empty(), "{}", path.name);
        for step in &path.steps {
            let tick = path.tick(step);
            assert!(atlas::find(&step.read).is_ok(), "{tick}: {} is nothing the atlas knows", step.read);
            assert!(step.look_for.contains('?') && (40..=240).contains(&step.look_for.len()), "{tick}: {}", step.look_for);
            assert!(tick.bytes().all(|letter| letter.is_ascii_lowercase() || b"-/".contains(&letter)), "{tick}");
            assert_eq!(Path::of_tick(&tick), Some((path, step)));
            assert!(ticks.insert(tick.clone()), "{tick} is there twice");
        }
        let read: BTreeSet<&str> = path.steps.iter().map(|step| &*step.read).collect();
        assert_eq!(read.len(), path.steps.len(), "{}: one step, one thing to read", path.name);
    }
    assert_eq!(Path::of_tick("memory/nothing"), None);
    assert_eq!(Path::of_tick("memory"), None);
}

#[test]
fn every_card_of_a_lesson_is_in_the_deck_and_about_its_song_where_it_is_about_any() {
    let deck: BTreeSet<Card> = quiz::deck().into_iter().collect();
    for lesson in Lesson::all() {
        for name in lesson.predict.iter().chain(&lesson.check) {
            let card: Card = name.parse().unwrap();
            assert!(deck.contains(&card), "lesson {}: no card {card}", lesson.number);
            match quiz::need(&card) {
                Some(Need::Any(_) | Need::Probed(_)) => {}
                Some(Need::Songs(songs)) => assert!(songs.contains(&&*lesson.song), "lesson {}: {card}", lesson.number),
                need => panic!("lesson {}: {card} needs {need:?}, and not the song", lesson.number),
            }
        }
    }
}

/// What is asked, which must be of the song.
fn asked(tutor: &mut Tutor, lesson: &Lesson, is_prediction: bool, who: &str) -> Arc<Question> {
    let Prompt::Ask(asked) = tutor.next(0.0).unwrap() else { panic!("{who}: nothing is asked") };
    assert_eq!(asked.is_prediction, is_prediction, "{who}");
    let card = &asked.question.card;
    match (&asked.about, quiz::need(card)) {
        (Some(about), _) => assert!(about.words.starts_with(&format!("@{} by ", lesson.song)), "{who}: {card} asks about {}", about.words),
        (None, Some(Need::Songs(songs))) => assert!(songs.contains(&&*lesson.song), "{who}: {card}"),
        (None, need) => panic!("{who}: {card} asks about no song: {need:?}"),
    }
    asked.question
}

/// Goes through a lesson: the prediction, the piece, a check answered wrong, the next one right.
fn take(lesson: &Lesson, python: &File, seed: u64) {
    let who = format!("lesson {} by {}", lesson.number, python.display());
    let manner = Manner {
        choice: Choice::Path(python.into()),
        recorder: Recorder::Auto,
        only: Only::User,
        limits: Limits::default(),
        confines_own: true,
        own_executable: env!("CARGO_BIN_EXE_evalody").into(),
        interrupted: Arc::default(),
    };
    let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let order = Order { first: First::Songs, plan: Plan::Lesson(lesson.number), manner, today, seed, minutes: 15.0 };
    let folder = tempfile::TempDir::new().unwrap();
    let mut tutor = Tutor::open(order, Data::open(Some(folder.path())).unwrap()).unwrap();

    assert!(matches!(tutor.next(0.0).unwrap(), Prompt::Tell(Tell::Idea(told)) if told == lesson), "{who}");
    asked(&mut tutor, lesson, true, &who);
    assert!(matches!(tutor.reply(""), Reply::Noted), "{who}");
    let Prompt::Tell(Tell::Listen(_, piece)) = tutor.next(0.0).unwrap() else { panic!("{who}: nothing to listen to") };
    assert!(piece.performance.end.0 > 0, "{who}: silence");
    assert!(matches!(tutor.next(0.0).unwrap(), Prompt::Tell(Tell::Foretold(_))), "{who}");
    let first = asked(&mut tutor, lesson, false, &who);
    assert!(matches!(tutor.reply(""), Reply::Judged(judged) if !judged.is_right), "{who}");
    let second = asked(&mut tutor, lesson, false, &who);
    let words = |question: &Question| (question.ask.clone(), question.shown.clone(), question.answer.clone());
    assert_ne!(words(&first), words(&second), "{who}: the same again");
    assert!(matches!(tutor.reply(&second.answer.told()), Reply::Judged(judged) if judged.is_right), "{who}: {:?}", second.answer);
    let Prompt::Over(summary) = tutor.next(0.0).unwrap() else { panic!("{who}: it goes on") };
    assert_eq!(summary.lesson, Some((lesson.number, true)), "{who}");
    assert_eq!(tutor.ledger().record().lessons.get(&lesson.number), Some(&today), "{who}");
}

#[test]
fn every_lesson_gives_a_prediction_and_two_checks_on_its_song_by_the_oldest_and_the_newest_cpython() {
    let mut pythons = interpreters::pythons();
    pythons.sort_by_key(|python| python.1);
    pythons.dedup_by_key(|python| python.1);
    let newest = pythons.pop();
    let chosen: Vec<_> = pythons.into_iter().take(1).chain(newest).collect();
    println!("by {chosen:?}");
    std::thread::scope(|scope| {
        for (python, _) in &chosen {
            scope.spawn(|| {
                for lesson in Lesson::all() {
                    take(lesson, python, u64::from(lesson.number));
                }
            });
        }
    });
}
