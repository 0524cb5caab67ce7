//! What an entry sounds like in two seconds: families, and depths of the value stack.

use super::{Effect, Entry, Opcode, Topic};

/// A stroke: a family and a depth of the value stack; `None` is a rest.
pub type Stroke = Option<(&'static str, u8)>;

/// Depth from which an opcode starts: some of the stack lies below what it touches.
const BELOW: u8 = 2;
/// Deepest that a phrase goes: two octaves of a pentatonic scale above the first note.
const DEEPEST: u8 = 10;

impl Entry {
    /// Sixteen strokes at most. An opcode takes its depth before and its depth after in turn; a family rises and
    /// falls; a function is a call, and the fall back; a PEP sounds like the first opcode that names it; a topic
    /// has a phrase of its own.
    pub fn phrase(&self) -> Vec<Stroke> {
        match *self {
            Self::Opcode(opcode) => of_opcode(opcode),
            Self::Form(form) => form.base.and_then(Opcode::named).map(of_opcode).unwrap_or_default(),
            Self::Family(family) => [0, 1, 2, 3, 4, 3, 2, 0].map(|depth| Some((family.name.as_str(), depth))).to_vec(),
            Self::Function(_) => {
                let [load, call] = ["load", "call"];
                vec![Some((load, 1)), Some((load, 2)), Some((call, 3)), None, None, None, Some((call, 1)), None]
            }
            Self::Pep(pep) => Opcode::all().iter().find(|opcode| opcode.peps.contains(&pep.number)).map(of_opcode).unwrap_or_default(),
            Self::Topic(topic) => topic.phrase(),
        }
    }
}

/// Long, short, and back again, twice.
fn of_opcode(opcode: &'static Opcode) -> Vec<Stroke> {
    let (before, after) = opcode.effects.last().map_or((BELOW, BELOW), depths);
    let [before, after] = [before, after].map(|depth| Some((opcode.family, depth)));
    vec![before, after, None, after, before, after, after, None]
}

/// Depth before and after: as many items as are named, on top of what lies below.
fn depths(effect: &Effect) -> (u8, u8) {
    let [before, after] = [&effect.before, &effect.after].map(|items| items.split(',').filter(|item| !item.trim().is_empty()).count());
    let above = |items: usize| u8::try_from(items).unwrap_or(DEEPEST).saturating_add(BELOW).min(DEEPEST);
    (above(before), above(after))
}

impl Topic {
    /// Its `sound`, read.
    pub fn phrase(&'static self) -> Vec<Stroke> {
        let stroke = |word: &'static str| {
            let (family, depth) = word.split_once(':')?;
            Some((family, depth.parse().ok()?))
        };
        self.sound.split_whitespace().map(stroke).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::{find, names};

    #[test]
    fn a_phrase_is_two_seconds_of_sixteenths_at_most() {
        for name in names() {
            let phrase = find(&name).unwrap().phrase();
            assert!(phrase.len() <= 16, "{name}: {}", phrase.len());
        }
    }

    #[test]
    fn what_pushes_rises() {
        let phrase = find("LOAD_FAST").unwrap().phrase();
        assert_eq!(phrase[..4], [Some(("load", 2)), Some(("load", 3)), None, Some(("load", 3))]);
    }

    #[test]
    fn a_topic_sounds_as_its_text_says() {
        for topic in Topic::all() {
            let said = topic.sound.split_whitespace();
            let told = |stroke: &Stroke| stroke.map_or("-".to_owned(), |(family, depth)| format!("{family}:{depth}"));
            assert_eq!(topic.phrase().iter().map(told).collect::<Vec<_>>(), said.collect::<Vec<_>>(), "@{}", topic.name);
        }
    }
}
