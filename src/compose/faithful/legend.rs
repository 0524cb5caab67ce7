//! What each instrument stands for where every instruction is a note.

use super::{BASS, FAMILIES};
use crate::compose::legend::{Entry, drums, words};
use crate::compose::mapping::{Mapping, Role};
use crate::music::Drum;
use crate::trace::Family;

/// Pitch of an example that lies no octave up or down.
const A3: i32 = 57;

pub fn legend(mapping: &Mapping) -> Vec<Entry> {
    let voices = mapping.voices().enumerate().map(|(index, (family, seat))| Entry {
        instrument: seat.instrument.name().to_owned(),
        families: vec![family],
        meaning: match family {
            Family::Rest => "no operation; before the first instruction, the tuning".to_owned(),
            family => words(family).to_owned(),
        },
        part: BASS + index,
        drums: Vec::new(),
        register: (A3 + 12 * seat.octave).clamp(0, 127) as u8,
    });
    let first = |role: Role, usual: (&str, [Drum; 2]), meaning: &str| {
        // The lowest two of those that count: the greatest is hardly ever struck.
        let mut entry = drums(mapping, &[role], (usual.0, &[]), &[], meaning);
        let counting: Vec<_> = mapping.kit.drums(role).iter().rev().take(2).copied().collect();
        let is_usual = counting.iter().copied().eq(usual.1.map(Drum::pitch));
        entry.drums = counting;
        if is_usual {
            usual.0.clone_into(&mut entry.instrument);
        }
        entry
    };
    let beats = [
        drums(mapping, &[Role::Lines], ("hat", &[Drum::ClosedHat]), &[], "a line is visited"),
        drums(mapping, &[Role::Kick], ("kick", &[Drum::Kick]), &[], "a turn of a loop begins"),
        first(Role::Entered, ("bell and splash", [Drum::RideBell, Drum::SplashCymbal]), "frames entered: how many is in the velocity"),
        first(Role::Left, ("cowbell and tambourine", [Drum::Cowbell, Drum::Tambourine]), "frames left"),
        drums(mapping, &[Role::Crash], ("crash", &[Drum::Crash]), &[], "an exception is raised or passed on"),
    ];
    debug_assert_eq!(mapping.voices().count(), FAMILIES.len());
    voices.chain(beats).collect()
}
