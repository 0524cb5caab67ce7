//! What each opcode of Python 3.8 to 3.14 takes from the stack and puts there. How many values it is in all
//! follows from the heights which the interpreter told; what is said here is which are taken, which stay,
//! and how the new ones are called. An opcode not known here makes the top unknown.

use std::sync::Arc;

use super::LabelKind;
use super::labels::{Labels, Slot};
use super::words::{Source, clipped, composed};
use crate::trace::Instruction;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the next instruction.
    On,
    Jump,
}

/// Whether an instruction never goes on to the next.
pub fn is_final(opcode: &str) -> bool {
    matches!(
        opcode,
        "RETURN_VALUE"
            | "RETURN_CONST"
            | "RAISE_VARARGS"
            | "RERAISE"
            | "JUMP_FORWARD"
            | "JUMP_ABSOLUTE"
            | "JUMP_BACKWARD"
            | "JUMP_BACKWARD_NO_INTERRUPT"
            | "INTERPRETER_EXIT"
    )
}

/// The value sent into a generator.
pub fn sent(labels: &mut Labels) -> Slot {
    labels.slot("sent value".into(), LabelKind::Result, None)
}

/// The stack with which a handler begins: what was below is open. After the handlers that compilers make:
/// those whose cleanup takes the offset of the instruction that raised find it below the exception.
pub fn caught(labels: &mut Labels, handler: &[Instruction]) -> Vec<Slot> {
    let opcode = |index: usize| handler.get(index).map_or("", |instruction| &*instruction.opcode);
    let texts: &[&str] = match (opcode(0), opcode(1)) {
        ("PUSH_EXC_INFO", "WITH_EXCEPT_START") => &["__exit__", "lasti", "exception"],
        ("COPY", "POP_EXCEPT") | ("LOAD_CONST", "STORE_FAST" | "STORE_NAME" | "STORE_GLOBAL" | "STORE_DEREF") => {
            &["handled exception", "lasti", "exception"]
        }
        ("CALL_INTRINSIC_1", _) => &["lasti", "exception"],
        ("CLEANUP_THROW", _) => &["awaited", "sent value", "exception"],
        ("END_ASYNC_FOR", _) => &["awaited", "exception"],
        _ => &["exception"],
    };
    let height = usize::from(handler.first().and_then(|first| first.depth_before).unwrap_or(0));
    let texts = &texts[texts.len().saturating_sub(height)..];
    let mut slots: Vec<Slot> = (texts.len()..height).map(|_| labels.open()).collect();
    slots.extend(texts.iter().map(|&text| labels.slot(text.into(), LabelKind::Result, None)));
    slots
}

/// What a handler of Python 3.8 to 3.10 finds on top.
const EXCEPTION_BLOCK: [&str; 6] = ["handled traceback", "handled exception", "handled type", "traceback", "exception", "exception type"];

pub struct Effect<'a> {
    pub instruction: &'a Instruction,
    pub labels: &'a mut Labels,
    pub source: Option<&'a Source<'a>>,
    /// How high the stack is afterwards.
    pub height: usize,
}

