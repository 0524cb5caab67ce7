//! Two programs heard together: their pieces made one, left and right or bar by bar, and what they did counted
//! against each other.
//!
//! What is on the right keeps its cause. Code ids of two traces are the same numbers for different code, so those of
//! the right are raised by the count of the left's code objects: one list of both, the left's first, holds them all.

mod alike;
mod difference;
mod part;
mod sides;
mod sounding;
mod turns;

pub use alike::{Run, alike};
pub use difference::{Difference, grouped};
pub use part::part;
pub use sides::sides;
pub use turns::turns;

use crate::music::Tempo;
use crate::perform::{Performance, Port};
use crate::score::Text;

/// Why two pieces cannot be made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unlike {
    #[error("one piece goes at {} quarters a minute, the other at {}", left.quarters_per_minute(), right.quarters_per_minute())]
    Tempi { left: Tempo, right: Tempo },
    #[error("the bands are not the same: take one style for both")]
    Bands,
    #[error("one of the pieces is a pair already")]
    Paired,
}

/// Two pieces can be heard together if they go at one tempo, and each is one piece.
fn agree(left: &Performance, right: &Performance) -> Result<(), Unlike> {
    if left.tempo != right.tempo {
        return Err(Unlike::Tempi { left: left.tempo, right: right.tempo });
    }
    let is_pair = |piece: &Performance| piece.setups.iter().any(|setup| setup.channel.port() != Port::A);
    if is_pair(left) || is_pair(right) { Err(Unlike::Paired) } else { Ok(()) }
}

/// A text that says whose it is.
fn signed(owner: &Performance, text: &Text) -> Text {
    Text { at: text.at, text: format!("{}: {}", owner.title, text.text) }
}

/// Texts of both, in the order of their moments; at one moment the left's first.
fn in_order(left: impl Iterator<Item = Text>, right: impl Iterator<Item = Text>) -> Vec<Text> {
    let mut texts: Vec<Text> = left.chain(right).collect();
    texts.sort_by_key(|text| text.at);
    texts
}
