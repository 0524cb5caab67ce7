//! The band: turns strokes and releases into stereo samples. Owns no clock and no device; after
//! [`Synth::new`] it allocates, locks and prints nothing, so it may live on the audio thread.
//!
//! Everything is worked out in blocks of 64 frames on a grid that starts with the synth, and given
//! out as it is asked for; a stroke falls on its very sample within its block. How the asking is sliced
//! can therefore change nothing. The price is a constant latency, [`Synth::LATENCY_FRAMES`].
//!
//! ```text
//! strokes -> voices (modal | wave | drums) -> left, right ---+-> master -> limiter -> samples
//!                                          -> send -> room --+
//! ```

mod drums;
mod limiter;
mod master;
mod modal;
mod noise;
mod partials;
mod patches;
mod rendering;
mod room;
mod stand_in;
mod voice;
mod wave;

pub use noise::Noise;
pub use rendering::{Rendering, rendering};

use crate::music::{Drum, Instrument, Pitch, Velocity};
use crate::perform::{Channel, ChannelSetup, CueKind};

use drums::Kit;
use limiter::Limiter;
use master::Master;
use modal::{MOST_PARTIALS, Modal, Partial};
use patches::{Body, Recipe};
use room::Room;
use voice::{Envelope, Material, Mix, Place, Sound, Stage, Voice};
use wave::{Tables, Wave};

/// Frames in a block: 1.3 ms at 48 kHz. Longer costs latency, shorter costs time.
const FRAMES: usize = 64;
/// Voices that may sound at once.
const POLYPHONY: usize = 96;
/// Places for voices: those that sound, and those that are faded out to make room.
const PLACES: usize = POLYPHONY + 32;
/// Amplitude of a note at full velocity, before the mastering. Set so that a usual band reaches the
/// compressor's knee (see `master`).
const STRENGTH: f64 = 0.16;
/// Loudness as a power of velocity: 9 dB for half of it. General MIDI 2 says 2 (12 dB), at which the soft
/// notes of a busy program are lost behind the loud ones.
const TOUCH: f64 = 1.5;
/// Below this a block counts as silence: -100 dB of full scale, under the last bit of a CD.
const SILENCE: f32 = 1.0e-5;
/// Seconds of silence after which nothing can come any more: longer than the room's gap and longest line.
const SILENCE_S: f64 = 0.15;
/// Blocks in which a hushed room falls silent: 16 ms at 48 kHz.
const HUSH_BLOCKS: u32 = 12;
/// What the room gives back, against what is sent.
const ROOM_GAIN: f32 = 0.5;

/// A channel as it was set up.
#[derive(Debug, Clone, Copy)]
struct Seat {
    player: Player,
    /// From 0 (left) to 1.
    pan: f64,
    gain: f64,
}

#[derive(Debug, Clone, Copy)]
enum Player {
    Melodic { number: usize, recipe: &'static Recipe },
    Drums,
}

/// A synthesiser with its instruments, room and mastering.
#[derive(Debug)]
pub struct Synth {
    rate: f64,
    seats: [Option<Seat>; 16],
    material: Material,
    voices: Vec<Voice>,
    /// Decides where oscillators start. One sequence for each synth, so that a second run is the same.
    chance: Noise,
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

