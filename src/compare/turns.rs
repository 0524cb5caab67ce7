//! One after the other: a bar of the left, a bar of the right, with one band.

use super::sounding::{Sounding, behind, cues, soundings};
use super::{Unlike, agree, in_order, signed};
use crate::music::{TICKS_PER_BAR, Tick, Ticks};
use crate::perform::Performance;
use crate::score::{Harmony, State, Text};

/// Where the bars of one piece are in the piece of both.
#[derive(Debug, Clone, Copy)]
struct Places {
    bars: u32,
    /// Bars in which they take turns: as many as the shorter has. Then the longer goes on alone.
    shared: u32,
    /// 0 for who begins.
    turn: u32,
}

impl Places {
    fn of_bar(self, bar: u32) -> u32 {
        if bar < self.shared { 2 * bar + self.turn } else { self.shared + bar }
    }

    /// A moment, kept in its bar. What comes at the very end or later comes at the end of the last bar.
    fn of_tick(self, at: Tick) -> Tick {
        let at = at.min(Tick::of_bar(self.bars));
        let bar = at.bar().min(self.bars.saturating_sub(1));
        Tick::of_bar(self.of_bar(bar)) + (at - Tick::of_bar(bar))
    }

    /// The end of the run of bars from `bar` on which no bar of the other interrupts. Behind the last turn of the second
    /// nobody does.
    fn end_of_run(self, bar: u32) -> Tick {
        Tick::of_bar(if bar + self.turn < self.shared { bar + 1 } else { self.bars })
    }

    /// What is heard of a note. It ends with its bar where the other's turn comes. A state that lasts through the whole
    /// of the next bar of its own is struck again in it; what only rings on into it is not, or it would be counted
    /// twice.
    fn of_note(self, note: Sounding) -> Vec<Sounding> {
        let mut heard = Vec::new();
        let mut from = note.at;
        loop {
            let to = note.end.min(self.end_of_run(from.bar()));
            let at = self.of_tick(from);
            heard.push(Sounding { at, end: at + (to - from), ..note });
            if !note.cause.is_state || (note.end - to) < Ticks(TICKS_PER_BAR) {
                return heard;
            }
            from = to;
        }
    }

    fn of_text(self, text: Text) -> Text {
        Text { at: self.of_tick(text.at), ..text }
    }
}

/// One piece of two, in alternate bars; the left begins. Where one has ended the other goes on alone, bar after bar.
/// `left_codes` is the count of the left's code objects.
///
/// The bars of an ending tell nothing: where others follow, their states are those of an empty bar.
pub fn turns(left: &Performance, right: &Performance, left_codes: u32) -> Result<Performance, Unlike> {
    agree(left, right)?;
    if left.setups != right.setups {
        return Err(Unlike::Bands);
    }
    let (left_bars, right_bars) = (bars(left), bars(right));
    let shared = left_bars.min(right_bars);
    let (ours, theirs) = (Places { bars: left_bars, shared, turn: 0 }, Places { bars: right_bars, shared, turn: 1 });
    let notes = soundings(left).into_iter().flat_map(|note| ours.of_note(note));
    let notes = notes.chain(behind(soundings(right), left_codes).flat_map(|note| theirs.of_note(note)));
    let (cues, causes) = cues(notes.collect());
    let texts = |of: fn(&Performance) -> &[Text]| {
        let placed = |piece, places: Places| of(piece).iter().map(move |text| places.of_text(signed(piece, text)));
        in_order(placed(left, ours), placed(right, theirs))
    };
    Ok(Performance {
        title: format!("{} / {}", left.title, right.title),
        tempo: left.tempo,
        key: left.key,
        setups: left.setups.clone(),
        cues,
        causes,
        harmony: harmony(&[(left, ours), (right, theirs)]),
        markers: texts(|piece| &piece.markers),
        remarks: texts(|piece| &piece.remarks),
        states: states(&[(left, ours), (right, theirs)]),
        end: Tick::of_bar(left_bars + right_bars),
    })
}

/// Bars of a piece, the last one whole.
fn bars(piece: &Performance) -> u32 {
    piece.end.0.div_ceil(TICKS_PER_BAR)
}

/// Chords of both. In each bar the one that holds from before is told again, as the other's lay between.
fn harmony(pieces: &[(&Performance, Places)]) -> Vec<Harmony> {
    let mut told: Vec<Harmony> = Vec::new();
    for (piece, places) in pieces {
        let ends = piece.harmony.iter().skip(1).map(|next| next.at).chain([Tick::of_bar(places.bars)]);
        for (held, end) in piece.harmony.iter().zip(ends) {
            let bars = (held.at.bar() + 1..places.bars).map(Tick::of_bar).take_while(|at| *at < end);
            told.extend([held.at].into_iter().chain(bars).map(|at| Harmony { at: places.of_tick(at), ..*held }));
        }
    }
    told.sort_by_key(|harmony| harmony.at);
    told.dedup_by_key(|harmony| (harmony.key, harmony.chord));
    told
}

fn states(pieces: &[(&Performance, Places)]) -> Vec<State> {
    let mut told: Vec<(u32, State)> =
        pieces.iter().flat_map(|(piece, places)| (0..).zip(&piece.states).map(|(bar, &state)| (places.of_bar(bar), state))).collect();
    told.sort_by_key(|(bar, _)| *bar);
    let mut states = Vec::new();
    for (bar, state) in told {
        states.resize(bar as usize, State::default());
        states.push(state);
    }
    states
}
