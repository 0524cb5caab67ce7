//! The endless stream of samples which the device draws from: the audio thread's side. It moves numbers:
//! no lock, no allocation, no printing, nothing freed. It does not know which device draws, nor who sounds.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::band::{Audition, Band, Returns};
use super::midi_out::Wire;
use super::pace::{Fraction, Pace, Stride, in_tempo};
use super::piece::PieceId;
use super::pulse::Pulse;
use super::recording::Tap;
use super::shared::{Body, Message, Section, Shared, Snapshot, Start, TimedCue};
use crate::music::Tempo;
use crate::perform::{Channel, ChannelSetup, CueKind};
use crate::synth::{SoundFont, Synth};

/// Frames rendered at a time. More would be cheaper by little and answer commands later; at 64 a
/// command is heard within 1.5 ms of the next pull. Cues fall on their exact frame all the same.
pub const BLOCK_FRAMES: usize = 64;

/// What a stream strikes cues on. `render` must give the same samples however its calls divide the time.
pub trait Voices: Send + 'static {
    /// Frames from a stroke to its sound.
    const LATENCY_FRAMES: u64;

    /// Where there is a SoundFont, it plays.
    fn new(sample_rate_hz: u32, setups: &[ChannelSetup], font: Option<&SoundFont>) -> Self;
    fn strike(&mut self, channel: Channel, kind: CueKind);
    /// Writes the next frames over `stereo`, left and right by turns.
    fn render(&mut self, stereo: &mut [f32]);
    /// Fades what sounds within a few milliseconds.
    fn hush(&mut self);
    fn is_quiet(&self) -> bool;
}

impl Voices for Synth {
    const LATENCY_FRAMES: u64 = Self::LATENCY_FRAMES as u64;

    fn new(sample_rate_hz: u32, setups: &[ChannelSetup], font: Option<&SoundFont>) -> Self {
        Synth::with_font(sample_rate_hz, setups, font)
    }

    fn strike(&mut self, channel: Channel, kind: CueKind) {
        Synth::strike(self, channel, kind);
    }

    fn render(&mut self, stereo: &mut [f32]) {
        Synth::render(self, stereo);
    }

    fn hush(&mut self) {
        Synth::hush(self);
    }

    fn is_quiet(&self) -> bool {
        Synth::is_quiet(self)
    }
}

/// Ends of the rings which the stream holds.
pub(super) struct Ends<V> {
    pub messages: rtrb::Consumer<Message>,
    /// A synth for each new piece, in their order.
    pub synths: rtrb::Consumer<(PieceId, Box<V>)>,
    pub auditions: rtrb::Consumer<Audition>,
    pub taps: rtrb::Consumer<Box<Tap>>,
    pub shared: Arc<Shared>,
}

/// An endless stereo stream, left and right by turns.
pub struct Stream<V: Voices = Synth> {
    ends: Ends<V>,
    sample_rate_hz: u32,
    band: Band<V>,
    section: Section,
    leg: u32,
    /// The number which that leg had first.
    root: u32,
    stage: Stage,
    tempo: Tempo,
    frame: u64,
    fraction: Fraction,
    /// As the foreign clock has it that is followed.
    pace: Option<Pace>,
    pulse: Pulse,
    next_cue: u32,
    /// Frame up to which all cues are known.
    limit: u64,
    is_limit_the_end: bool,
    is_paused: bool,
    is_starved: bool,
    /// Once all is over, notes that are tried do not undo it.
    is_over: bool,
    block: [f32; BLOCK_FRAMES * 2],
    /// Samples of `block` handed out.
    handed_out: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The section is announced, its first message not yet there: the music stands still.
    Awaited,
    Running,
    Halted,
}

