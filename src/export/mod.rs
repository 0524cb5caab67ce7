//! A performance as bytes for others to read: a Standard MIDI File, a lead sheet, a WAV file, a map
//! from notes to code. Knows nothing of paths: whoever opens the file hands over something to write to.

pub mod lint;
pub mod map;
pub mod midi_file;
pub mod musicxml;
pub mod wav;

pub use map::write_map;
pub use midi_file::{About, write_midi};
pub use musicxml::write_sheet;
pub use wav::{WavError, write_wav, write_wav_with};
