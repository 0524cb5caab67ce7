//! The way back from the styles in which a band plays: what each bar says is read from its notes alone.

#[path = "support/files.rs"]
mod files;
#[path = "support/interpreters.rs"]
mod interpreters;
#[path = "support/runs.rs"]
mod runs;

use evalody::compose::{Mapping, Style, StyleName, compose};
use evalody::fold::{Zoom, fold};
use evalody::hear::{bars, song, style_of};
use evalody::perform::{Performance, perform};
use evalody::score::State;
use evalody::songs;
use evalody::trace::Trace;
use files::{file, stripped};
use proptest::prelude::*;

fn bands() -> impl Iterator<Item = StyleName> {
    StyleName::ALL.into_iter().filter(|&style| Mapping::shipped(style).signs().is_some())
}

fn played(trace: &Trace, zoom: Zoom, name: StyleName, seed: Option<u64>) -> Performance {
    perform(&compose("made up", &fold(trace, zoom), &trace.codes, &Style { seed, ..Style::of(name) }))
}

/// What is heard in a piece when another program had it, with the style as it is recognised.
fn heard(performance: &Performance, numerator: u32, denominator: u32) -> (Option<StyleName>, Option<Vec<State>>) {
    let song = song(&stripped(&file(performance), numerator, denominator)).unwrap();
    let style = style_of(&song);
    (style, style.and_then(|style| bars(&song, &Mapping::shipped(style))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_a_bar_says_is_heard_back_from_the_bare_notes(trace in runs::trace(600), name in prop::sample::select(bands().collect::<Vec<_>>()), seed in any::<Option<u64>>(), zoom in prop::sample::select(vec![Zoom::Opcode, Zoom::Line, Zoom::Turn, Zoom::Call, Zoom::Auto])) {
        prop_assume!(trace.steps().count() > 0);
        let performance = played(&trace, zoom, name, seed);
        let expected = (Some(name), Some(performance.states.clone()));
        prop_assert_eq!(heard(&performance, 2, 1), expected.clone());
        prop_assert_eq!(heard(&performance, 5, 24), expected);
    }
}

#[test]
fn real_programs_are_heard_back_bar_by_bar() {
    for (python, version) in interpreters::pythons() {
        for song in songs::all() {
            let mut request = interpreters::request(&python, song.source);
            request.limits.steps = Some(40_000);
            let trace = interpreters::hear(&request).unwrap().trace;
            for name in bands() {
                let performance = played(&trace, Zoom::Auto, name, None);
                assert!(performance.states.len() > 8, "{version:?} {} {name}", song.name);
                let (style, states) = heard(&performance, 2, 1);
                let (states, what) = (states.unwrap_or_default(), format!("{version:?} {} {name}", song.name));
                assert_eq!((style, states.len()), (Some(name), performance.states.len()), "{what}");
                for (bar, (heard, written)) in states.iter().zip(&performance.states).enumerate() {
                    assert_eq!(heard, written, "{what}, bar {}", bar + 1);
                }
            }
        }
    }
}
