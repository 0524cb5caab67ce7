//! How the player follows a foreign MIDI clock: it plays a little faster while it is behind, and jumps where the
//! clock does. What the clock means is known elsewhere.

use std::time::Instant;

use super::follower::{Follower, Order};
use super::outlet::Outlet;
use super::pace::Pace;
use super::player::Player;
use super::pulse::{CLOCKS_PER_QUARTER, ClockMessage, TICKS_PER_CLOCK};
use super::stream::Voices;
use crate::music::{Tempo, Tick};

/// Time in which a lag shrinks to a third, in seconds. In less the tempo wavers with what is left of the jitter; in
/// more a new tempo is followed later.
const CATCHES_UP_S: f64 = 0.4;

/// How much faster or slower than the clock, at most, to catch up: a quarter is still heard as the same rhythm.
const HASTE: f64 = 0.25;

/// A lag that is not caught up but left: whole quarters, of which each sounds as well as the next.
const LEFT: f64 = CLOCKS_PER_QUARTER as f64;

/// How far the tempo must be from the one that is shown to show another, so that it does not flicker.
const SHOWN: f64 = 0.6;

pub struct Following {
    follower: Follower,
    began: Instant,
    /// What the music had travelled when the clock's song, or what counts as one, began; in clocks. None until
    /// both are under way.
    anchor: Option<f64>,
    /// The jump on its way is one of the clock's own.
    is_ordered: bool,
    shown: Option<Tempo>,
    is_lost: bool,
}

impl<V: Voices> Player<V> {
    /// From now on the music goes with a foreign clock, as far as [`Self::hear_clock`] is told of one.
    pub fn follow_clock(&mut self) {
        self.following = Some(Following {
            follower: Follower::new(),
            began: Instant::now(),
            anchor: None,
            is_ordered: false,
            shown: None,
            is_lost: false,
        });
    }

    /// A moment in seconds on the clock that the player goes by: the frames that were drawn, where that is the
    /// only clock.
    pub fn clock_s(&self, at: Instant) -> f64 {
        match (&self.outlet, &self.following) {
            (Outlet::Speaker(_) | Outlet::Silent(_), Some(following)) => at.saturating_duration_since(following.began).as_secs_f64(),
            _ => self.seconds(self.supply.rendered_frames()),
        }
    }

    /// Takes what a foreign clock said at this moment, in seconds as [`Self::clock_s`] tells them.
    pub fn hear_clock(&mut self, said: ClockMessage, at_s: f64) {
        let Some(following) = &mut self.following else { return };
        let Some(order) = following.follower.hear(said, at_s) else { return };
        match order {
            Order::Go { from } => {
                self.go_to_clock(from);
                self.pause(false);
            }
            Order::Wait { at } => self.go_to_clock(at),
            Order::GoOn => self.pause(false),
            Order::Halt => self.pause(true),
        }
    }

    fn go_to_clock(&mut self, clock: u32) {
        self.seek(Tick(clock.saturating_mul(TICKS_PER_CLOCK)));
        if let Some(following) = &mut self.following {
            following.is_ordered = true;
        }
    }

    /// The music jumps for a reason of its own: what it is to be level with is to be found again.
    pub(super) fn lose_the_beat(&mut self) {
        if let Some(following) = &mut self.following {
            (following.anchor, following.is_ordered) = (None, false);
        }
    }

    /// Sets the pace by how far the music is behind the clock. To be called whenever the stream may have moved.
    pub(super) fn steer(&mut self) {
        let now_s = self.clock_s(Instant::now());
        // What was rendered last is heard then.
        let front_s = now_s + self.ahead_s();
        let (now, travelled) = self.supply.way_gone();
        let is_moving = self.supply.is_followed_by(now) && !self.is_paused && !now.is_over && !self.supply.is_halted();
        let clocks = f64::from(CLOCKS_PER_QUARTER) / (60.0 * f64::from(self.sample_rate_hz()));
        let travelled = travelled as f64 * clocks;
        let position = now.frame as f64 * f64::from(now.tempo.quarters_per_minute()) * clocks;

        let Some(following) = &mut self.following else { return };
        let follower = &following.follower;
        following.is_lost = follower.is_lost(now_s);
        let Some(quarters_per_minute) = follower.quarters_per_minute() else { return };
        let mut lag = 0.0;
        if let (Some(place), true) = (follower.place(front_s), is_moving) {
            // Without a song all clocks are alike.
            let alike = if follower.knows_song() { LEFT } else { 1.0 };
            let is_new = following.anchor.is_none();
            let mut anchor = following.anchor.unwrap_or(travelled - position);
            lag = place - (travelled - anchor);
            if lag.abs() > LEFT || is_new && !following.is_ordered {
                let left = alike * (lag / alike).round();
                anchor -= left;
                lag -= left;
            }
            following.anchor = Some(anchor);
        }
        let per_second = quarters_per_minute * f64::from(CLOCKS_PER_QUARTER) / 60.0;
        let haste = (lag / (CATCHES_UP_S * per_second)).clamp(-HASTE, HASTE);
        if following.shown.is_none_or(|shown| (quarters_per_minute - f64::from(shown.quarters_per_minute())).abs() > SHOWN) {
            following.shown = Some(Tempo::nearest(quarters_per_minute));
        }
        self.supply.set_pace(Some(Pace::nearest(quarters_per_minute * (1.0 + haste))));
    }

    fn seconds(&self, frames: u64) -> f64 {
        frames as f64 / f64::from(self.sample_rate_hz())
    }

    /// Seconds until what is rendered now is heard.
    fn ahead_s(&self) -> f64 {
        let device_s = match &self.outlet {
            Outlet::Silent(sink) => self.seconds(self.supply.rendered_frames()) - sink.open_s(),
            _ => self.seconds(self.unheard_frames()),
        };
        device_s + self.seconds(V::LATENCY_FRAMES)
    }

    /// The tempo of the foreign clock that leads the music, once one is heard. That of the music cannot be set then.
    pub fn led(&self) -> Option<Tempo> {
        self.following.as_ref()?.shown
    }

    /// One line if the foreign clock ceased to arrive.
    pub(super) fn clock_loss(&self) -> Option<String> {
        let following = self.following.as_ref().filter(|following| following.is_lost)?;
        let tempo = following.shown?.quarters_per_minute();
        Some(format!("the MIDI clock is silent; the music goes on at {tempo} bpm"))
    }
}
