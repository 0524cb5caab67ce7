//! The whole way from recorded traces to music, against texts that somebody looked at. A change of fold,
//! compose or perform shows here as a difference that can be read.

#[path = "support/golden.rs"]
mod golden;

use evalody::compose::{Mapping, Style, StyleName, compose};
use evalody::fold::{self, Folder, MOST_GESTURES, Zoom};
use evalody::hear::{instructions, song_of};
use evalody::perform::perform;
use evalody::score::{self, Score};
use evalody::trace::{Family, Trace, read};
use golden::{check_golden, path};

/// Recorded: `fib` by CPython 3.11 and by the embedded interpreter, `caught` by CPython 3.11.
const RECORDED: [&str; 3] = ["fib", "fib_314", "caught"];

fn recorded(name: &str) -> Trace {
    let text = std::fs::read_to_string(path(&format!("{name}.trace"))).unwrap();
    read(&text).unwrap()
}

fn written(trace: &Trace, name: StyleName) -> Score {
    let (zoom, most) = if Style::of(name).mapping.is_lossless() { (Zoom::Opcode, None) } else { (Zoom::Line, Some(MOST_GESTURES)) };
    let mut folder = Folder::new(zoom, most);
    trace.tell(&mut folder);
    compose("recorded", &folder.finish(trace.outcome.clone()), &trace.codes, &Style::of(name))
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| line + "\n").collect()
}

#[test]
fn outlines_are_as_they_were() {
    for name in RECORDED {
        let trace = recorded(name);
        let outline = fold::fold(&trace, Zoom::Line);
        check_golden(&format!("{name}.outline"), &lines(fold::lines(&outline, &trace.codes)));
    }
}

#[test]
fn scores_are_as_they_were() {
    for name in RECORDED {
        for style in StyleName::ALL {
            check_golden(&format!("{name}.{style}"), &lines(score::lines(&written(&recorded(name), style))));
        }
    }
}

#[test]
fn a_recorded_program_can_be_heard_back_instruction_by_instruction() {
    for name in RECORDED {
        let trace = recorded(name);
        let told: Vec<(Family, u16, u16)> = trace
            .steps()
            .map(|step| {
                let unit = trace.codes[step.code.index()].unit(step.offset);
                (unit.family, unit.depth, step.frame_depth)
            })
            .collect();
        let song = song_of(&perform(&written(&trace, StyleName::Faithful)));
        let heard = instructions(&song, &Mapping::shipped(StyleName::Faithful)).unwrap().instructions;
        assert_eq!(heard.iter().map(|heard| (heard.family, heard.depth, heard.frame_depth)).collect::<Vec<_>>(), told, "{name}");
    }
}
