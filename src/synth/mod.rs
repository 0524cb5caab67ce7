//! The band: turns strokes and releases into stereo samples. Owns no clock and no device; after
//! [`Synth::new`] it allocates, locks and prints nothing, so it may live on the audio thread.
//!
//! Everything is worked out in blocks of 64 frames on a grid that starts with the synth, and given
//! out as it is asked for; a stroke falls on its very sample within its block. How the asking is sliced
//! can therefore change nothing. The price is a constant latency, [`Synth::LATENCY_FRAMES`].
//!
//! ```text
//! strokes -> our ensemble (modal | wave | drums) -> left, right ---+-> master -> limiter -> samples
//!            or a SoundFont's                    -> send -> room --+
//! ```

mod drums;
mod ensemble;
mod leveller;
mod limiter;
mod master;
mod modal;
mod noise;
mod partials;
mod patches;
mod rendering;
mod room;
mod sound_font;
mod stand_in;
mod voice;
mod wave;

pub use noise::Noise;
pub use rendering::{Rendering, rendering, rendering_with};
pub use sound_font::{SoundFont, SoundFontError};

use crate::perform::{Channel, ChannelSetup, CueKind, Port};

use ensemble::Ensemble;
use limiter::Limiter;
use master::Master;
use room::Room;
use sound_font::{FontBand, Side};
use voice::Mix;

/// Frames in a block: 1.3 ms at 48 kHz. Longer costs latency, shorter costs time.
const FRAMES: usize = 64;
/// Below this a block counts as silence: -100 dB of full scale, under the last bit of a CD.
const SILENCE: f32 = 1.0e-5;
/// Seconds of silence after which nothing can come any more: longer than the room's gap and longest line.
const SILENCE_S: f64 = 0.15;
/// Blocks in which a hushed room falls silent: 16 ms at 48 kHz.
const HUSH_BLOCKS: u32 = 12;
/// What the room gives back, against what is sent.
const ROOM_GAIN: f32 = 0.5;

/// Who plays. Both are struck and rendered alike, by whole blocks, into the same room and mastering.
#[derive(Debug)]
enum Band {
    Own(Box<Ensemble>),
    /// One for each port.
    Fonts(Vec<FontBand>),
}

/// A synthesiser with its instruments, room and mastering.
#[derive(Debug)]
pub struct Synth {
    band: Band,
    room: Room,
    master: Master,
    limiter: Limiter,
    /// The block that is given out, and how many of its frames are gone.
    out: [[f32; 2]; FRAMES],
    given: usize,
    hush_left: u32,
    silent_blocks: u32,
    /// Silent blocks in a row which mean that all is over.
    quiet_after: u32,
}

impl Synth {
    /// Frames from a stroke to its sound; the same always.
    pub const LATENCY_FRAMES: usize = FRAMES + limiter::LATENCY;

    /// A synth of our own instruments, with all it will ever need. A channel without a setup stays silent.
    ///
    /// # Panics
    /// If the rate is not between 8000 and 192000 Hz.
    pub fn new(sample_rate_hz: u32, setups: &[ChannelSetup]) -> Self {
        Self::with_font(sample_rate_hz, setups, None)
    }

    /// The same; where there is a SoundFont, its instruments play in place of ours.
    ///
    /// # Panics
    /// If the rate is not between 8000 and 192000 Hz, or 16000 with a SoundFont.
    pub fn with_font(sample_rate_hz: u32, setups: &[ChannelSetup], font: Option<&SoundFont>) -> Self {
        assert!((8_000..=192_000).contains(&sample_rate_hz), "{sample_rate_hz} Hz is no sample rate for sound");
        let rate = f64::from(sample_rate_hz);
        let quiet_after = (SILENCE_S * rate / FRAMES as f64) as u32 + 1;
        Self {
            band: match font {
                Some(font) => Band::Fonts(font_bands(sample_rate_hz, setups, font)),
                None => Band::Own(Box::new(Ensemble::new(rate, setups))),
            },
            room: Room::new(rate),
            master: Master::new(rate),
            limiter: Limiter::new(rate),
            out: [[0.0; 2]; FRAMES],
            given: 0,
            hush_left: 0,
            silent_blocks: quiet_after,
            quiet_after,
        }
    }

