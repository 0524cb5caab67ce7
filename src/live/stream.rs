//! The endless stream of samples which the device draws from: the audio thread's side. It moves numbers:
//! no lock, no allocation, no printing, nothing freed. It does not know which device draws.

use std::sync::Arc;
use std::sync::atomic::Ordering;

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
    /// A synth for each new piece, with the section that begins it.
    pub arriving: rtrb::Consumer<(Section, Box<V>)>,
    /// Synths no longer needed, to be freed by the player. As long as there are synths: never full.
    pub leaving: rtrb::Producer<Box<V>>,
    pub shared: Arc<Shared>,
}

/// An endless stereo stream, left and right by turns.
pub struct Stream<V: Voices = Synth> {
    ends: Ends<V>,
    sample_rate_hz: u32,
    playing: Option<Box<V>>,
    /// The synth of the piece before, until it has faded.
    fading: Option<Box<V>>,
    /// Which pitches sound, a bit each, by channel: whatever is thrown away, each stroke is released.
    struck: [u128; Channel::COUNT],
    section: Section,
    stage: Stage,
    tempo: Tempo,
    frame: u64,
    next_cue: u32,
    /// Frame up to which all cues are known.
    limit: u64,
    is_limit_the_end: bool,
    is_paused: bool,
    is_starved: bool,
    block: [f32; BLOCK_FRAMES * 2],
    scratch: [f32; BLOCK_FRAMES * 2],
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
    pub(super) fn new(sample_rate_hz: u32, ends: Ends<V>) -> Self {
        let at = ends.shared.snapshot();
        Self {
            ends,
            sample_rate_hz,
            playing: None,
            fading: None,
            struck: [0; Channel::COUNT],
            section: at.section,
            stage: Stage::Halted,
            tempo: at.tempo,
            frame: at.frame,
            next_cue: 0,
            limit: at.frame,
            is_limit_the_end: false,
            is_paused: false,
            is_starved: false,
            block: [0.0; BLOCK_FRAMES * 2],
            scratch: [0.0; BLOCK_FRAMES * 2],
            handed_out: BLOCK_FRAMES * 2,
        }
    }

    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    fn render_block(&mut self) {
        self.follow();
        let pauses = self.ends.shared.is_paused.load(Ordering::Relaxed);
        if pauses && !self.is_paused {
            self.hush();
        }
        self.is_paused = pauses;

        let played = if self.stage == Stage::Running && !pauses { self.play() } else { 0 };
        // Standing still, what was struck rings on.
        self.sound(played, BLOCK_FRAMES);
        self.is_starved = played < BLOCK_FRAMES && self.stage == Stage::Running && !pauses && !self.is_limit_the_end;
        if self.is_starved {
            self.ends.shared.waited.fetch_add((BLOCK_FRAMES - played) as u64, Ordering::Relaxed);
        }
        let standing =
            if played == BLOCK_FRAMES { 0 } else { self.ends.shared.standing.load(Ordering::Relaxed) + (BLOCK_FRAMES - played) as u64 };
        self.ends.shared.standing.store(standing, Ordering::Relaxed);
        self.fade();
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
            self.dismiss_the_unplayed();
        }
        while self.stage == Stage::Awaited {
            let Ok(&message) = self.ends.messages.peek() else { return };
            if message.section == self.section {
                match message.body {
                    // One synth fades at a time; the new piece waits those milliseconds.
                    Body::Start(start) if start.is_new_piece && self.fading.is_some() => return,
                    Body::Start(start) => self.start(start),
                    Body::Retime(tempo) => {
                        self.frame = in_tempo(self.frame, self.tempo, tempo);
                        self.tempo = tempo;
                        self.stage = Stage::Running;
                        (self.limit, self.is_limit_the_end) = (self.frame, false);
                    }
                    Body::Halt => {
                        self.hush();
                        self.stage = Stage::Halted;
                    }
                    // What follows a first message that was not followed yet cannot come before it.
                    Body::Cue(_) | Body::Until { .. } => {}
                }
            }
            let _ = self.ends.messages.pop();
        }
    }

    fn start(&mut self, start: Start) {
        self.hush();
        if start.is_new_piece {
            self.fading = self.playing.take();
            self.dismiss_the_unplayed();
            self.playing = self.ends.arriving.pop().ok().map(|(_, synth)| synth);
        }
        self.stage = Stage::Running;
        self.tempo = start.tempo;
        self.frame = start.frame;
        self.next_cue = start.first_cue;
        (self.limit, self.is_limit_the_end) = (start.frame, false);
    }

    /// Sends back synths of pieces that were replaced before they began: the player may have no other left.
    fn dismiss_the_unplayed(&mut self) {
        while self.ends.arriving.peek().is_ok_and(|(section, _)| *section != self.section) {
            if let Ok((_, synth)) = self.ends.arriving.pop() {
                self.dismiss(synth);
            }
        }
    }

    /// Plays until the block is full or the music has to wait; gives the frames played.
    fn play(&mut self) -> usize {
        let mut played = 0;
        while played < BLOCK_FRAMES {
            let ahead = match self.ends.messages.peek() {
                Ok(&Message { section, .. }) if section != self.section => self.limit,
                Ok(&Message { body: Body::Cue(cue), .. }) => {
                    (self.limit, self.is_limit_the_end) = (self.limit.max(cue.at), false);
                    if cue.at <= self.frame || cue.number < self.next_cue {
                        let _ = self.ends.messages.pop();
                        self.take(cue);
                        continue;
                    }
                    cue.at
                }
                Ok(&Message { body: Body::Until { frame, is_end }, .. }) => {
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
            let span = (ahead - self.frame).min((BLOCK_FRAMES - played) as u64) as usize;
            if span == 0 {
                break;
            }
            self.sound(played, played + span);
            played += span;
            self.frame += span as u64;
        }
        played
    }

    /// Strikes or releases, unless it was done before a change of tempo.
    fn take(&mut self, cue: TimedCue) {
        if cue.number < self.next_cue {
            return;
        }
        self.next_cue = cue.number + 1;
        let Some(synth) = &mut self.playing else { return };
        let struck = &mut self.struck[usize::from(cue.channel.index())];
        let (pitch, is_stroke) = match cue.kind {
            CueKind::On { pitch, .. } => (pitch, true),
            CueKind::Off { pitch } => (pitch, false),
        };
        let bit = 1 << pitch.number();
        if *struck & bit != 0 {
            synth.strike(cue.channel, CueKind::Off { pitch });
            *struck &= !bit;
        }
        if is_stroke {
            synth.strike(cue.channel, cue.kind);
            *struck |= bit;
        }
    }

    fn hush(&mut self) {
        self.struck = [0; Channel::COUNT];
        if let Some(synth) = &mut self.playing {
            synth.hush();
        }
    }

    /// Renders frames `from` to `to` of the block.
    fn sound(&mut self, from: usize, to: usize) {
        let span = &mut self.block[from * 2..to * 2];
        match &mut self.playing {
            Some(synth) if !span.is_empty() => synth.render(span),
            _ => span.fill(0.0),
        }
    }

    /// Adds what is left of the piece before.
    fn fade(&mut self) {
        let Some(mut synth) = self.fading.take() else { return };
        synth.render(&mut self.scratch);
        for (sample, rest) in self.block.iter_mut().zip(&self.scratch) {
            *sample += rest;
        }
        if synth.is_quiet() {
            self.dismiss(synth);
        } else {
            self.fading = Some(synth);
        }
    }

    fn dismiss(&mut self, synth: Box<V>) {
        if let Err(rtrb::PushError::Full(synth)) = self.ends.leaving.push(synth) {
            // The ring holds every synth there is, so it is not full. Were it, leaking would be the
            // lesser evil: freeing may wait for a lock.
            std::mem::forget(synth);
        }
    }

    fn publish(&self) {
        let has_ended = match self.stage {
            Stage::Awaited => false,
            Stage::Running => self.is_limit_the_end && self.frame == self.limit,
            Stage::Halted => true,
        };
        let shared = &self.ends.shared;
        // While a section is awaited, the one before it is the last that was followed.
        let section = if self.stage == Stage::Awaited { self.section.wrapping_sub(1) } else { self.section };
        shared.publish(Snapshot {
            section,
            tempo: self.tempo,
            frame: self.frame,
            is_starved: self.is_starved,
            is_over: has_ended && self.fading.is_none() && self.playing.as_ref().is_none_or(|synth| synth.is_quiet()),
        });
        let rendered = shared.rendered.load(Ordering::Relaxed) + BLOCK_FRAMES as u64;
        shared.rendered.store(rendered, Ordering::Release);
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

/// A frame of the piece in another tempo, rounded down. Counted from the start of the piece, so that
/// however often the tempo changes, each change costs less than one frame and none of the cues moves.
pub(super) fn in_tempo(frame: u64, old: Tempo, new: Tempo) -> u64 {
    let scaled = u128::from(frame) * u128::from(old.quarters_per_minute()) / u128::from(new.quarters_per_minute());
    scaled as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Tick;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cue_to_come_is_still_to_come_in_another_tempo(tick in 0u32..100_000_000, old in 20u16..=400, new in 20u16..=400, early in 0u64..100_000) {
            let (old, new) = (Tempo::new(old).unwrap(), Tempo::new(new).unwrap());
            let frame = Tick(tick).sample(old, 44_100).saturating_sub(early);
            prop_assert!(in_tempo(frame, old, new) <= Tick(tick).sample(new, 44_100));
        }
    }
}
