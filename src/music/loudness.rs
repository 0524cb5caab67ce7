//! How loud, and where between left and right.

/// How hard a note is struck: 1 to 127 (0 would be a release: MIDI 1.0, note on).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Velocity(u8);

impl Velocity {
    /// `None` for 0 and above 127.
    pub const fn new(value: u8) -> Option<Self> {
        if value >= 1 && value <= 127 { Some(Self(value)) } else { None }
    }

    /// The nearest velocity to a computed loudness.
    pub fn nearest(value: f64) -> Self {
        Self(value.round().clamp(1.0, 127.0) as u8)
    }

    pub const fn value(self) -> u8 {
        self.0
    }
}

/// Volume of a whole channel, 0 to 127 (controller 7); 100 is the usual setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// Where a channel stands before anybody turns it (General MIDI 1).
    pub const USUAL: Self = Self(100);

    pub const fn new(value: u8) -> Option<Self> {
        if value <= 127 { Some(Self(value)) } else { None }
    }

    pub const fn value(self) -> u8 {
        self.0
    }
}

/// Place in the stereo field, 0 (left) to 127 (right), 64 the centre (controller 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pan(u8);

impl Pan {
    pub const CENTRE: Self = Self(64);

    pub const fn new(value: u8) -> Option<Self> {
        if value <= 127 { Some(Self(value)) } else { None }
    }

    pub const fn value(self) -> u8 {
        self.0
    }
}
