//! Who sounds on the audio thread: the synth that plays, those that fade, and what is struck on them. It
//! allocates and frees nothing; what is no longer needed is sent back. Knows no moments.

use super::midi_out::Wire;
use super::piece::PieceId;
use super::pulse::ClockMessage;
use super::recording::Tap;
use super::stream::{BLOCK_FRAMES, Voices};
use crate::music::{Pitch, Velocity};
use crate::perform::{Channel, CueKind};

/// Time in which a piece rings out under the next, in milliseconds. Longer, and its chord lies over the new
/// harmony; shorter, and it sounds cut off.
const RING_OUT_MS: u32 = 300;

/// Time in which a hushed synth goes, in milliseconds: what `Synth::hush` promises and its latency, and then
/// some.
const GO_MS: u32 = 40;

/// Synths that may fade at a time. One does usually; the others only if pieces follow each other within
/// milliseconds.
pub const FADING: usize = 3;

/// Notes that may be tried at a time: more than a hand has fingers.
const AUDITIONS: usize = 16;

/// From here on the sum of two synths is bent, to stay below [`LOUDEST`]. One synth alone never comes here
/// (its limiter ends at 0.81), so that bending begins and ends unheard.
const KNEE: f32 = 0.85;
const LOUDEST: f32 = 0.98;

/// A note that is struck outside the piece.
#[derive(Debug, Clone, Copy)]
pub struct Audition {
    pub channel: Channel,
    pub pitch: Pitch,
    pub velocity: Velocity,
    /// Until it is released.
    pub frames: u64,
}

pub struct Band<V: Voices> {
    piece: PieceId,
    playing: Option<Box<V>>,
    /// Synths of pieces before.
    fading: [Option<Fading<V>>; FADING],
    /// Which pitches sound, a bit each, by channel: whatever is thrown away, each stroke is released.
    struck: [u128; Channel::COUNT],
    auditions: [Option<Audition>; AUDITIONS],
    tap: Option<Box<Tap>>,
    wire: Wire,
    returns: Returns<V>,
    ring_out_frames: f32,
    go_frames: f32,
    scratch: [f32; BLOCK_FRAMES * 2],
}

/// Where what is no longer needed goes, to be freed by the player. As long as there are synths and taps:
/// never full.
pub struct Returns<V> {
    pub synths: rtrb::Producer<Box<V>>,
    pub taps: rtrb::Producer<Box<Tap>>,
}

struct Fading<V> {
    synth: Box<V>,
    gain: f32,
    step: f32,
}

impl<V: Voices> Band<V> {
    pub fn new(sample_rate_hz: u32, wire: Wire, returns: Returns<V>) -> Self {
        let frames = |ms: u32| (sample_rate_hz * ms / 1000) as f32;
        Self {
            piece: PieceId::default(),
            playing: None,
            fading: [const { None }; FADING],
            struck: [0; Channel::COUNT],
            auditions: [None; AUDITIONS],
            tap: None,
            wire,
            returns,
            ring_out_frames: frames(RING_OUT_MS),
            go_frames: frames(GO_MS),
            scratch: [0.0; BLOCK_FRAMES * 2],
        }
    }

    /// The piece whose synth plays.
    pub fn piece(&self) -> PieceId {
        self.piece
    }

    /// Whether a synth would have to go at once if another were replaced.
    pub fn is_crowded(&self) -> bool {
        self.playing.is_some() && self.fading.iter().all(Option::is_some)
    }

    pub fn is_quiet(&self) -> bool {
        self.fading.iter().all(Option::is_none) && self.playing.as_ref().is_none_or(|synth| synth.is_quiet())
    }

