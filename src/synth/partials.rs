//! From a recipe and a note to its sines.

use super::modal::{MOST_PARTIALS, Partial};
use super::patches::{Body, Recipe};

/// The sines of a note: how many there are, written to the front of `partials`. `force` is the
/// velocity from 0 to 1.
pub fn partials(recipe: &Recipe, hertz: f64, octaves_up: f64, force: f64, partials: &mut [Partial; MOST_PARTIALS]) -> usize {
    let quicker = libm::exp2(-octaves_up * recipe.shorter_up);
    let (knocks, mut count) = match recipe.body {
        Body::Held { .. } => return 0,
        Body::Struck { modes, knocks } => {
            for (partial, &(ratio, amplitude, fall_s, edge)) in partials.iter_mut().zip(modes) {
                *partial = Partial { hertz: hertz * ratio, amplitude: amplitude * libm::pow(force, edge), fall_s: fall_s * quicker };
            }
            (knocks, modes.len())
        }
        Body::Plucked { at, slope, fall_s, damping, stiffness, knocks } => {
            let count = MOST_PARTIALS - knocks.len();
            for (index, partial) in partials.iter_mut().take(count).enumerate() {
                let n = (index + 1) as f64;
                // A soft finger plucks with a broad tip: the harmonics fall off faster.
                let slope = slope + 0.9 * (1.0 - force);
                *partial = Partial {
                    hertz: hertz * n * libm::sqrt(1.0 + stiffness * n * n),
                    amplitude: libm::sin(core::f64::consts::PI * n * at) * libm::pow(n, -slope),
                    fall_s: fall_s * quicker / (1.0 + damping * n * n),
                };
            }
            (knocks, count)
        }
    };
    // The same strength for all, whatever the number of modes.
    let power: f64 = partials[..count].iter().map(|partial| partial.amplitude * partial.amplitude).sum();
    let scale = 1.0 / libm::sqrt(power.max(1.0e-12));
    partials[..count].iter_mut().for_each(|partial| partial.amplitude *= scale);
    for (partial, &(knock_hertz, amplitude, fall_s, edge)) in partials[count..].iter_mut().zip(knocks) {
        *partial = Partial { hertz: knock_hertz, amplitude: amplitude * libm::pow(force, edge), fall_s };
    }
    count += knocks.len();
    count
}
