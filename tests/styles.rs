//! The styles in which a band plays, by a reader of their notes written after the README's words alone: whoever
//! follows them hears the states of each bar. And what each style keeps to besides the properties of all music.

#[path = "support/runs.rs"]
mod runs;

use std::collections::BTreeMap;

use evalody::compose::{Style, StyleName, compose};
use evalody::fold::{Folder, MOST_GESTURES, Zoom, fold};
use evalody::music::{TICKS_PER_BAR, TICKS_PER_SIXTEENTH, Tick};
use evalody::perform::{CueKind, Performance, perform};
use evalody::score::{Score, State, Work};
use evalody::trace::{Family, Outcome, Trace, read};
use proptest::prelude::*;

const STYLES: [StyleName; 3] = [StyleName::Groove, StyleName::Chip, StyleName::Ambient];

fn style(name: StyleName) -> Style {
    Style::of(name)
}

fn written(trace: &Trace, zoom: Zoom, name: StyleName) -> Score {
    compose("made up", &fold(trace, zoom), &trace.codes, &style(name))
}

fn recorded(name: &str) -> Trace {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.trace"));
    read(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A note as it is heard: which sixteenth of the bar, on which channel (from 1), how many sixteenths.
#[derive(Debug, Clone, Copy)]
struct Heard {
    slot: u32,
    channel: u8,
    pitch: u8,
    lasts: u32,
}

/// The notes of each bar.
fn bars(performance: &Performance) -> Vec<Vec<Heard>> {
    let mut bars = vec![Vec::new(); performance.end.bar() as usize];
    let mut open = BTreeMap::new();
    for cue in &performance.cues {
        match cue.kind {
            CueKind::On { pitch, .. } => {
                open.insert((cue.channel, pitch), cue.at);
            }
            CueKind::Off { pitch } => {
                let at = open.remove(&(cue.channel, pitch)).unwrap();
                let slot = at.0 % TICKS_PER_BAR / TICKS_PER_SIXTEENTH;
                let lasts = (cue.at.0 - at.0).div_ceil(TICKS_PER_SIXTEENTH);
                bars[at.bar() as usize].push(Heard { slot, channel: cue.channel.index() + 1, pitch: pitch.number(), lasts });
            }
        }
    }
    bars
}

/// What a bar is asked for.
struct Bar<'a>(&'a [Heard]);

impl Bar<'_> {
    fn on(&self, channel: u8) -> Vec<Heard> {
        let mut notes: Vec<Heard> = self.0.iter().filter(|note| note.channel == channel).copied().collect();
        notes.sort_by_key(|note| (note.slot, note.pitch));
        notes
    }

    fn strokes(&self, drum: u8) -> u32 {
        self.strokes_before(drum, 16)
    }

    fn strokes_before(&self, drum: u8, end: u32) -> u32 {
        self.0.iter().filter(|note| note.channel == 10 && note.pitch == drum && note.slot < end).count() as u32
    }

    /// The style, by one rule for all bars but those of the ending.
    fn style(&self) -> StyleName {
        let mut slots: Vec<u32> = self.on(1).iter().map(|note| note.slot).collect();
        let together = slots.iter().filter(|&&slot| slot == 0).count();
        slots.dedup();
        match self.strokes(36) {
            0 if together >= 2 => StyleName::Ambient,
            0 => StyleName::Faithful,
            _ if slots.len() as u32 >= 8 => StyleName::Chip,
            _ => StyleName::Groove,
        }
    }

    fn work(&self, channels: [u8; 7]) -> Option<Work> {
        let plays: Vec<Work> =
            Work::ALL.into_iter().zip(channels).filter(|(_, at)| !self.on(*at).is_empty()).map(|(work, _)| work).collect();
        match plays[..] {
            [] => None,
            [work] => Some(work),
            [Work::Call, Work::Suspend] => Some(Work::Suspend),
            ref several => panic!("several lead: {several:?}"),
        }
    }

    fn collected(&self, channel: u8) -> Option<u8> {
        self.on(channel).first().map(|note| place(&[4, 8, 14], note.lasts))
    }

    fn groove(&self) -> State {
        let hats = self.strokes_before(42, 12);
        State {
            turning: place(&[2, 3, 4, 5], self.strokes(36)),
            frame_depth: place(&[2, 4, 5, 7], self.on(1).len() as u32),
            calling: place(&[0, 1, 3, 5, 7], self.strokes(76)),
            calling_c: place(&[0, 1, 2, 4, 6], self.strokes(56)),
            allocating: place(&[0, 2, 4, 6, 10], self.strokes(70)),
            releases: self.strokes(60) > 0,
            collected: self.on(16).first().map(|note| place(&[12, 8, 2], note.slot)),
            raised: self.strokes(45) as u8,
            warmth: self.strokes(54) as u8,
            falls: self.strokes(67) as u8,
            activity: if hats > 0 { place(&[2, 3, 6, 9, 12], hats) } else { place(&[1, 2, 3, 5, 6], self.strokes_before(51, 12)) },
            work: self.work([5, 6, 7, 8, 9, 11, 12]),
        }
    }

    fn chip(&self) -> State {
        State {
            turning: place(&[2, 3, 4, 5], self.strokes(36)),
            frame_depth: place(&[4, 6, 8, 12], self.on(2).len() as u32),
            calling: place(&[0, 1, 3, 5, 7], self.strokes(76)),
            calling_c: place(&[0, 1, 2, 4, 6], self.strokes(56)),
            allocating: place(&[0, 2, 4, 6, 10], self.strokes(70)),
            releases: self.strokes(60) > 0,
            collected: self.collected(14),
            raised: self.strokes(45) as u8,
            warmth: self.strokes(54) as u8,
            falls: self.strokes(67) as u8,
            activity: place(&[2, 3, 6, 9, 12], self.strokes_before(42, 12)),
            work: self.work([3, 4, 5, 6, 7, 8, 9]),
        }
    }

    fn ambient(&self) -> State {
        let bass = self.on(2);
        State {
            turning: place(&[0, 3, 5, 7], self.on(3).len() as u32),
            frame_depth: 2 * u8::from(bass[0].pitch < 40) + u8::from(bass.len() > 1),
            calling: self.strokes(76) as u8,
            calling_c: self.strokes(53) as u8,
            allocating: place(&[0, 1, 3, 5, 7], self.strokes(70)),
            releases: self.strokes(60) > 0,
            collected: self.collected(16),
            raised: self.strokes(41) as u8,
            warmth: self.strokes(54) as u8,
            falls: self.strokes(67) as u8,
            activity: self.on(4).len() as u8,
            work: self.work([5, 6, 7, 8, 9, 11, 12]),
        }
    }
}

