//! A line is looked at while the music goes on: how its attributes are found, by a run of its own.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/interpreters.rs"]
mod interpreters;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use std::time::{Duration, Instant};

use bench::{Live, RATE, document, wishes};
use evalody::interpreter::Choice;
use evalody::lookup;
use evalody::perform::CueKind;
use evalody::workbench::{LookedInto, Message};
use scribe::Scribe;

const PROGRAM: &str = "\
class Base:
    kind = 'base'
class Shape(Base):
    pass
shapes = [Shape(), Shape()]
for shape in shapes * 50:
    print(shape.kind)
";

/// A workbench whose programs run by the newest CPython that is here; `None` if there is none.
fn live(text: &str) -> Option<Live<Scribe>> {
    let (python, _) = interpreters::pythons().pop()?;
    let mut live = Live::new(document(text), evalody::workbench::Wishes { choice: Choice::Path(python), ..wishes() }, RATE);
    live.hear();
    Some(live)
}

/// What came of looking, with the music going on meanwhile.
fn looked_into(live: &mut Live<Scribe>) -> LookedInto {
    let began = Instant::now();
    loop {
        live.draw(80);
        if let Some(looked) = live.bench.looked_into() {
            return looked;
        }
        let notices: Vec<&str> = live.bench.notices().collect();
        assert!(live.bench.is_looking(), "nothing came of it: {notices:?}");
        assert!(began.elapsed() < Duration::from_secs(60), "waited for the line: {notices:?}");
    }
}

/// Pitches that were struck so far.
fn struck(live: &Live<Scribe>) -> Vec<u8> {
    let pitch = |kind| match kind {
        CueKind::On { pitch, .. } => Some(pitch),
        _ => None,
    };
    live.strokes.iter().filter_map(|stroke| pitch(stroke.kind)).map(|pitch| pitch.number()).collect()
}

#[test]
fn a_line_is_looked_into_and_the_music_goes_on() {
    let Some(mut live) = live(PROGRAM) else { return };
    live.bench.update(Message::LookInto(7));
    assert!(live.bench.is_looking());
    let LookedInto { line, program, probed } = looked_into(&mut live);
    assert_eq!((line, program.text.as_str()), (7, PROGRAM));
    let page = lookup::page(&probed, &program.name, line, program.line(line).unwrap());
    let told = page.lines(100, |_, _| None).join("\n");
    for words in ["shape.kind: an attribute", "Shape, Base, object", "base Base: its __dict__ has \"kind\"", "100 times"] {
        assert!(told.contains(words), "{words} is missing of\n{told}");
    }
    live.assert_goes_on("a line was looked into");
    live.end();
}

#[test]
fn what_was_looked_in_is_heard_as_a_line_that_falls() {
    let Some(mut live) = live(PROGRAM) else { return };
    live.bench.update(Message::Pause(true));
    live.draw(800);
    let before = struck(&live).len();
    live.bench.update(Message::LookInto(7));
    let LookedInto { probed, .. } = looked_into(&mut live);
    let steps: usize = probed.places.iter().map(|place| lookup::descent(&place.ways[0].way).len()).sum();
    assert!(steps > 3, "{probed:?}");
    let began = Instant::now();
    while struck(&live).len() < before + steps {
        live.draw(80);
        assert!(began.elapsed() < Duration::from_secs(60), "{} of {steps} are heard", struck(&live).len() - before);
    }
    // The object, its type and its base: each lower than the one before.
    let places = probed.places.iter().position(|place| place.site.name.as_deref() == Some("kind")).unwrap();
    let first: usize = probed.places[..places].iter().map(|place| lookup::descent(&place.ways[0].way).len()).sum();
    let line = struck(&live)[before + first..][..3].to_vec();
    assert!(line.windows(2).all(|pair| pair[0] > pair[1]), "{line:?}");
    live.end();
}

#[test]
fn a_line_without_an_attribute_is_told_in_a_notice() {
    let Some(mut live) = live(PROGRAM) else { return };
    live.bench.update(Message::LookInto(2));
    while live.bench.is_looking() {
        live.draw(80);
        assert!(live.bench.looked_into().is_none());
    }
    assert!(live.bench.notices().any(|line| line == "line 2 has no attribute and no call"), "{:?}", live.bench.notices().last());
    live.end();
}

#[test]
fn panic_stops_what_looks() {
    let Some(mut live) = live("import time\nx = []\nwhile True:\n    x.append(1)\n    x.clear()\n") else { return };
    live.bench.update(Message::LookInto(4));
    live.bench.update(Message::Panic);
    assert!(!live.bench.is_looking());
    // Tells, too, that no child is left.
    live.end();
}
