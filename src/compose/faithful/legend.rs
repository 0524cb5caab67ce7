//! What each instrument of the style `faithful` stands for.

use super::{DRUMS, VOICES};
use crate::compose::legend::Entry;
use crate::music::Drum;
use crate::trace::Family;

const FAMILIES: [(&[Family], &str); VOICES.len()] = [
    (&[Family::Rest], "no operation; before the first instruction, the tuning"),
    (&[Family::Load], "loads"),
    (&[Family::Store], "stores"),
    (&[Family::Scope], "names of globals, closures, modules"),
    (&[Family::Stack], "shuffles of the stack"),
    (&[Family::Arith], "arithmetic"),
    (&[Family::Test], "comparison and tests"),
    (&[Family::Jump], "jumps forward"),
    (&[Family::Loop], "iteration and jumps back"),
    (&[Family::Call], "calls and returns"),
    (&[Family::Build], "building containers and strings"),
    (&[Family::Attr], "attributes and methods"),
    (&[Family::Subscr], "subscripts and slices"),
    (&[Family::Except], "exceptions"),
    (&[Family::Gen], "generators and coroutines"),
];

const fn drums(instrument: &'static str, drums: &'static [Drum], meaning: &'static str) -> Entry {
    Entry { instrument, families: &[], meaning, part: DRUMS, drums, register: 60 }
}

const BEATS: [Entry; 5] = [
    drums("hat", &[Drum::ClosedHat], "a line is visited"),
    drums("kick", &[Drum::Kick], "a turn of a loop begins"),
    drums("bell and splash", &[Drum::RideBell, Drum::SplashCymbal], "frames entered: how many is in the velocity"),
    drums("cowbell and tambourine", &[Drum::Cowbell, Drum::Tambourine], "frames left"),
    drums("crash", &[Drum::Crash], "an exception is raised or passed on"),
];

pub const LEGEND: [Entry; VOICES.len() + BEATS.len()] = {
    let mut legend = [BEATS[0]; VOICES.len() + BEATS.len()];
    let mut index = 0;
    while index < VOICES.len() {
        let (families, meaning) = FAMILIES[index];
        let register = (57 + VOICES[index].transposed) as u8;
        legend[index] =
            Entry { instrument: VOICES[index].seat.instrument.name(), families, meaning, part: 1 + index, drums: &[], register };
        index += 1;
    }
    while index < legend.len() {
        legend[index] = BEATS[index - VOICES.len()];
        index += 1;
    }
    legend
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_names_the_family_of_each_voice() {
        for (voice, (families, _)) in VOICES.iter().zip(FAMILIES) {
            assert_eq!(families, [voice.family]);
        }
    }
}
