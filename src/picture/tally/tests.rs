//! Traces written by hand, and what must be counted of them.

use super::*;
use crate::trace::{Family, Header, Instruction, Origin, Span};

/// Code of a file with these instructions: opcode, family, line.
fn code(id: u32, file: &str, origin: Origin, instructions: &[(&str, Family, u32)]) -> Arc<Code> {
    let header = Header {
        id: CodeId(id),
        name: "f".into(),
        qualname: "f".into(),
        file: file.into(),
        first_line: 1,
        flags: 0,
        stack_size: 1,
        origin,
    };
    let instructions = (0..)
        .zip(instructions)
        .map(|(index, (opcode, family, line))| Instruction {
            offset: index * 2,
            opcode: (*opcode).into(),
            family: *family,
            argument: None,
            meaning: "".into(),
            span: Span { line: Some(*line), ..Span::default() },
            depth_before: None,
            depth_after: None,
            target: None,
        })
        .collect();
    Arc::new(Code::new(header, instructions))
}

fn tally(recorder: &str) -> Tally {
    let mut tally = Tally::new(&Dialect { recorder: recorder.into(), ..Dialect::default() }, "a.py");
    let own = [("LOAD_FAST", Family::Load, 1), ("BUILD_LIST", Family::Build, 2), ("LOAD_FAST", Family::Load, 2)];
    Listener::code(&mut tally, code(0, "a.py", Origin::User, &own));
    Listener::code(&mut tally, code(1, "lib.py", Origin::Library, &[("RESUME", Family::Call, 9)]));
    Listener::name(&mut tally, NameId(0), "len".into());
    Listener::name(&mut tally, NameId(1), "gc.collect".into());
    tally
}

fn step(code: u32, offset: u32, thread: u16, blocks: i16) -> Step {
    Step { code: CodeId(code), offset, frame_depth: 0, thread, blocks }
}

const TAP: &str = "native tap on sys.monitoring";
const IN_PYTHON: &str = "sys.monitoring";

fn blocks(tally: &Tally, code: usize, offset: usize) -> (u64, u64) {
    let Blocks { allocated, released } = tally.blocks[code][offset / 2];
    (allocated, released)
}

#[test]
fn instructions_are_counted_by_opcode_family_and_line_and_all_add_up() {
    let mut tally = tally(TAP);
    for (code, offset) in [(0, 0), (0, 2), (0, 4), (0, 2), (1, 0)] {
        tally.step(step(code, offset, 0, 0));
    }
    let opcodes: Vec<_> = tally.opcodes().into_iter().map(|row| (row.opcode.to_string(), row.family, row.count)).collect();
    let expected = [("BUILD_LIST", Family::Build, 2), ("LOAD_FAST", Family::Load, 2), ("RESUME", Family::Call, 1)];
    assert_eq!(opcodes, expected.map(|(opcode, family, count)| (opcode.to_owned(), family, count)));
    let families: Vec<_> = tally.families().into_iter().map(|row| (row.family, row.count)).collect();
    assert_eq!(families, [(Family::Load, 2), (Family::Build, 2), (Family::Call, 1)]);
    let lines: Vec<_> =
        tally.lines().into_iter().map(|row| (row.line.file.clone(), row.line.line, row.line.origin, row.is_program, row.count)).collect();
    let line = |file: &str, line, origin, is_program, count| (file.to_owned(), Some(line), origin, is_program, count);
    let expected =
        [line("a.py", 2, Origin::User, true, 3), line("a.py", 1, Origin::User, true, 1), line("lib.py", 9, Origin::Library, false, 1)];
    assert_eq!(lines, expected);
    assert_eq!(tally.steps(), 5);
}

#[test]
fn an_instruction_that_no_code_object_has_is_counted_and_said() {
    let mut tally = tally(TAP);
    tally.step(step(0, 0, 0, 0));
    tally.step(step(0, 400, 0, 0));
    assert_eq!(tally.opcodes().iter().map(|row| row.count).sum::<u64>(), 2);
    assert!(tally.opcodes().iter().any(|row| &*row.opcode == "?" && row.count == 1));
    assert_eq!(tally.lines().iter().map(|row| row.count).sum::<u64>(), 2);
}