    /// Strikes or releases a note; takes effect with the next sample rendered (a release within 64, and so a SoundFont's
    /// stroke), which is heard [`Synth::LATENCY_FRAMES`] later.
    pub fn strike(&mut self, channel: Channel, kind: CueKind) {
        let is_struck = match &mut self.band {
            Band::Own(ensemble) => ensemble.strike(channel, kind, self.given),
            Band::Fonts(bands) => bands.iter_mut().any(|band| band.strike(channel, kind)),
        };
        if is_struck {
            self.silent_blocks = 0;
        }
    }

    /// Fills `stereo` with frames of a left and a right sample; what was in it is overwritten.
    pub fn render(&mut self, stereo: &mut [f32]) {
        for frame in stereo.chunks_exact_mut(2) {
            frame.copy_from_slice(&self.out[self.given]);
            self.given += 1;
            if self.given == FRAMES {
                // At once: the next stroke belongs to the block after this one.
                self.block();
                self.given = 0;
            }
        }
    }

    /// Lets everything fall silent within some 20 ms, without a click; strokes that follow are played.
    pub fn hush(&mut self) {
        match &mut self.band {
            Band::Own(ensemble) => ensemble.hush(),
            Band::Fonts(bands) => bands.iter_mut().for_each(FontBand::hush),
        }
        self.hush_left = HUSH_BLOCKS;
    }

    /// Whether nothing sounds and no tail is left.
    pub fn is_quiet(&self) -> bool {
        self.voices_sounding() == 0 && self.silent_blocks >= self.quiet_after
    }

    /// Voices that sound, those included which are on their way out; of a SoundFont the notes that are held.
    pub fn voices_sounding(&self) -> usize {
        match &self.band {
            Band::Own(ensemble) => ensemble.voices_sounding(),
            Band::Fonts(bands) => bands.iter().map(FontBand::notes_held).sum(),
        }
    }

    fn block(&mut self) {
        if self.is_quiet() {
            self.hush_left = 0;
            return;
        }
        let mut mix = Mix { left: [0.0; FRAMES], right: [0.0; FRAMES], send: [0.0; FRAMES] };
        match &mut self.band {
            Band::Own(ensemble) => ensemble.render(&mut mix),
            Band::Fonts(bands) => bands.iter_mut().for_each(|band| band.render(&mut mix)),
        }
        let Mix { mut left, mut right, send } = mix;
        let open = |left: u32| left as f32 / HUSH_BLOCKS as f32;
        let (gain, gain_step) = match self.hush_left {
            0 => (ROOM_GAIN, 0.0),
            left => (ROOM_GAIN * open(left), -ROOM_GAIN / HUSH_BLOCKS as f32 / FRAMES as f32),
        };
        self.room.render(&send, gain, gain_step, &mut left, &mut right);
        if self.hush_left > 0 {
            self.hush_left -= 1;
            if self.hush_left == 0 {
                self.room.clear();
            }
        }
        self.master.render(&mut left, &mut right);
        self.limiter.render(&mut left, &mut right);
        for (frame, (left, right)) in self.out.iter_mut().zip(left.into_iter().zip(right)) {
            *frame = [left, right];
        }
        self.count_silence();
    }

    fn count_silence(&mut self) {
        let is_silent = self.voices_sounding() == 0 && self.out.iter().flatten().all(|sample| sample.abs() < SILENCE);
        self.silent_blocks = if is_silent { self.silent_blocks + 1 } else { 0 };
        if self.silent_blocks == self.quiet_after {
            self.room.clear();
            self.master.clear();
            self.limiter.clear();
            self.out = [[0.0; 2]; FRAMES];
        }
    }
}

/// A font has sixteen channels: a band for each port, each on its side.
fn font_bands(sample_rate_hz: u32, setups: &[ChannelSetup], font: &SoundFont) -> Vec<FontBand> {
    let band = |port, side| FontBand::new(sample_rate_hz, setups, port, side, font);
    if setups.iter().any(|setup| setup.channel.port() == Port::B) {
        vec![band(Port::A, Side::Left), band(Port::B, Side::Right)]
    } else {
        vec![band(Port::A, Side::Alone)]
    }
}
