//! The names of General MIDI 1: its sound set and its percussion map, by which people choose instruments.

use super::{Patch, Pitch};

/// The sound set, from number 0.
#[rustfmt::skip] // Four in a line, as the standard's groups of eight are read.
pub const PATCHES: [&str; 128] = [
    "acoustic grand piano", "bright acoustic piano", "electric grand piano", "honky-tonk piano",
    "electric piano 1", "electric piano 2", "harpsichord", "clavinet",
    "celesta", "glockenspiel", "music box", "vibraphone",
    "marimba", "xylophone", "tubular bells", "dulcimer",
    "drawbar organ", "percussive organ", "rock organ", "church organ",
    "reed organ", "accordion", "harmonica", "tango accordion",
    "acoustic guitar (nylon)", "acoustic guitar (steel)", "electric guitar (jazz)", "electric guitar (clean)",
    "electric guitar (muted)", "overdriven guitar", "distortion guitar", "guitar harmonics",
    "acoustic bass", "electric bass (finger)", "electric bass (pick)", "fretless bass",
    "slap bass 1", "slap bass 2", "synth bass 1", "synth bass 2",
    "violin", "viola", "cello", "contrabass",
    "tremolo strings", "pizzicato strings", "orchestral harp", "timpani",
    "string ensemble 1", "string ensemble 2", "synth strings 1", "synth strings 2",
    "choir aahs", "voice oohs", "synth voice", "orchestra hit",
    "trumpet", "trombone", "tuba", "muted trumpet",
    "french horn", "brass section", "synth brass 1", "synth brass 2",
    "soprano sax", "alto sax", "tenor sax", "baritone sax",
    "oboe", "english horn", "bassoon", "clarinet",
    "piccolo", "flute", "recorder", "pan flute",
    "blown bottle", "shakuhachi", "whistle", "ocarina",
    "lead 1 (square)", "lead 2 (sawtooth)", "lead 3 (calliope)", "lead 4 (chiff)",
    "lead 5 (charang)", "lead 6 (voice)", "lead 7 (fifths)", "lead 8 (bass + lead)",
    "pad 1 (new age)", "pad 2 (warm)", "pad 3 (polysynth)", "pad 4 (choir)",
    "pad 5 (bowed)", "pad 6 (metallic)", "pad 7 (halo)", "pad 8 (sweep)",
    "fx 1 (rain)", "fx 2 (soundtrack)", "fx 3 (crystal)", "fx 4 (atmosphere)",
    "fx 5 (brightness)", "fx 6 (goblins)", "fx 7 (echoes)", "fx 8 (sci-fi)",
    "sitar", "banjo", "shamisen", "koto",
    "kalimba", "bag pipe", "fiddle", "shanai",
    "tinkle bell", "agogo", "steel drums", "woodblock",
    "taiko drum", "melodic tom", "synth drum", "reverse cymbal",
    "guitar fret noise", "breath noise", "seashore", "bird tweet",
    "telephone ring", "helicopter", "applause", "gunshot",
];

/// The lowest drum of the percussion map.
const LOWEST_DRUM: u8 = 35;

/// The percussion map from [`LOWEST_DRUM`]: what we call each drum, and what General MIDI does.
const DRUMS: [(&str, &str); 47] = [
    ("low kick", "acoustic bass drum"),
    ("kick", "bass drum 1"),
    ("side stick", "side stick"),
    ("snare", "acoustic snare"),
    ("hand clap", "hand clap"),
    ("electric snare", "electric snare"),
    ("low floor tom", "low floor tom"),
    ("closed hat", "closed hi-hat"),
    ("high floor tom", "high floor tom"),
    ("pedal hat", "pedal hi-hat"),
    ("low tom", "low tom"),
    ("open hat", "open hi-hat"),
    ("mid tom", "low-mid tom"),
    ("high mid tom", "hi-mid tom"),
    ("crash", "crash cymbal 1"),
    ("high tom", "high tom"),
    ("ride", "ride cymbal 1"),
    ("chinese cymbal", "chinese cymbal"),
    ("ride bell", "ride bell"),
    ("tambourine", "tambourine"),
    ("splash cymbal", "splash cymbal"),
    ("cowbell", "cowbell"),
    ("second crash", "crash cymbal 2"),
    ("vibraslap", "vibraslap"),
    ("second ride", "ride cymbal 2"),
    ("high bongo", "hi bongo"),
    ("low bongo", "low bongo"),
    ("mute conga", "mute hi conga"),
    ("high conga", "open hi conga"),
    ("low conga", "low conga"),
    ("high timbale", "high timbale"),
    ("low timbale", "low timbale"),
    ("high agogo", "high agogo"),
    ("low agogo", "low agogo"),
    ("cabasa", "cabasa"),
    ("maracas", "maracas"),
    ("short whistle", "short whistle"),
    ("long whistle", "long whistle"),
    ("short guiro", "short guiro"),
    ("long guiro", "long guiro"),
    ("claves", "claves"),
    ("wood block", "hi wood block"),
    ("low wood block", "low wood block"),
    ("mute cuica", "mute cuica"),
    ("open cuica", "open cuica"),
    ("mute triangle", "mute triangle"),
    ("triangle", "open triangle"),
];

impl Patch {
    /// The patch of a name: our own, or General MIDI's.
    pub fn named(name: &str) -> Option<Self> {
        let numbers = || (0..128).filter_map(Self::new);
        numbers().find(|patch| patch.name() == name).or_else(|| numbers().find(|patch| PATCHES[usize::from(patch.number())] == name))
    }
}

/// What strikes the drum of a name on the percussion channel.
pub fn drum_named(name: &str) -> Option<Pitch> {
    let at = DRUMS.iter().position(|(ours, theirs)| *ours == name || *theirs == name)?;
    Pitch::new(LOWEST_DRUM + at as u8)
}

/// What is struck by a pitch on the percussion channel.
pub fn drum_name(pitch: Pitch) -> Option<&'static str> {
    DRUMS.get(usize::from(pitch.number().checked_sub(LOWEST_DRUM)?)).map(|(ours, _)| *ours)
}

/// Our names of all drums, the lowest first.
pub fn drum_names() -> impl Iterator<Item = &'static str> {
    DRUMS.iter().map(|(ours, _)| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Drum;

    #[test]
    fn every_name_leads_back_to_its_sound() {
        for patch in (0..128).filter_map(Patch::new) {
            assert_eq!(Patch::named(patch.name()), Some(patch));
            assert!(Patch::named(PATCHES[usize::from(patch.number())]).is_some());
        }
        assert_eq!((Patch::named("marimba"), Patch::named("marimbo")), (Some(Patch::MARIMBA), None));
        for name in drum_names() {
            assert_eq!(drum_named(name).and_then(drum_name), Some(name));
        }
        assert_eq!(drum_named("hi wood block"), Some(Drum::HighWoodBlock.pitch()));
        assert_eq!(drum_named("triangle"), Some(Drum::OpenTriangle.pitch()));
        assert_eq!(drum_named("low conga"), Some(Drum::LowConga.pitch()));
        assert_eq!(drum_named("maracas"), Some(Drum::Maracas.pitch()));
        assert_eq!(drum_name(Pitch::MIDDLE_C), Some("high bongo"));
        assert_eq!(drum_name(Pitch::new(34).unwrap()), None);
    }
}
