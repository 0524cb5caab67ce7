//! One sounding note: its sound, its envelope and its place. Knows nothing of channels' settings or of
//! other voices.

use super::drums::{Kit, KitName};
use super::modal::Modal;
use super::patches::{Fade, Recipe};
use super::wave::{Airs, Tables, Wave};
use super::{FRAMES, NO_STEM};

/// Blocks in which a voice that has to go is faded out: 4 to 6 ms, too short to be heard as a note, long
/// enough not to click.
const DYING_BLOCKS: u8 = 4;
/// Strength of the second player of a twin voice: weaker, so that they never cancel each other in mono.
const SECOND: f32 = 0.7;
/// Share of a voice's strength at which its release is over, -70 dB: under the room's tail.
const SPENT: f32 = 3.0e-4;

#[allow(clippy::large_enum_variant, reason = "boxing the sines would allocate while playing")]
#[derive(Debug, Clone)]
pub enum Sound {
    Modal(Modal),
    Wave(Wave),
    /// A drum's stroke: its kit, its number there, frames played (below zero: still to wait), and how much of
    /// the soft and of the hard stroke.
    Drum {
        kit: KitName,
        stroke: usize,
        at: isize,
        soft: f32,
        hard: f32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Held,
    Released,
    /// Faded out in a hurry: stolen, choked or hushed.
    Dying {
        blocks_left: u8,
    },
    Over,
}

/// Gains to the left, to the right and into the room.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub left: f32,
    pub right: f32,
    pub send: f32,
}

/// What all voices add up to in a block.
#[derive(Debug, Clone)]
pub struct Mix {
    pub left: [f32; FRAMES],
    pub right: [f32; FRAMES],
    pub send: [f32; FRAMES],
}

impl Mix {
    pub const SILENT: Self = Self { left: [0.0; FRAMES], right: [0.0; FRAMES], send: [0.0; FRAMES] };

    pub fn add(&mut self, other: &Self) {
        for (sum, more) in [(&mut self.left, &other.left), (&mut self.right, &other.right), (&mut self.send, &other.send)] {
            for (sample, more) in sum.iter_mut().zip(more) {
                *sample += more;
            }
        }
    }
}

/// What voices read: made once, changed by nobody.
#[derive(Debug)]
pub struct Material {
    pub tables: Vec<Option<Tables>>,
    pub airs: Airs,
    /// In the order of [`KitName`].
    pub kits: [Option<Kit>; 2],
}

#[derive(Debug, Clone)]
pub struct Voice {
    pub channel: u8,
    pub pitch: u8,
    /// The stem that it belongs to, where stems are rendered.
    pub stem: usize,
    pub stage: Stage,
    /// Drums ignore releases.
    pub is_drum: bool,
    /// How loud it was in the last block, and before the first: what it may become.
    pub loudness: f32,
    pub has_sounded: bool,
    sound: Sound,
    place: Place,
    /// Frames since the stroke at the start of the next block; below zero where the stroke is within it.
    age: f32,
    attack: f32,
    /// What is left of the strength after the release, at the start of the next block.
    strength: f32,
    release_keep: f32,
    /// Share of the strength that still fades, what of it is kept in a block, and the share that stays.
    fading: f32,
    fade_keep: f32,
    rest: f32,
    tremolo_depth: f32,
    tremolo: f32,
    tremolo_step: f32,
    tremolo_gain: f32,
}

/// What a voice needs to know beyond its sound.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    pub attack_frames: f32,
    /// What a released voice keeps in a block.
    pub release_keep: f32,
    /// What a held voice keeps in a block of what fades, and the share that does not fade.
    pub fade_keep: f32,
    pub rest: f32,
    pub tremolo_depth: f32,
    /// Half turns a block.
    pub tremolo_step: f32,
}

impl Envelope {
    /// That of a drum, which has none: its stroke is all there is, and starts softly enough.
    pub const NONE: Self = Self { attack_frames: 0.0, release_keep: 1.0, fade_keep: 1.0, rest: 1.0, tremolo_depth: 0.0, tremolo_step: 0.0 };

    /// Of a recipe, where `blocks_per_second` are rendered.
    pub fn new(recipe: &Recipe, blocks_per_second: f64) -> Self {
        // ln(1000): 60 dB.
        let keep = |fall_s: f64| libm::exp(-6.907_755_278_982_137 / (fall_s * blocks_per_second)) as f32;
        let (fade_keep, rest) = match recipe.fade {
            Fade::None => (1.0, 1.0),
            Fade::Falls { fall_s, rest } => (keep(fall_s), rest),
        };
        Self {
            attack_frames: (recipe.attack_s * blocks_per_second * FRAMES as f64) as f32,
            release_keep: keep(recipe.release_s),
            fade_keep,
            rest,
            tremolo_depth: recipe.tremolo.0,
            tremolo_step: (2.0 * recipe.tremolo.1 / blocks_per_second) as f32,
        }
    }
}

impl Voice {
    pub fn new(channel: u8, pitch: u8, sound: Sound, place: Place, envelope: Envelope, offset: usize) -> Self {
        Self {
            channel,
            pitch,
            stem: NO_STEM,
            stage: Stage::Held,
            is_drum: matches!(sound, Sound::Drum { .. }),
            loudness: place.left + place.right,
            has_sounded: false,
            sound,
            place,
            age: -(offset as f32),
            attack: envelope.attack_frames.max(1.0),
            strength: 1.0,
            release_keep: envelope.release_keep,
            fading: 1.0 - envelope.rest,
            fade_keep: envelope.fade_keep,
            rest: envelope.rest,
            tremolo_depth: envelope.tremolo_depth,
            tremolo: 0.0,
            tremolo_step: envelope.tremolo_step,
            tremolo_gain: 1.0,
        }
    }

