//! Traces made up by proptest: any mixture of code, frames, threads and marks that an interpreter could
//! tell, and some that it could not.

use std::sync::Arc;

use evalody::trace::{Code, CodeId, Entry, Family, Header, Instruction, Mark, MarkKind, NameId, Origin, Outcome, Span, Step, Trace};
use proptest::prelude::*;

/// Code of `length` instructions, with families, depths, lines and jumps backwards that follow from `seed`.
fn code(id: u32, length: u32, seed: u64) -> Code {
    let dice = |index: u32, salt: u64| {
        let mixed = (seed ^ u64::from(index)).wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as u32
    };
    let instructions = (0..length)
        .map(|index| {
            let family = Family::ALL[dice(index, 1) as usize % Family::COUNT];
            let depth = dice(index, 2) as u16 % 40;
            Instruction {
                offset: index * 2,
                opcode: Arc::from(format!("OP_{family}")),
                family,
                argument: Some(index),
                meaning: Arc::from("x"),
                span: Span { line: Some(1 + dice(index / 3, 3) % 5), ..Span::default() },
                depth_before: Some(depth),
                depth_after: Some(depth),
                target: dice(index, 4).is_multiple_of(5).then(|| dice(index, 5) % (index + 1) * 2),
            }
        })
        .collect();
    let header = Header {
        id: CodeId(id),
        name: format!("f{id}"),
        qualname: format!("f{id}"),
        file: "made_up.py".into(),
        first_line: 1,
        flags: 0,
        stack_size: 40,
        origin: Origin::User,
    };
    Code::new(header, instructions)
}

#[derive(Debug, Clone)]
enum Happening {
    Step { code: u32, offset: u32, frame_depth: u16, thread: u16, blocks: i16 },
    Call(u32),
    Return,
    Raise,
    Collect(u8),
    Memory(i32),
    Specialise { code: u32, offset: u32, is_warm: bool },
    CallC(u32),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        20 => (0u32..3, 0u32..24, 0u16..120, 0u16..2, -3i16..3)
            .prop_map(|(code, index, frame_depth, thread, blocks)| Happening::Step { code, offset: index * 2, frame_depth, thread, blocks }),
        2 => (0u32..3).prop_map(Happening::Call),
        2 => Just(Happening::Return),
        1 => Just(Happening::Raise),
        1 => (0u8..3).prop_map(Happening::Collect),
        1 => (-3000i32..3000).prop_map(Happening::Memory),
        2 => (0u32..3, 0u32..24, any::<bool>())
            .prop_map(|(code, index, is_warm)| Happening::Specialise { code, offset: index * 2, is_warm }),
        2 => (0u32..2).prop_map(Happening::CallC),
    ]
}

pub fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Finished),
        Just(Outcome::Exited { status: 3 }),
        Just(Outcome::Raised { line: Some(2), kind: "ValueError".into(), message: "x".into(), traceback: String::new() }),
        Just(Outcome::CutShort { limit: evalody::trace::Limit::Steps(5) }),
        Just(Outcome::Died { how: "signal 11".into() }),
    ]
}

/// A trace of up to `most` happenings.
pub fn trace(most: usize) -> impl Strategy<Value = Trace> {
    (any::<u64>(), prop::collection::vec(happening(), 0..most), outcome()).prop_map(|(seed, happenings, outcome)| {
        let codes = (0..3).map(|id| Arc::new(code(id, 24, seed.wrapping_add(u64::from(id))))).collect();
        let entries = happenings
            .into_iter()
            .map(|happening| match happening {
                Happening::Step { code, offset, frame_depth, thread, blocks } => {
                    Entry::Step(Step { code: CodeId(code), offset, frame_depth, thread, blocks })
                }
                Happening::Call(code) => Entry::Mark(Mark { thread: 0, kind: MarkKind::Called(CodeId(code)) }),
                Happening::Return => Entry::Mark(Mark { thread: 0, kind: MarkKind::Returned(CodeId(0)) }),
                Happening::Raise => Entry::Mark(Mark { thread: 0, kind: MarkKind::Raised(CodeId(0)) }),
                Happening::CallC(name) => Entry::Mark(Mark { thread: 0, kind: MarkKind::CalledC(NameId(name)) }),
                Happening::Memory(by) => Entry::Mark(Mark { thread: 0, kind: MarkKind::BlocksChanged { by } }),
                Happening::Specialise { code, offset, is_warm } => {
                    let form = is_warm.then_some(NameId(2));
                    Entry::Mark(Mark { thread: 0, kind: MarkKind::Specialised { code: CodeId(code), offset, form } })
                }
                Happening::Collect(generation) => {
                    Entry::Mark(Mark { thread: 0, kind: MarkKind::CollectionEnded { generation, collected: 1 } })
                }
            })
            .collect();
        Trace { codes, names: vec!["len".into(), "list.append".into(), "OP_FORM".into()], entries, outcome, ..Trace::default() }
    })
}
