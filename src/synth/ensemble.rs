//! Our own band: its seats, what its voices read, and the voices. Knows nothing of rooms and mastering.

use super::drums::{self, Kit, KitName};
use super::modal::{self, MOST_PARTIALS, Modal, Partial};
use super::patches::{self, Body, Recipe};
use super::voice::{Envelope, Material, Mix, Place, Sound, Stage, Voice};
use super::wave::{self, Airs, Tables, Wave};
use super::{FRAMES, Noise, partials};
use crate::music::{Drum, Instrument, Patch, Pitch};
use crate::perform::{Channel, ChannelSetup, CueKind, Port};

/// Voices of a port that may sound at once.
const POLYPHONY: usize = 96;
/// Places for voices beyond those that sound: for those that are faded out to make room.
const PLACES_FOR_THE_FADING: usize = 32;
/// Amplitude of a note at full velocity, before the mastering. Set so that a usual band is about as loud as
/// the mastering begins by expecting (see `master`).
const STRENGTH: f64 = 0.16;
/// Loudness as a power of velocity: 9 dB for half of it. General MIDI 2 says 2 (12 dB), at which the soft
/// notes of a busy program are lost behind the loud ones.
const TOUCH: f64 = 1.5;
/// Drums against melodic notes.
const DRUMS: f64 = 2.6;
/// How far notes and drums spread around their channel's place, where two bands play side by side: an eighth, as
/// `compare::sides` narrows the places themselves. More, and the high notes of one band come from the other's side.
const NARROW: f64 = 0.125;

/// A channel as it was set up.
#[derive(Debug, Clone, Copy)]
struct Seat {
    player: Player,
    /// From 0 (left) to 1.
    pan: f64,
    /// How far its notes spread around that place, against a band that is alone.
    width: f64,
    gain: f64,
}

#[derive(Debug, Clone, Copy)]
enum Player {
    Melodic { number: usize, recipe: &'static Recipe },
    Drums(KitName),
}

/// A stroke on a channel, as its player sees it.
#[derive(Debug, Clone, Copy)]
struct Stroke {
    channel: Channel,
    pitch: Pitch,
    /// The velocity, from 0 to 1.
    force: f64,
    /// Frame within the block.
    at: usize,
}

#[derive(Debug)]
pub struct Ensemble {
    rate: f64,
    seats: [Option<Seat>; Channel::COUNT],
    material: Material,
    voices: Vec<Voice>,
    /// Voices that may sound at once.
    polyphony: usize,
    /// Decides where oscillators start. One sequence for each band, so that a second run is the same.
    chance: Noise,
}

impl Ensemble {
    /// A band with all it will ever need: tables and drums are worked out here, for the instruments of
    /// `setups` only. A channel without a setup stays silent.
    pub fn new(rate: f64, setups: &[ChannelSetup]) -> Self {
        let mut seats = [None; Channel::COUNT];
        let is_pair = setups.iter().any(|setup| setup.channel.port() == Port::B);
        // Together two bands are as loud as one.
        let (width, share) = if is_pair { (NARROW, core::f64::consts::FRAC_1_SQRT_2) } else { (1.0, 1.0) };
        let polyphony = if is_pair { 2 * POLYPHONY } else { POLYPHONY };
        let mut tables: Vec<Option<Tables>> = (0..patches::COUNT).map(|_| None).collect();
        let mut kits = [None, None];
        let mut airs = Airs { breath: wave::breath(), metal: Vec::new() };
        for setup in setups {
            let player = match setup.instrument {
                Instrument::Drums => Player::Drums(KitName::Acoustic),
                Instrument::NoiseDrums => Player::Drums(KitName::Noise),
                Instrument::Melodic(patch) => {
                    let (number, recipe) = patches::recipe(patch);
                    if let Body::Held { spectrum, .. } = &recipe.body {
                        tables[number].get_or_insert_with(|| Tables::new(spectrum));
                    }
                    if recipe.patch == Patch::REVERSE_CYMBAL {
                        airs.metal = wave::metal();
                    }
                    Player::Melodic { number, recipe }
                }
            };
            if let Player::Drums(name) = player {
                kits[name as usize].get_or_insert_with(|| Kit::new(rate, name));
            }
            // General MIDI 2: controller 7 is a square law, controller 10 runs from 1 to 127 with 64 in the middle.
            let level = f64::from(setup.level.value()) / 127.0;
            let pan = (f64::from(setup.pan.value()) - 1.0).max(0.0) / 126.0;
            seats[usize::from(setup.channel.index())] = Some(Seat { player, pan, width, gain: level * level * share });
        }
        let voices = Vec::with_capacity(polyphony + PLACES_FOR_THE_FADING);
        Self { rate, seats, material: Material { tables, airs, kits }, voices, polyphony, chance: Noise::new(0x00e7_a10d) }
    }