    /// Strikes or releases a note of the piece.
    pub fn cue(&mut self, channel: Channel, kind: CueKind) {
        let (pitch, is_stroke) = match kind {
            CueKind::On { pitch, .. } => (pitch, true),
            CueKind::Off { pitch } => (pitch, false),
        };
        for slot in &mut self.auditions {
            // The piece has the note now, and its release.
            slot.take_if(|audition| (audition.channel, audition.pitch) == (channel, pitch));
        }
        self.release(channel, pitch);
        if is_stroke && self.playing.is_some() {
            self.strike(channel, kind);
            self.struck[usize::from(channel.index())] |= 1 << pitch.number();
        }
    }

    fn release(&mut self, channel: Channel, pitch: Pitch) {
        let struck = &mut self.struck[usize::from(channel.index())];
        let bit = 1 << pitch.number();
        if *struck & bit != 0 {
            *struck &= !bit;
            self.strike(channel, CueKind::Off { pitch });
        }
    }

    fn strike(&mut self, channel: Channel, kind: CueKind) {
        if let Some(synth) = &mut self.playing {
            synth.strike(channel, kind);
        }
        if let Some(tap) = &mut self.tap {
            tap.stroke(channel, kind);
        }
        self.wire.cue(channel, kind);
    }

    /// Gives the clock to whoever listens.
    pub fn clock(&mut self, said: ClockMessage) {
        self.wire.say(said.into());
    }

