//! What a note sounds on: a General MIDI patch or a drum.

use super::Pitch;

/// A General MIDI program number counted from 0 to 127 (General MIDI 1, sound set). Called a patch,
/// since a *program* here is Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Patch(u8);

impl Patch {
    pub const ELECTRIC_PIANO: Self = Self(4);
    pub const CELESTA: Self = Self(8);
    pub const GLOCKENSPIEL: Self = Self(9);
    pub const MUSIC_BOX: Self = Self(10);
    pub const VIBRAPHONE: Self = Self(11);
    pub const MARIMBA: Self = Self(12);
    pub const XYLOPHONE: Self = Self(13);
    pub const NYLON_GUITAR: Self = Self(24);
    pub const FINGERED_BASS: Self = Self(33);
    pub const PIZZICATO: Self = Self(45);
    pub const HARP: Self = Self(46);
    pub const STRINGS: Self = Self(48);
    pub const BRASS: Self = Self(61);
    pub const CLARINET: Self = Self(71);
    pub const FLUTE: Self = Self(73);
    pub const KALIMBA: Self = Self(108);

    /// `None` above 127.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 127 { Some(Self(number)) } else { None }
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// The name General MIDI gives it, for those that evalody's own synth plays as such.
    pub const fn name(self) -> &'static str {
        match self.0 {
            4 => "electric piano",
            8 => "celesta",
            9 => "glockenspiel",
            10 => "music box",
            11 => "vibraphone",
            12 => "marimba",
            13 => "xylophone",
            24 => "nylon guitar",
            33 => "bass",
            45 => "pizzicato",
            46 => "harp",
            48 => "strings",
            61 => "brass",
            71 => "clarinet",
            73 => "flute",
            108 => "kalimba",
            _ => "other",
        }
    }
}

/// A drum of the General MIDI percussion map: the pitch that strikes it on channel 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drum {
    Kick = 36,
    SideStick = 37,
    Snare = 38,
    LowFloorTom = 41,
    ClosedHat = 42,
    HighFloorTom = 43,
    LowTom = 45,
    OpenHat = 46,
    MidTom = 47,
    Crash = 49,
    HighTom = 50,
    RideBell = 53,
    Tambourine = 54,
    SplashCymbal = 55,
    Cowbell = 56,
    Maracas = 70,
    HighWoodBlock = 76,
}

impl Drum {
    pub const fn pitch(self) -> Pitch {
        match Pitch::new(self as u8) {
            Some(pitch) => pitch,
            None => unreachable!(),
        }
    }
}

/// The sound of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instrument {
    Melodic(Patch),
    Drums,
}