impl Effect<'_> {
    /// Changes the stack as the instruction does, to the height that is known.
    pub fn apply(&mut self, stack: &mut Vec<Slot>, way: Way) {
        let opcode = Arc::clone(&self.instruction.opcode);
        match (&*opcode, way) {
            // From 3.12 on there is a place for the value that did not come.
            ("FOR_ITER", Way::Jump) => {
                if self.height > stack.len() {
                    self.push(stack, "exhausted".into(), LabelKind::Null);
                }
            }
            ("JUMP_IF_TRUE_OR_POP" | "JUMP_IF_FALSE_OR_POP", Way::Jump) => {}
            ("SEND", Way::Jump) => {
                stack.truncate(self.height.saturating_sub(1));
                self.push(stack, "sub-result".into(), LabelKind::Result);
            }
            ("SETUP_FINALLY" | "SETUP_WITH" | "SETUP_ASYNC_WITH", Way::Jump) => {
                let below = self.height.saturating_sub(EXCEPTION_BLOCK.len());
                if &*opcode == "SETUP_WITH" {
                    self.exit(stack);
                }
                stack.resize(below, Slot::Unknown);
                for text in EXCEPTION_BLOCK {
                    self.push(stack, text.into(), LabelKind::Result);
                }
            }
            _ => self.take_and_give(&opcode, stack),
        }
        stack.resize(self.height, Slot::Unknown);
    }

    fn push(&mut self, stack: &mut Vec<Slot>, text: Arc<str>, kind: LabelKind) {
        stack.push(self.labels.slot(text, kind, Some(self.instruction.offset)));
    }

    fn text(&self, slot: Option<Slot>) -> Arc<str> {
        slot.and_then(|slot| self.labels.get(slot)).map_or_else(|| "?".into(), |label| Arc::clone(&label.text))
    }

    /// What the argument names, without the places that come with it.
    fn name(&self) -> Arc<str> {
        let meaning = &*self.instruction.meaning;
        let bare = meaning.split(" + ").find(|part| !part.starts_with("NULL")).unwrap_or(meaning);
        clipped(bare)
    }

    fn named(&mut self, stack: &mut Vec<Slot>, text: &str) {
        let kind = if text == ".0" { LabelKind::Iterator } else { LabelKind::Name };
        self.push(stack, clipped(text), kind);
    }

    /// Two names in one argument.
    fn pair(&self) -> (Arc<str>, Arc<str>) {
        let (one, two) = self.instruction.meaning.split_once(", ").unwrap_or(("?", "?"));
        (clipped(one), clipped(two))
    }

    /// The expression that the instruction comes from, or else what comes of these inputs.
    fn expression(&self, inputs: &[Slot]) -> Arc<str> {
        if let Some(text) = self.source.and_then(|source| source.text(self.instruction.span)) {
            return text;
        }
        let is_value = |slot: &&Slot| self.labels.get(**slot).is_none_or(|label| label.kind != LabelKind::Null);
        let inputs: Vec<Arc<str>> = inputs.iter().filter(is_value).map(|&slot| self.text(Some(slot))).collect();
        let Instruction { opcode, meaning, argument, .. } = self.instruction;
        clipped(&composed(opcode, meaning, *argument, &inputs))
    }

    /// Takes what the heights ask for and puts one value.
    fn one(&mut self, stack: &mut Vec<Slot>) {
        let taken = stack.split_off(self.height.saturating_sub(1).min(stack.len()));
        let text = self.expression(&taken);
        self.push(stack, text, LabelKind::Result);
    }

    /// Takes `taken` values and puts those of these texts.
    fn results(&mut self, stack: &mut Vec<Slot>, taken: usize, texts: &[&str]) {
        stack.truncate(stack.len().saturating_sub(taken));
        for text in texts {
            self.push(stack, clipped(text), LabelKind::Result);
        }
    }

    /// A context manager becomes its exit.
    fn exit(&mut self, stack: &mut Vec<Slot>) -> Arc<str> {
        let manager = self.text(stack.pop());
        self.push(stack, "__exit__".into(), LabelKind::Result);
        manager
    }

    /// The attribute of the value on top, with the place for `self` where a call follows.
    fn attribute(&mut self, stack: &mut Vec<Slot>, taken: usize) {
        let base = stack.split_off(stack.len().saturating_sub(taken));
        let source = self.source.and_then(|source| source.text(self.instruction.span));
        let of = if taken == 1 { self.text(base.last().copied()) } else { "super()".into() };
        let text = source.unwrap_or_else(|| clipped(&format!("{of}.{}", self.name())));
        self.push(stack, text, LabelKind::Result);
        if stack.len() < self.height {
            self.push(stack, "self|NULL".into(), LabelKind::Null);
        }
    }

    fn unpack(&mut self, stack: &mut Vec<Slot>, before: usize, star: bool, after: usize) {
        let of = self.text(stack.pop());
        let back = (1..=after).map(|index| format!("{of}[-{index}]"));
        let middle = star.then(|| format!("*{of}")).into_iter();
        // The first is on top.
        let texts: Vec<String> = back.chain(middle).chain((0..before).rev().map(|index| format!("{of}[{index}]"))).collect();
        for text in texts {
            self.push(stack, clipped(&text), LabelKind::Result);
        }
    }

    /// Brings the top down to `depth`; 1 is the top.
    fn lower(stack: &mut [Slot], depth: usize) {
        if let Some(place) = stack.len().checked_sub(depth) {
            stack[place..].rotate_right(1);
        }
    }

    fn take_and_give(&mut self, opcode: &str, stack: &mut Vec<Slot>) {
        let argument = self.instruction.argument.unwrap_or(0) as usize;
        let top = stack.last().copied();
        match opcode {
            "LOAD_FAST"
            | "LOAD_FAST_CHECK"
            | "LOAD_FAST_BORROW"
            | "LOAD_FAST_AND_CLEAR"
            | "LOAD_NAME"
            | "LOAD_DEREF"
            | "LOAD_CLASSDEREF"
            | "LOAD_CLOSURE" => {
                let name = self.name();
                self.named(stack, &name);
            }
            "LOAD_GLOBAL" => {
                let name = self.name();
                let has_null = self.height > stack.len() + 1;
                let is_null_first = self.instruction.meaning.starts_with("NULL");
                if has_null && is_null_first {
                    self.push(stack, "NULL".into(), LabelKind::Null);
                }
                self.named(stack, &name);
                if has_null && !is_null_first {
                    self.push(stack, "NULL".into(), LabelKind::Null);
                }
            }
            "LOAD_FROM_DICT_OR_DEREF" | "LOAD_FROM_DICT_OR_GLOBALS" => {
                stack.pop();
                let name = self.name();
                self.named(stack, &name);
            }
            "LOAD_FAST_LOAD_FAST" | "LOAD_FAST_BORROW_LOAD_FAST_BORROW" => {
                let (one, two) = self.pair();
                self.named(stack, &one);
                self.named(stack, &two);
            }
            "STORE_FAST_LOAD_FAST" => {
                stack.pop();
                let (_, two) = self.pair();
                self.named(stack, &two);
            }
            "IMPORT_NAME" => {
                stack.truncate(stack.len().saturating_sub(2));
                let name = self.name();
                self.named(stack, &name);
            }
            "IMPORT_FROM" => {
                let name = self.name();
                self.named(stack, &name);
            }
            "LOAD_ASSERTION_ERROR" => self.named(stack, "AssertionError"),
            "LOAD_BUILD_CLASS" => self.named(stack, "__build_class__"),
            "LOAD_LOCALS" => self.named(stack, "locals()"),
            "LOAD_CONST" | "LOAD_SMALL_INT" | "LOAD_COMMON_CONSTANT" => {
                let meaning = &self.instruction.meaning;
                let text = if meaning.is_empty() { argument.to_string().into() } else { clipped(meaning) };
                self.push(stack, text, LabelKind::Constant);
            }
            "PUSH_NULL" => self.push(stack, "NULL".into(), LabelKind::Null),
            "LOAD_ATTR" | "LOAD_METHOD" => self.attribute(stack, 1),
            "LOAD_SUPER_ATTR" => self.attribute(stack, 3),
            "LOAD_SPECIAL" => {
                let text = format!("{}.{}", self.text(top), self.instruction.meaning);
                self.results(stack, 1, &[&text]);
                self.push(stack, "self|NULL".into(), LabelKind::Null);
            }
            "COPY" => stack.extend(stack.len().checked_sub(argument).and_then(|place| stack.get(place)).copied()),
            "DUP_TOP" => stack.extend(top),
            "DUP_TOP_TWO" => stack.extend_from_within(stack.len().saturating_sub(2)..),
            "SWAP" => {
                if let (Some(last), Some(place)) = (stack.len().checked_sub(1), stack.len().checked_sub(argument))
                    && place <= last
                {
                    stack.swap(last, place);
                }
            }
            "ROT_TWO" => Self::lower(stack, 2),
            "ROT_THREE" => Self::lower(stack, 3),
            "ROT_FOUR" => Self::lower(stack, 4),
            "ROT_N" => Self::lower(stack, argument),
            "GET_ITER" | "GET_YIELD_FROM_ITER" | "GET_AITER" => {
                let of = self.text(top);
                stack.pop();
                self.push(stack, clipped(&format!("iter({of})")), LabelKind::Iterator);
            }
            "FOR_ITER" | "GET_ANEXT" => {
                let of = self.text(top);
                let of = of.strip_prefix("iter(").map_or(&*of, |of| of.strip_suffix(')').unwrap_or(of));
                self.results(stack, 0, &[&format!("next of {of}")]);
            }
            "GET_LEN" => self.results(stack, 0, &[&format!("len({})", self.text(top))]),
            "MATCH_MAPPING" | "MATCH_SEQUENCE" => self.results(stack, 0, &["matches"]),
            "MATCH_KEYS" if self.height > stack.len() + 1 => self.results(stack, 0, &["values", "matches"]),
            "MATCH_KEYS" => self.results(stack, 0, &["values"]),
            "MATCH_CLASS" if self.height + 1 == stack.len() => self.results(stack, 3, &["attributes", "matches"]),
            "MATCH_CLASS" => self.results(stack, 3, &["attributes"]),
            "COPY_DICT_WITHOUT_KEYS" => self.results(stack, 1, &["rest"]),
            "UNPACK_SEQUENCE" => self.unpack(stack, argument, false, 0),
            "UNPACK_EX" => self.unpack(stack, argument & 0xFF, true, argument >> 8),
            "YIELD_VALUE" | "RETURN_GENERATOR" => {
                stack.truncate(self.height.saturating_sub(1));
                stack.push(sent(self.labels));
            }
            "SEND" => self.results(stack, 1, &["yielded"]),
            "YIELD_FROM" => {
                let of = self.text(stack.len().checked_sub(2).and_then(|place| stack.get(place)).copied());
                self.results(stack, 2, &[&format!("from {of}")]);
            }
            "END_SEND" | "SET_FUNCTION_ATTRIBUTE" => {
                stack.truncate(stack.len().saturating_sub(2));
                stack.extend(top);
            }
            "CLEANUP_THROW" => self.results(stack, 3, &["None", "sub-result"]),
            "BEFORE_WITH" | "SETUP_WITH" => {
                let manager = self.exit(stack);
                self.results(stack, 0, &[&format!("enter({manager})")]);
            }
            "BEFORE_ASYNC_WITH" => {
                let manager = self.exit(stack);
                self.results(stack, 0, &[&format!("aenter({manager})")]);
            }
            "WITH_EXCEPT_START" => self.results(stack, 0, &["__exit__(…)"]),
            "PUSH_EXC_INFO" => {
                stack.pop();
                self.push(stack, "handled exception".into(), LabelKind::Result);
                stack.extend(top);
            }
            "CHECK_EXC_MATCH" => self.results(stack, 1, &["matches"]),
            "CHECK_EG_MATCH" => self.results(stack, 2, &["rest of group", "matching group"]),
            "PREP_RERAISE_STAR" => self.results(stack, 2, &["exception"]),
            _ if is_one_result(opcode) => self.one(stack),
            _ if takes_only(opcode) => {
                while stack.len() < self.height {
                    self.push(stack, opcode.to_lowercase().into(), LabelKind::Result);
                }
            }
            _ => {
                stack.truncate(self.height);
                if let Some(top) = stack.last_mut() {
                    *top = Slot::Unknown;
                }
            }
        }
    }
}

