//! What is to be seen of the interpreter at a moment of the music. Pure: it draws nothing.

mod asides;
mod heat;
mod join;
mod playhead;
mod repertoire;
mod stacks;
mod stage;
mod tally;
mod tape;

pub use asides::Asides;
pub use heat::Heat;
pub use playhead::{Playhead, Struck};
pub use repertoire::{Noted, Repertoire};
pub use stacks::{Label, LabelKind, Stacks};
pub use stage::Stage;
pub use tally::{Blocks, Collection, Column, Curve, Line, OfFamily, OfFunction, OfLine, OfOpcode, Peak, Ran, Tally, leading};
pub use tape::{FrameAt, Stride, Tape, Turn};
