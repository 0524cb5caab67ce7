//! What each patch is made of, and which of them plays which patch of General MIDI. The recipes lie with
//! their kind: struck, plucked, held, and the waves of an old sound chip.

mod chip;
mod held;
mod plucked;
mod struck;

use super::stand_in::stand_in;
use super::wave::{Motion, Spectrum};
use crate::music::Patch;

/// A partial of a bar or tine: times the fundamental, amplitude at full velocity, seconds to fall by
/// 60 dB at middle C, and how much faster than the fundamental it gets quieter when struck softly.
pub type Mode = (f64, f64, f64, f64);

/// How a voice sounds.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// Bars and tines: their modes, then modes of the mallet or the case, with hertz for the ratio.
    Struck {
        modes: &'static [Mode],
        knocks: &'static [Mode],
    },
    /// An ideal string, plucked at a share of its length; harmonics fall as n^-`slope`, and each lives as
    /// `fall_s` / (1 + `damping` n^2).
    Plucked {
        at: f64,
        slope: f64,
        fall_s: f64,
        damping: f64,
        stiffness: f64,
        knocks: &'static [Mode],
    },
    Held {
        spectrum: Spectrum,
        motion: Motion,
    },
}

/// How a held note fades by itself, on top of what its body does.
#[derive(Debug, Clone, Copy)]
pub enum Fade {
    /// Stays as it is.
    None,
    /// Falls by 60 dB in `fall_s`, but not below `rest`, a share of the strength.
    Falls { fall_s: f64, rest: f32 },
}

#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub patch: Patch,
    pub body: Body,
    /// Evens the patches out: measured as loudness (BS.1770) of a scale in the middle register, see the test.
    pub gain_db: f64,
    /// Seconds from nothing to all of it. Shorter clicks, longer drags.
    pub attack_s: f64,
    /// How it fades while it is held.
    pub fade: Fade,
    /// Seconds in which a released note falls by 60 dB.
    pub release_s: f64,
    /// How much faster high notes die: octaves of fall time for each octave of pitch.
    pub shorter_up: f64,
    /// dB for each octave above middle C: what keeps the ends of the register in balance.
    pub tilt_db: f64,
    /// Into the room, against the dry sound.
    pub send: f32,
    /// How far low notes go to the left and high ones to the right, 1 for all the way in three octaves.
    pub spread: f32,
    /// Depth and rate of tremolo.
    pub tremolo: (f32, f64),
}

const PLAIN: Recipe = Recipe {
    patch: Patch::ELECTRIC_PIANO,
    body: Body::Struck { modes: &[], knocks: &[] },
    gain_db: 0.0,
    attack_s: 0.0015,
    fade: Fade::None,
    release_s: 0.3,
    shorter_up: 0.6,
    tilt_db: -1.0,
    send: 0.2,
    spread: 0.15,
    tremolo: (0.0, 1.0),
};

/// All recipes by their kinds; their order here numbers them.
const KINDS: [&[Recipe]; 4] = [&struck::STRUCK, &plucked::PLUCKED, &held::HELD, &chip::CHIP];

/// Number of recipes, and so of possible sets of tables.
pub const COUNT: usize = KINDS[0].len() + KINDS[1].len() + KINDS[2].len() + KINDS[3].len();

/// An amplitude that falls as a power of the harmonic's number.
fn power(n: usize, slope: f64) -> f64 {
    libm::pow(n as f64, -slope)
}

fn recipes() -> impl Iterator<Item = &'static Recipe> {
    KINDS.into_iter().flatten()
}

/// A patch's recipe and its number, from 0 to [`COUNT`]; every patch has one (tested).
pub fn recipe(patch: Patch) -> (usize, &'static Recipe) {
    let played = stand_in(patch);
    recipes().enumerate().find(|(_, recipe)| recipe.patch == played).unwrap_or((0, &KINDS[0][0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::general_midi::PATCHES;

    #[test]
    fn every_general_midi_patch_has_a_recipe_and_ours_are_played_by_themselves() {
        for number in 0..128 {
            let patch = Patch::new(number).unwrap();
            assert!(recipes().any(|recipe| recipe.patch == stand_in(patch)), "{number}");
            // What we have a name of our own for must have a sound of its own.
            assert!(patch.name() == PATCHES[usize::from(number)] || stand_in(patch) == patch, "{}", patch.name());
        }
        assert_eq!(recipes().count(), COUNT);
        for recipe in recipes() {
            assert_eq!(stand_in(recipe.patch), recipe.patch);
        }
    }
}
