//! The view of `play` in a terminal: the code that sounds, its instructions, the value stack, the
//! instruments, and what the program prints. It draws and hands keys on; it never decides.

mod atlas;
mod band;
mod bytecode;
mod follow;
mod keys;
mod layout;
mod legible;
mod output;
mod palette;
mod screen;
mod source;
mod stack;
mod status;

pub use keys::{Command, command};
pub use output::{OutputPane, Stream};
pub use palette::Colours;
pub use screen::Terminal;

use std::path::Path;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Borders, Widget};

use crate::atlas::Page;
use crate::music::{Key, Tempo, Tick};
use crate::perform::ChannelSetup;
use crate::program::Program;
use crate::score::Cause;
use crate::trace::{Code, Family, Origin};
use follow::Follow;

/// Everything the view shows at one moment. All borrowed, so that it is cheap to build for every picture.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub program: &'a Program,
    /// By their numbers; while a program runs live, those told so far.
    pub codes: &'a [Arc<Code>],
    /// The parts of the band.
    pub setups: &'a [ChannelSetup],
    /// The instrument of each family, in the order of the lanes.
    pub lanes: &'a [(Family, &'a str)],
    /// Notes sounding now, newest first: which setup plays it, and why it is there.
    pub sounding: &'a [(usize, Cause)],
    /// The note whose code is lit; kept through rests, else the code would flicker.
    pub lead: Option<Cause>,
    pub now: Tick,
    /// `None` as long as it is unknown: the program still runs.
    pub end: Option<Tick>,
    pub tempo: Tempo,
    /// A foreign MIDI clock has the tempo.
    pub is_led: bool,
    pub key: Key,
    /// "1 note = 120 instructions".
    pub bar_remark: &'a str,
    pub section: &'a str,
    /// What goes on beside the instructions: a function in C, a task, a hand-over; the most telling first.
    pub beside: &'a [String],
    pub is_paused: bool,
    /// How it stands with the program: "finished", "running live".
    pub state: &'a str,
    pub output: &'a OutputPane,
    pub instructions_heard: u64,
    /// What the listener should know; the last one is shown.
    pub notices: &'a [String],
    /// What is read in the atlas, if it is open.
    pub leaf: Option<Leaf<'a>>,
    /// The number of the program that the keys turn: `knob n = 12 (1..64)`. Empty where there is none.
    pub knob: &'a str,
}

/// A page of the atlas that is open.
#[derive(Clone, Copy)]
pub struct Leaf<'a> {
    pub page: &'a Page,
    /// First row that is shown.
    pub top: usize,
}

/// What the view remembers from one picture to the next: where it had scrolled to.
#[derive(Debug, Default)]
pub struct View {
    colours: Colours,
    source: Follow,
    bytecode: Follow,
}

impl View {
    pub fn new(colours: Colours) -> Self {
        Self { colours, ..Self::default() }
    }
}

/// Draws one moment.
///
/// Total: any size, and causes which name code, offsets or lines that do not exist. Under 60 columns or
/// 15 rows it is one line of status.
pub fn draw(frame: &mut Frame, scene: &Scene, view: &mut View) {
    let areas = match layout::areas(frame.area(), scene) {
        layout::Areas::Full(areas) => areas,
        layout::Areas::OneLine(line) => return status::draw(frame, line, scene),
    };
    source::draw(frame, areas.source, scene, view);
    bytecode::draw(frame, areas.bytecode, scene, view);
    stack::draw(frame, areas.stack, scene);
    if let Some(leaf) = scene.leaf {
        atlas::draw(frame, areas.code(), leaf);
    }
    band::draw_lanes(frame, areas.lanes, scene, view.colours);
    band::draw_parts(frame, areas.parts, scene);
    output::draw(frame, areas.output, scene.output);
    status::draw_notice(frame, areas.notice, scene);
    status::draw(frame, areas.status, scene);
    status::draw_keys(frame, areas.keys, scene);
}

/// A pane's title in a rule over it; what is left below.
fn title(frame: &mut Frame, area: Rect, name: &str) -> Rect {
    let block = Block::new().borders(Borders::TOP).title(format!(" {name} ")).border_style(Style::new().add_modifier(Modifier::DIM));
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    inside
}

impl<'a> Scene<'a> {
    /// The code object of a cause, if it was told.
    fn code(&self, cause: Cause) -> Option<&'a Code> {
        self.codes.get(cause.code.index()).map(Arc::as_ref)
    }

    /// Whether a code object is of the program that is shown, and not of a module beside it or a library.
    fn is_of_program(&self, code: &Code) -> bool {
        // Python names a file as it was given or by its whole path, depending on who asked.
        let (shown, its) = (Path::new(&self.program.name), Path::new(&code.file));
        let is_named = !self.program.name.is_empty() && !code.file.is_empty();
        is_named && code.origin != Origin::Library && (its.ends_with(shown) || shown.ends_with(its))
    }
}
