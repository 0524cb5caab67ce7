//! What is to come: where the music that plays will jump, and to where. Counts in ticks and knows nothing
//! of what the stream has been told.

use std::ops::Range;

use super::legs::Leg;
use super::piece::{Piece, PieceId, bar_line_from};
use super::shared::Start;
use crate::music::{TICKS_PER_SIXTEENTH, Tempo, Tick};

/// Shortest stretch that is played round and round, in ticks: shorter ones are no rhythm but a tone, and
/// each costs a message.
const SHORTEST: u32 = TICKS_PER_SIXTEENTH;

#[derive(Default)]
pub struct Agenda {
    /// Takes over from the piece that plays.
    pub queued: Option<Queued>,
    /// The stretch of a piece to which it keeps.
    pub keeps_to: Option<(PieceId, Range<Tick>)>,
    pub repeats: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Queued {
    pub piece: PieceId,
    pub tempo: Tempo,
    /// Where it takes over.
    pub at: Tick,
}

/// The end of a leg and what comes then.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    pub at: Tick,
    pub to: Start,
}

impl Agenda {
    /// Where a piece begins anew, and where it goes on then.
    fn round(&self, id: PieceId, piece: &Piece) -> Option<(Tick, Tick)> {
        if let Some((_, span)) = self.keeps_to.as_ref().filter(|(whose, _)| *whose == id) {
            return Some((span.end, span.start));
        }
        let is_round = self.repeats && piece.is_whole && !piece.cues.is_empty();
        is_round.then(|| (piece.end.max(Tick(SHORTEST)), Tick(0)))
    }

    /// Chooses where the queued piece takes over, if the piece that plays is now at `frame`: at the next bar
    /// line, or where it begins anew before that, or at once if it has reached its end.
    pub fn place_queued(&mut self, id: PieceId, piece: &Piece, frame: u64, tempo: Tempo, sample_rate_hz: u32) {
        let Some(queued) = self.queued else { return };
        let line = bar_line_from(frame, tempo, sample_rate_hz);
        let has_ended = piece.is_whole && piece.end.sample(tempo, sample_rate_hz) == frame;
        let ends = has_ended.then_some(piece.end);
        let jumps = self.round(id, piece).map(|(at, _)| at).filter(|at| at.sample(tempo, sample_rate_hz) >= frame);
        let at = [ends, jumps].into_iter().flatten().fold(line, Tick::min);
        self.queued = Some(Queued { at, ..queued });
    }

    /// Where a leg ends, if it does.
    pub fn turn(&self, leg: &Leg, piece: &Piece, sample_rate_hz: u32) -> Option<Turn> {
        if let Some(queued) = self.queued.filter(|queued| queued.piece != leg.piece) {
            let to = Start { frame: 0, tempo: queued.tempo, first_cue: 0, piece: queued.piece };
            return Some(Turn { at: queued.at, to });
        }
        let (at, to) = self.round(leg.piece, piece)?;
        let is_ahead = at.sample(leg.tempo, sample_rate_hz) >= leg.begins;
        // Of a piece that grows, what comes before the jump must be known first.
        let is_known = piece.is_whole || at <= piece.end;
        let start = Start {
            frame: to.sample(leg.tempo, sample_rate_hz),
            tempo: leg.tempo,
            first_cue: piece.first_cue_from(to) as u32,
            piece: leg.piece,
        };
        (is_ahead && is_known).then_some(Turn { at, to: start })
    }
}

/// A span that can be played round and round.
pub fn span(span: Range<Tick>) -> Range<Tick> {
    span.start..span.end.max(Tick(span.start.0.saturating_add(SHORTEST)))
}
