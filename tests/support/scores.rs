//! Scores which no composer wrote: any notes at all, and builders for hand-written ones.

use evalody::music::{Instrument, Key, Level, Mode, Pan, Patch, Pitch, Tempo, Tick, Ticks, Velocity};
use evalody::score::{Cause, Note, Part, Score, Text};
use evalody::trace::CodeId;
use proptest::collection::vec;
use proptest::prelude::*;

pub fn note(at: u32, lasts: u32, pitch: u8, velocity: u8) -> Note {
    Note {
        at: Tick(at),
        lasts: Ticks(lasts),
        pitch: Pitch::new(pitch).unwrap(),
        velocity: Velocity::new(velocity).unwrap(),
        cause: Cause { steps: 1, ..Cause::default() },
    }
}

pub fn part(name: &'static str, instrument: Instrument, mut notes: Vec<Note>) -> Part {
    notes.sort_by_key(|note| (note.at, note.pitch));
    Part { name, instrument, channel: None, pan: Pan::CENTRE, level: Level::new(100).unwrap(), notes }
}

pub fn text(at: u32, text: &str) -> Text {
    Text { at: Tick(at), text: text.into() }
}

pub fn score(title: &str, parts: Vec<Part>, end: u32) -> Score {
    Score {
        title: title.into(),
        tempo: Tempo::new(120).unwrap(),
        key: Key::new(9, Mode::Minor).unwrap(),
        parts,
        harmony: Vec::new(),
        markers: Vec::new(),
        remarks: Vec::new(),
        states: Vec::new(),
        end: Tick(end),
    }
}

pub fn melodic(patch: u8) -> Instrument {
    Instrument::Melodic(Patch::new(patch).unwrap())
}

fn any_cause() -> impl Strategy<Value = Cause> {
    ((any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>()), (any::<u16>(), any::<u16>(), any::<u16>(), any::<u64>(), any::<u64>()))
        .prop_map(|((code, first, last, line), (thread, frame_depth, depth, steps, since))| Cause {
            is_state: since.is_multiple_of(2),
            code: CodeId(code),
            first,
            last,
            line,
            thread,
            frame_depth,
            depth,
            steps,
            since,
        })
}

/// Few pitches and moments, so that notes meet: at one moment, within each other, end to start.
/// Some have no length, some lie behind the end.
fn any_note(end: u32) -> impl Strategy<Value = Note> {
    (0..=end + end / 4, 0..=end / 2, prop_oneof![58u8..62, 0u8..=127], 1u8..=127, any_cause())
        .prop_map(|(at, lasts, pitch, velocity, cause)| Note { cause, ..note(at, lasts, pitch, velocity) })
}

fn any_texts(end: u32) -> impl Strategy<Value = Vec<Text>> {
    vec((0..=end + end / 4, any::<String>()), 0..4).prop_map(|mut texts| {
        texts.sort_by_key(|(at, _)| *at);
        texts.into_iter().map(|(at, words)| text(at, &words)).collect()
    })
}

/// Any score: up to 15 melodic parts and two of drums, long or short, also without a note.
///
/// Tempi end at 300, beyond which the lint warns.
pub fn any_score() -> impl Strategy<Value = Score> {
    const NAMES: [&str; 4] = ["lead", "bass", "Süß\u{7}", ""];
    prop_oneof![Just(16u32), 0..4000u32, Just(1 << 26)].prop_flat_map(|end| {
        let parts = vec((0usize..4, 0u8..=127, 0u8..=127, 0u8..=127, vec(any_note(end), 0..24)), 0..=15);
        let drums = vec(vec(any_note(end), 0..24), 0..=2);
        let head = (any::<String>(), 20u16..=300, 0u8..12, any::<bool>());
        (head, parts, drums, any_texts(end), any_texts(end)).prop_map(
            move |((title, tempo, tonic, is_major), parts, drums, markers, remarks)| {
                let melodic_parts = parts.into_iter().map(|(name, patch, pan, level, notes)| Part {
                    pan: Pan::new(pan).unwrap(),
                    level: Level::new(level).unwrap(),
                    ..part(NAMES[name], melodic(patch), notes)
                });
                let drum_parts = drums.into_iter().map(|notes| part("drums", Instrument::Drums, notes));
                Score {
                    tempo: Tempo::new(tempo).unwrap(),
                    key: Key::new(tonic, if is_major { Mode::Major } else { Mode::Minor }).unwrap(),
                    markers,
                    remarks,
                    ..score(&title, melodic_parts.chain(drum_parts).collect(), end)
                }
            },
        )
    })
}
