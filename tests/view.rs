//! The view as people see it: whole pictures of hand-made scenes against the texts in `tests/golden`, and
//! what must hold of any scene. `EVALODY_GOLDEN=write` writes the texts anew.

#[path = "support/golden.rs"]
mod golden;

use std::sync::Arc;

use evalody::atlas::{Version, find, page};
use evalody::music::{Instrument, Key, Level, Pan, Patch, Tempo, Tick};
use evalody::perform::{Channel, ChannelSetup};
use evalody::program::Program;
use evalody::score::Cause;
use evalody::terminal::{Colours, Leaf, OutputPane, Scene, Stream, View, draw};
use evalody::trace::{Code, CodeId, Family, Header, Instruction, Origin, Span};
use golden::check_golden;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

const SOURCE: &str = "\"\"\"Walks down and back.\"\"\"

def fib(n):
\tif n < 2:\t# ab 数 é
\t\treturn n
\treturn fib(n - 1) + fib(n - 2)


print(fib(10))
";

const LANES: [(Family, &str); 14] = [
    (Family::Load, "harp"),
    (Family::Store, "pizzicato"),
    (Family::Scope, "kalimba"),
    (Family::Stack, "clarinet"),
    (Family::Arith, "marimba"),
    (Family::Test, "xylophone"),
    (Family::Jump, "bass"),
    (Family::Loop, "drums"),
    (Family::Call, "flute"),
    (Family::Build, "vibraphone"),
    (Family::Attr, "electric piano"),
    (Family::Subscr, "nylon guitar"),
    (Family::Except, "brass"),
    (Family::Gen, "celesta"),
];

/// What a scene borrows.
struct Stage {
    program: Program,
    codes: Vec<Arc<Code>>,
    setups: Vec<ChannelSetup>,
    output: OutputPane,
    notices: Vec<String>,
}

/// Offset, opcode, meaning; and line, column, end column.
type Listed<'a> = (u32, &'a str, &'a str, (u32, u32, u32));

fn code(id: u32, name: &str, stack_size: u32, listing: &[Listed]) -> Arc<Code> {
    let header = Header {
        id: CodeId(id),
        name: name.into(),
        qualname: name.into(),
        file: "fib.py".into(),
        first_line: listing[0].3.0,
        flags: 0,
        stack_size,
        origin: Origin::User,
    };
    let instruction = |&(offset, opcode, meaning, (line, column, end)): &Listed| Instruction {
        offset,
        opcode: opcode.into(),
        family: Family::of(opcode).unwrap(),
        argument: None,
        meaning: meaning.into(),
        span: Span { line: Some(line), column: Some(column), end_line: Some(line), end_column: Some(end) },
        depth_before: Some(0),
        depth_after: Some(1),
        target: None,
    };
    Arc::new(Code::new(header, listing.iter().map(instruction).collect()))
}

impl Stage {
    fn fib() -> Self {
        let module = code(0, "<module>", 4, &[(0, "LOAD_NAME", "print", (9, 0, 5)), (2, "LOAD_NAME", "fib", (9, 6, 9))]);
        let fib = code(
            1,
            "fib",
            5,
            &[
                (0, "RESUME", "", (3, 0, 0)),
                (2, "LOAD_FAST", "n", (4, 4, 5)),
                (4, "LOAD_CONST", "2", (4, 8, 9)),
                (6, "COMPARE_OP", "<", (4, 4, 9)),
                (12, "POP_JUMP_IF_FALSE", "to 18", (4, 4, 9)),
                (16, "RETURN_VALUE", "", (5, 2, 10)),
                (18, "LOAD_GLOBAL", "fib", (6, 8, 11)),
                (28, "LOAD_FAST", "n", (6, 12, 13)),
                (30, "LOAD_CONST", "1", (6, 16, 17)),
                (32, "BINARY_OP", "-", (6, 12, 17)),
                (36, "CALL", "", (6, 8, 18)),
                (44, "LOAD_GLOBAL", "fib", (6, 21, 24)),
                (54, "LOAD_FAST", "n", (6, 25, 26)),
                (56, "LOAD_CONST", "2", (6, 29, 30)),
                (58, "BINARY_OP", "-", (6, 25, 30)),
                (62, "CALL", "", (6, 21, 31)),
                (70, "BINARY_OP", "+", (6, 8, 31)),
                (74, "RETURN_VALUE", "", (6, 1, 31)),
            ],
        );
        let setup = |index, name, instrument| ChannelSetup {
            channel: Channel::new(index).unwrap(),
            name,
            instrument,
            pan: Pan::CENTRE,
            level: Level::new(100).unwrap(),
        };
        let mut output = OutputPane::new();
        output.push(Stream::Out, b"fib(10) ...\rfib(10) = 55\n\x1b[31mred\x1b[0m \x07and \x0bplain\n");
        output.push(Stream::Err, b"a warning\n");
        Self {
            program: Program { name: "fib.py".into(), text: SOURCE.into() },
            codes: vec![module, fib],
            setups: vec![
                setup(9, "drums", Instrument::Drums),
                setup(0, "bass", Instrument::Melodic(Patch::FINGERED_BASS)),
                setup(1, "chords", Instrument::Melodic(Patch::ELECTRIC_PIANO)),
                setup(2, "lead", Instrument::Melodic(Patch::MARIMBA)),
            ],
            output,
            notices: Vec::new(),
        }
    }

