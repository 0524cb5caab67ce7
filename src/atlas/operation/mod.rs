//! What an operator does for operands of given types: which opcode it is, which function of C that calls, and which slots of
//! which types are tried, in their order. The rules are those of `Objects/abstract.c` and, for comparisons, of
//! `Objects/object.c`.
//!
//! Types are those of `functions.tsv`: classes of a program fill their slots with methods of Python, which nobody can know here.

mod answer;
mod symbol;

pub use answer::Answer;

use super::{Checked, Function, Opcode, Place, Version, bases};
use symbol::Symbol;

/// What an operator does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub opcode: &'static str,
    /// The C function that the opcode's handler calls: `PyNumber_Add`.
    pub function: &'static str,
    /// Where that function is.
    pub api: Place,
    /// What the handler calls instead, past that function, because it looks at the types itself.
    pub shortcut: Option<Place>,
    /// Slots in the order in which they are tried, until one answers or raises. If none is there or none answers, it is a
    /// `TypeError`; of `==`, `!=` and `not` it is not: these have something to say of any object.
    pub tries: Vec<Try>,
    /// The specialised form that it becomes where it meets these types again and again.
    pub form: Option<&'static str>,
    /// Of opcode, function and place. Which function fills a slot is checked by itself ([`Function::checked`]).
    pub checked: Checked,
}

/// A slot that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    pub slot: &'static str,
    /// Which operand's type it is a slot of, the first being 0.
    pub operand: usize,
    /// What fills it; its name tells the type that it is inherited from.
    pub filled: &'static Function,
    /// What it says to these operands; `None` if the atlas does not know, and then what follows may be tried or not. Read
    /// from the source, and for the core types compared with what running interpreters do: not measured.
    pub answer: Option<Answer>,
}

/// What an operator does for operands of these types, in a version: `operation("+", &["int", "float"], version)`. `None` for
/// an operator or a type that the atlas does not know. The operators are those of Python; `[]` takes what is subscribed and
/// the key, and `in` the item and then the container.
pub fn operation(symbol: &str, types: &[&str], version: Version) -> Option<Operation> {
    let row = Symbol::named(symbol, types.len(), version)?;
    if !types.iter().all(|kind| Function::is_kind(kind, version)) {
        return None;
    }
    let asked = Asked { row, types, version };
    let mut tries = match (row.slot, types) {
        ("sq_contains", _) => asked.first_filled(1, &[&[row.slot], &row.sequence[..]].concat()),
        ("mp_subscript", _) | (_, [_]) => asked.first_filled(0, &[&[row.slot], &row.sequence[..]].concat()),
        _ if row.is_comparison() => asked.comparison(),
        _ => asked.arithmetic(),
    };
    // Whatever comes after an answer is not reached.
    if let Some(last) = tries.iter().position(|each| matches!(each.answer, Some(Answer::Answers | Answer::Raises))) {
        tries.truncate(last + 1);
    }
    Some(Operation {
        opcode: row.opcode,
        function: row.function,
        api: Place { file: row.file, anchor: row.anchor },
        shortcut: asked.shortcut(),
        tries,
        form: symbol::form(row, types, version),
        checked: row.checked.of(version),
    })
}

#[cfg(test)]
pub(super) fn rows_read() -> usize {
    Symbol::all().len()
}

/// The operators, each once.
pub fn symbols() -> impl Iterator<Item = &'static str> {
    let all = Symbol::all();
    all.iter().enumerate().filter(move |(index, row)| *index == 0 || all[index - 1].symbol != row.symbol).map(|(_, row)| row.symbol)
}

/// The opcode that an operator is in the newest version that has it.
pub fn opcode_of(symbol: &str) -> Option<&'static Opcode> {
    let row = Symbol::all().iter().filter(|row| row.symbol == symbol).max_by_key(|row| row.versions.last())?;
    Opcode::named(row.opcode)
}

/// The operators that an opcode may stand for.
pub fn symbols_of(opcode: &str) -> impl Iterator<Item = &'static str> {
    symbols().filter(move |symbol| Symbol::all().iter().any(|row| row.symbol == *symbol && row.opcode == opcode))
}

struct Asked<'a> {
    row: &'static Symbol,
    types: &'a [&'a str],
    version: Version,
}

