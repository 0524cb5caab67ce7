//! A SoundFont's instruments in place of our own: parsed, and played by rustysynth, dry; room and mastering are
//! ours. Knows nothing of files.
//!
//! Two things are not as with our own band. rustysynth works with the platform's float functions, so the same
//! piece may differ in its last bits from machine to machine; and it strikes on the grid of blocks, so a stroke
//! may come up to 64 frames early, 1.3 ms at 48 kHz. While it plays it allocates nothing (tested).

use std::sync::Arc;

use rustysynth::{Synthesizer, SynthesizerSettings};

use super::FRAMES;
use super::voice::Mix;
use crate::music::Instrument;
use crate::perform::{Channel, ChannelSetup, CueKind, Port};

/// Voices that may sound at once: layered instruments take several for one note.
const POLYPHONY: usize = 128;
/// What rustysynth multiplies everything with: brings a General MIDI font to the strength of our band, measured with
/// TimGM6mb on a band of velocities 50 to 105.
const STRENGTH: f32 = 0.4;
/// How much of the far side stays there, where two bands play side by side: the crossfeed that headphones need.
/// More, and a font's stereo samples come from the other band's side.
const FAR_SHARE: f32 = 0.2;
/// Into the room, against the dry sound: as most of our own instruments.
const SEND: f32 = 0.2;
/// Blocks in which hushed voices fade: 5 ms at 48 kHz, as our own do.
const FADING_BLOCKS: u32 = 4;

/// Why bytes are no SoundFont that we can play.
#[derive(Debug, thiserror::Error)]
pub enum SoundFontError {
    #[error("not a SoundFont that can be played")]
    NotRead(#[from] rustysynth::SoundFontError),
    #[error("the SoundFont holds no instrument")]
    Empty,
    #[error("the SoundFont's parts do not fit together")]
    Broken,
}

/// A SoundFont, parsed; cheap to clone.
#[derive(Debug, Clone)]
pub struct SoundFont(Arc<rustysynth::SoundFont>);

impl SoundFont {
    /// Reads the contents of an `.sf2` file.
    pub fn read(bytes: &[u8]) -> Result<Self, SoundFontError> {
        // rustysynth 1.3.8 panics on some broken tables (zone.rs, preset.rs) where it should refuse.
        let parsed = std::panic::catch_unwind(|| rustysynth::SoundFont::new(&mut &*bytes));
        let font = parsed.map_err(|_| SoundFontError::Broken)??;
        if font.get_presets().is_empty() {
            return Err(SoundFontError::Empty);
        }
        Ok(Self(Arc::new(font)))
    }

    /// The name it gives itself.
    pub fn name(&self) -> &str {
        self.0.get_info().get_bank_name()
    }
}

/// Where a band plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Alone,
    Left,
    Right,
}

/// The channels of a port, played by a font.
#[derive(Debug)]
pub struct FontBand {
    port: Port,
    side: Side,
    /// Channels which were set up; the others stay silent.
    is_seated: [bool; 16],
    /// The one that is struck, and the one that was until the last hush.
    playing: Synthesizer,
    fading: Synthesizer,
    fading_left: u32,
    /// Which pitches are held, a bit each, by channel. rustysynth does not tell how many voices sound.
    held: [u128; 16],
}

