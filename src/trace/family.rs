//! The families of opcodes: one instrument each. The table is `assets/atlas/opcodes.tsv`.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// What kind of work an opcode does. Fourteen sound; `Rest` (NOP, CACHE, EXTENDED_ARG) does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Family {
    Load,
    Store,
    Scope,
    Stack,
    Arith,
    Test,
    Jump,
    Loop,
    Call,
    Build,
    Attr,
    Subscr,
    Except,
    Gen,
    Rest,
}

impl Family {
    pub const COUNT: usize = 15;
    pub const ALL: [Self; Self::COUNT] = [
        Self::Load,
        Self::Store,
        Self::Scope,
        Self::Stack,
        Self::Arith,
        Self::Test,
        Self::Jump,
        Self::Loop,
        Self::Call,
        Self::Build,
        Self::Attr,
        Self::Subscr,
        Self::Except,
        Self::Gen,
        Self::Rest,
    ];

    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The family of an opcode, by CPython's name of it in any version from 3.8 to 3.14; `None` for a
    /// name the table lacks.
    pub fn of(opcode: &str) -> Option<Self> {
        static TABLE: LazyLock<HashMap<&str, Family>> = LazyLock::new(|| {
            include_str!("../../assets/atlas/opcodes.tsv")
                .lines()
                .skip(1)
                .filter_map(|line| {
                    let mut columns = line.split('\t');
                    Some((columns.next()?, Family::named(columns.next()?)?))
                })
                .collect()
        });
        TABLE.get(opcode).copied()
    }

    /// The family called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Store => "store",
            Self::Scope => "scope",
            Self::Stack => "stack",
            Self::Arith => "arith",
            Self::Test => "test",
            Self::Jump => "jump",
            Self::Loop => "loop",
            Self::Call => "call",
            Self::Build => "build",
            Self::Attr => "attr",
            Self::Subscr => "subscr",
            Self::Except => "except",
            Self::Gen => "gen",
            Self::Rest => "rest",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_names_a_family() {
        for line in include_str!("../../assets/atlas/opcodes.tsv").lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 4, "{line}");
            assert!(Family::named(columns[1]).is_some(), "{line}");
            assert_eq!(Family::of(columns[0]), Family::named(columns[1]));
        }
    }

    #[test]
    fn a_name_the_table_lacks_has_no_family() {
        assert_eq!(Family::of("LOAD_FAST"), Some(Family::Load));
        assert_eq!(Family::of("LOAD_FASTER"), None);
    }
}
