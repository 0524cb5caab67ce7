//! The field's words as types which refuse wrong values. Knows nothing of Python, MIDI files or devices.

mod chord;
pub mod general_midi;
mod instrument;
mod loudness;
mod pitch;
mod scale;
mod spelling;
mod time;

pub use chord::{Chord, Kind};
pub use instrument::{Drum, Instrument, Patch};
pub use loudness::{Level, Pan, Velocity};
pub use pitch::{Pitch, UnknownPitch};
pub use scale::{Key, Mode, PITCH_CLASS_NAMES, UnknownKey};
pub use spelling::NoteName;
pub use time::{TICKS_PER_BAR, TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tempo, Tick, Ticks};
