//! The states of each bar heard back from what is struck in it, in the styles in which a band plays.

use crate::compose::{Mapping, Signs, Tally};
use crate::music::{TICKS_PER_BAR, TICKS_PER_SIXTEENTH, Tick};
use crate::perform::{Channel, channels};
use crate::score::{State, Work};

use super::{Song, Struck};

/// Hears the states of every bar of a piece in `style`, its ending left out; `None` if the
/// style has no band, or if a bar holds what the style never writes.
pub fn bars(song: &Song, style: &Mapping) -> Option<Vec<State>> {
    let signs = style.signs()?;
    let channels = channels(style.seats().iter().map(|seat| (seat.instrument, seat.channel)));
    // The last bar in which anything is struck is the ending, which only rings on.
    let count = nearest(song.notes.last()?.at).bar();
    (0..count)
        .map(|bar| {
            let from = song.notes.partition_point(|note| nearest(note.at).bar() < bar);
            let to = song.notes.partition_point(|note| nearest(note.at).bar() <= bar);
            Bar { notes: &song.notes[from..to], channels: &channels, signs }.state()
        })
        .collect()
}

/// The nearest sixteenth: another program may have rounded to a coarse resolution.
fn nearest(at: Tick) -> Tick {
    Tick(at.0.saturating_add(TICKS_PER_SIXTEENTH / 2) / TICKS_PER_SIXTEENTH * TICKS_PER_SIXTEENTH)
}

/// What is struck in a bar.
struct Bar<'a> {
    notes: &'a [Struck],
    channels: &'a [Channel],
    signs: &'a Signs,
}

impl Bar<'_> {
    fn state(&self) -> Option<State> {
        let signs = self.signs;
        let step = |count: &Tally| {
            let strokes = self.strokes(count);
            count.strokes.iter().position(|&wanted| wanted == strokes).map(|step| step as u8)
        };
        let [one, other] = &signs.activity;
        Some(State {
            turning: step(&signs.turning)?,
            frame_depth: step(&signs.frame_depth)? + self.octave_deeper(),
            calling: step(&signs.calling)?,
            calling_c: step(&signs.calling_c)?,
            allocating: step(&signs.allocating)?,
            releases: self.strokes(&signs.releases) > 0,
            collected: self.collected()?,
            raised: step(&signs.raised)?,
            warmth: step(&signs.warmth)?,
            falls: step(&signs.falls)?,
            activity: step(if self.strokes(one) > 0 { one } else { other })?,
            work: self.work(),
        })
    }

    fn of_part(&self, part: usize) -> impl Iterator<Item = &Struck> {
        self.notes.iter().filter(move |note| note.channel == self.channels[part])
    }

    fn strokes(&self, count: &Tally) -> u32 {
        let is_one = |note: &&Struck| count.drums.is_empty() || count.drums.contains(&note.pitch);
        self.of_part(count.part).filter(is_one).filter(|note| slot(note) < count.before).count() as u32
    }

    /// Frames that the register of the bass tells.
    fn octave_deeper(&self) -> u8 {
        let first = self.of_part(self.signs.frame_depth.part).next();
        let is_deep = first.zip(self.signs.deep_bass).is_some_and(|(note, deep)| note.pitch < deep);
        if is_deep { 2 } else { 0 }
    }

    /// The generation collected, if any was; `None` if it cannot be told.
    fn collected(&self) -> Option<Option<u8>> {
        let Some(swell) = self.of_part(self.signs.collector).next() else { return Some(None) };
        self.signs.collected.iter().position(|&wanted| wanted == slot(swell)).map(|generation| Some(generation as u8))
    }

    /// Those who wait for generators answer on the flute, so that suspending is told by the clarinet.
    fn work(&self) -> Option<Work> {
        let leads = |work: &Work| self.of_part(self.signs.part_of(*work)).next().is_some();
        [Work::Suspend].into_iter().chain(Work::ALL).find(leads)
    }
}

fn slot(note: &Struck) -> u32 {
    nearest(note.at).0 % TICKS_PER_BAR / TICKS_PER_SIXTEENTH
}
