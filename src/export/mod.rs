//! A performance as bytes for others to read: a Standard MIDI File, a lead sheet, sound (WAV, FLAC) and its stems, a map
//! from notes to code. Knows nothing of paths: whoever opens the file hands over something to write to.

mod depth;
mod flac;
pub mod lint;
mod lyrics;
pub mod map;
pub mod midi_file;
pub mod musicxml;
mod sound;
mod wav;

pub use depth::Depth;
pub use lyrics::{LONGEST_LYRIC, Lyric, Words, lyrics};
pub use map::write_map;
pub use midi_file::{About, write_midi, write_midi_with};
pub use musicxml::write_sheet;
pub use sound::{Container, Form, SoundError, write_sound};