    /// Strikes for a stem on frame `at` of the block that is rendered next, or releases with it. Whether a voice was
    /// struck.
    pub fn strike(&mut self, channel: Channel, kind: CueKind, stem: usize, at: usize) -> bool {
        match kind {
            CueKind::On { pitch, velocity, .. } => {
                let Some(seat) = self.seats[usize::from(channel.index())] else { return false };
                let stroke = Stroke { channel, pitch, force: f64::from(velocity.value()) / 127.0, at };
                let mut voice = match seat.player {
                    Player::Melodic { number, recipe } => self.melodic(stroke, &seat, number, recipe),
                    Player::Drums(name) => self.drum(stroke, &seat, name),
                };
                voice.stem = stem;
                self.seat(voice);
                true
            }
            CueKind::Off { pitch } => {
                let (channel, pitch) = (channel.index(), pitch.number());
                self.voices.iter_mut().filter(|voice| voice.channel == channel && voice.pitch == pitch).for_each(Voice::release);
                false
            }
        }
    }

    /// Adds the next block: each voice to the mix, and where it has a stem also to that. The mix comes to the same
    /// bits with stems and without.
    pub fn render(&mut self, mix: &mut Mix, stems: &mut [Mix]) {
        for voice in &mut self.voices {
            match stems.get_mut(voice.stem) {
                None => voice.render(&self.material, mix),
                Some(stem) => {
                    let mut alone = Mix::SILENT;
                    voice.render(&self.material, &mut alone);
                    mix.add(&alone);
                    stem.add(&alone);
                }
            }
        }
        self.voices.retain(|voice| voice.stage != Stage::Over);
    }

    /// Lets all voices die within a few milliseconds.
    pub fn hush(&mut self) {
        self.voices.iter_mut().for_each(Voice::die);
    }

    pub fn voices_sounding(&self) -> usize {
        self.voices.len()
    }

    /// Gives a voice a place: a free one, or that of the quietest voice, which is faded out.
    fn seat(&mut self, voice: Voice) {
        let sounding = self.voices.iter().filter(|voice| matches!(voice.stage, Stage::Held | Stage::Released)).count();
        if sounding >= self.polyphony {
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
        if self.voices.len() < self.polyphony + PLACES_FOR_THE_FADING {
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

    fn melodic(&mut self, stroke: Stroke, seat: &Seat, number: usize, recipe: &Recipe) -> Voice {
        let Stroke { channel, pitch, force, at } = stroke;
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
                Sound::Modal(Modal::new(&mut partials[..count], self.rate, at))
            }
        };
        let decibels = recipe.gain_db + recipe.tilt_db * octaves_up.clamp(-3.0, 3.0);
        let gain = STRENGTH * seat.gain * libm::pow(force, TOUCH) * libm::exp10(decibels / 20.0);
        let pan = seat.pan + seat.width * f64::from(recipe.spread) * octaves_up.clamp(-3.0, 3.0) / 6.0;
        let envelope = Envelope::new(recipe, self.rate / FRAMES as f64);
        Voice::new(channel.index(), pitch.number(), sound, place(gain, pan, recipe.send), envelope, at)
    }

    fn drum(&mut self, stroke: Stroke, seat: &Seat, name: KitName) -> Voice {
        let Stroke { channel, pitch, force, at } = stroke;
        let drum = drums::drum(pitch.number());
        if drum == Drum::ClosedHat {
            // The pedal closes the open hat of the same kit.
            let (channel, open) = (channel.index(), Drum::OpenHat.pitch().number());
            let is_open = |voice: &&mut Voice| voice.is_drum && voice.channel == channel && voice.pitch == open;
            self.voices.iter_mut().filter(is_open).for_each(Voice::die);
        }
        let (decibels, send, side) = drums::place(name, drum);
        let gain = DRUMS * STRENGTH * seat.gain * libm::pow(force, TOUCH) * libm::exp10(decibels / 20.0);
        let sound = Sound::Drum { kit: name, stroke: Kit::number(drum), at: -(at as isize), soft: 1.0 - force as f32, hard: force as f32 };
        let pan = seat.pan + seat.width * f64::from(side) * 0.5;
        Voice::new(channel.index(), drum.pitch().number(), sound, place(gain, pan, send), Envelope::NONE, at)
    }
}

/// Constant power from left (0) to right (1).
fn place(gain: f64, pan: f64, send: f32) -> Place {
    let (right, left) = libm::sincos(pan.clamp(0.0, 1.0) * core::f64::consts::FRAC_PI_2);
    Place { left: (gain * left) as f32, right: (gain * right) as f32, send: gain as f32 * send }
}

/// How much would be missed if a voice fell silent: released ones are half forgotten.
fn standing(voice: &Voice) -> f32 {
    voice.loudness * if voice.stage == Stage::Released { 0.5 } else { 1.0 }
}
