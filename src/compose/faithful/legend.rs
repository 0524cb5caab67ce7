//! What each instrument of the style `faithful` stands for.

use super::VOICES;
use crate::compose::legend::{self, Entry};
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

fn drums(instrument: &str, drums: &[Drum], meaning: &str) -> Entry {
    legend::drums(instrument, drums, &[], meaning)
}

pub fn legend() -> Vec<Entry> {
    let voices = VOICES.iter().zip(FAMILIES).enumerate().map(|(index, (voice, (families, meaning)))| {
        let register = (57 + voice.transposed) as u8;
        let (instrument, meaning) = (voice.seat.instrument.name().to_owned(), meaning.to_owned());
        Entry { instrument, families: families.to_vec(), meaning, part: 1 + index, drums: Vec::new(), register }
    });
    let beats = [
        drums("hat", &[Drum::ClosedHat], "a line is visited"),
        drums("kick", &[Drum::Kick], "a turn of a loop begins"),
        drums("bell and splash", &[Drum::RideBell, Drum::SplashCymbal], "frames entered: how many is in the velocity"),
        drums("cowbell and tambourine", &[Drum::Cowbell, Drum::Tambourine], "frames left"),
        drums("crash", &[Drum::Crash], "an exception is raised or passed on"),
    ];
    voices.chain(beats).collect()
}

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
