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
//!            `------------------ playing, linear ---------------'    `- mastering -----'
//! ```
//!
//! What plays can be split into stems: each has a room of its own, and gets the gains which the mix was given.

mod drums;
mod ensemble;
mod leveller;
mod limiter;
mod looping;
mod master;
mod mastering;
mod modal;
mod noise;
mod partials;
mod patches;
mod playing;
mod rendering;
mod room;
mod sound_font;
mod stand_in;
mod voice;
mod wave;

pub use looping::{Looping, looping};
pub use noise::Noise;
pub use rendering::{Rendering, Split, Take, rendering, rendering_split, rendering_with};
pub use sound_font::{SoundFont, SoundFontError};

use crate::perform::{Channel, ChannelSetup, CueKind};

use mastering::Mastering;
use playing::Playing;

/// Frames in a block: 1.3 ms at 48 kHz. Longer costs latency, shorter costs time.
const FRAMES: usize = 64;
/// Below this a block counts as silence: -100 dB of full scale, under the last bit of a CD.
const SILENCE: f32 = 1.0e-5;
/// Seconds of silence after which nothing can come any more: longer than the room's gap and longest line.
const SILENCE_S: f64 = 0.15;
/// What is left of a stem is below this when it is over: -240 dB. Many times over it is nothing, too.
const NOTHING: f32 = 1.0e-12;
/// The stem of a stroke that is heard in the mix alone.
const NO_STEM: usize = usize::MAX;

/// A block of two sides.
type Stereo = [[f32; FRAMES]; 2];

/// A synthesiser with its instruments, room and mastering.
#[derive(Debug)]
pub struct Synth {
    playing: Playing,
    mastering: Mastering,
    /// The block that is given out, of the mix and of each stem, and how many of its frames are gone.
    lines: Vec<Stereo>,
    given: usize,
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
        Self::with_stems(sample_rate_hz, setups, font, 0)
    }

    /// The same, which renders so many stems beside the mix.
    fn with_stems(sample_rate_hz: u32, setups: &[ChannelSetup], font: Option<&SoundFont>, stems: usize) -> Self {
        let quiet_after = quiet_after(sample_rate_hz);
        Self {
            playing: Playing::new(sample_rate_hz, setups, font, stems),
            mastering: Mastering::new(sample_rate_hz, stems),
            lines: vec![[[0.0; FRAMES]; 2]; 1 + stems],
            given: 0,
            silent_blocks: quiet_after,
            quiet_after,
        }
    }

    /// Strikes or releases a note; takes effect with the next sample rendered (a release within 64, and so a SoundFont's
    /// stroke), which is heard [`Synth::LATENCY_FRAMES`] later.
    pub fn strike(&mut self, channel: Channel, kind: CueKind) {
        self.strike_for(channel, kind, NO_STEM);
    }

    /// The same, for a stem.
    fn strike_for(&mut self, channel: Channel, kind: CueKind, stem: usize) {
        if self.playing.strike(channel, kind, stem, self.given) {
            self.silent_blocks = 0;
        }
    }

    /// Fills `stereo` with frames of a left and a right sample; what was in it is overwritten.
    pub fn render(&mut self, stereo: &mut [f32]) {
        for frame in stereo.chunks_exact_mut(2) {
            let [left, right] = &self.lines[0];
            frame.copy_from_slice(&[left[self.given], right[self.given]]);
            self.advance();
        }
    }

    /// Appends frames to the mix and to each stem.
    fn render_lines(&mut self, frames: usize, lines: &mut [Vec<f32>]) {
        for _ in 0..frames {
            for (out, [left, right]) in lines.iter_mut().zip(&self.lines) {
                out.extend_from_slice(&[left[self.given], right[self.given]]);
            }
            self.advance();
        }
    }

    fn advance(&mut self) {
        self.given += 1;
        if self.given == FRAMES {
            // At once: the next stroke belongs to the block after this one.
            self.block();
            self.given = 0;
        }
    }

    /// Lets everything fall silent within some 20 ms, without a click; strokes that follow are played.
    pub fn hush(&mut self) {
        self.playing.hush();
    }

    /// Whether nothing sounds and no tail is left.
    pub fn is_quiet(&self) -> bool {
        self.voices_sounding() == 0 && self.silent_blocks >= self.quiet_after
    }

    /// Voices that sound, those included which are on their way out; of a SoundFont the notes that are held.
    pub fn voices_sounding(&self) -> usize {
        self.playing.voices_sounding()
    }

    fn block(&mut self) {
        if self.is_quiet() {
            self.playing.rest();
            return;
        }
        self.playing.render(&mut self.lines);
        self.mastering.render(&mut self.lines);
        self.count_silence();
    }

    fn count_silence(&mut self) {
        let is_silent = self.voices_sounding() == 0 && self.lines[0].iter().flatten().all(|sample| sample.abs() < SILENCE);
        self.silent_blocks = if is_silent { self.silent_blocks + 1 } else { 0 };
        if self.silent_blocks == self.quiet_after {
            self.playing.clear();
            self.mastering.clear();
            self.lines.fill([[0.0; FRAMES]; 2]);
        }
    }
}

/// Silent blocks in a row after which nothing can come any more.
fn quiet_after(sample_rate_hz: u32) -> u32 {
    (SILENCE_S * f64::from(sample_rate_hz) / FRAMES as f64) as u32 + 1
}
