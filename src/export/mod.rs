//! A performance as bytes for others to read: a Standard MIDI File, a map from notes to code. Knows
//! nothing of paths: whoever opens the file hands over something to write to.

pub mod lint;
pub mod map;
pub mod midi_file;