impl FontBand {
    /// The band of a port.
    ///
    /// # Panics
    /// If the rate is not between 16000 and 192000 Hz, which is all that rustysynth takes.
    pub fn new(sample_rate_hz: u32, setups: &[ChannelSetup], port: Port, side: Side, font: &SoundFont) -> Self {
        let mut settings = SynthesizerSettings::new(sample_rate_hz as i32);
        settings.block_size = FRAMES;
        settings.maximum_polyphony = POLYPHONY;
        settings.enable_reverb_and_chorus = false;
        let ready = || {
            let made = Synthesizer::new(&font.0, &settings);
            let mut synthesizer = made.unwrap_or_else(|error| panic!("no SoundFont plays at {sample_rate_hz} Hz: {error}"));
            // Together two bands are as loud as one.
            let share = if side == Side::Alone { 1.0 } else { core::f32::consts::FRAC_1_SQRT_2 };
            synthesizer.set_master_volume(STRENGTH * share);
            for setup in setups.iter().filter(|setup| setup.channel.port() == port) {
                let channel = i32::from(setup.channel.in_port());
                if let Instrument::Melodic(patch) = setup.instrument {
                    synthesizer.process_midi_message(channel, 0xC0, i32::from(patch.number()), 0);
                }
                synthesizer.process_midi_message(channel, 0xB0, 7, i32::from(setup.level.value()));
                synthesizer.process_midi_message(channel, 0xB0, 10, i32::from(setup.pan.value()));
            }
            synthesizer
        };
        let mut is_seated = [false; 16];
        for setup in setups.iter().filter(|setup| setup.channel.port() == port) {
            is_seated[usize::from(setup.channel.in_port())] = true;
        }
        Self { port, side, is_seated, playing: ready(), fading: ready(), fading_left: 0, held: [0; 16] }
    }

    /// Strikes or releases with the block that is rendered next. Whether it was a stroke.
    pub fn strike(&mut self, channel: Channel, kind: CueKind) -> bool {
        if channel.port() != self.port || !self.is_seated[usize::from(channel.in_port())] {
            return false;
        }
        let index = i32::from(channel.in_port());
        let held = &mut self.held[usize::from(channel.in_port())];
        match kind {
            CueKind::On { pitch, velocity, .. } => {
                *held |= 1 << pitch.number();
                self.playing.note_on(index, i32::from(pitch.number()), i32::from(velocity.value()));
                true
            }
            CueKind::Off { pitch } => {
                *held &= !(1 << pitch.number());
                self.playing.note_off(index, i32::from(pitch.number()));
                false
            }
        }
    }

    /// Adds the next block.
    pub fn render(&mut self, mix: &mut Mix) {
        let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
        self.playing.render(&mut left, &mut right);
        add(&left, &right, |_| 1.0, self.side, mix);
        if self.fading_left > 0 {
            self.fading.render(&mut left, &mut right);
            let step = 1.0 / (FADING_BLOCKS as usize * FRAMES) as f32;
            let from = self.fading_left as f32 / FADING_BLOCKS as f32;
            add(&left, &right, |i| from - step * i as f32, self.side, mix);
            self.fading_left -= 1;
            if self.fading_left == 0 {
                self.fading.note_off_all(true);
            }
        }
    }

    /// Lets all that sounds fade; what is struck from now on does not.
    pub fn hush(&mut self) {
        // Who is still fading from a hush a few milliseconds ago is hardly heard, and cut.
        self.fading.note_off_all(true);
        std::mem::swap(&mut self.playing, &mut self.fading);
        self.fading_left = FADING_BLOCKS;
        self.held = [0; 16];
    }

    /// Notes that are held; whether a released one still sounds is for the ear to say.
    pub fn notes_held(&self) -> usize {
        self.held.iter().map(|pitches| pitches.count_ones() as usize).sum()
    }
}

fn add(left: &[f32; FRAMES], right: &[f32; FRAMES], gain: impl Fn(usize) -> f32, side: Side, mix: &mut Mix) {
    for i in 0..FRAMES {
        let gain = gain(i);
        let (left, right) = (left[i] * gain, right[i] * gain);
        let (left, right) = match side {
            Side::Alone => (left, right),
            Side::Left => (left + (1.0 - FAR_SHARE) * right, FAR_SHARE * right),
            Side::Right => (FAR_SHARE * left, right + (1.0 - FAR_SHARE) * left),
        };
        mix.left[i] += left;
        mix.right[i] += right;
        mix.send[i] += (left + right) * SEND;
    }
}
