//! What there is to tell of a stretch of instructions that was heard: the one that does its work, and the functions
//! in C that it calls.

use super::{Block, Page, page, see};
use crate::atlas::{Entry, Function, Opcode, Version};

/// Functions in C that get their place told: more would push the opcode off the screen.
const MOST_FUNCTIONS: usize = 3;

/// The page of an opcode that ran, with what lies beneath it: functions in C by their qualified names, those that were
/// called most first; and the other opcodes of its stretch to go to.
pub fn beneath(opcode: &str, stretch: &[&str], called: &[&str], version: Option<Version>) -> Page {
    let mut told = match Opcode::named(opcode) {
        Some(opcode) => page(&Entry::Opcode(opcode), version),
        None => Page { title: opcode.to_owned(), blocks: vec![Block::Text("The atlas does not know this opcode.".to_owned())] },
    };
    let mut functions = Vec::new();
    for &name in called.iter().take(MOST_FUNCTIONS) {
        functions.push(Block::Heading(format!("It calls {name}, in C")));
        match Function::of(name).next() {
            Some(known) => functions.extend(page(&Entry::Function(known.name), version).blocks),
            None => functions.push(Block::Text("The atlas does not know where it stands.".to_owned())),
        }
    }
    let mut others: Vec<&str> = stretch.iter().copied().filter(|&other| other != opcode).collect();
    others.sort_unstable();
    others.dedup();
    functions.extend(see("in the same stretch", others));
    // Behind what the opcode does, before where it stands: what was called is what one heard.
    let first_heading = told.blocks.iter().position(|block| matches!(block, Block::Heading(_))).unwrap_or(told.blocks.len());
    told.blocks.splice(first_heading..first_heading, functions);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_stands_between_what_an_opcode_does_and_where_it_stands() {
        let version = Version::new(13);
        let alone = page(&Entry::Opcode(Opcode::named("LOAD_FAST").unwrap()), version);
        let told = beneath("LOAD_FAST", &["LOAD_FAST", "CALL", "CALL"], &["list.append", "no.such"], version);
        assert_eq!((&told.title, &told.blocks[0]), (&alone.title, &alone.blocks[0]));
        let lines = told.lines(100, |_, _| None).join("\n");
        let at = |text: &str| lines.find(text).unwrap_or_else(|| panic!("{text} is missing of\n{lines}"));
        assert!(at("list.append") < at("Objects/listobject.c") && at("Objects/listobject.c") < at("no.such"));
        assert!(at("does not know where") < at("CALL") && at("CALL") < at("inst(LOAD_FAST,"));
    }

    #[test]
    fn an_opcode_that_is_not_known_is_told_as_that() {
        let told = beneath("LOAD_FASTER", &[], &[], None);
        assert!(told.lines(80, |_, _| None).join(" ").contains("does not know"));
    }
}
