//! What a player does unasked: keeps its stream supplied, sees whether the device still draws, and says
//! farewell.

use std::time::{Duration, Instant};

use super::Health;
use super::outlet::Outlet;
use super::piece::PieceId;
use super::player::Player;
use super::position::Heard;
use super::shared::Start;
use super::stream::Voices;
use crate::music::Tick;

/// Longest time given to the last sound when the player is dropped: twice what it takes on a device that
/// works.
const FAREWELL: Duration = Duration::from_millis(300);

/// Time in which voices fade when they are hushed, in milliseconds: what `Synth::hush` promises, and the
/// synth's own latency.
const FADING_MS: u64 = 30;

impl<V: Voices> Player<V> {
    /// Keeps the stream supplied. To be called every few milliseconds, by whoever owns the player; if it
    /// is not for half a second, the music waits.
    pub fn advance(&mut self) {
        let now = self.look();
        if self.supply.is_astray(now) {
            // It turned, just before a command that meant to prevent that, or did not know of it.
            self.heard.set(Heard::default());
            self.tell_again(now, self.tempo);
        }
        self.supply.send(&mut self.shelf, &self.agenda);
        if let Outlet::Silent(sink) = &mut self.outlet {
            let mut due = sink.due_frames();
            while due > 0 {
                let now = due.min(u64::from(self.supply.sample_rate_hz / 8));
                sink.draw(now);
                due -= now;
                self.supply.send(&mut self.shelf, &self.agenda);
            }
        }
        if let Some(loss) = self.outlet.loss(self.supply.rendered_frames(), &mut self.pull) {
            self.go_silent(format!("{loss}; the music goes on unheard"));
        }
    }

    /// Goes on by a silent clock, from where the music was.
    fn go_silent(&mut self, why: String) {
        self.look();
        let at = self.position();
        let was_halted = self.supply.is_halted();
        // The lost stream gives back what it recorded to.
        self.outlet = Outlet::Elsewhere;
        let taps: Vec<_> = self.supply.idle_taps().collect();
        let (outlet, supply) = Outlet::silent(self.sample_rate_hz());
        let mix = std::mem::replace(&mut self.supply, supply).mix;
        self.supply.mix = mix;
        self.outlet = outlet;
        self.loss = Some(why);
        self.supply.set_paused(self.is_paused);
        taps.into_iter().filter(|tap| !tap.is_stopped()).for_each(|tap| self.supply.record(tap));
        self.heard.set(Heard::default());
        (self.target, self.has_begun) = (None, false);
        for id in [self.shelf.playing, self.agenda.queued.map(|queued| queued.piece)].into_iter().flatten() {
            let synth = self.shelf.setups(id).map(|setups| self.synth(setups));
            if let Some(slot) = self.shelf.synth(id) {
                *slot = synth;
            }
        }
        if let (Some((id, piece)), false) = (self.shelf.playing(), was_halted) {
            // One that took over and was not heard yet is heard from its start.
            let tick = if at.piece == id { at.tick } else { Tick(0) };
            let (frame, first_cue) = (tick.sample(self.tempo, self.sample_rate_hz()), piece.first_cue_from(tick) as u32);
            self.go_on_from(Start { frame, tempo: self.tempo, first_cue, piece: id });
        }
    }

    pub fn health(&self) -> Health {
        let waited_ms = self.supply.waited_frames() * 1000 / u64::from(self.sample_rate_hz());
        Health { loss: self.loss.clone(), xruns: self.outlet.xruns(), waited_ms }
    }
}

impl<V: Voices> Drop for Player<V> {
    /// Silences what sounds and lets the device play the fading, so that nothing clicks; a device which
    /// is dead is not waited for.
    fn drop(&mut self) {
        let Outlet::Speaker(speaker) = &self.outlet else { return };
        if self.supply.snapshot().is_over {
            return;
        }
        let fading_frames = FADING_MS * u64::from(self.supply.sample_rate_hz) / 1000 + speaker.latency_frames() * 2;
        self.supply.halt(PieceId(u64::MAX));
        let began = Instant::now();
        let mut halted_at = None;
        while began.elapsed() < FAREWELL && speaker.loss().is_none() {
            self.supply.send(&mut self.shelf, &self.agenda);
            let drawn = self.supply.rendered_frames();
            if self.supply.is_followed_by(self.supply.snapshot()) && drawn >= *halted_at.get_or_insert(drawn) + fading_frames {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