#[test]
fn a_change_of_blocks_belongs_to_the_instruction_before_in_the_same_thread() {
    let mut tally = tally(TAP);
    tally.step(step(0, 0, 0, 7)); // before the first instruction of a thread
    tally.step(step(1, 0, 1, 0));
    tally.step(step(0, 2, 0, 3)); // thread 0: LOAD_FAST at 0 took them, whatever thread 1 did in between
    tally.step(step(0, 4, 0, -2)); // BUILD_LIST gave them back
    tally.step(step(0, 0, 1, 1)); // thread 1: RESUME
    assert_eq!(blocks(&tally, 0, 0), (3, 0));
    assert_eq!(blocks(&tally, 0, 2), (0, 2));
    assert_eq!(blocks(&tally, 1, 0), (1, 0));
    assert_eq!(tally.apart(), Blocks { allocated: 7, released: 0 });
    assert_eq!(tally.all_blocks(), Blocks { allocated: 11, released: 2 });
    assert_eq!(tally.peak(), Peak { blocks: 10, at: Some(Ran { step: 0, code: CodeId(0), offset: 0 }) });
}

#[test]
fn what_a_step_cannot_hold_belongs_to_the_same_instruction() {
    let mut tally = tally(TAP);
    tally.step(step(0, 0, 0, 0));
    tally.mark(Mark { thread: 0, kind: MarkKind::BlocksChanged { by: -5000 } });
    tally.step(step(0, 2, 0, -2048));
    assert_eq!(blocks(&tally, 0, 0), (0, 7048));
    assert!(tally.apart().is_nothing());
}

#[test]
fn what_is_read_now_and_then_belongs_to_no_instruction() {
    let mut tally = tally(IN_PYTHON);
    tally.step(step(0, 0, 0, 0));
    tally.mark(Mark { thread: 0, kind: MarkKind::BlocksChanged { by: 12 } });
    tally.step(step(0, 2, 0, 0));
    tally.mark(Mark { thread: 0, kind: MarkKind::BlocksChanged { by: -5 } });
    assert!(!tally.counts_each_step());
    assert_eq!(tally.apart(), Blocks { allocated: 12, released: 5 });
    assert!(tally.opcodes().iter().all(|row| row.blocks.is_nothing()));
    assert_eq!(tally.peak(), Peak { blocks: 12, at: None });
}

#[test]
fn collections_are_counted_by_generation_and_by_the_instruction_they_came_in() {
    let mut tally = tally(TAP);
    let ended = |generation, collected| Mark { thread: 0, kind: MarkKind::CollectionEnded { generation, collected } };
    tally.mark(ended(0, 1));
    tally.step(step(0, 0, 0, 0));
    tally.step(step(0, 2, 0, 0));
    tally.step(step(1, 0, 1, 0));
    tally.mark(ended(0, 3));
    tally.mark(ended(2, 40));
    let of_generation: Vec<_> =
        tally.collections().by_generation().map(|(generation, count)| (generation, count.runs, count.collected)).collect();
    assert_eq!(of_generation, [(0, 2, 4), (2, 1, 40)]);
    let ran = Some(Ran { step: 1, code: CodeId(0), offset: 2 });
    assert_eq!(
        tally.collections().first(),
        [
            Collection { generation: 0, collected: 1, at: None },
            Collection { generation: 0, collected: 3, at: ran },
            Collection { generation: 2, collected: 40, at: ran },
        ]
    );
    assert_eq!((tally.collections().all().runs, tally.collections().all().collected), (3, 44));
    assert_eq!(tally.collections().by_place().count(), 3);
}

#[test]
fn a_collection_came_where_it_began_even_if_it_ran_code_before_it_ended() {
    let mut tally = tally(TAP);
    tally.step(step(0, 2, 0, 0));
    tally.mark(Mark { thread: 0, kind: MarkKind::CollectionStarted { generation: 1 } });
    tally.step(step(1, 0, 0, 0));
    tally.mark(Mark { thread: 0, kind: MarkKind::CollectionEnded { generation: 1, collected: 9 } });
    let ran = Some(Ran { step: 0, code: CodeId(0), offset: 2 });
    assert_eq!(tally.collections().first(), [Collection { generation: 1, collected: 9, at: ran }]);
    assert_eq!(tally.curve().columns()[0].collections, [0, 1, 0]);
}

#[test]
fn functions_in_c_are_counted_by_name() {
    let mut tally = tally(TAP);
    for name in [1, 0, 0] {
        tally.mark(Mark { thread: 0, kind: MarkKind::CalledC(NameId(name)) });
    }
    let rows: Vec<_> = tally.functions().into_iter().map(|row| (row.name.to_string(), row.calls)).collect();
    assert_eq!(rows, [("len".to_owned(), 2), ("gc.collect".to_owned(), 1)]);
}

#[test]
fn those_that_lead_reach_the_share_and_no_fewer_do() {
    assert_eq!(leading([50, 40, 10], 100, 90), 2);
    assert_eq!(leading([50, 39, 11], 100, 90), 3);
    assert_eq!(leading([7], 7, 90), 1);
    assert_eq!(leading([], 0, 90), 0);
    assert_eq!(leading([1, 1, 1], 3, 100), 3);
    assert_eq!(leading([u64::MAX], u64::MAX, 90), 1);
}