    fn scene<'a>(&'a self, sounding: &'a [(usize, Cause)]) -> Scene<'a> {
        Scene {
            program: &self.program,
            codes: &self.codes,
            setups: &self.setups,
            lanes: &LANES,
            sounding,
            lead: sounding.first().map(|(_, cause)| *cause),
            now: Tick(Tick::of_bar(11).0 + 480),
            end: Some(Tick::of_bar(72)),
            is_led: false,
            tempo: Tempo::new(112).unwrap(),
            key: "Am".parse::<Key>().unwrap(),
            bar_remark: "1 note = 12 instructions",
            section: "fib()",
            beside: &[],
            is_paused: false,
            state: "finished",
            output: &self.output,
            instructions_heard: 12_345,
            notices: &self.notices,
            leaf: None,
            knob: "",
        }
    }
}

/// The first call of line 6, at depth 3, and the module's line below it.
const SOUNDING: [(usize, Cause); 2] = [
    (
        3,
        Cause {
            code: CodeId(1),
            first: 18,
            last: 36,
            line: 6,
            thread: 0,
            frame_depth: 4,
            depth: 3,
            steps: 12,
            since: 600,
            is_state: false,
        },
    ),
    (1, Cause { code: CodeId(0), first: 0, last: 2, line: 9, thread: 0, frame_depth: 0, depth: 1, steps: 2, since: 0, is_state: false }),
];

