//! Lessons and reading paths: what they name is there, and what they ask can be asked.

use std::collections::BTreeSet;

use evalody::atlas;
use evalody::songs;
use evalody::study::{Lesson, Path};

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
