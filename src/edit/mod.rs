//! What an editor of Python does to its text, apart from any window: indentation, brackets, comments,
//! finding, colours, knobs, and the text's file. Knows nothing of widgets, keys or disks.
//!
//! Positions are byte offsets at the boundaries of characters; a widget that counts characters comes and
//! goes through [`byte_of_char`] and [`char_of_byte`]. A position past the end or within a character is
//! taken for the one before it: nothing here panics, whatever the text. Lines end with `\n` alone
//! ([`Document`] keeps the ends that its file has).

mod brackets;
mod change;
mod document;
mod find;
mod highlight;
mod indentation;
mod knobs;
mod lines;
mod newline;
mod reading;

pub use brackets::{backspace, matching_bracket, typed};
pub use change::Edit;
pub use document::{Disk, Document};
pub use find::{Query, find_all, next, previous, replace_all};
pub use highlight::{Kind, highlight};
pub use indentation::{INDENT, duplicate_lines, move_lines, shift_tab, tab, toggle_comment};
pub use knobs::{Knob, KnobMistake, Knobs, Turn};
pub use lines::{Lines, byte_of_char, char_of_byte, goto_line};
pub use newline::newline;