fn picture(scene: &Scene, view: &mut View, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, scene, view)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut covered = 0;
        for x in 0..buffer.area.width {
            // A wide character covers the cell behind it.
            if covered == 0 {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                covered = ratatui::text::Span::raw(symbol).width().max(1);
            }
            covered -= 1;
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// What stands reversed in the row of a picture that contains `needle`.
fn reversed(buffer: &Buffer, needle: &str) -> String {
    let row = text(buffer).lines().position(|line| line.contains(needle)).unwrap() as u16;
    (0..buffer.area.width)
        .map(|x| &buffer[(x, row)])
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
        .map(|cell| cell.symbol())
        .collect()
}

#[test]
fn a_scene_looks_like_this_at_three_sizes() {
    let stage = Stage::fib();
    for (width, height) in [(60, 15), (80, 24), (140, 45)] {
        let buffer = picture(&stage.scene(&SOUNDING), &mut View::default(), width, height);
        check_golden(&format!("view_{width}x{height}.txt"), &text(&buffer));
    }
}

#[test]
fn what_goes_on_beside_the_instructions_stands_in_the_rule_over_the_source_and_moves_nothing() {
    let stage = Stage::fib();
    let beside = ["C: list.append, len", "task Task-2", "GIL: 0 -> 1 after its interval"].map(str::to_owned);
    for (width, height, words) in [
        (60, 15, "C: list.append, len ─"),
        (80, 24, "C: list.append, len ─"),
        (140, 45, "C: list.append, len  task Task-2 ─"),
        (200, 50, "C: list.append, len  task Task-2  GIL: 0 -> 1 after its interval ─"),
    ] {
        let plain = text(&picture(&stage.scene(&SOUNDING), &mut View::default(), width, height));
        let told = text(&picture(&Scene { beside: &beside, ..stage.scene(&SOUNDING) }, &mut View::default(), width, height));
        let (plain, told): (Vec<&str>, Vec<&str>) = (plain.lines().collect(), told.lines().collect());
        assert!(told[0].contains(words), "{width}: {}", told[0]);
        assert!(told[0].starts_with(" fib.py ") && told[0].chars().count() == plain[0].chars().count(), "{}", told[0]);
        assert_eq!(told[1..], plain[1..]);
        // A long one is cut.
        let long = ["C: ".to_owned() + &"somewhere.very_far.".repeat(20)];
        let told = text(&picture(&Scene { beside: &long, ..stage.scene(&SOUNDING) }, &mut View::default(), width, height));
        assert!(told.lines().next().unwrap().contains("… "), "{told}");
    }
}

#[test]
fn a_knob_stands_in_the_line_of_status_with_the_keys_that_turn_it() {
    let stage = Stage::fib();
    let told = |knob: &str| text(&picture(&Scene { knob, ..stage.scene(&SOUNDING) }, &mut View::default(), 160, 45));
    let with = told("knob n = 12 (1..64)");
    assert!(with.contains("knob n = 12 (1..64)") && with.contains("[ ] turn"), "{with}");
    assert!(!told("").contains("knob"));
}

#[test]
fn too_small_a_terminal_gets_one_line() {
    let stage = Stage::fib();
    for (width, height) in [(59, 15), (60, 14)] {
        let shown = text(&picture(&stage.scene(&SOUNDING), &mut View::default(), width, height));
        assert!(shown.starts_with("▶ 0:24 / 2:34  1 note = 12 instructions  finished"), "{shown}");
        assert_eq!(shown.trim_end().lines().count(), 1, "{shown}");
    }
}

#[test]
fn the_columns_of_what_sounds_are_reversed_and_nothing_else_of_the_line() {
    let stage = Stage::fib();
    let buffer = picture(&stage.scene(&SOUNDING), &mut View::default(), 140, 45);
    assert_eq!(reversed(&buffer, "return fib(n - 1)"), "fib(n - 1)");
}

#[test]
fn columns_are_bytes_so_they_are_found_behind_tabs_and_wide_characters() {
    let mut stage = Stage::fib();
    stage.program.text = "\tx = '数é' + f(1)\n".into();
    stage.codes = vec![code(0, "g", 2, &[(0, "CALL", "", (1, 15, 19))])];
    let cause = Cause { line: 1, ..Cause::default() };
    let buffer = picture(&stage.scene(&[(0, cause)]), &mut View::default(), 140, 45);
    assert_eq!(reversed(&buffer, "x = '数é'"), "f(1)");
}

/// The same code in another file.
fn moved(code: &Code, file: &str, origin: Origin) -> Arc<Code> {
    let header = Header { file: file.into(), origin, ..(**code).clone() };
    Arc::new(Code::new(header, code.instructions().to_vec()))
}

#[test]
fn code_of_another_file_lights_nothing_of_the_program() {
    let mut stage = Stage::fib();
    stage.codes[1] = moved(&stage.codes[1], "/elsewhere/helpers.py", Origin::User);
    let buffer = picture(&stage.scene(&SOUNDING[..1]), &mut View::default(), 140, 45);
    assert_eq!(reversed(&buffer, "return fib(n - 1)"), "");
    assert!(text(&buffer).contains("fib.py (now in /elsewhere/helpers.py, line 6)"), "{}", text(&buffer));
}

#[test]
fn a_file_is_the_program_by_whatever_path_python_names_it_but_a_library_never_is() {
    let mut stage = Stage::fib();
    for (shown, file, origin, expected) in [
        ("songs/fib.py", "/home/ada/songs/fib.py", Origin::User, "fib(n - 1)"),
        ("/home/ada/fib.py", "fib.py", Origin::User, "fib(n - 1)"),
        ("@fib", "@fib", Origin::User, "fib(n - 1)"),
        ("fib.py", "myfib.py", Origin::User, ""),
        ("fib.py", "/usr/lib/python3/fib.py", Origin::Library, ""),
        ("", "fib.py", Origin::User, ""),
    ] {
        stage.codes[1] = moved(&stage.codes[1], file, origin);
        stage.program.name = shown.into();
        let buffer = picture(&stage.scene(&SOUNDING[..1]), &mut View::default(), 140, 45);
        assert_eq!(reversed(&buffer, "return fib(n - 1)"), expected, "{shown} and {file}");
    }
}

#[test]
fn lanes_light_up_by_the_families_of_what_sounds() {
    let stage = Stage::fib();
    let shown = text(&picture(&stage.scene(&SOUNDING), &mut View::default(), 140, 45));
    let lit: Vec<&str> = LANES
        .iter()
        .map(|(family, _)| family.name())
        .filter(|name| shown.contains(&format!("▸■ {name}")) || shown.contains(&format!("▸◆ {name}")))
        .collect();
    assert_eq!(lit, ["load", "scope", "arith", "call"]);
}

#[test]
fn without_colours_no_cell_has_one() {
    let stage = Stage::fib();
    let plain = picture(&stage.scene(&SOUNDING), &mut View::new(Colours::None), 140, 45);
    let coloured = picture(&stage.scene(&SOUNDING), &mut View::new(Colours::All), 140, 45);
    let is_coloured = |buffer: &Buffer| buffer.content.iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
    assert!(!is_coloured(&plain) && is_coloured(&coloured));
    assert_eq!(text(&plain), text(&coloured));
}

#[test]
fn a_live_program_has_no_end_yet_and_notices_are_shown() {
    let mut stage = Stage::fib();
    stage.notices = vec!["first".into(), "no sound card: playing silently".into()];
    let mut scene = stage.scene(&SOUNDING);
    (scene.end, scene.is_paused, scene.state) = (None, true, "running live");
    let shown = text(&picture(&scene, &mut View::default(), 100, 30));
    assert!(shown.contains("‖ paused 0:24  1 note = 12 instructions  running live  bar 12"), "{shown}");
    assert!(shown.contains("! no sound card: playing silently") && shown.contains("space plays on"), "{shown}");
}

#[test]
fn an_empty_program_and_silence_are_a_picture_too() {
    let mut stage = Stage::fib();
    stage.program.text.clear();
    stage.codes.clear();
    stage.setups.clear();
    let mut scene = stage.scene(&[]);
    scene.lanes = &[];
    for (width, height) in [(0, 0), (60, 15), (80, 24), (200, 60)] {
        picture(&scene, &mut View::default(), width, height);
    }
}

fn any_cause() -> impl Strategy<Value = Cause> {
    let offset = prop_oneof![0u32..100, any::<u32>()];
    let line = prop_oneof![0u32..12, any::<u32>()];
    (0u32..4, offset.clone(), offset, line, any::<u16>(), any::<u16>(), prop_oneof![0u16..8, any::<u16>()]).prop_map(
        |(code, first, last, line, thread, frame_depth, depth)| Cause {
            is_state: false,
            code: CodeId(code),
            first,
            last,
            line,
            thread,
            frame_depth,
            depth,
            steps: 1,
            since: 0,
        },
    )
}

fn any_source() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just(SOURCE.to_owned()), "(\\PC|[\t\n\u{0}-\u{1f}]|数){0,200}", Just("x = 1; ".repeat(20_000))]
}

