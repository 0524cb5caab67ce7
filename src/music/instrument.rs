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

    // Hand-overs between threads, collections, and the style `ambient`.
    pub const FRETLESS_BASS: Self = Self(35);
    pub const OBOE: Self = Self(68);
    pub const SHAKUHACHI: Self = Self(77);
    pub const WARM_PAD: Self = Self(89);
    pub const STEEL_DRUMS: Self = Self(114);
    pub const REVERSE_CYMBAL: Self = Self(119);

    // The style `chip`: General MIDI's synth leads, one wave of an old sound chip each.
    /// Plays the triangle's bass.
    pub const SYNTH_BASS: Self = Self(38);
    pub const SQUARE_LEAD: Self = Self(80);
    pub const SAW_LEAD: Self = Self(81);
    pub const CALLIOPE_LEAD: Self = Self(82);
    pub const CHIFF_LEAD: Self = Self(83);
    pub const CHARANG_LEAD: Self = Self(84);
    pub const VOICE_LEAD: Self = Self(85);
    pub const FIFTHS_LEAD: Self = Self(86);
    /// Plays the arpeggio.
    pub const BASS_LEAD: Self = Self(87);

    /// `None` above 127.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 127 { Some(Self(number)) } else { None }
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// What we call it: those that evalody's own synth plays as such in a word or two, the synth leads by the waves
    /// of the style `chip`, all others as General MIDI does.
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
            35 => "fretless bass",
            68 => "oboe",
            77 => "shakuhachi",
            89 => "warm pad",
            114 => "steel drums",
            119 => "reverse cymbal",
            38 => "triangle bass",
            80 => "square wave",
            81 => "sawtooth",
            82 => "triangle lead",
            83 => "quarter pulse",
            84 => "thin pulse",
            85 => "vibrato pulse",
            86 => "twin pulse",
            87 => "arpeggio",
            number => super::general_midi::PATCHES[number as usize],
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
    Ride = 51,
    RideBell = 53,
    Tambourine = 54,
    SplashCymbal = 55,
    Cowbell = 56,
    HighBongo = 60,
    LowBongo = 61,
    OpenHighConga = 63,
    LowConga = 64,
    HighAgogo = 67,
    LowAgogo = 68,
    Maracas = 70,
    HighWoodBlock = 76,
    OpenTriangle = 81,
}

impl Drum {
    /// Every drum that is named here, by its pitch.
    pub const ALL: [Self; 25] = [
        Self::Kick,
        Self::SideStick,
        Self::Snare,
        Self::LowFloorTom,
        Self::ClosedHat,
        Self::HighFloorTom,
        Self::LowTom,
        Self::OpenHat,
        Self::MidTom,
        Self::Crash,
        Self::HighTom,
        Self::Ride,
        Self::RideBell,
        Self::Tambourine,
        Self::SplashCymbal,
        Self::Cowbell,
        Self::HighBongo,
        Self::LowBongo,
        Self::OpenHighConga,
        Self::LowConga,
        Self::Maracas,
        Self::HighWoodBlock,
        Self::OpenTriangle,
        Self::HighAgogo,
        Self::LowAgogo,
    ];

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
    /// The percussion channel too, played by the noise generator and the sweeps of a sound chip. A MIDI
    /// file cannot tell it from `Drums`: General MIDI 1 has one kit.
    NoiseDrums,
}

impl Instrument {
    /// Whether it plays on the percussion channel.
    pub const fn is_drums(self) -> bool {
        matches!(self, Self::Drums | Self::NoiseDrums)
    }

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Melodic(patch) => patch.name(),
            Self::Drums => "drums",
            Self::NoiseDrums => "noise drums",
        }
    }
}
