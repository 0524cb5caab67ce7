//! Micro-questions made from real things: programs that ran, and what the atlas knows. Each answer is worked out when
//! the question is made; no table holds one.
//!
//! ```text
//! deck() -> Card -> need(card) -> (somebody runs it) -> ask(card, ground, seed) -> Question
//! ```
//!
//! Knows nothing of who asks, when, or what was answered before.

mod by_ear;
mod by_eye;
mod card;
mod facts;
mod goal;
mod ground;
mod maker;
mod question;
mod rest;

pub use by_ear::{caption, staves};
pub use card::{Card, NoCard};
pub use goal::Goal;
pub use ground::{Ground, Need, Run};
pub use maker::{Maker, Sense};
pub use question::{Answer, Evidence, Heard, Question, Verdict};
pub use rest::rest_piece;

/// The maker of recall cards: their subject is a topic of the atlas, and whoever wrote the note grades it. Not asked by
/// [`ask`].
pub const RECALL: &str = "recall";

/// All makers of questions.
pub fn makers() -> impl Iterator<Item = &'static Maker> {
    by_eye::MAKERS.iter().chain(facts::MAKERS).chain(by_ear::MAKERS)
}

/// The maker called `name`.
pub fn maker(name: &str) -> Option<&'static Maker> {
    makers().find(|maker| maker.name == name)
}

/// Every card there is, recall cards too; in an order that stays.
pub fn deck() -> Vec<Card> {
    let topics = crate::atlas::Topic::all().iter().map(|topic| Card::new(RECALL, &topic.name));
    makers().flat_map(|maker| (maker.subjects)().into_iter().map(|subject| Card::new(maker.name, &subject))).chain(topics).collect()
}

/// What a card serves; `None` if there is no such card any more.
pub fn goal(card: &Card) -> Option<Goal> {
    if card.maker == RECALL { Some(Goal::Recall) } else { maker(&card.maker).map(|maker| (maker.goal)(&card.subject)) }
}

/// Which runs a card is to be given; `None` if [`ask`] does not ask it.
pub fn need(card: &Card) -> Option<Need> {
    maker(&card.maker).map(|maker| (maker.need)(&card.subject))
}

/// Asks about a card: always the same question from the same ground and seed. `None` where the ground gives none, as a
/// program without a loop gives none about loops.
pub fn ask(card: &Card, ground: &Ground, seed: u64) -> Option<Question> {
    let maker = maker(&card.maker)?;
    let draft = (maker.make)(&card.subject, ground, &mut fastrand::Rng::with_seed(seed))?;
    Some(draft.asked(card.clone(), (maker.goal)(&card.subject)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two makers of one name the second would never be asked.
    #[test]
    fn no_maker_and_no_card_is_there_twice() {
        let deck = deck();
        let names: std::collections::BTreeSet<_> = makers().map(|maker| maker.name).collect();
        assert_eq!(names.len(), makers().count());
        let cards: std::collections::BTreeSet<_> = deck.iter().collect();
        assert_eq!(cards.len(), deck.len());
        assert!(deck.iter().all(|card| card.to_string().parse().as_ref() == Ok(card)));
    }
}