    /// Strikes a note outside the piece; where too many are, the first has to go.
    pub fn audition(&mut self, audition: Audition) {
        let Audition { channel, pitch, velocity, .. } = audition;
        self.cue(channel, CueKind::On { pitch, velocity, note: 0 });
        if self.auditions.iter().all(Option::is_some) {
            if let Some(Audition { channel, pitch, .. }) = self.auditions[0] {
                self.release(channel, pitch);
            }
            self.auditions.rotate_left(1);
            self.auditions[AUDITIONS - 1] = None;
        }
        if let Some(slot) = self.auditions.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(audition);
        }
    }

    /// Releases the notes outside the piece which have lasted, when the time of a block has passed.
    pub fn wind_auditions(&mut self) {
        for number in 0..AUDITIONS {
            let Some(audition) = &mut self.auditions[number] else { continue };
            audition.frames = audition.frames.saturating_sub(BLOCK_FRAMES as u64);
            if audition.frames == 0 {
                let Audition { channel, pitch, .. } = *audition;
                self.auditions[number] = None;
                self.release(channel, pitch);
            }
        }
    }

    /// Releases all that is struck: it rings out.
    pub fn release_all(&mut self) {
        self.auditions = [None; AUDITIONS];
        self.each_struck(Self::strike);
    }

    /// Silences what sounds.
    pub fn hush(&mut self) {
        self.auditions = [None; AUDITIONS];
        self.each_struck(|band, channel, kind| {
            if let Some(tap) = &mut band.tap {
                tap.stroke(channel, kind);
            }
        });
        if let Some(synth) = &mut self.playing {
            synth.hush();
        }
        self.wire.hush();
        self.speed_up_fading();
    }

    fn each_struck(&mut self, mut each: impl FnMut(&mut Self, Channel, CueKind)) {
        let struck = std::mem::take(&mut self.struck);
        for (channel, mut pitches) in (0..Channel::COUNT as u8).filter_map(Channel::new).zip(struck) {
            while pitches != 0 {
                if let Some(pitch) = Pitch::new(pitches.trailing_zeros() as u8) {
                    each(self, channel, CueKind::Off { pitch });
                }
                pitches &= pitches - 1;
            }
        }
    }

    fn speed_up_fading(&mut self) {
        for fading in self.fading.iter_mut().flatten() {
            fading.step = fading.step.max(fading.gain / self.go_frames);
        }
    }

    /// The synth of the next piece takes over; the one before fades, quickly if it was hushed.
    pub fn replace(&mut self, piece: PieceId, synth: Box<V>, rings_out: bool) {
        self.speed_up_fading();
        if let Some(old) = self.playing.replace(synth) {
            let step = 1.0 / if rings_out { self.ring_out_frames } else { self.go_frames };
            let free = self.fading.iter().position(Option::is_none).unwrap_or_else(|| self.faintest());
            if let Some(gone) = self.fading[free].replace(Fading { synth: old, gain: 1.0, step }) {
                self.dismiss(gone.synth);
            }
        }
        self.piece = piece;
        if let Some(tap) = &mut self.tap {
            tap.piece(piece);
        }
        self.wire.piece(piece);
    }

    fn faintest(&self) -> usize {
        let gain = |slot: &Option<Fading<V>>| slot.as_ref().map_or(0.0, |fading| fading.gain);
        (0..FADING).min_by(|&a, &b| gain(&self.fading[a]).total_cmp(&gain(&self.fading[b]))).unwrap_or(0)
    }

    /// Renders frames of at most a block.
    pub fn render(&mut self, span: &mut [f32]) {
        if span.is_empty() {
            return;
        }
        match &mut self.playing {
            Some(synth) => synth.render(span),
            None => span.fill(0.0),
        }
        let mut is_sum = false;
        for slot in &mut self.fading {
            let Some(fading) = slot else { continue };
            is_sum = true;
            let rest = &mut self.scratch[..span.len()];
            fading.synth.render(rest);
            for (frame, rest) in span.chunks_exact_mut(2).zip(rest.chunks_exact(2)) {
                frame[0] += rest[0] * fading.gain;
                frame[1] += rest[1] * fading.gain;
                fading.gain = (fading.gain - fading.step).max(0.0);
            }
            if (fading.gain == 0.0 || fading.synth.is_quiet())
                && let Some(gone) = slot.take()
            {
                send_back(&mut self.returns.synths, gone.synth);
            }
        }
        if is_sum {
            span.iter_mut().for_each(|sample| *sample = bent(*sample));
        }
        if let Some(tap) = &mut self.tap {
            tap.samples(span);
        }
        self.wire.rendered(span.len() / 2);
    }

    pub fn dismiss(&mut self, synth: Box<V>) {
        send_back(&mut self.returns.synths, synth);
    }

    /// From now on gives all that sounds to this recording, too.
    pub fn record(&mut self, tap: Box<Tap>) {
        self.end_recording();
        let tap = self.tap.insert(tap);
        if self.piece != PieceId::default() {
            tap.piece(self.piece);
        }
    }

    /// Lets go of the recording that nobody wants any more.
    pub fn mind_recording(&mut self) {
        if self.tap.as_ref().is_some_and(|tap| tap.is_stopped()) {
            self.end_recording();
        }
    }

    fn end_recording(&mut self) {
        if let Some(tap) = self.tap.take() {
            send_back(&mut self.returns.taps, tap);
        }
    }
}

impl<V: Voices> Drop for Band<V> {
    /// Where the device is lost the recording goes on with the next stream.
    fn drop(&mut self) {
        if self.tap.is_some() {
            self.hush();
            self.end_recording();
        }
    }
}

fn send_back<T>(ring: &mut rtrb::Producer<Box<T>>, gone: Box<T>) {
    if let Err(rtrb::PushError::Full(gone)) = ring.push(gone) {
        // The ring holds all there are, so it is not full. Were it, leaking would be the lesser evil:
        // freeing may wait for a lock.
        std::mem::forget(gone);
    }
}

/// The sample, if it is too loud pressed under the loudest there may be; smooth at the knee.
fn bent(sample: f32) -> f32 {
    let over = sample.abs() - KNEE;
    if over <= 0.0 {
        return sample;
    }
    let room = LOUDEST - KNEE;
    (KNEE + room * over / (room + over)).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bending_keeps_the_order_of_samples_and_the_bounds(a in -4.0f32..4.0, b in -4.0f32..4.0) {
            prop_assert!(bent(a).abs() <= LOUDEST && bent(-a) == -bent(a));
            prop_assert!(a.abs() > KNEE || bent(a) == a);
            prop_assert!(a > b || bent(a) <= bent(b));
        }
    }
}
