//! Operators, and what each becomes: `assets/atlas/operations.tsv`.

use std::sync::LazyLock;

use crate::atlas::{Checked, Version, Versions};

/// One operator in a range of versions.
pub struct Symbol {
    pub symbol: &'static str,
    /// How many values it takes.
    pub operands: usize,
    pub versions: Versions,
    pub opcode: &'static str,
    /// The C function that the opcode's handler calls, and where that is.
    pub function: &'static str,
    pub file: &'static str,
    pub anchor: &'static str,
    /// The slot that is tried first.
    pub slot: &'static str,
    /// Slots of sequences that are tried where that one does not answer.
    pub sequence: Vec<&'static str>,
    pub checked: Checked,
}

static SYMBOLS: LazyLock<Vec<Symbol>> = LazyLock::new(|| {
    super::super::rows(include_str!("../../../assets/atlas/operations.tsv"))
        .filter_map(|row| {
            let [symbol, operands, versions, opcode, function, file, anchor, slot, sequence, checked] = row[..] else {
                return None;
            };
            Some(Symbol {
                symbol,
                operands: operands.parse().ok()?,
                versions: versions.parse().ok()?,
                opcode,
                function,
                file,
                anchor,
                slot,
                sequence: super::super::told(sequence).map(|slots| slots.split(',').collect()).unwrap_or_default(),
                checked: Checked::read(checked),
            })
        })
        .collect()
});

impl Symbol {
    pub fn all() -> &'static [Self] {
        &SYMBOLS
    }

    pub fn named(symbol: &str, operands: usize, version: Version) -> Option<&'static Self> {
        Self::all().iter().find(|row| row.symbol == symbol && row.operands == operands && row.versions.contains(version))
    }

    pub fn is_comparison(&self) -> bool {
        self.slot == "tp_richcompare"
    }

    /// Of `+=` the operator `+`.
    pub fn plain(&self, version: Version) -> Option<&'static Self> {
        let plain = self.slot.contains("_inplace_").then(|| self.symbol.strip_suffix('='))??;
        Self::named(plain, self.operands, version)
    }
}

/// The method of Python that a comparison is, and what it is from the other side.
pub fn comparison(symbol: &str) -> Option<(&'static str, &'static str)> {
    Some(match symbol {
        "==" => ("__eq__", "__eq__"),
        "!=" => ("__ne__", "__ne__"),
        "<" => ("__lt__", "__gt__"),
        "<=" => ("__le__", "__ge__"),
        ">" => ("__gt__", "__lt__"),
        ">=" => ("__ge__", "__le__"),
        _ => return None,
    })
}

/// The specialised form that CPython takes where an operator meets these very types again and again (PEP 659).
pub fn form(symbol: &Symbol, types: &[&str], version: Version) -> Option<&'static str> {
    let since = |minor| version.minor() >= minor;
    let plain = symbol.plain(version).map_or(symbol.symbol, |plain| plain.symbol);
    Some(match (plain, types) {
        _ if !since(11) => return None,
        ("+", ["int", "int"]) => "BINARY_OP_ADD_INT",
        ("-", ["int", "int"]) => "BINARY_OP_SUBTRACT_INT",
        ("*", ["int", "int"]) => "BINARY_OP_MULTIPLY_INT",
        ("+", ["float", "float"]) => "BINARY_OP_ADD_FLOAT",
        ("-", ["float", "float"]) => "BINARY_OP_SUBTRACT_FLOAT",
        ("*", ["float", "float"]) => "BINARY_OP_MULTIPLY_FLOAT",
        ("+", ["str", "str"]) => "BINARY_OP_ADD_UNICODE",
        ("&" | "|" | "^", ["int", "int"]) if since(14) => "BINARY_OP_EXTEND",
        ("+" | "-" | "*" | "/", ["int", "float"] | ["float", "int"]) if since(14) => "BINARY_OP_EXTEND",
        // Until 3.11 only where a jump follows.
        (_, ["int", "int"]) if symbol.is_comparison() => either(since(12), "COMPARE_OP_INT", "COMPARE_OP_INT_JUMP"),
        (_, ["float", "float"]) if symbol.is_comparison() => either(since(12), "COMPARE_OP_FLOAT", "COMPARE_OP_FLOAT_JUMP"),
        ("==" | "!=", ["str", "str"]) => either(since(12), "COMPARE_OP_STR", "COMPARE_OP_STR_JUMP"),
        ("[]", ["list", "int"]) => either(since(14), "BINARY_OP_SUBSCR_LIST_INT", "BINARY_SUBSCR_LIST_INT"),
        ("[]", ["tuple", "int"]) => either(since(14), "BINARY_OP_SUBSCR_TUPLE_INT", "BINARY_SUBSCR_TUPLE_INT"),
        ("[]", ["dict", _]) => either(since(14), "BINARY_OP_SUBSCR_DICT", "BINARY_SUBSCR_DICT"),
        ("[]", ["str", "int"]) if since(13) => either(since(14), "BINARY_OP_SUBSCR_STR_INT", "BINARY_SUBSCR_STR_INT"),
        ("[]", ["list", "slice"]) if since(14) => "BINARY_OP_SUBSCR_LIST_SLICE",
        ("in", [_, "dict"]) if since(13) => "CONTAINS_OP_DICT",
        ("in", [_, "set" | "frozenset"]) if since(13) => "CONTAINS_OP_SET",
        ("not", ["bool"]) if since(13) => "TO_BOOL_BOOL",
        ("not", ["int"]) if since(13) => "TO_BOOL_INT",
        ("not", ["list"]) if since(13) => "TO_BOOL_LIST",
        ("not", ["NoneType"]) if since(13) => "TO_BOOL_NONE",
        ("not", ["str"]) if since(13) => "TO_BOOL_STR",
        _ => return None,
    })
}

fn either(is_later: bool, later: &'static str, earlier: &'static str) -> &'static str {
    if is_later { later } else { earlier }
}
