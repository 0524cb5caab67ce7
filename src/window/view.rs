//! What the window remembers from picture to picture, besides what the workbench knows.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use nannou::prelude::egui;

use super::Opening;
use super::atlas::Reading;
use super::knobs::Turned;
use super::study::{Study, Studying};
use super::theme::{Shade, Theme};
use crate::checkout::Checkouts;
use crate::edit::{Kind, Lines, Query};
use crate::music::TICKS_PER_BAR;

/// What the side panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Legend,
    Inspector,
    Mixer,
    Output,
    /// The counted difference of two programs.
    Difference,
}

/// A question that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Which song or file to open.
    Open,
    /// Under which name to save.
    SaveAs,
    /// Something is unsaved: what is to become of it before this is opened.
    Unsaved(String),
    Quit,
}

pub struct View {
    pub theme: Theme,
    dressed: Option<Shade>,
    /// Size of the editor's type in points.
    pub font_size: f32,
    pub tab: Tab,
    pub find: Option<Find>,
    pub ask: Option<Ask>,
    /// What is typed into a question.
    pub answer: String,
    pub tour: Option<usize>,
    /// Where it is kept that the tour was closed for good.
    state: Option<PathBuf>,
    pub screenshot: Option<PathBuf>,
    pub is_fullscreen: bool,
    pub wants_fullscreen: bool,
    pub may_close: bool,
    pub quits: bool,
    /// When Esc was pressed last: twice is panic.
    pub escaped: Option<Duration>,
    /// Ticks that the piano roll shows.
    pub roll_ticks: f32,
    /// Where the caret is to go, in bytes: anchor and caret.
    pub select: Option<(usize, usize)>,
    /// What is read in the atlas, if it is open.
    pub reading: Option<Reading>,
    /// Study, if it is open, and what a sitting begins with.
    pub study: Option<Study>,
    pub studying: Studying,
    /// Source trees of CPython, to open what the atlas names.
    pub checkouts: Arc<Checkouts>,
    /// Editors that were opened.
    pub editors: Vec<JoinHandle<Option<String>>>,
    /// The caret as of the last picture.
    pub caret: usize,
    /// Input that has to wait for what came before it.
    pub deferred: Vec<egui::Event>,
    pub coloured: Coloured,
    pub knobs: Turned,
    /// First row of the bytecode panel, which follows by and by.
    pub bytecode_top: f32,
    /// Whether the spectrum is shown instead of the wave.
    pub shows_spectrum: bool,
}

/// The find bar.
#[derive(Debug, Clone, Default)]
pub struct Find {
    pub query: Query,
    pub with: String,
    pub has_focus: bool,
}

/// The text's colours, worked out when it changes.
#[derive(Default)]
pub struct Coloured {
    pub text: String,
    pub spans: Arc<Vec<(std::ops::Range<usize>, Kind)>>,
    pub lines: Option<Lines>,
}

/// Bars that the piano roll shows at first.
const ROLL_BARS: u32 = 4;

impl View {
    pub fn new(opening: &Opening) -> Self {
        let had_tour = opening.state.as_ref().is_none_or(|path| path.exists());
        Self {
            theme: Theme::of(if opening.is_light { Shade::Light } else { Shade::Dark }),
            dressed: None,
            font_size: super::theme::BODY,
            tab: Tab::Legend,
            find: None,
            ask: None,
            answer: String::new(),
            tour: (!had_tour).then_some(0),
            state: opening.state.clone(),
            screenshot: None,
            is_fullscreen: opening.is_fullscreen,
            wants_fullscreen: opening.is_fullscreen,
            may_close: false,
            quits: false,
            escaped: None,
            roll_ticks: (ROLL_BARS * TICKS_PER_BAR) as f32,
            select: None,
            reading: None,
            study: None,
            studying: opening.studying.clone(),
            checkouts: Arc::clone(&opening.checkouts),
            editors: Vec::new(),
            caret: 0,
            deferred: Vec::new(),
            coloured: Coloured::default(),
            knobs: Turned::default(),
            bytecode_top: 0.0,
            shows_spectrum: false,
        }
    }

    /// Dresses egui where the theme has changed.
    pub fn dress(&mut self, context: &egui::Context) {
        if self.dressed != Some(self.theme.shade) {
            self.theme.dress(context);
            self.dressed = Some(self.theme.shade);
        }
    }

    pub fn toggle_shade(&mut self) {
        self.theme = Theme::of(if self.theme.shade == Shade::Dark { Shade::Light } else { Shade::Dark });
    }

    /// Ends the tour, for good. What cannot be kept is only shown again.
    pub fn end_tour(&mut self) {
        self.tour = None;
        if let Some(path) = &self.state {
            let _ = path.parent().map(fs::create_dir_all);
            let _ = fs::write(path, "The tour of the window was closed. Delete this file to see it again.\n");
        }
    }
}

/// A panel's title; gives what is inside. The ground is there already: see `ground`.
pub fn panel(ui: &egui::Ui, rect: egui::Rect, theme: &Theme, title: &str) -> egui::Rect {
    let painter = ui.painter();
    if title.is_empty() {
        return rect.shrink(6.0);
    }
    let at = rect.min + egui::vec2(9.0, 5.0);
    painter.text(at, egui::Align2::LEFT_TOP, title, super::theme::plain(super::theme::SMALL), theme.faint);
    egui::Rect::from_min_max(rect.min + egui::vec2(8.0, 22.0), rect.max - egui::vec2(8.0, 6.0))
}

/// What lies between the panels. They themselves are what the window is cleared to: where the processor draws,
/// filling them would cost more than all that is in them.
pub fn ground(ui: &egui::Ui, panels: &[egui::Rect], theme: &Theme) {
    /// Radius of a panel's corners, in points, and the pieces of an arc.
    const RADIUS: f32 = 5.0;
    const PIECES: usize = 5;
    let mut mesh = egui::Mesh::default();
    for panel in panels {
        let out = panel.expand(super::theme::GAP);
        for side in
            [out.with_max_y(panel.top()), out.with_min_y(panel.bottom()), out.with_max_x(panel.left()), out.with_min_x(panel.right())]
        {
            mesh.add_colored_rect(side, theme.background);
        }
        for (corner, inwards) in [
            (panel.left_top(), egui::vec2(1.0, 1.0)),
            (panel.right_top(), egui::vec2(-1.0, 1.0)),
            (panel.left_bottom(), egui::vec2(1.0, -1.0)),
            (panel.right_bottom(), egui::vec2(-1.0, -1.0)),
        ] {
            let first = mesh.vertices.len() as u32;
            mesh.colored_vertex(corner, theme.background);
            for piece in 0..=PIECES {
                let (sine, cosine) = (std::f32::consts::FRAC_PI_2 * piece as f32 / PIECES as f32).sin_cos();
                mesh.colored_vertex(corner + inwards * RADIUS * egui::vec2(1.0 - sine, 1.0 - cosine), theme.background);
            }
            for piece in 0..PIECES as u32 {
                mesh.add_triangle(first, first + 1 + piece, first + 2 + piece);
            }
        }
    }
    ui.painter().add(egui::Shape::mesh(mesh));
}