    pub fn release(&mut self) {
        if self.stage == Stage::Held && !self.is_drum {
            self.stage = Stage::Released;
        }
    }

    /// Out of the way, quickly; a voice that has not sounded yet goes at once.
    pub fn die(&mut self) {
        self.stage = match self.stage {
            Stage::Held | Stage::Released if self.has_sounded => Stage::Dying { blocks_left: DYING_BLOCKS },
            Stage::Held | Stage::Released => Stage::Over,
            going => going,
        };
    }

    /// Adds the next block to the mix.
    pub fn render(&mut self, material: &Material, mix: &mut Mix) {
        if self.stage == Stage::Over {
            return;
        }
        let (mut body, mut twin) = ([0.0f32; FRAMES], [0.0f32; FRAMES]);
        let (mut has_twin, mut is_over) = (false, false);
        match &mut self.sound {
            Sound::Modal(modal) => {
                modal.render(&mut body);
                is_over = modal.is_over();
            }
            Sound::Wave(wave) => {
                wave.render(&material.tables, &material.airs, &mut body, &mut twin);
                has_twin = wave.is_twin();
            }
            Sound::Drum { kit, stroke, at, soft, hard } => {
                let samples = material.kits[*kit as usize].as_ref().map_or(&[][..], |kit| kit.stroke(*stroke));
                let wait = (-*at).max(0) as usize;
                let from = (*at).max(0) as usize;
                let rest = samples.get(from..).unwrap_or(&[]);
                for (sample, both) in body[wait..].iter_mut().zip(rest) {
                    *sample = both[0] * *soft + both[1] * *hard;
                }
                *at += FRAMES as isize;
                is_over = *at >= samples.len() as isize;
            }
        }
        self.shape(&mut body, has_twin.then_some(&mut twin), &mut is_over);
        let Place { left, right, send } = self.place;
        if has_twin {
            // The two players sit on either side of the voice's place.
            for (i, (one, other)) in body.iter().zip(&twin).enumerate() {
                let other = SECOND * other;
                mix.left[i] += (one + 0.35 * other) * left;
                mix.right[i] += (0.35 * one + other) * right;
                mix.send[i] += (one + other) * send;
            }
        } else {
            for (i, sample) in body.iter().enumerate() {
                mix.left[i] += sample * left;
                mix.right[i] += sample * right;
                mix.send[i] += sample * send;
            }
        }
        // A sample in eight is enough to tell the loud from the quiet.
        let heard: f32 = body.iter().step_by(8).map(|sample| sample.abs()).sum::<f32>() * (left + right) * 0.25;
        self.loudness = if self.has_sounded { heard.max(self.loudness * 0.8) } else { heard.max(self.loudness) };
        self.has_sounded = true;
        if is_over {
            self.stage = Stage::Over;
        }
    }

    fn shape(&mut self, body: &mut [f32; FRAMES], twin: Option<&mut [f32; FRAMES]>, is_over: &mut bool) {
        let from = self.strength * self.tremolo_gain * (self.rest + self.fading);
        match self.stage {
            Stage::Held | Stage::Over => {}
            Stage::Released => {
                self.strength *= self.release_keep;
                if self.strength < SPENT {
                    (self.strength, *is_over) = (0.0, true);
                }
            }
            Stage::Dying { blocks_left } => {
                // Straight down, whatever is left of it.
                self.strength *= f32::from(blocks_left - 1) / f32::from(blocks_left);
                self.stage = if blocks_left > 1 { Stage::Dying { blocks_left: blocks_left - 1 } } else { Stage::Over };
            }
        }
        if self.tremolo_depth > 0.0 {
            self.tremolo += self.tremolo_step;
            if self.tremolo >= 1.0 {
                self.tremolo -= 2.0;
            }
            self.tremolo_gain = 1.0 - self.tremolo_depth * (0.5 + 2.0 * self.tremolo * (1.0 - self.tremolo.abs()));
        }
        if self.fade_keep < 1.0 {
            self.fading *= self.fade_keep;
            *is_over |= self.rest + self.fading < SPENT;
        }
        let to = self.strength * self.tremolo_gain * (self.rest + self.fading);
        if from == 1.0 && to == 1.0 && self.age >= self.attack {
            // Held, as most voices are at most times.
            return;
        }
        let step = (to - from) / FRAMES as f32;
        let mut gains = [0.0f32; FRAMES];
        for (i, gain) in gains.iter_mut().enumerate() {
            *gain = from + step * (i + 1) as f32;
        }
        if self.age < self.attack {
            let unit = 1.0 / self.attack;
            for (i, gain) in gains.iter_mut().enumerate() {
                let share = ((self.age + i as f32) * unit).clamp(0.0, 1.0);
                *gain *= share * share * (3.0 - 2.0 * share);
            }
        }
        self.age += FRAMES as f32;
        for (sample, gain) in body.iter_mut().zip(&gains) {
            *sample *= gain;
        }
        if let Some(twin) = twin {
            for (sample, gain) in twin.iter_mut().zip(&gains) {
                *sample *= gain;
            }
        }
    }
}
