//! What a slot of a core type says to its operands: by the checks that the functions of those slots begin with.

use crate::atlas::{Version, bases};

/// What a slot's function does with what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Takes the operands: what it returns is the result, though a value may still be wrong (a division by zero).
    Answers,
    /// Returns `NotImplemented`, and the next is tried.
    NotImplemented,
    /// Raises `TypeError`.
    Raises,
}

/// Types that are numbers to others of their kind.
const INTS: [&str; 2] = ["int", "bool"];
const FLOATS: [&str; 3] = ["float", "int", "bool"];
const COMPLEXES: [&str; 4] = ["complex", "float", "int", "bool"];
const SETS: [&str; 2] = ["set", "frozenset"];
/// Types that lend their bytes to others (`bf_getbuffer`).
const BUFFERS: [&str; 3] = ["bytes", "bytearray", "memoryview"];
/// What is iterated without a question, of the core types.
const ITERABLE: [&str; 17] = [
    "str",
    "bytes",
    "bytearray",
    "list",
    "tuple",
    "dict",
    "set",
    "frozenset",
    "range",
    "memoryview",
    "dict_keys",
    "dict_values",
    "dict_items",
    "generator",
    "enumerate",
    "zip",
    "map",
];
const NOT_ITERABLE: [&str; 6] = ["int", "bool", "float", "complex", "NoneType", "function"];
const UNHASHABLE: [&str; 5] = ["list", "dict", "set", "bytearray", "slice"];

fn is(kind: &str, of: &str, version: Version) -> bool {
    kind == of || bases::of(kind, version).any(|base| base == of)
}

fn if_in(kinds: &[&str], kind: &str, otherwise: Answer) -> Option<Answer> {
    Some(if kinds.contains(&kind) { Answer::Answers } else { otherwise })
}

fn by_iteration(kind: &str) -> Option<Answer> {
    match kind {
        _ if ITERABLE.contains(&kind) => Some(Answer::Answers),
        _ if NOT_ITERABLE.contains(&kind) => Some(Answer::Raises),
        _ => None,
    }
}

/// What the function that fills a slot of `owner` says: `types` are the operands as they stand in the program. `None` where
/// the atlas does not know.
pub fn answer(slot: &str, symbol: &str, owner: &str, types: &[&str], version: Version) -> Option<Answer> {
    use Answer::{Answers, NotImplemented, Raises};
    let [left, right] = *types else { return Some(Answers) };
    let other = if left == owner { right } else { left };
    match slot {
        "tp_richcompare" => compared(symbol, owner, other, version),
        "sq_concat" | "sq_inplace_concat" => match owner {
            "list" if slot == "sq_inplace_concat" => by_iteration(right),
            "list" | "tuple" | "str" => Some(if is(right, owner, version) { Answers } else { Raises }),
            "bytes" | "bytearray" => if_in(&BUFFERS, right, Raises),
            _ => None,
        },
        "sq_repeat" | "sq_inplace_repeat" => if_in(&INTS, other, Raises),
        "sq_contains" => contained(owner, left),
        "mp_subscript" => subscribed(owner, right),
        "nb_inplace_or" if owner == "dict" => match right {
            "dict" => Some(Answers),
            // What is iterated is to hold pairs: whether it does is for the value to say.
            _ if NOT_ITERABLE.contains(&right) => Some(Raises),
            _ => None,
        },
        _ if slot.starts_with("nb_") => match owner {
            "int" => if_in(&INTS, other, NotImplemented),
            // Its `&`, `|` and `^` give everything that is not two bools to int's.
            "bool" => if_in(&INTS, other, NotImplemented),
            "float" => if_in(&FLOATS, other, NotImplemented),
            // Until 3.9 it had these in order to refuse them.
            "complex" if matches!(slot, "nb_remainder" | "nb_floor_divide") => Some(Raises),
            "complex" => if_in(&COMPLEXES, other, NotImplemented),
            "str" | "bytes" | "bytearray" if slot == "nb_remainder" => Some(if left == owner { Answers } else { NotImplemented }),
            "set" | "frozenset" => if_in(&SETS, other, NotImplemented),
            "dict" => if_in(&["dict"], other, NotImplemented),
            _ => None,
        },
        _ => None,
    }
}

fn compared(symbol: &str, owner: &str, other: &str, version: Version) -> Option<Answer> {
    use Answer::NotImplemented;
    let is_equality = matches!(symbol, "==" | "!=");
    match owner {
        "int" | "bool" => if_in(&INTS, other, NotImplemented),
        "float" => if_in(&FLOATS, other, NotImplemented),
        "complex" if is_equality => if_in(&COMPLEXES, other, NotImplemented),
        "complex" | "dict" | "range" if !is_equality => Some(NotImplemented),
        "str" | "list" | "tuple" | "dict" | "range" | "slice" => {
            Some(if is(other, owner, version) { Answer::Answers } else { NotImplemented })
        }
        "bytes" => if_in(&["bytes"], other, NotImplemented),
        "bytearray" => if_in(&BUFFERS, other, NotImplemented),
        "set" | "frozenset" => if_in(&SETS, other, NotImplemented),
        // object's: the same object is equal to itself, and nothing else is known.
        "NoneType" if is_equality => if_in(&["NoneType"], other, NotImplemented),
        "NoneType" => Some(NotImplemented),
        _ => None,
    }
}

fn contained(owner: &str, item: &str) -> Option<Answer> {
    use Answer::{Answers, Raises};
    match owner {
        "str" => if_in(&["str"], item, Raises),
        "bytes" | "bytearray" => Some(if INTS.contains(&item) || BUFFERS.contains(&item) { Answers } else { Raises }),
        "list" | "tuple" | "range" => Some(Answers),
        // A set looks for a set as for the frozen one that is equal to it.
        "set" | "frozenset" if item == "set" => Some(Answers),
        "set" | "frozenset" | "dict" => hashed(item),
        _ => None,
    }
}

fn subscribed(owner: &str, key: &str) -> Option<Answer> {
    use Answer::Raises;
    match owner {
        "list" | "tuple" | "str" | "bytes" | "bytearray" | "range" => if_in(&["int", "bool", "slice"], key, Raises),
        "dict" => hashed(key),
        _ => None,
    }
}

/// Of a tuple and of a frozen set it depends on what is in it; one of values that can be hashed is taken here. Slices can be
/// hashed since 3.12.
fn hashed(kind: &str) -> Option<Answer> {
    match kind {
        "slice" => None,
        _ => Some(if UNHASHABLE.contains(&kind) { Answer::Raises } else { Answer::Answers }),
    }
}