/// Those which take some values and put one.
fn is_one_result(opcode: &str) -> bool {
    ["BINARY_", "INPLACE_", "UNARY_", "BUILD_", "FORMAT_", "CALL"].iter().any(|prefix| opcode.starts_with(prefix))
        && opcode != "CALL_FINALLY"
        || matches!(
            opcode,
            "COMPARE_OP" | "IS_OP" | "CONTAINS_OP" | "CONVERT_VALUE" | "TO_BOOL" | "GET_AWAITABLE" | "MAKE_FUNCTION" | "LIST_TO_TUPLE"
        )
}

/// Those which take from the top or do nothing to the stack; in 3.8 some of `finally` put their own marks.
fn takes_only(opcode: &str) -> bool {
    ["STORE_", "DELETE_", "POP_", "JUMP_", "RETURN_", "SETUP_", "END_", "LIST_", "SET_", "DICT_", "WITH_CLEANUP_"]
        .iter()
        .any(|prefix| opcode.starts_with(prefix))
        || matches!(
            opcode,
            "MAP_ADD"
                | "RESUME"
                | "NOP"
                | "CACHE"
                | "EXTENDED_ARG"
                | "NOT_TAKEN"
                | "PRECALL"
                | "KW_NAMES"
                | "COPY_FREE_VARS"
                | "MAKE_CELL"
                | "GEN_START"
                | "IMPORT_STAR"
                | "PRINT_EXPR"
                | "RAISE_VARARGS"
                | "RERAISE"
                | "BEGIN_FINALLY"
                | "CALL_FINALLY"
                | "EXIT_INIT_CHECK"
                | "INTERPRETER_EXIT"
                | "ENTER_EXECUTOR"
                | "RESERVED"
                | "ASYNC_GEN_WRAP"
        )
}
