//! The way back: from the notes of a MIDI file to what the interpreter did. Reads strokes alone (moment,
//! channel, pitch, velocity): what a program that saves the file again may drop is never asked for.
//! Knows no paths.
//!
//! What a style tells is read by the tables it is written from, one file a style.

mod bars;
mod faithful;
mod song;

pub use bars::bars;
pub use faithful::{Heard, Told, instructions};
pub use song::{HearError, Song, Struck, song, song_of};

use crate::compose::{Mapping, StyleName};

/// The shipped style in which a song was written, so far as its notes tell.
pub fn style_of(song: &Song) -> Option<StyleName> {
    if faithful::key_of(song, &Mapping::shipped(StyleName::Faithful)).is_some() {
        return Some(StyleName::Faithful);
    }
    StyleName::ALL.into_iter().find(|&style| bars(song, &Mapping::shipped(style)).is_some())
}
