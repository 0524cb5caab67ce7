//! Questions answered by listening. What is heard is always some bars of the piece that a run is; whatever is asked about
//! is sought there first, in what ran and in what is struck, and where it cannot be heard nothing is asked.
//!
//! Knows no loudspeaker: music is handed over as it is to be performed, and beside it as signs to be read.

mod caption;
mod family;
mod frames;
mod more;
mod piece;
mod sign;
mod song;
mod sounding;
mod stack;
mod staves;
mod threads;
mod turns;

use super::{Maker, Sense};

pub use caption::caption;
pub use staves::staves;

macro_rules! maker {
    ($name:literal, $room:ident, $subjects:expr, $need:ident, $make:ident) => {
        Maker { name: $name, sense: Sense::Ear, goal: $room::goal, subjects: $subjects, need: $room::$need, make: $room::$make }
    };
}

/// Makers of questions by ear.
pub(super) const MAKERS: &[Maker] = &[
    maker!("hear-song", song, song::subjects, need, make),
    maker!("hear-sort", song, song::sorts, need_of_sorts, make_sort),
    maker!("hear-more", more, more::subjects, need, make),
    maker!("hear-sign", sign, sign::subjects, need, make),
    maker!("hear-missing", family, family::left_out, need_of_left_out, make_left_out),
    maker!("hear-family", family, family::alone, need_of_alone, make_alone),
    maker!("hear-frames", frames, || vec![frames::RECURSION.to_owned()], need, make_recursion),
    maker!("hear-way", frames, || vec![frames::WAY.to_owned()], need, make_way),
    maker!("hear-stack", stack, || vec![stack::HEIGHT.to_owned()], need, make),
    maker!("hear-turns", turns, || vec![turns::TURNS.to_owned()], need, make_turns),
    maker!("hear-line", turns, || vec![turns::LINE.to_owned()], need, make_line),
    maker!("hear-threads", threads, || vec![threads::COUNT.to_owned()], need, make),
];