proptest! {
    #[test]
    fn drawing_never_panics(
        (width, height) in (0u16..200, 0u16..60),
        text in any_source(),
        causes in proptest::collection::vec((0usize..6, any_cause()), 0..6),
        (column, end_column) in (any::<Option<u32>>(), prop_oneof![0u32..40, any::<u32>()]),
        (now, end) in (any::<u32>(), any::<Option<u32>>()),
        printed in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut stage = Stage::fib();
        stage.program.text = text;
        // Spans which fit no source.
        let strange = stage.codes[1].instructions().iter().cloned().map(|mut instruction| {
            instruction.span.column = column;
            instruction.span.end_column = Some(end_column);
            instruction
        }).collect();
        let header = Header {
            id: CodeId(2), name: "\u{202e}g\t".into(), qualname: "\u{202e}g\t".into(), file: "fib.py".into(),
            first_line: 1, flags: 0, stack_size: end_column, origin: Origin::User,
        };
        stage.codes.push(Arc::new(Code::new(header, strange)));
        stage.output.push(Stream::Err, &printed);
        let mut scene = stage.scene(&causes);
        (scene.now, scene.end) = (Tick(now), end.map(Tick));
        let mut view = View::default();
        for lead in causes.iter().map(|(_, cause)| Some(*cause)).chain([None]) {
            scene.lead = lead;
            picture(&scene, &mut view, width, height);
        }
    }
}

#[test]
fn a_page_of_the_atlas_covers_the_code_and_leaves_the_rest() {
    let show = Stage::fib();
    let page = page(&find("LOAD_GLOBAL").unwrap(), Version::new(13));
    let closed = show.scene(&SOUNDING);
    let opened = Scene { leaf: Some(Leaf { page: &page, top: 0 }), ..closed };
    for (width, height) in [(80, 24), (110, 40), (60, 15)] {
        let before = text(&picture(&closed, &mut View::default(), width, height));
        let open = text(&picture(&opened, &mut View::default(), width, height));
        assert!(before.contains("a atlas") || width < 80, "{before}");
        assert!(open.contains("a closes the atlas") && open.contains("LOAD_GLOBAL") && open.contains("Reads a global"), "{open}");
        assert!(!open.contains("def fib") && open.contains("the program prints"), "{open}");
        // Past its end the last rows are shown.
        let last = Scene { leaf: Some(Leaf { page: &page, top: 10_000 }), ..closed };
        assert!(
            text(&picture(&last, &mut View::default(), width, height)).contains("topics:"),
            "{width}x{height}\n{}",
            text(&picture(&last, &mut View::default(), width, height))
        );
    }
    // Where nothing but the line of status fits, there is no page either.
    assert!(!text(&picture(&opened, &mut View::default(), 50, 8)).contains("LOAD_GLOBAL"));
}
