//! What a player does unasked: keeps its stream supplied, sees whether the device still draws, and says
//! farewell.

use std::time::{Duration, Instant};

use super::Health;
use super::midi_out::{LOOK_AHEAD, MidiOut};
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
        self.listen();
        let now = self.look();
        if self.supply.is_astray(now) {
            // It turned, just before a command that meant to prevent that, or did not know of it.
            self.heard.set(Heard::default());
            self.tell_again(now, self.tempo);
        }
        if let Outlet::Silent(sink) = &mut self.outlet {
            // What is due was due before a command that is not sent yet: music that begins now begins now, and not when
            // the player was looked after last.
            let mut due = sink.due_frames();
            while due > 0 {
                let now = due.min(u64::from(self.supply.sample_rate_hz / 8));
                sink.draw(now);
                due -= now;
                if !self.supply.has_news() {
                    self.supply.send(&mut self.shelf, &self.agenda);
                }
            }
        }
        self.supply.send(&mut self.shelf, &self.agenda);
        self.steer();
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
        supply.set_pace(self.supply.pace());
        supply.want_clock(self.supply.wants_clock());
        let mix = std::mem::replace(&mut self.supply, supply).mix;
        self.supply.mix = mix;
        self.outlet = outlet;
        self.loss = Some(why);
        self.plug_in(self.timebase(None, LOOK_AHEAD));
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
        let midi = self.midi.as_ref().map(MidiOut::status).unwrap_or_default();
        Health {
            loss: self.loss.clone(),
            midi_loss: midi.loss,
            midi_late: midi.late,
            input_loss: self.input_loss().or_else(|| self.clock_loss()),
            xruns: self.outlet.xruns(),
            waited_ms,
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::live::agenda::Queued;
    use crate::live::midi_out::FrameClock;
    use crate::live::piece::tick_at;
    use crate::live::{BLOCK_FRAMES, PieceId, Stream};
    use crate::music::{Instrument, Level, Pan, Patch, Pitch, Tempo, Velocity};
    use crate::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};
    use crate::score::Score;
    use crate::synth::Synth;

    const RATE: u32 = 8_000;

    fn quarters() -> Performance {
        let channel = Channel::new(0).unwrap();
        let pitch = Pitch::new(60).unwrap();
        let on = CueKind::On { pitch, velocity: Velocity::nearest(90.0), note: 0 };
        let cues = (0..64)
            .flat_map(|number| {
                let at = Tick(number * 480);
                [Cue { at, channel, kind: on }, Cue { at: Tick(at.0 + 400), channel, kind: CueKind::Off { pitch } }]
            })
            .collect();
        let setups = vec![ChannelSetup {
            channel,
            name: "melody",
            instrument: Instrument::Melodic(Patch::ELECTRIC_PIANO),
            pan: Pan::CENTRE,
            level: Level::USUAL,
        }];
        Performance { setups, cues, end: Tick::of_bar(16), ..crate::perform::perform(&Score::silence("quarters")) }
    }

    fn draw(stream: &mut Stream, blocks: u32) {
        stream.take(blocks as usize * BLOCK_FRAMES * 2).for_each(drop);
    }

    /// A player whose next piece has been told to take over within 20 blocks.
    fn just_before_a_swap() -> (Player<Synth>, Stream, PieceId, PieceId) {
        let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
        let first = player.play(&quarters());
        let second = player.queue_late(&mut stream);
        (player, stream, first, second)
    }

    impl Player<Synth> {
        fn queue_late(&mut self, stream: &mut Stream) -> PieceId {
            // At 120 quarters a minute a bar is 16000 frames: 250 blocks.
            draw(stream, 1);
            for _ in 0..229 {
                self.advance();
                draw(stream, 1);
            }
            self.queue(&quarters(), true, None)
        }
    }

    fn goes_on(player: &mut Player<Synth>, stream: &mut Stream, piece: PieceId) {
        draw(stream, 1);
        player.advance();
        let before = player.position();
        for _ in 0..40 {
            draw(stream, 1);
            player.advance();
        }
        let after = player.position();
        assert_eq!((after.piece, after.is_starved, after.awaits), (piece, false, None));
        assert!((after.piece, after.tick) > (before.piece, before.tick), "{before:?} {after:?}");
    }

    /// The device draws after the player has looked where the stream is, and before its command is there.
    #[test]
    fn a_turn_that_comes_just_before_a_command_is_noticed() {
        let (mut player, mut stream, first, second) = just_before_a_swap();
        let now = player.supply.snapshot();
        let piece = player.shelf.get(first).unwrap();
        player.supply.tell_again(now, Tempo::nearest(150.0), piece, second);
        draw(&mut stream, 30);
        goes_on(&mut player, &mut stream, second);
        assert_eq!(player.position().tempo, quarters().tempo);
    }

    /// A command that comes too late for the bar line which it was meant for.
    #[test]
    fn a_turn_that_is_told_too_late_goes_on_where_it_would_be() {
        let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
        let first = player.play(&quarters());
        for _ in 0..230 {
            player.advance();
            draw(&mut stream, 1);
        }
        let now = player.supply.snapshot();
        let second = player.learn(&quarters(), true);
        player.agenda.queued = Some(Queued { piece: second, tempo: quarters().tempo, at: Tick(0) });
        player.place_queued(now.frame, now.tempo);
        player.supply.tell_again(now, now.tempo, player.shelf.get(first).unwrap(), second);
        draw(&mut stream, 30);
        for _ in 0..20 {
            player.advance();
            draw(&mut stream, 1);
        }
        // 280 blocks less one bar, less what is not heard yet.
        let (rendered, latency) = (30 * BLOCK_FRAMES as u64, Synth::LATENCY_FRAMES as u64);
        let position = player.position();
        assert_eq!((position.piece, position.tick), (second, tick_at(rendered - latency, quarters().tempo, RATE)));
        assert_eq!(player.health().waited_ms, 0);
    }

    #[test]
    fn a_seek_into_a_piece_that_has_just_gone_leaves_the_next_alone() {
        let (mut player, mut stream, first, second) = just_before_a_swap();
        let start = Start { frame: 4000, tempo: player.tempo, first_cue: 0, piece: first };
        player.target = Some(start);
        player.supply.start(start, second);
        draw(&mut stream, 30);
        goes_on(&mut player, &mut stream, second);
    }

    #[test]
    fn a_piece_that_began_just_before_it_was_replaced_gives_way_at_the_next_bar_line() {
        let (mut player, mut stream, first, second) = just_before_a_swap();
        let now = player.supply.snapshot();
        let third = player.queue(&quarters(), true, None);
        // As though this had been decided before the stream turned.
        let piece = player.shelf.get(first).unwrap();
        player.supply.tell_again(now, player.tempo, piece, second);
        draw(&mut stream, 30);
        player.advance();
        for _ in 0..20 {
            draw(&mut stream, 1);
            player.advance();
        }
        assert!([second, third].contains(&player.position().piece));
        for _ in 0..300 {
            draw(&mut stream, 1);
            player.advance();
        }
        goes_on(&mut player, &mut stream, third);
    }

    /// A clock that stands where it is put.
    struct ByHand(AtomicU64);

    impl FrameClock for ByHand {
        fn sample_rate_hz(&self) -> u32 {
            RATE
        }

        fn frames(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    /// What had passed since the last look was once played all at once, and a port heard the first beats in a heap.
    #[test]
    fn what_is_begun_on_the_silent_clock_begins_then() {
        let clock = Arc::new(ByHand(AtomicU64::new(0)));
        let (mut player, _) = Player::<Synth>::unplugged(RATE);
        (player.outlet, player.supply) = Outlet::wound(Arc::clone(&clock) as Arc<dyn FrameClock>);
        // A program is waited for, and nobody looks after the player.
        clock.0.store(70 * BLOCK_FRAMES as u64, Ordering::Relaxed);
        player.play(&quarters());
        clock.0.fetch_add(10 * BLOCK_FRAMES as u64, Ordering::Relaxed);
        player.advance();
        assert_eq!(player.supply.snapshot().frame, 10 * BLOCK_FRAMES as u64);
        assert_eq!(player.supply.rendered_frames(), 80 * BLOCK_FRAMES as u64);
    }

    #[test]
    fn where_the_device_is_lost_the_queued_piece_and_the_recording_go_on() {
        let (mut player, mut stream, first, second) = just_before_a_swap();
        let mut recording = player.record();
        draw(&mut stream, 1);
        drop(stream);
        player.go_silent("gone".to_owned());
        assert!(!recording.is_over());
        let began = Instant::now();
        let mut pieces = Vec::new();
        while !pieces.iter().any(|(_, piece)| *piece == second) {
            player.advance();
            recording.pieces(&mut pieces);
            assert!(began.elapsed() < Duration::from_secs(60), "it never took over: {:?}", player.position());
        }
        assert_eq!(pieces.first().map(|(_, piece)| *piece), Some(first));
        let (mut strokes, mut samples) = (Vec::new(), Vec::new());
        recording.strokes(&mut strokes);
        recording.samples(&mut samples);
        assert!(strokes.is_sorted_by_key(|stroke| stroke.frame));
        assert!(samples.iter().any(|sample| sample.abs() > 0.01));
    }
}