impl<V: Voices> Stream<V> {
    pub(super) fn new(sample_rate_hz: u32, ends: Ends<V>, wire: Wire, returns: Returns<V>) -> Self {
        let at = ends.shared.snapshot();
        Self {
            ends,
            sample_rate_hz,
            band: Band::new(sample_rate_hz, wire, returns),
            section: at.section,
            leg: 0,
            root: 0,
            stage: Stage::Halted,
            tempo: at.tempo,
            frame: at.frame,
            fraction: Fraction::default(),
            pace: None,
            pulse: Pulse::new(),
            next_cue: 0,
            limit: at.frame,
            is_limit_the_end: false,
            is_paused: false,
            is_starved: false,
            is_over: true,
            block: [0.0; BLOCK_FRAMES * 2],
            handed_out: BLOCK_FRAMES * 2,
        }
    }

    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    fn render_block(&mut self) {
        while let Ok(tap) = self.ends.taps.pop() {
            self.band.record(tap);
        }
        self.band.mind_recording();
        self.follow();
        let pauses = self.ends.shared.is_paused.load(Ordering::Relaxed);
        if pauses && !self.is_paused {
            self.band.hush();
            self.pulse.halt(|said| self.band.clock(said));
        }
        self.is_paused = pauses;
        while let Ok(audition) = self.ends.auditions.pop() {
            self.band.audition(audition);
        }

        self.pace = self.ends.shared.pace();
        self.pulse.want(self.ends.shared.wants_clock.load(Ordering::Relaxed), |said| self.band.clock(said));
        if self.ends.shared.tells_clock_anew.swap(false, Ordering::Acquire) {
            self.pulse.tell_anew();
        }
        let played = if self.stage == Stage::Running && !pauses { self.play() } else { 0 };
        // Standing still, what was struck rings on.
        self.band.render(&mut self.block[played * 2..]);
        self.band.wind_auditions();
        self.is_starved = played < BLOCK_FRAMES && self.stage == Stage::Running && !pauses && !self.is_limit_the_end;
        if self.is_starved {
            self.ends.shared.waited.fetch_add((BLOCK_FRAMES - played) as u64, Ordering::Relaxed);
        }
        let standing =
            if played == BLOCK_FRAMES { 0 } else { self.ends.shared.standing.load(Ordering::Relaxed) + (BLOCK_FRAMES - played) as u64 };
        self.ends.shared.standing.store(standing, Ordering::Relaxed);
        self.handed_out = 0;
        self.publish();
    }

    /// Enters the section which the player has begun, as soon as its first message is there.
    fn follow(&mut self) {
        let begun = self.ends.shared.section.load(Ordering::Acquire);
        if begun != self.section {
            self.section = begun;
            self.stage = Stage::Awaited;
        }
        if self.stage == Stage::Awaited {
            // The player may have no other left.
            let wanted = PieceId(self.ends.shared.wanted.load(Ordering::Acquire));
            self.dismiss_those_before(wanted);
        }
        while self.stage == Stage::Awaited {
            let Ok(&message) = self.ends.messages.peek() else { return };
            if message.section == self.section {
                match message.body {
                    // So many fade that one would have to go at once; the new piece waits those milliseconds.
                    Body::Start(to) if to.piece != self.band.piece() && self.band.is_crowded() => return,
                    Body::Start(to) => self.start(message.leg, to),
                    Body::Retime { tempo, root } => {
                        if root == self.root {
                            self.leg = message.leg;
                        }
                        self.frame = in_tempo(self.frame, self.tempo, tempo);
                        self.tempo = tempo;
                        self.pulse.place(tempo, self.sample_rate_hz);
                        self.run();
                    }
                    Body::Halt => {
                        self.band.hush();
                        self.pulse.halt(|said| self.band.clock(said));
                        self.stage = Stage::Halted;
                    }
                    // What follows a first message that was not followed yet cannot come before it.
                    Body::Cue(_) | Body::Until { .. } | Body::Turn { .. } => {}
                }
            }
            let _ = self.ends.messages.pop();
        }
    }

    fn run(&mut self) {
        self.stage = Stage::Running;
        (self.limit, self.is_limit_the_end) = (self.frame, false);
    }

    fn start(&mut self, leg: u32, to: Start) {
        if to.piece != self.band.piece() {
            let Some(synth) = self.synth_of(to.piece) else {
                // Its synth was taken and has faded: a turn away from it came before this command. The music
                // goes on from there, and the player sees it.
                return self.run();
            };
            self.band.hush();
            self.band.replace(to.piece, synth, false);
        } else {
            self.band.hush();
        }
        self.enter(leg, to, 0);
    }

    /// Turns at frame `at`, if what is needed for it is there. Where the player told it too late, the music
    /// goes on where it would be by now.
    fn turn(&mut self, leg: u32, at: u64, to: Start) -> bool {
        if to.piece == self.band.piece() {
            self.band.release_all();
        } else {
            let Some(synth) = self.synth_of(to.piece) else { return false };
            self.band.release_all();
            self.band.replace(to.piece, synth, true);
        }
        self.enter(leg, to, self.frame - at);
        true
    }

    fn enter(&mut self, leg: u32, to: Start, late: u64) {
        (self.leg, self.root) = (leg, leg);
        self.tempo = to.tempo;
        self.frame = to.frame + late;
        self.next_cue = to.first_cue;
        self.is_over = false;
        self.pulse.enter(self.frame, self.tempo, self.sample_rate_hz, |said| self.band.clock(said));
        self.run();
    }

