//! The band in its room, before any mastering: all that is linear. So it can be taken apart: what each stem
//! gives adds up to what all give.

use super::ensemble::Ensemble;
use super::room::Room;
use super::sound_font::{FontBand, Side, SoundFont};
use super::voice::Mix;
use super::{FRAMES, NOTHING, Stereo, quiet_after};
use crate::perform::{Channel, ChannelSetup, CueKind, Port};

/// Blocks in which a hushed room falls silent: 16 ms at 48 kHz.
const HUSH_BLOCKS: u32 = 12;
/// What the room gives back, against what is sent.
const ROOM_GAIN: f32 = 0.5;

/// Who plays. Both are struck and rendered alike, by whole blocks.
#[derive(Debug)]
enum Band {
    Own(Box<Ensemble>),
    /// A band for each port; then for each stem the same bands, which are struck with its notes only. A font's
    /// voices cannot be told apart once they are rendered.
    Fonts {
        bands: Vec<FontBand>,
        stems: Vec<Vec<FontBand>>,
    },
}

/// A band and its rooms, one for the mix and one for each stem.
#[derive(Debug)]
pub struct Playing {
    band: Band,
    room: Room,
    stems: Vec<Stem>,
    /// What sounds of each stem, before its room.
    dry: Vec<Mix>,
    /// Blocks of silence in a row after which a room has nothing left to answer.
    quiet_after: u32,
    hush_left: u32,
}

/// A stem's room. Most stems are silent most of the time, and a room that is silent is not worked out.
#[derive(Debug)]
struct Stem {
    room: Room,
    silent_blocks: u32,
}

impl Playing {
    /// # Panics
    /// If the rate is none that the band plays at; see [`super::Synth::with_font`].
    pub fn new(sample_rate_hz: u32, setups: &[ChannelSetup], font: Option<&SoundFont>, stems: usize) -> Self {
        assert!((8_000..=192_000).contains(&sample_rate_hz), "{sample_rate_hz} Hz is no sample rate for sound");
        let rate = f64::from(sample_rate_hz);
        let band = match font {
            Some(font) => {
                let bands = || font_bands(sample_rate_hz, setups, font);
                Band::Fonts { bands: bands(), stems: (0..stems).map(|_| bands()).collect() }
            }
            None => Band::Own(Box::new(Ensemble::new(rate, setups))),
        };
        let quiet_after = quiet_after(sample_rate_hz);
        let stem = || Stem { room: Room::new(rate), silent_blocks: quiet_after };
        Self {
            band,
            room: Room::new(rate),
            stems: (0..stems).map(|_| stem()).collect(),
            dry: vec![Mix::SILENT; stems],
            quiet_after,
            hush_left: 0,
        }
    }

    /// Strikes for a stem on frame `at` of the block that is rendered next, or releases with it (a font strikes with
    /// it, too). Whether something was struck.
    pub fn strike(&mut self, channel: Channel, kind: CueKind, stem: usize, at: usize) -> bool {
        match &mut self.band {
            Band::Own(ensemble) => ensemble.strike(channel, kind, stem, at),
            Band::Fonts { bands, stems } => {
                let is_release = matches!(kind, CueKind::Off { .. });
                for (_, bands) in stems.iter_mut().enumerate().filter(|(number, _)| is_release || *number == stem) {
                    bands.iter_mut().any(|band| band.strike(channel, kind));
                }
                bands.iter_mut().any(|band| band.strike(channel, kind))
            }
        }
    }

    /// The next block: of the mix into the first line, of the stems into the others.
    pub fn render(&mut self, lines: &mut [Stereo]) {
        let mut mix = Mix::SILENT;
        self.dry.fill(Mix::SILENT);
        match &mut self.band {
            Band::Own(ensemble) => ensemble.render(&mut mix, &mut self.dry),
            Band::Fonts { bands, stems } => {
                bands.iter_mut().for_each(|band| band.render(&mut mix));
                for (bands, stem) in stems.iter_mut().zip(&mut self.dry) {
                    bands.iter_mut().for_each(|band| band.render(stem));
                }
            }
        }
        let open = |left: u32| left as f32 / HUSH_BLOCKS as f32;
        let (gain, gain_step) = match self.hush_left {
            0 => (ROOM_GAIN, 0.0),
            left => (ROOM_GAIN * open(left), -ROOM_GAIN / HUSH_BLOCKS as f32 / FRAMES as f32),
        };
        let Some((line, stem_lines)) = lines.split_first_mut() else { return };
        *line = [mix.left, mix.right];
        self.room.render(&mix.send, gain, gain_step, line);
        for ((stem, mix), line) in self.stems.iter_mut().zip(&self.dry).zip(stem_lines) {
            *line = [mix.left, mix.right];
            let is_struck = line.iter().chain([&mix.send]).flatten().any(|sample| *sample != 0.0);
            if is_struck || stem.silent_blocks < self.quiet_after {
                stem.room.render(&mix.send, gain, gain_step, line);
                let is_silent = !is_struck && line.iter().flatten().all(|sample| sample.abs() < NOTHING);
                stem.silent_blocks = if is_silent { stem.silent_blocks + 1 } else { 0 };
                if stem.silent_blocks == self.quiet_after {
                    stem.room.clear();
                }
            }
        }
        if self.hush_left > 0 {
            self.hush_left -= 1;
            if self.hush_left == 0 {
                self.clear();
            }
        }
    }

    /// Lets everything fall silent within some 20 ms, without a click; strokes that follow are played.
    pub fn hush(&mut self) {
        match &mut self.band {
            Band::Own(ensemble) => ensemble.hush(),
            Band::Fonts { bands, stems } => bands.iter_mut().chain(stems.iter_mut().flatten()).for_each(FontBand::hush),
        }
        self.hush_left = HUSH_BLOCKS;
    }

    /// A hush that is under way need not go on: all is silent.
    pub fn rest(&mut self) {
        self.hush_left = 0;
    }

    /// Empties the rooms.
    pub fn clear(&mut self) {
        self.room.clear();
        for stem in &mut self.stems {
            stem.room.clear();
            stem.silent_blocks = self.quiet_after;
        }
    }

    /// Voices that sound, those included which are on their way out; of a SoundFont the notes that are held.
    pub fn voices_sounding(&self) -> usize {
        match &self.band {
            Band::Own(ensemble) => ensemble.voices_sounding(),
            Band::Fonts { bands, .. } => bands.iter().map(FontBand::notes_held).sum(),
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
