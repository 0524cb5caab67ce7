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
const CATCHES_UP_S: f64 = 0.3;

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
    /// The next jump is one of the clock's own, and so was the last.
    orders: bool,
    is_ordered: bool,
    /// It was told where to go, perhaps long ago: the first look says where that has come to.
    goes_after: bool,
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
            orders: false,
            is_ordered: false,
            goes_after: false,
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

    /// From now on the music is heard at this pace, or as it is written. While a foreign clock leads, that sets it.
    pub fn set_pace(&mut self, pace: Option<Pace>) {
        self.supply.set_pace(pace);
    }

    /// Takes what a foreign clock said at this moment, in seconds as [`Self::clock_s`] tells them.
    pub fn hear_clock(&mut self, said: ClockMessage, at_s: f64) {
        let Some(following) = &mut self.following else { return };
        let Some(order) = following.follower.hear(said, at_s) else { return };
        match order {
            Order::Go { from } => {
                following.goes_after = true;
                self.go_to_clock(from);
                self.pause(false);
            }
            Order::Wait { at } => self.go_to_clock(at),
            Order::GoOn => self.pause(false),
            Order::Halt => self.pause(true),
        }
    }

    fn go_to_clock(&mut self, clock: u32) {
        if let Some(following) = &mut self.following {
            following.orders = true;
        }
        self.seek(Tick(clock.saturating_mul(TICKS_PER_CLOCK)));
    }

    /// The music jumps for a reason of its own: what it is to be level with is to be found again.
    pub(super) fn lose_the_beat(&mut self) {
        if let Some(following) = &mut self.following {
            (following.anchor, following.is_ordered) = (None, std::mem::take(&mut following.orders));
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
            if std::mem::take(&mut following.goes_after) && lag > LEFT {
                // It was told before anybody listened. Where the music does not reach so far, beats must do.
                return self.go_to_clock(place.ceil() as u32);
            }
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
        let rendered_s = self.seconds(self.supply.rendered_frames());
        let latency_s = self.seconds(V::LATENCY_FRAMES);
        match &self.outlet {
            Outlet::Speaker(_) => self.seconds(self.unheard_frames()) + latency_s,
            // The port takes what is struck at once, and sends it later.
            Outlet::Silent(sink) if self.midi.is_some() => rendered_s - sink.open_s() + self.midi_ahead_s,
            Outlet::Silent(sink) => rendered_s - sink.open_s() + latency_s,
            Outlet::Elsewhere => latency_s,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::midi_out::{Sent, WireEnd};
    use crate::live::{BLOCK_FRAMES, Stream};
    use crate::perform::{Channel, ChannelSetup, CueKind, Performance};
    use crate::score::Score;
    use crate::synth::SoundFont;
    use std::collections::VecDeque;

    const RATE: u32 = 48_000;

    /// Silent voices, so that ten minutes pass quickly.
    struct Mute;

    impl Voices for Mute {
        const LATENCY_FRAMES: u64 = 0;

        fn new(_: u32, _: &[ChannelSetup], _: Option<&SoundFont>) -> Self {
            Self
        }

        fn strike(&mut self, _: Channel, _: CueKind) {}

        fn render(&mut self, _: &mut [f32]) {}

        fn hush(&mut self) {}

        fn is_quiet(&self) -> bool {
            true
        }
    }

    /// Plays silence of so many bars, and its clock comes out.
    struct Sender {
        player: Player<Mute>,
        stream: Stream<Mute>,
        end: WireEnd,
    }

    impl Sender {
        fn new(bars: u32, tempo: Tempo) -> Self {
            let (mut player, stream) = Player::<Mute>::unplugged(RATE);
            let end = player.supply.wire.take().unwrap();
            end.listen();
            player.send_clock(true);
            let silence = crate::perform::perform(&Score::silence("bars"));
            player.play(&Performance { end: Tick::of_bar(bars), tempo, ..silence });
            Self { player, stream, end }
        }

        fn draw(&mut self, frames: u32) {
            for _ in 0..frames.div_ceil(BLOCK_FRAMES as u32) {
                (&mut self.stream).take(BLOCK_FRAMES * 2).for_each(drop);
            }
            self.player.advance();
        }

        /// What the clock said since, each with its frame.
        fn said(&mut self) -> Vec<(u64, ClockMessage)> {
            let stamped = std::iter::from_fn(|| self.end.ring.pop().ok());
            let clock = |sent| match sent {
                Sent::Clock => Some(ClockMessage::Clock),
                Sent::Start => Some(ClockMessage::Start),
                Sent::Stop => Some(ClockMessage::Stop),
                Sent::Continue => Some(ClockMessage::Continue),
                Sent::SongPosition(at) => Some(ClockMessage::SongPosition(at)),
                _ => None,
            };
            stamped.filter_map(|stamped| Some((stamped.frame, clock(stamped.sent)?))).collect()
        }

        /// All but the clocks themselves.
        fn commanded(&mut self) -> Vec<ClockMessage> {
            self.said().into_iter().map(|(_, said)| said).filter(|said| *said != ClockMessage::Clock).collect()
        }
    }

    #[test]
    fn after_ten_minutes_no_clock_of_ours_is_a_frame_off() {
        for tempo in [20, 97, 120, 133, 271, 400].map(|tempo| Tempo::new(tempo).unwrap()) {
            let mut sender = Sender::new(1_100, tempo);
            let mut said = Vec::new();
            for _ in 0..10 * 60 * 10 {
                sender.draw(RATE / 10);
                said.extend(sender.said());
            }
            let (first, clocks) = said.split_first().unwrap();
            assert_eq!(*first, (0, ClockMessage::Start));
            let per_quarter = 60.0 * f64::from(RATE) / f64::from(tempo.quarters_per_minute());
            for (clock, (frame, said)) in clocks.iter().enumerate() {
                assert_eq!(*said, ClockMessage::Clock);
                assert!((clock as f64 * per_quarter / 24.0 - *frame as f64).abs() < 1.0);
            }
            assert!(clocks.len() as u64 >= 10 * 24 * u64::from(tempo.quarters_per_minute()));
        }
    }

    /// The same for all tempos: where a clock falls is worked out from the start, and rounded once.
    #[test]
    fn in_no_whole_tempo_is_a_clock_a_frame_off() {
        for quarters in Tempo::SLOWEST..=Tempo::FASTEST {
            let clocks = 10 * u32::from(quarters) * CLOCKS_PER_QUARTER;
            for rate in [44_100, 48_000, 96_000] {
                let at = Tick(clocks * TICKS_PER_CLOCK).sample(Tempo::new(quarters).unwrap(), rate);
                assert_eq!(at, 600 * u64::from(rate));
            }
        }
    }

    #[test]
    fn who_follows_our_clock_is_told_where_the_music_goes() {
        use ClockMessage::{Continue, SongPosition, Start, Stop};
        // A sixteenth is 6000 frames.
        let mut sender = Sender::new(8, Tempo::nearest(120.0));
        sender.draw(20_000);
        assert_eq!(sender.commanded(), [Start]);
        sender.player.pause(true);
        sender.draw(4_800);
        assert_eq!(sender.commanded(), [Stop]);
        // In the fourth sixteenth: it is continued at the fifth.
        sender.player.pause(false);
        sender.draw(4_800);
        assert_eq!(sender.commanded(), [SongPosition(4), Continue]);
        sender.player.seek(Tick::of_bar(2));
        sender.draw(4_800);
        assert_eq!(sender.commanded(), [Stop, SongPosition(32), Continue]);
        sender.player.set_tempo(Tempo::nearest(130.0));
        sender.draw(4_800);
        assert_eq!(sender.commanded(), []);
        sender.player.set_tempo(Tempo::nearest(120.0));
        sender.player.set_loop(Some(Tick::of_bar(2)..Tick(Tick::of_bar(2).0 + 480)));
        sender.draw(24_000);
        assert_eq!(sender.commanded(), [Stop, SongPosition(32), Continue]);
        sender.player.set_loop(None);
        sender.player.stop();
        sender.draw(4_800);
        assert_eq!(sender.commanded(), [Stop]);
        sender.player.seek(Tick::of_bar(7));
        for _ in 0..30 {
            sender.draw(4_800);
        }
        assert_eq!(sender.commanded(), [SongPosition(112), Continue, Stop]);
        sender.player.send_clock(false);
        sender.player.seek(Tick(0));
        sender.draw(48_000);
        assert_eq!(sender.said(), []);
    }

    /// Our own clock, jittered, is followed by another of us, while the tempo changes again and again.
    #[test]
    fn two_players_stay_together_for_ten_minutes() {
        const PASS: u32 = 512;
        let mut chance = fastrand::Rng::with_seed(3);
        let mut leads = Sender::new(2_000, Tempo::nearest(120.0));
        let (mut follows, mut stream) = Player::<Mute>::unplugged(RATE);
        let silence = crate::perform::perform(&Score::silence("bars"));
        follows.follow_clock();
        follows.play(&Performance { end: Tick::of_bar(2_000), tempo: Tempo::nearest(100.0), ..silence });
        let mut arriving = VecDeque::new();
        let (mut last_arrival, mut settles_at) = (0.0_f64, 2.0);
        let mut tempos = [124, 128, 140, 120, 90, 97, 104, 133, 120, 60, 66, 72, 80, 110, 180, 176, 150, 120].into_iter().cycle();
        for pass in 0..10 * 60 * RATE / PASS {
            let now_s = f64::from(pass * PASS) / f64::from(RATE);
            if pass % (10 * RATE / PASS) == 0 && pass > 0 {
                leads.player.set_tempo(Tempo::new(tempos.next().unwrap()).unwrap());
                settles_at = now_s + 1.5;
            }
            leads.draw(PASS);
            (&mut stream).take(PASS as usize * 2).for_each(drop);
            for (frame, said) in leads.said() {
                let jitter_s = if said == ClockMessage::Clock { 0.003 * (chance.f64() * 2.0 - 1.0) } else { 0.0 };
                last_arrival = last_arrival.max(frame as f64 / f64::from(RATE) + jitter_s);
                arriving.push_back((last_arrival, said));
            }
            while let Some((at_s, said)) = arriving.pop_front_if(|(at_s, _)| *at_s <= now_s + f64::from(PASS) / f64::from(RATE)) {
                follows.hear_clock(said, at_s);
            }
            follows.advance();
            let ticks = leads.player.position().tick.0.abs_diff(follows.position().tick.0);
            assert!(ticks < TICKS_PER_CLOCK || now_s < settles_at, "{ticks} ticks apart after {now_s} seconds");
        }
    }
}
