//! What makes a function recognisable when it comes back: its progression, its rhythms, its manner of
//! accompaniment. And what each return changes.

use super::character::Character;
use super::rhythm::SLOTS;

/// The sixteenths of a bar in the order in which a melody takes them: a theme of five notes is one of
/// four with one more, so it is known again when it is thinned or embellished.
type Order = [u32; SLOTS as usize];

const ORDERS: [Order; 8] = [
    [0, 8, 4, 12, 6, 14, 2, 10, 7, 15, 3, 11, 1, 9, 5, 13], // on the beat
    [0, 6, 12, 3, 10, 14, 8, 4, 2, 7, 15, 11, 9, 5, 1, 13], // three against two
    [0, 3, 8, 11, 6, 14, 4, 12, 10, 2, 7, 15, 5, 13, 1, 9], // pushed
    [2, 8, 14, 5, 11, 0, 6, 12, 4, 10, 3, 7, 15, 9, 1, 13], // behind the beat
    [0, 10, 6, 4, 14, 8, 12, 2, 3, 11, 7, 15, 1, 5, 9, 13], // a long first
    [8, 0, 11, 14, 4, 6, 12, 2, 10, 7, 15, 3, 9, 13, 5, 1], // to the half bar
    [0, 2, 4, 8, 10, 12, 6, 14, 3, 11, 7, 15, 1, 5, 9, 13], // a quick start
    [4, 12, 0, 10, 7, 14, 2, 8, 6, 3, 11, 15, 9, 1, 5, 13], // on the backbeat
];

/// How the chords are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// One tone after the other, in eighths.
    Broken,
    /// All at once, on these sixteenths.
    Chords(&'static [u32]),
    /// Held for the bar.
    Held,
}

const MANNERS: [Manner; 8] = [
    Manner::Broken,
    Manner::Chords(&[0, 8]),
    Manner::Chords(&[0, 3, 8, 11]),
    Manner::Held,
    Manner::Chords(&[0, 6, 10]),
    Manner::Chords(&[2, 6, 10, 14]),
    Manner::Chords(&[0, 6, 8, 14]),
    Manner::Chords(&[4, 10, 12]),
];

/// What a function sounds like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    /// Number of its progression.
    pub progression: usize,
    order: &'static Order,
    pub manner: Manner,
    /// Semitones by which its melody lies higher or lower than others'.
    pub register: i32,
}

/// What is a matter of taste: nothing unless a seed is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taste {
    pub seed: Option<u64>,
}

impl Taste {
    /// A number below `among` in answer to the `question`-th question; 0 without a seed.
    pub fn choice(self, question: usize, among: usize) -> usize {
        let Some(seed) = self.seed else { return 0 };
        let mut chance = fastrand::Rng::with_seed(seed);
        for _ in 0..question {
            chance.u64(..);
        }
        chance.usize(..among)
    }
}

impl Theme {
    /// The theme of the `number`-th function to be heard in a program; `progressions` are how many there are.
    pub fn new(number: usize, character: &Character, taste: Taste, progressions: usize) -> Self {
        // Where a program begins in the tables; from there its functions go round.
        let start = |figure: f64, among: usize| (figure * (among - 1) as f64).round() as usize;
        let turn = |first: usize, stride: usize, among: usize| (first + number * stride) % among;
        let progression = start(character.reckoning, progressions) + taste.choice(0, progressions);
        let order = start(character.calling, ORDERS.len()) + taste.choice(1, ORDERS.len());
        // Small bands break their chords, large ones strike them.
        let manner = start(character.size(), MANNERS.len()) + taste.choice(2, MANNERS.len());
        Self {
            progression: (progression + 3 * (number % 2)) % progressions,
            order: &ORDERS[turn(order, 5, ORDERS.len())],
            manner: MANNERS[(manner + number % 2) % MANNERS.len()],
            register: [0, 5, -3, 2, 7, -5][number % 6],
        }
    }

    /// Where a melody of `notes` notes falls before `end`; sorted.
    pub fn onsets(&self, notes: usize, end: u32) -> Vec<u32> {
        let mut onsets: Vec<u32> = self.order.iter().copied().filter(|&slot| slot < end).take(notes).collect();
        onsets.sort_unstable();
        onsets
    }
}

/// What a return of a theme changes. The first statement is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variation {
    Plain,
    /// Another voice goes along an octave above.
    Doubled,
    /// Two steps of the melody higher.
    Raised,
    /// Half as many notes.
    Thinned,
    /// Every other note is led to by its lower neighbour.
    Embellished,
}

impl Variation {
    /// Of the `statement`-th time that a function has a section, from 0.
    pub const fn of_statement(statement: u32) -> Self {
        match statement % 5 {
            0 => Self::Plain,
            1 => Self::Raised,
            2 => Self::Doubled,
            3 => Self::Thinned,
            _ => Self::Embellished,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_holds_every_sixteenth_once() {
        for order in &ORDERS {
            let mut sorted = *order;
            sorted.sort_unstable();
            assert_eq!(sorted.to_vec(), (0..SLOTS).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn a_thinner_theme_is_part_of_the_fuller_one() {
        let character = Character::of(&[]);
        for number in 0..20 {
            let theme = Theme::new(number, &character, Taste::default(), 8);
            for notes in 1..16 {
                let (fewer, more) = (theme.onsets(notes, SLOTS), theme.onsets(notes + 1, SLOTS));
                assert!(fewer.iter().all(|slot| more.contains(slot)));
            }
        }
    }

    #[test]
    fn without_a_seed_taste_chooses_nothing_and_seeds_differ() {
        assert!((0..10).all(|question| Taste::default().choice(question, 8) == 0));
        let first: Vec<usize> = (0..10).map(|question| Taste { seed: Some(1) }.choice(question, 8)).collect();
        let second: Vec<usize> = (0..10).map(|question| Taste { seed: Some(2) }.choice(question, 8)).collect();
        assert_ne!(first, second);
    }
}
