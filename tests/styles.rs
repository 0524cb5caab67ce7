//! The styles that play states bar by bar: what each bar says can be read back from its notes alone, after the
//! descriptions in `src/compose/chip/mod.rs` and `src/compose/ambient/mod.rs`; and the properties of all music.

#[path = "support/runs.rs"]
mod runs;

use std::collections::BTreeMap;

use evalody::compose::{Style, StyleName, ambient, chip, compose};
use evalody::fold::{Folder, MOST_GESTURES, Outline, Zoom, fold};
use evalody::music::{Drum, TICKS_PER_BAR, TICKS_PER_SIXTEENTH, Tick, Ticks};
use evalody::perform::{CueKind, Performance, perform};
use evalody::score::{Score, State, Work};
use evalody::trace::{Family, Outcome, Trace, read};
use proptest::prelude::*;

const STYLES: [StyleName; 2] = [StyleName::Chip, StyleName::Ambient];

fn style(name: StyleName) -> Style {
    Style { name, ..Style::default() }
}

fn written(trace: &Trace, zoom: Zoom, name: StyleName) -> (Outline, Score) {
    let outline = fold(trace, zoom);
    let score = compose("made up", &outline, &trace.codes, &style(name));
    (outline, score)
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

    fn strokes(&self, drum: Drum) -> u32 {
        self.strokes_before(drum, 16)
    }

    fn strokes_before(&self, drum: Drum, end: u32) -> u32 {
        self.0.iter().filter(|note| note.channel == 10 && note.pitch == drum as u8 && note.slot < end).count() as u32
    }

    /// The style, by one rule for all bars but those of the ending.
    fn style(&self) -> StyleName {
        let mut slots: Vec<u32> = self.on(1).iter().map(|note| note.slot).collect();
        let together = slots.iter().filter(|&&slot| slot == 0).count();
        slots.dedup();
        match self.strokes(Drum::Kick) {
            0 if together >= 2 => StyleName::Ambient,
            0 => StyleName::Faithful,
            _ if slots.len() as u32 >= chip::FEWEST_STROKES => StyleName::Chip,
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

    fn collected(&self, channel: u8, swell: [u32; 3]) -> Option<u8> {
        self.on(channel).first().map(|note| place(&swell, note.lasts))
    }

    fn chip(&self) -> State {
        State {
            turning: place(&chip::KICKS, self.strokes(Drum::Kick)),
            frame_depth: place(&chip::BASS_STROKES, self.on(2).len() as u32),
            calling: place(&chip::CALLS, self.strokes(Drum::HighWoodBlock)),
            allocating: place(&chip::SHAKES, self.strokes(Drum::Maracas)),
            releases: self.strokes(Drum::HighBongo) > 0,
            collected: self.collected(14, chip::SWELL),
            raised: self.strokes(Drum::LowTom) as u8,
            activity: place(&chip::HATS_HEARD, self.strokes_before(Drum::ClosedHat, 12)),
            work: self.work([3, 4, 5, 6, 7, 8, 9]),
        }
    }

    fn ambient(&self) -> State {
        let bass = self.on(2);
        State {
            turning: place(&ambient::PULSES, self.on(3).len() as u32),
            frame_depth: 2 * u8::from(bass[0].pitch < ambient::BASS_LOW[1]) + u8::from(bass.len() > 1),
            calling: self.strokes(Drum::HighWoodBlock) as u8,
            allocating: place(&ambient::SHAKES, self.strokes(Drum::Maracas)),
            releases: self.strokes(Drum::HighBongo) > 0,
            collected: self.collected(16, ambient::SWELL),
            raised: self.strokes(Drum::LowFloorTom) as u8,
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
        if name == StyleName::Chip { bar.chip() } else { bar.ambient() }
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
        for (family, instrument) in name.lanes() {
            assert_eq!(instrument == "silent", family == Family::Rest, "{family} in {name}");
            assert_ne!(instrument, "other", "{family} in {name}");
        }
    }
}

#[test]
fn a_score_of_no_steps_is_silence() {
    for name in STYLES {
        let (_, score) = written(&Trace::default(), Zoom::Auto, name);
        assert!(score.notes().is_empty());
        assert!(score.end > Tick::default());
    }
}

#[test]
fn a_style_casts_no_more_parts_than_there_are_channels() {
    for name in STYLES {
        let (_, score) = written(&Trace::default(), Zoom::Auto, name);
        let melodic = score.parts.iter().filter(|part| !part.instrument.is_drums()).count();
        assert!(melodic <= 15 && score.parts.len() - melodic <= 1);
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
            let (_, score) = written(&trace, Zoom::Auto, name);
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
        let (_, score) = written(&trace, zoom, name);
        prop_assert_eq!(read_back(&score, name), score.states);
    }

    #[test]
    fn every_bar_of_a_groove_is_known_as_such(trace in runs::trace(400)) {
        let (_, score) = written(&trace, Zoom::Auto, StyleName::Groove);
        let bars = bars(&perform(&score));
        for bar in &bars[..score.states.len()] {
            prop_assert_eq!(Bar(bar).style(), StyleName::Groove);
        }
    }

    #[test]
    fn the_notes_which_carry_steps_carry_all_of_them(trace in runs::trace(400), zoom in zoom(), name in name()) {
        let (outline, score) = written(&trace, zoom, name);
        let carried: u64 = score.notes().iter().filter(|(_, note)| !note.cause.is_state).map(|(_, note)| note.cause.steps).sum();
        prop_assert_eq!(carried, outline.steps);
    }

    #[test]
    fn every_note_lies_on_the_grid_and_within_the_piece(trace in runs::trace(400), zoom in zoom(), name in name()) {
        let (_, score) = written(&trace, zoom, name);
        for (_, note) in score.notes() {
            prop_assert!(note.at.0.is_multiple_of(TICKS_PER_SIXTEENTH));
            prop_assert!(note.lasts > Ticks(0));
            prop_assert!(note.at + note.lasts <= score.end);
        }
    }

    #[test]
    fn no_bar_is_silent(trace in runs::trace(400), name in name()) {
        prop_assume!(trace.steps().count() > 0);
        let (_, score) = written(&trace, Zoom::Auto, name);
        let mut sounds = vec![false; score.end.bar() as usize];
        for (_, note) in score.notes() {
            sounds[note.at.bar() as usize] = true;
        }
        // The last bar is the ring of the ending.
        sounds.pop();
        prop_assert!(sounds.iter().all(|sounds| *sounds));
    }

    #[test]
    fn on_a_chip_one_lead_plays_at_a_time(trace in runs::trace(400), zoom in zoom()) {
        let (_, score) = written(&trace, zoom, StyleName::Chip);
        let ending = Tick::of_bar(score.states.len() as u32);
        let mut leads: Vec<_> = score.notes().into_iter().filter(|(part, note)| (3..13).contains(part) && note.at < ending).collect();
        leads.sort_by_key(|(_, note)| note.at);
        for pair in leads.windows(2) {
            prop_assert!(pair[0].1.at + pair[0].1.lasts <= pair[1].1.at, "{:?}", pair);
        }
    }

    #[test]
    fn the_same_trace_is_always_the_same_music(trace in runs::trace(200), name in name()) {
        let (_, first) = written(&trace, Zoom::Auto, name);
        let (_, second) = written(&trace, Zoom::Auto, name);
        prop_assert_eq!(first, second);
    }
}