impl Asked<'_> {
    fn filled(&self, slot: &'static str, operand: usize) -> Option<Try> {
        let filled = Function::filling(slot, self.types[operand], self.version)?;
        let owner = filled.name.split_once('.').map_or(filled.name, |(owner, _)| owner);
        // `object` fills it for a type that has none: what it says is the type's word.
        let owner = if owner == "object" { self.types[operand] } else { owner };
        let answer = answer::answer(slot, self.row.symbol, owner, &self.as_seen_by(owner, operand), self.version);
        Some(Try { slot, operand, filled, answer })
    }

    /// The operands' types, with the owner of the slot in place of the type that inherits it.
    fn as_seen_by<'b>(&'b self, owner: &'b str, operand: usize) -> Vec<&'b str> {
        self.types.iter().enumerate().map(|(at, kind)| if at == operand { owner } else { kind }).collect()
    }

    /// The first of these slots that is there: one operand alone is asked.
    fn first_filled(&self, operand: usize, slots: &[&'static str]) -> Vec<Try> {
        slots.iter().find_map(|slot| self.filled(slot, operand)).into_iter().collect()
    }

    /// Whether the right operand's type inherits from the left's.
    fn is_right_narrower(&self) -> bool {
        bases::of(self.types[1], self.version).any(|base| base == self.types[0])
    }

    /// `binary_op1`: the left operand's, and the right's unless it is the same function; the right's goes first where its type
    /// inherits from the left's.
    fn number(&self, slot: &'static str) -> Vec<Try> {
        let (left, right) = (self.filled(slot, 0), self.filled(slot, 1));
        let right = right.filter(|right| left.is_none_or(|left| !left.filled.is_same(right.filled)));
        let order = if self.is_right_narrower() { [right, left] } else { [left, right] };
        order.into_iter().flatten().collect()
    }

    /// First what numbers do, in place if that is asked for; then what sequences do.
    fn arithmetic(&self) -> Vec<Try> {
        let Some(plain) = self.row.plain(self.version) else {
            let mut tries = self.number(self.row.slot);
            tries.extend(self.sequence(&self.row.sequence, &self.row.sequence));
            return tries;
        };
        let mut tries: Vec<_> = self.filled(self.row.slot, 0).into_iter().collect();
        tries.extend(self.number(plain.slot));
        tries.extend(self.sequence(&[&self.row.sequence[..], &plain.sequence[..]].concat(), &plain.sequence));
        tries
    }

    /// The left operand's is final where there is one. `*` asks the right one too: it does not matter on which side the
    /// number stands.
    fn sequence(&self, left: &[&'static str], right: &[&'static str]) -> Option<Try> {
        let is_repeat = right.contains(&"sq_repeat");
        let of = |operand: usize, slots: &[&'static str]| slots.iter().find_map(|slot| self.filled(slot, operand));
        of(0, left).or_else(|| is_repeat.then(|| of(1, right))?)
    }

    /// `do_richcompare`: both operands are asked, though it be the same function; the right one from its side.
    fn comparison(&self) -> Vec<Try> {
        let Some((name, reflected)) = symbol::comparison(self.row.symbol) else { return Vec::new() };
        let named = |operand: usize, name: &str| {
            let found = self.filled(self.row.slot, operand)?;
            let owner = found.filled.name.split_once('.').map_or("", |(owner, _)| owner);
            let own = Function::of(&format!("{owner}.{name}")).find(|own| own.versions.contains(self.version));
            Some(Try { filled: own.unwrap_or(found.filled), ..found })
        };
        let (left, right) = (named(0, name), named(1, reflected));
        let order = if self.is_right_narrower() { [right, left] } else { [left, right] };
        order.into_iter().flatten().collect()
    }

    /// Until 3.10 the eval loop looked for strings itself, whose left operand it may lengthen in place.
    fn shortcut(&self) -> Option<Place> {
        let is_before = self.version.minor() <= 10;
        match (self.row.symbol, self.types) {
            ("+" | "+=", ["str", "str"]) if is_before => Some(Place { file: "Python/ceval.c", anchor: "unicode_concatenate" }),
            ("%", ["str", _]) if is_before => Some(Place { file: "Objects/unicodeobject.c", anchor: "PyUnicode_Format" }),
            _ => None,
        }
    }
}
