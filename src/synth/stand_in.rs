//! Which patch stands in for those we have no recipe for.
//!
//! | General MIDI group | played by |
//! |---|---|
//! | pianos (harpsichord, clavinet: nylon guitar) | electric piano |
//! | chromatic percussion | itself; tubular bells: vibraphone; dulcimer: harp |
//! | organs (reed organs: clarinet) | flute |
//! | guitars | nylon guitar |
//! | basses | bass; fretless itself; synth basses: the triangle's bass |
//! | strings | strings; pizzicato, harp themselves; timpani: marimba |
//! | ensembles (orchestra hit: brass) | strings |
//! | brass | brass |
//! | reeds | clarinet; oboe, English horn, bassoon: oboe |
//! | pipes | flute; blown bottle, shakuhachi: shakuhachi |
//! | synth leads | the waves of a chip, each its own |
//! | synth pads and effects (crystal: celesta) | warm pad |
//! | ethnic: plucked / kalimba / bowed / blown | nylon guitar / kalimba / strings / oboe |
//! | percussive: bell / steel drum / wood / drums | glockenspiel / steel drums / xylophone / marimba |
//! | sound effects | reverse cymbal itself; else the flute, for its breath |

use crate::music::Patch;

/// The patch that is played where `patch` is asked for: the table at the head of this file.
pub fn stand_in(patch: Patch) -> Patch {
    match patch.number() {
        6 | 7 => Patch::NYLON_GUITAR,
        0..=7 => Patch::ELECTRIC_PIANO,
        8 | 98 => Patch::CELESTA,
        9 | 112 => Patch::GLOCKENSPIEL,
        10 => Patch::MUSIC_BOX,
        11 | 14 => Patch::VIBRAPHONE,
        12 | 47 | 116..=118 => Patch::MARIMBA,
        13 | 113 | 115 => Patch::XYLOPHONE,
        15 | 46 => Patch::HARP,
        20..=23 => Patch::CLARINET,
        16..=19 => Patch::FLUTE,
        24..=31 | 104..=107 => Patch::NYLON_GUITAR,
        35 => Patch::FRETLESS_BASS,
        38 | 39 => Patch::SYNTH_BASS,
        32..=39 => Patch::FINGERED_BASS,
        45 => Patch::PIZZICATO,
        55..=63 => Patch::BRASS,
        68..=70 | 109 | 111 => Patch::OBOE,
        64..=71 => Patch::CLARINET,
        76 | 77 => Patch::SHAKUHACHI,
        80..=87 => patch,
        88..=103 => Patch::WARM_PAD,
        108 => Patch::KALIMBA,
        114 => Patch::STEEL_DRUMS,
        119 => Patch::REVERSE_CYMBAL,
        72..=79 | 120..=127 => Patch::FLUTE,
        _ => Patch::STRINGS,
    }
}