    /// A synth with all it will ever need: tables and drums are worked out here, for the instruments of
    /// `setups` only. A channel without a setup stays silent.
    ///
    /// # Panics
    /// If the rate is not between 8000 and 192000 Hz.
    pub fn new(sample_rate_hz: u32, setups: &[ChannelSetup]) -> Self {
        assert!((8_000..=192_000).contains(&sample_rate_hz), "{sample_rate_hz} Hz is no sample rate for sound");
        let rate = f64::from(sample_rate_hz);
        let quiet_after = (SILENCE_S * rate / FRAMES as f64) as u32 + 1;
        let mut seats = [None; 16];
        let mut tables: Vec<Option<Tables>> = (0..patches::COUNT).map(|_| None).collect();
        let mut kit = None;
        for setup in setups {
            let player = match setup.instrument {
                Instrument::Drums | Instrument::NoiseDrums => {
                    kit.get_or_insert_with(|| Kit::new(rate));
                    Player::Drums
                }
                Instrument::Melodic(patch) => {
                    let (number, recipe) = patches::recipe(patch);
                    if let Body::Held { spectrum, .. } = &recipe.body {
                        tables[number].get_or_insert_with(|| Tables::new(spectrum));
                    }
                    Player::Melodic { number, recipe }
                }
            };
            // General MIDI 2: controller 7 is a square law, controller 10 runs from 1 to 127 with 64 in the middle.
            let level = f64::from(setup.level.value()) / 127.0;
            let pan = (f64::from(setup.pan.value()) - 1.0).max(0.0) / 126.0;
            seats[usize::from(setup.channel.index())] = Some(Seat { player, pan, gain: level * level });
        }
        Self {
            rate,
            seats,
            material: Material { tables, breath: wave::breath(), kit },
            voices: Vec::with_capacity(PLACES),
            chance: Noise::new(0x00e7_a10d),
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

    /// Strikes or releases a note; takes effect with the next sample rendered (a release within 64), which is
    /// heard [`Synth::LATENCY_FRAMES`] later.
    pub fn strike(&mut self, channel: Channel, kind: CueKind) {
        match kind {
            CueKind::On { pitch, velocity, .. } => {
                let Some(seat) = self.seats[usize::from(channel.index())] else { return };
                let voice = match seat.player {
                    Player::Melodic { number, recipe } => self.melodic(channel, pitch, velocity, &seat, number, recipe),
                    Player::Drums => self.drum(channel, pitch, velocity, &seat),
                };
                self.seat(voice);
            }
            CueKind::Off { pitch } => {
                let (channel, pitch) = (channel.index(), pitch.number());
                self.voices.iter_mut().filter(|voice| voice.channel == channel && voice.pitch == pitch).for_each(Voice::release);
            }
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
        self.voices.iter_mut().for_each(Voice::die);
        self.hush_left = HUSH_BLOCKS;
    }

    /// Whether nothing sounds and no tail is left.
    pub fn is_quiet(&self) -> bool {
        self.voices.is_empty() && self.silent_blocks >= self.quiet_after
    }

    /// Voices that sound, those included which are on their way out.
    pub fn voices_sounding(&self) -> usize {
        self.voices.len()
    }

    fn block(&mut self) {
        if self.is_quiet() {
            self.hush_left = 0;
            return;
        }
        let mut mix = Mix { left: [0.0; FRAMES], right: [0.0; FRAMES], send: [0.0; FRAMES] };
        for voice in &mut self.voices {
            voice.render(&self.material, &mut mix);
        }
        self.voices.retain(|voice| voice.stage != Stage::Over);
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
        let is_silent = self.voices.is_empty() && self.out.iter().flatten().all(|sample| sample.abs() < SILENCE);
        self.silent_blocks = if is_silent { self.silent_blocks + 1 } else { 0 };
        if self.silent_blocks == self.quiet_after {
            self.room.clear();
            self.master.clear();
            self.limiter.clear();
            self.out = [[0.0; 2]; FRAMES];
        }
    }

    /// Gives a voice a place: a free one, or that of the quietest voice, which is faded out.
    fn seat(&mut self, voice: Voice) {
        self.silent_blocks = 0;
        let sounding = self.voices.iter().filter(|voice| matches!(voice.stage, Stage::Held | Stage::Released)).count();
        if sounding >= POLYPHONY {
            // Of the equally quiet the oldest, which is first.
            let quietest = self
                .voices
                .iter_mut()
                .filter(|voice| matches!(voice.stage, Stage::Held | Stage::Released) && voice.has_sounded)
                .min_by(|a, b| standing(a).total_cmp(&standing(b)));
            if let Some(quietest) = quietest {
                quietest.die();
            }
        }
        if self.voices.len() < PLACES {
            self.voices.push(voice);
            return;
        }
        // Every place is taken, within a few milliseconds: only a voice that nobody has heard yet can go
        // without a click, and only if it is the quieter one.
        let unheard = self.voices.iter_mut().filter(|voice| !voice.has_sounded).min_by(|a, b| a.loudness.total_cmp(&b.loudness));
        if let Some(unheard) = unheard.filter(|unheard| unheard.loudness < voice.loudness) {
            *unheard = voice;
        }
    }

    fn melodic(&mut self, channel: Channel, pitch: Pitch, velocity: Velocity, seat: &Seat, number: usize, recipe: &Recipe) -> Voice {
        let force = f64::from(velocity.value()) / 127.0;
        let octaves_up = (f64::from(pitch.number()) - 60.0) / 12.0;
        let hertz = pitch.hertz();
        let sound = match (&recipe.body, &self.material.tables[number]) {
            (Body::Held { motion, .. }, Some(tables)) => {
                // Played softly a fifth of the brightness is left.
                let bright = (0.2 + 0.8 * force * force) as f32;
                Sound::Wave(Wave::new(number, tables, hertz, motion, bright, self.rate, &mut self.chance))
            }
            _ => {
                let mut partials = [Partial::default(); MOST_PARTIALS];
                let count = partials::partials(recipe, hertz, octaves_up, force, &mut partials);
                for partial in &mut partials[..count] {
                    partial.amplitude *= modal::top_taper(partial.hertz, self.rate);
                }
                Sound::Modal(Modal::new(&mut partials[..count], self.rate, self.given))
            }
        };
        let decibels = recipe.gain_db + recipe.tilt_db * octaves_up.clamp(-3.0, 3.0);
        let gain = STRENGTH * seat.gain * libm::pow(force, TOUCH) * libm::exp10(decibels / 20.0);
        let pan = seat.pan + f64::from(recipe.spread) * octaves_up.clamp(-3.0, 3.0) / 6.0;
        let blocks_per_second = self.rate / FRAMES as f64;
        let envelope = Envelope {
            attack_frames: (recipe.attack_s * self.rate) as f32,
            release_keep: libm::exp(-6.907_755_278_982_137 / (recipe.release_s * blocks_per_second)) as f32,
            tremolo_depth: recipe.tremolo.0,
            tremolo_step: (2.0 * recipe.tremolo.1 / blocks_per_second) as f32,
        };
        Voice::new(channel.index(), pitch.number(), sound, place(gain, pan, recipe.send), envelope, self.given)
    }

    fn drum(&mut self, channel: Channel, pitch: Pitch, velocity: Velocity, seat: &Seat) -> Voice {
        let drum = drums::drum(pitch.number());
        if drum == Drum::ClosedHat {
            // The pedal closes an open hat.
            let open = Drum::OpenHat.pitch().number();
            self.voices.iter_mut().filter(|voice| voice.is_drum && voice.pitch == open).for_each(Voice::die);
        }
        let force = f64::from(velocity.value()) / 127.0;
        let (decibels, send, side) = drums::place(drum);
        let gain = DRUMS * STRENGTH * seat.gain * libm::pow(force, TOUCH) * libm::exp10(decibels / 20.0);
        let sound = Sound::Drum { stroke: Kit::number(drum), at: -(self.given as isize), soft: 1.0 - force as f32, hard: force as f32 };
        // No attack of its own: the strokes start softly enough.
        let envelope = Envelope { attack_frames: 0.0, release_keep: 1.0, tremolo_depth: 0.0, tremolo_step: 0.0 };
        let pan = seat.pan + f64::from(side) * 0.5;
        Voice::new(channel.index(), drum.pitch().number(), sound, place(gain, pan, send), envelope, self.given)
    }
}

/// Drums against melodic notes.
const DRUMS: f64 = 2.6;

/// Constant power from left (0) to right (1).
fn place(gain: f64, pan: f64, send: f32) -> Place {
    let (right, left) = libm::sincos(pan.clamp(0.0, 1.0) * core::f64::consts::FRAC_PI_2);
    Place { left: (gain * left) as f32, right: (gain * right) as f32, send: gain as f32 * send }
}

/// How much would be missed if a voice fell silent: released ones are half forgotten.
fn standing(voice: &Voice) -> f32 {
    voice.loudness * if voice.stage == Stage::Released { 0.5 } else { 1.0 }
}
