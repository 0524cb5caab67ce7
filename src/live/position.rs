//! Where the music is, as it is heard.

use super::pace::Stride;
use super::piece::{PieceId, tick_at};
use super::player::Player;
use super::shared::Snapshot;
use super::stream::Voices;
use crate::music::{Tempo, Tick};

/// Where the music is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The piece that is heard now; the default where there was none yet.
    pub piece: PieceId,
    /// The moment of that piece which is heard now.
    pub tick: Tick,
    /// As it is heard: a foreign clock's, where one leads.
    pub tempo: Tempo,
    /// A foreign clock leads, and has the tempo.
    pub is_led: bool,
    /// Frames the device has drawn since it was opened, music or none.
    pub drawn_frames: u64,
    pub is_paused: bool,
    /// The next cues are not there yet: the music stands still and goes on when they come.
    pub is_starved: bool,
    /// Nothing is left to be played, and all has rung out.
    pub is_over: bool,
    /// A piece that takes over, and is not heard yet.
    pub awaits: Option<PieceId>,
}

/// What was last told to be heard: however unevenly a device draws, and when the tempo changes, the position
/// does not step back. Legs count up on the way that the music takes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard {
    /// The number which its leg had first.
    pub leg: u32,
    pub tick: Tick,
    pub piece: PieceId,
    /// Where it differs from what was commanded last: a piece is heard that plays no more.
    pub tempo: Option<Tempo>,
}

impl<V: Voices> Player<V> {
    pub fn position(&self) -> Position {
        let now = self.supply.snapshot();
        let is_followed = self.supply.is_followed_by(now);
        let heard = self.heard_at(now);
        let last = self.heard.get();
        let heard = if (heard.leg, heard.tick) < (last.leg, last.tick) { last } else { heard };
        self.heard.set(heard);
        let awaits_playing = self.shelf.playing.filter(|&playing| heard.piece < playing);
        Position {
            piece: heard.piece,
            tick: heard.tick,
            tempo: self.led().or(heard.tempo.filter(|_| awaits_playing.is_some())).unwrap_or(self.tempo),
            is_led: self.led().is_some(),
            drawn_frames: self.supply.rendered_frames(),
            is_paused: self.is_paused,
            is_starved: now.is_starved && is_followed,
            is_over: now.is_over && is_followed,
            awaits: self.agenda.queued.map(|queued| queued.piece).or(awaits_playing),
        }
    }

    fn heard_at(&self, now: Snapshot) -> Heard {
        let rate = self.sample_rate_hz();
        if let Some(start) = self.unfollowed(now) {
            let tick = tick_at(start.frame, start.tempo, rate);
            return Heard { leg: self.supply.base_leg(), tick, piece: start.piece, tempo: Some(start.tempo) };
        }
        // What is rendered, less what the synth and the device hold back.
        let held_back = match now.is_over {
            true => 0,
            false => (V::LATENCY_FRAMES + self.unheard_frames()).saturating_sub(self.supply.standing_frames()),
        };
        let held_back = Stride::of(self.supply.pace(), now.tempo).scaled(held_back);
        self.supply.legs.back(now, held_back).map_or(Heard::default(), |place| Heard {
            leg: place.root,
            tick: tick_at(place.frame, place.tempo, rate),
            piece: place.piece,
            tempo: Some(place.tempo),
        })
    }

    pub(super) fn unheard_frames(&self) -> u64 {
        self.outlet.unheard_frames(self.supply.rendered_frames(), self.sample_rate_hz(), &self.pull)
    }

    /// The newest samples that are heard now, the mean of both sides, the oldest first; zeros for what was
    /// not rendered, or so long ago that it is forgotten (a second).
    pub fn scope(&self, samples: &mut [f32]) {
        self.supply.scope(self.supply.rendered_frames().saturating_sub(self.unheard_frames()), samples);
    }
}
