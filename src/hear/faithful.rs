//! The style `faithful` heard back: every instruction with its family and depths. Knows no files.

use crate::compose::{
    Count, Mapping, ROUND, ROUNDS, STROKE_VELOCITY, Seat, TUNING_STEP, TUNING_VELOCITY, VELOCITY_A_ROUND, base_of, tuning,
};
use crate::music::{Key, Mode, TICKS_PER_BAR, TICKS_PER_SIXTEENTH, Tick, Velocity};
use crate::perform::{Channel, channels};
use crate::trace::Family;

use super::{Song, Struck};

/// The first part behind the drums.
const BASS: usize = 1;

/// An instruction, as its note tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub at: Tick,
    pub family: Family,
    /// Depth of the value stack before the instruction.
    pub depth: u16,
    pub frame_depth: u16,
}

/// All that a piece tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub key: Key,
    /// In the order in which they are heard.
    pub instructions: Vec<Heard>,
    /// Notes which the style cannot have written; they are passed over.
    pub strangers: usize,
}

/// Hears a piece in a style where every instruction is a note; `None` if it is no such style, or if the piece does not
/// begin with its tuning figure.
pub fn instructions(song: &Song, style: &Mapping) -> Option<Told> {
    let key = key_of(song, style)?;
    let channels = channels(style.seats().iter().map(|seat| (seat.instrument, seat.channel)));
    let mut told = Told { key, instructions: Vec::new(), strangers: 0 };
    let mut frame_depth = 0i64;
    let (_, music) = song.notes.split_at(tuning(key).len());
    for together in music.chunk_by(|a, b| sixteenth(a.at) == sixteenth(b.at)) {
        // The strokes first: what they count is counted before the note they are struck with.
        let mut deeper = 0;
        for stroke in together.iter().filter(|note| note.channel == Channel::DRUMS) {
            match counted(stroke, style) {
                Some((Count::Entered, count)) => frame_depth += count,
                Some((Count::Left, count)) => frame_depth -= count,
                Some((Count::Deeper, count)) => deeper += count,
                None if style.steady().any(|drum| drum == stroke.pitch) => {}
                None => told.strangers += 1,
            }
        }
        for note in together.iter().filter(|note| note.channel != Channel::DRUMS) {
            let voice = style.voices().zip(&channels[BASS..]).find(|(_, channel)| **channel == note.channel).map(|(voice, _)| voice);
            let depth = voice.and_then(|(_, seat)| depth(style, seat, note, key)).map(|depth| i64::from(depth) + deeper);
            match (voice, depth.map(u16::try_from), u16::try_from(frame_depth)) {
                (Some((family, _)), Some(Ok(depth)), Ok(frame_depth)) => {
                    told.instructions.push(Heard { at: note.at, family, depth, frame_depth });
                }
                _ => told.strangers += 1,
            }
        }
    }
    Some(told)
}

/// The key, out of the tuning figure; `None` where there is none.
pub(super) fn key_of(song: &Song, style: &Mapping) -> Option<Key> {
    if !style.is_lossless() {
        return None;
    }
    let bass = *channels(style.seats().iter().map(|seat| (seat.instrument, seat.channel))).get(BASS)?;
    let keys = [Mode::Major, Mode::Minor].into_iter().flat_map(|mode| (0..12).filter_map(move |tonic| Key::new(tonic, mode)));
    let (figure, music) = song.notes.split_at_checked(tuning(Key::A_MINOR).len())?;
    let first = figure.first()?.at;
    let is_at = |note: &Struck, since: u32| sixteenth(note.at) == sixteenth(first) + since / TICKS_PER_SIXTEENTH;
    let is_in_place = figure
        .iter()
        .zip(0..)
        .all(|(note, index)| note.channel == bass && note.velocity.value() == TUNING_VELOCITY && is_at(note, index * TUNING_STEP.0));
    let goes_on = music.first().is_some_and(|note| is_at(note, TICKS_PER_BAR));
    let mut keys = keys.filter(|&key| figure.iter().map(|note| note.pitch).eq(tuning(key)));
    if is_in_place && goes_on { keys.next() } else { None }
}

/// The nearest sixteenth: another program may have rounded to a coarse resolution.
fn sixteenth(at: Tick) -> u32 {
    at.0.saturating_add(TICKS_PER_SIXTEENTH / 2) / TICKS_PER_SIXTEENTH
}

/// What a drum stroke counts, and how many.
fn counted(note: &Struck, style: &Mapping) -> Option<(Count, i64)> {
    let stroke = style.strokes().find(|stroke| stroke.drum == note.pitch)?;
    let count = note.velocity.value().checked_sub(STROKE_VELOCITY)?;
    Some((stroke.counts, i64::from(count) * i64::from(stroke.worth)))
}

/// The depth of the value stack that a note tells by itself.
fn depth(style: &Mapping, seat: &Seat, note: &Struck, key: Key) -> Option<u16> {
    let above = i32::from(note.pitch.number()) - base_of(key) - 12 * seat.octave;
    let step = (0..ROUND).find(|&step| style.step(key.mode, i32::from(step)) == above)?;
    let louder = note.velocity.value().checked_sub(Velocity::nearest(seat.velocity).value())?;
    let round = u16::from(louder / VELOCITY_A_ROUND);
    (round < ROUNDS).then_some(round * ROUND + step)
}
