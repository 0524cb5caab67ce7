//! Traces which no interpreter told: anything the types allow.

use std::sync::Arc;
use std::time::Duration;

use evalody::trace::{
    Code, CodeId, Dialect, Entry, Family, Handover, Header, Instruction, Limit, Mark, MarkKind, NameId, Origin, Outcome, Span, Step, Trace,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn any_span() -> impl Strategy<Value = Span> {
    (any::<Option<u32>>(), any::<Option<u32>>(), any::<Option<u32>>(), any::<Option<u32>>())
        .prop_map(|(line, column, end_line, end_column)| Span { line, column, end_line, end_column })
}

fn any_opcode() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Z_]{1,12}", any::<String>()]
}

/// An instruction whose offset is still a wait behind the one before.
fn any_instruction() -> impl Strategy<Value = Instruction> {
    (
        (1u32..5, any_opcode(), select(&Family::ALL[..]), any::<Option<u32>>(), any::<String>()),
        (any_span(), any::<Option<u16>>(), any::<Option<u16>>(), any::<Option<u32>>()),
    )
        .prop_map(|((wait, opcode, family, argument, meaning), (span, depth_before, depth_after, target))| Instruction {
            offset: wait * 2,
            opcode: opcode.into(),
            family,
            argument,
            meaning: meaning.into(),
            span,
            depth_before,
            depth_after,
            target,
        })
}

fn any_code() -> impl Strategy<Value = Code> {
    let origin = select(&[Origin::User, Origin::Library, Origin::Generated][..]);
    let names = (any::<String>(), any::<String>(), any::<String>());
    (names, any::<(u32, u32, u32)>(), origin, vec(any_instruction(), 0..6)).prop_map(
        |((name, qualname, file), (first_line, flags, stack_size), origin, mut instructions)| {
            let mut offset = 0;
            for instruction in &mut instructions {
                offset += instruction.offset;
                instruction.offset = offset - 2;
            }
            Code::new(Header { id: CodeId(0), name, qualname, file, first_line, flags, stack_size, origin }, instructions)
        },
    )
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let code = (0u32..4).prop_map(CodeId);
    let step = (code.clone(), 0u32..12, any::<u16>(), any::<u16>(), any::<i16>())
        .prop_map(|(code, offset, frame_depth, thread, blocks)| Entry::Step(Step { code, offset, frame_depth, thread, blocks }));
    let kind = (0usize..18, code, any::<u8>(), any::<u32>()).prop_map(|(kind, code, generation, collected)| match kind {
        0 => MarkKind::Called(code),
        1 => MarkKind::Resumed(code),
        2 => MarkKind::Returned(code),
        3 => MarkKind::Yielded(code),
        4 => MarkKind::Unwound(code),
        5 => MarkKind::Raised(code),
        6 => MarkKind::Handled(code),
        7 => MarkKind::CollectionStarted { generation },
        8 => MarkKind::CollectionEnded { generation, collected },
        9 => MarkKind::ThreadStarted { thread: u16::from(generation) },
        10 => MarkKind::BlocksChanged { by: collected as i32 },
        11 => MarkKind::CalledC(NameId(collected)),
        12 => MarkKind::TaskEntered(NameId(collected)),
        13 => MarkKind::HandedOver { cause: Handover::Interval },
        14 => MarkKind::HandedOver { cause: if generation < 128 { Handover::Call } else { Handover::End } },
        15 => MarkKind::Specialised { code, offset: collected, form: Some(NameId(u32::from(generation))) },
        16 => MarkKind::Specialised { code, offset: collected, form: None },
        _ => MarkKind::ThreadEnded,
    });
    prop_oneof![3 => step, 1 => (any::<u16>(), kind).prop_map(|(thread, kind)| Entry::Mark(Mark { thread, kind }))]
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let limit = prop_oneof![
        any::<u64>().prop_map(Limit::Steps),
        (any::<u64>(), 0u32..1_000_000_000).prop_map(|(seconds, nanoseconds)| Limit::Time(Duration::new(seconds, nanoseconds))),
        any::<u64>().prop_map(Limit::Memory),
        Just(Limit::Listener),
    ];
    prop_oneof![
        Just(Outcome::Finished),
        (option::of(any::<u32>()), any::<String>(), any::<String>(), any::<String>())
            .prop_map(|(line, kind, message, traceback)| Outcome::Raised { line, kind, message, traceback }),
        any::<i32>().prop_map(|status| Outcome::Exited { status }),
        limit.prop_map(|limit| Outcome::CutShort { limit }),
        any::<String>().prop_map(|how| Outcome::Died { how }),
    ]
}

/// Any trace: also steps of code and offsets which nobody told of.
pub fn any_trace() -> impl Strategy<Value = Trace> {
    let dialect = (any::<String>(), any::<(u8, u8)>(), any::<String>()).prop_map(|(interpreter, version, recorder)| Dialect {
        interpreter,
        version,
        recorder,
    });
    let names = vec(any::<String>().prop_map(Arc::from), 0..3);
    (dialect, vec(any_code(), 0..4), names, vec(any_entry(), 0..12), any_outcome()).prop_map(|(dialect, codes, names, entries, outcome)| {
        let numbered =
            |(index, code): (usize, Code)| Code::new(Header { id: CodeId(index as u32), ..(*code).clone() }, code.instructions().to_vec());
        Trace { dialect, codes: codes.into_iter().enumerate().map(numbered).map(Arc::new).collect(), names, entries, outcome }
    })
}

pub fn instruction(offset: u32, opcode: &str, family: Family, line: u32, depth: u16) -> Instruction {
    Instruction {
        offset,
        opcode: opcode.into(),
        family,
        argument: Some(0),
        meaning: "x".into(),
        span: Span { line: Some(line), column: Some(0), end_line: Some(line), end_column: Some(5) },
        depth_before: Some(depth),
        depth_after: Some(depth + 1),
        target: None,
    }
}

/// Two instructions, twice, in a function called and left.
pub fn small_trace() -> Trace {
    let header = Header {
        id: CodeId(0),
        name: "f".into(),
        qualname: "A.f".into(),
        file: "a.py".into(),
        first_line: 1,
        flags: 3,
        stack_size: 2,
        origin: Origin::User,
    };
    let code = Code::new(header, vec![instruction(0, "LOAD_FAST", Family::Load, 2, 0), instruction(4, "BINARY_OP", Family::Arith, 3, 1)]);
    let step = |offset, blocks| Entry::Step(Step { code: CodeId(0), offset, frame_depth: 0, thread: 0, blocks });
    let mark = |kind| Entry::Mark(Mark { thread: 0, kind });
    Trace {
        dialect: Dialect { interpreter: "Test 1".into(), version: (3, 14), recorder: "hand".into() },
        codes: vec![Arc::new(code)],
        names: Vec::new(),
        entries: vec![
            mark(MarkKind::Called(CodeId(0))),
            step(0, 2),
            step(4, 0),
            mark(MarkKind::CollectionEnded { generation: 2, collected: 7 }),
            step(0, -1),
            mark(MarkKind::Returned(CodeId(0))),
        ],
        outcome: Outcome::Raised { line: Some(3), kind: "ValueError".into(), message: "no\nway".into(), traceback: String::new() },
    }
}