    fn synth_of(&mut self, piece: PieceId) -> Option<Box<V>> {
        self.dismiss_those_before(piece);
        let is_there = self.ends.synths.peek().is_ok_and(|(whose, _)| *whose == piece);
        is_there.then(|| self.ends.synths.pop().ok().map(|(_, synth)| synth)).flatten()
    }

    /// Sends back synths of pieces that were replaced before they began.
    fn dismiss_those_before(&mut self, piece: PieceId) {
        while self.ends.synths.peek().is_ok_and(|(whose, _)| *whose < piece) {
            if let Ok((_, synth)) = self.ends.synths.pop() {
                self.band.dismiss(synth);
            }
        }
    }

    /// Plays until the block is full or the music has to wait; gives the frames played.
    fn play(&mut self) -> usize {
        let mut played = 0;
        let mut travelled = 0;
        while played < BLOCK_FRAMES {
            let ahead = match self.ends.messages.peek() {
                Ok(&Message { section, .. }) if section != self.section => self.limit,
                Ok(&Message { body: Body::Turn { from, at, to }, leg, .. }) if from == self.leg => {
                    (self.limit, self.is_limit_the_end) = (self.limit.max(at), false);
                    if at <= self.frame {
                        if !self.turn(leg, at, to) {
                            break;
                        }
                        let _ = self.ends.messages.pop();
                        continue;
                    }
                    at
                }
                Ok(&Message { body: Body::Cue(cue), leg, .. }) if leg == self.leg => {
                    (self.limit, self.is_limit_the_end) = (self.limit.max(cue.at), false);
                    if cue.at <= self.frame || cue.number < self.next_cue {
                        let _ = self.ends.messages.pop();
                        self.take(cue);
                        continue;
                    }
                    cue.at
                }
                Ok(&Message { body: Body::Until { frame, is_end }, leg, .. }) if leg == self.leg => {
                    let _ = self.ends.messages.pop();
                    (self.limit, self.is_limit_the_end) = (self.limit.max(frame), is_end);
                    continue;
                }
                Ok(_) => {
                    let _ = self.ends.messages.pop();
                    continue;
                }
                Err(_) => self.limit,
            };
            if ahead <= self.frame {
                // A long stride may have gone a little beyond it.
                self.frame = ahead;
                break;
            }
            self.pulse.fall(self.frame, self.tempo, self.sample_rate_hz, |said| self.band.clock(said));
            let stride = Stride::of(self.pace, self.tempo);
            let gap = (ahead - self.frame).min(self.pulse.gap(self.frame));
            let span = stride.heard(gap, self.fraction).min((BLOCK_FRAMES - played) as u64);
            self.band.render(&mut self.block[played * 2..(played + span as usize) * 2]);
            played += span as usize;
            let gone = stride.gone(span, &mut self.fraction);
            self.frame += gone;
            travelled += gone * u64::from(self.tempo.quarters_per_minute());
        }
        self.ends.shared.travelled.fetch_add(travelled, Ordering::Relaxed);
        played
    }

    /// Strikes or releases, unless it was done before a change of tempo.
    fn take(&mut self, cue: TimedCue) {
        if cue.number >= self.next_cue {
            self.next_cue = cue.number + 1;
            self.band.cue(cue.channel, cue.kind);
        }
    }

    fn publish(&mut self) {
        let has_ended = match self.stage {
            Stage::Awaited => false,
            Stage::Running => self.is_limit_the_end && self.frame >= self.limit,
            Stage::Halted => true,
        };
        if has_ended {
            self.pulse.halt(|said| self.band.clock(said));
        }
        self.is_over = has_ended && (self.is_over || self.band.is_quiet());
        let shared = &self.ends.shared;
        // While a section is awaited, the one before it is the last that was followed.
        let section = if self.stage == Stage::Awaited { self.section.wrapping_sub(1) } else { self.section };
        shared.publish(Snapshot {
            section,
            leg: self.leg as u8,
            tempo: self.tempo,
            frame: self.frame,
            is_starved: self.is_starved,
            is_over: self.is_over,
        });
        let rendered = shared.rendered.load(Ordering::Relaxed);
        shared.scope.write(rendered, &self.block);
        shared.rendered.store(rendered + BLOCK_FRAMES as u64, Ordering::Release);
    }
}

impl<V: Voices> Iterator for Stream<V> {
    type Item = f32;

    #[inline]
    fn next(&mut self) -> Option<f32> {
        if self.handed_out == self.block.len() {
            self.render_block();
        }
        let sample = self.block[self.handed_out];
        self.handed_out += 1;
        Some(sample)
    }
}