/// Where a count stands in a table of signs.
fn place<const N: usize>(signs: &[u32; N], count: u32) -> u8 {
    signs.iter().position(|&sign| sign == count).unwrap_or_else(|| panic!("{count} is no sign of {signs:?}")) as u8
}

fn read_back(score: &Score, name: StyleName) -> Vec<State> {
    let bars = bars(&perform(score));
    let bars = bars[..score.states.len()].iter().map(|notes| Bar(notes));
    bars.map(|bar| {
        assert_eq!(bar.style(), name);
        match name {
            StyleName::Groove => bar.groove(),
            StyleName::Chip => bar.chip(),
            _ => bar.ambient(),
        }
    })
    .collect()
}

fn zoom() -> impl Strategy<Value = Zoom> {
    prop::sample::select(vec![Zoom::Opcode, Zoom::Line, Zoom::Turn, Zoom::Call, Zoom::Auto])
}

fn name() -> impl Strategy<Value = StyleName> {
    prop::sample::select(STYLES.to_vec())
}

#[test]
fn what_recorded_programs_did_can_be_read_back_bar_by_bar() {
    for file in ["fib", "fib_314", "caught"] {
        let trace = recorded(file);
        let mut folder = Folder::new(Zoom::Line, Some(MOST_GESTURES));
        trace.tell(&mut folder);
        let outline = folder.finish(trace.outcome.clone());
        for name in STYLES {
            let score = compose(file, &outline, &trace.codes, &style(name));
            assert!(score.states.len() > 4, "{file} in {name}");
            assert_eq!(read_back(&score, name), score.states, "{file} in {name}");
        }
    }
}

#[test]
fn every_family_says_what_sounds_for_it() {
    for name in STYLES {
        for (family, instrument) in Style::of(name).mapping.lanes() {
            assert_eq!(instrument == "silent", family == Family::Rest, "{family} in {name}");
            assert_ne!(instrument, "other", "{family} in {name}");
        }
    }
}

#[test]
fn endings_differ_as_the_programs_did() {
    let outcomes = [
        Outcome::Finished,
        Outcome::Exited { status: 3 },
        Outcome::Raised { line: Some(2), kind: "ValueError".into(), message: "x".into(), traceback: String::new() },
        Outcome::Died { how: "signal 11".into() },
    ];
    for name in STYLES {
        let mut endings: Vec<Vec<(usize, u8)>> = Vec::new();
        for outcome in &outcomes {
            let trace = Trace { outcome: outcome.clone(), ..recorded("fib") };
            let score = written(&trace, Zoom::Auto, name);
            let first = Tick::of_bar(score.states.len() as u32);
            let ending = score.notes().into_iter().filter(|(_, note)| note.at >= first);
            endings.push(ending.map(|(part, note)| (part, note.pitch.number())).collect());
        }
        for (index, ending) in endings.iter().enumerate() {
            assert!(!ending.is_empty());
            assert!(!endings[..index].contains(ending), "{name} ends alike for {}", outcomes[index]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_any_program_did_can_be_read_back_bar_by_bar(trace in runs::trace(400), zoom in zoom(), name in name()) {
        let score = written(&trace, zoom, name);
        prop_assert_eq!(read_back(&score, name), score.states);
    }

    #[test]
    fn on_a_chip_one_lead_plays_at_a_time(trace in runs::trace(400), zoom in zoom()) {
        let score = written(&trace, zoom, StyleName::Chip);
        let ending = Tick::of_bar(score.states.len() as u32);
        let mut leads: Vec<_> = score.notes().into_iter().filter(|(part, note)| (3..13).contains(part) && note.at < ending).collect();
        leads.sort_by_key(|(_, note)| note.at);
        for pair in leads.windows(2) {
            prop_assert!(pair[0].1.at + pair[0].1.lasts <= pair[1].1.at, "{:?}", pair);
        }
    }
}
