//! The atlas over the panels: what the selected instruction does, or the one that runs; where in C; which PEPs. One
//! goes from page to page by the names on them, and back again.

use std::path::PathBuf;
use std::thread;

use nannou::prelude::egui::{Button, Grid, Key, Label, RichText, ScrollArea, TextEdit, Ui, Window, vec2};

use super::seen::Seen;
use super::theme::{SMALL, Theme};
use super::view::View;
use crate::atlas::{self, Block, Page, Place, Version, Versions};
use crate::checkout::{Checkout, Checkouts, Opened, open_in_editor};
use crate::live::Voices;
use crate::lookup;
use crate::study::page_name;
use crate::workbench::{LookedInto, Workbench};

/// A place that was clicked: where it stands in a tree.
struct Spot {
    path: PathBuf,
    line: u32,
}

/// What was clicked on a page.
#[derive(Default)]
struct Clicked {
    name: Option<String>,
    /// To be opened in the editor.
    opens: Option<Spot>,
}

/// What is read.
#[derive(Debug, Default)]
pub struct Reading {
    /// The page that is open last, those that led to it before.
    pages: Vec<Page>,
    /// What is typed to be looked up.
    asked: String,
    /// Why nothing was found.
    answer: Option<String>,
}

/// Width of a page in points: lines of about seventy letters.
const WIDTH: f32 = 500.0;
/// Height of a page in points, where the window has room for it; longer ones scroll.
const HEIGHT: f32 = 560.0;
/// What is left of the window's height around it, in points.
const AROUND: f32 = 170.0;

impl Reading {
    /// Opened at the selected instruction, or the one that runs; without one, at the eval loop.
    pub fn at<V: Voices>(bench: &Workbench<V>, seen: &Seen) -> Self {
        let mut reading = Self::default();
        match page_of(bench, seen) {
            Some(page) => reading.pages.push(page),
            None => reading.look_up(bench, "@loop", None),
        }
        reading
    }

    pub fn look_up<V: Voices>(&mut self, bench: &Workbench<V>, name: &str, version: Option<Version>) {
        match atlas::find(name) {
            Ok(entry) => {
                bench.visited(page_name(&entry));
                self.pages.push(atlas::page(&entry, version));
                self.answer = None;
            }
            Err(unknown) => self.answer = Some(unknown.to_string()),
        }
    }
}

/// The page of the instruction that is selected, or runs.
fn page_of<V: Voices>(bench: &Workbench<V>, seen: &Seen) -> Option<Page> {
    let (code, offset) = seen.inspected(bench)?;
    let called: Vec<&str> = seen.called.iter().map(String::as_str).collect();
    let opcode = &code.at(offset)?.opcode;
    bench.visited(opcode.to_string());
    Some(atlas::beneath(opcode, &[], &called, version(bench)))
}

/// The version whose bytecode is heard.
pub fn version<V: Voices>(bench: &Workbench<V>) -> Option<Version> {
    Version::of(bench.heard()?.dialect.version)
}

pub fn draw<V: Voices>(ui: &Ui, bench: &Workbench<V>, view: &mut View, seen: &Seen) {
    let version = version(bench);
    let theme = view.theme;
    let Some(reading) = &mut view.reading else { return };
    let (mut is_open, mut follows, mut goes_back) = (true, false, false);
    let mut clicked = Clicked::default();
    Window::new("Atlas")
        .id(ui.id().with("atlas"))
        .open(&mut is_open)
        .collapsible(false)
        .default_size([WIDTH, HEIGHT])
        .default_pos(ui.max_rect().right_top() + vec2(-WIDTH - 40.0, 60.0))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.horizontal(|ui| {
                goes_back = ui.add_enabled(reading.pages.len() > 1, Button::new("back")).clicked();
                follows = ui.button("what runs now").clicked();
                let asked = TextEdit::singleline(&mut reading.asked).hint_text("look up: LOAD_ATTR, list.append, PEP 659, @gil");
                let response = ui.add(asked.desired_width(ui.available_width()));
                if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                    clicked.name = Some(std::mem::take(&mut reading.asked));
                }
            });
            if let Some(answer) = &reading.answer {
                ui.label(RichText::new(answer).size(SMALL).color(theme.trouble));
            }
            ui.separator();
            let height = (ui.ctx().content_rect().height() - AROUND).max(120.0);
            if let Some(page) = reading.pages.last() {
                ScrollArea::vertical().id_salt(reading.pages.len()).max_height(height).auto_shrink([false, true]).show(ui, |ui| {
                    leaf(ui, page, &theme, &view.checkouts, version, &mut clicked);
                });
            }
        });
    if goes_back {
        reading.pages.pop();
    }
    if let Some(name) = clicked.name {
        reading.look_up(bench, &name, version);
    }
    if follows && let Some(page) = page_of(bench, seen) {
        reading.pages.push(page);
    }
    if !is_open {
        view.reading = None;
    }
    if let Some(Spot { path, line }) = clicked.opens {
        // It may stay open as long as the window; one that needs a terminal takes the one that evalody was started from.
        view.editors.push(thread::spawn(move || match open_in_editor(&path, line) {
            Ok(Opened::Edited) => None,
            Ok(Opened::NoEditor) => Some(format!("{}:{line}; set VISUAL or EDITOR to have it opened", path.display())),
            Err(error) => Some(error.to_string()),
        }));
    }
}

/// Tells what came of editors that were opened, and opens the page of a line that was looked at.
pub fn advance<V: Voices>(bench: &mut Workbench<V>, view: &mut View) {
    for editor in view.editors.extract_if(.., |editor| editor.is_finished()) {
        if let Ok(Some(words)) = editor.join() {
            bench.notice(words);
        }
    }
    if let Some(LookedInto { line, program, probed }) = bench.looked_into() {
        let page = lookup::page(&probed, &program.name, line, program.line(line).unwrap_or_default());
        view.reading.get_or_insert_default().pages.push(page);
    }
}

/// Where a place stands: in the tree of the version which is heard, or else in the newest that has it.
fn spot(checkouts: &Checkouts, place: &Place, versions: Versions, version: Option<Version>) -> Option<(Spot, String)> {
    let heard = version.and_then(|version| checkouts.in_version(version)).filter(|tree| versions.contains(tree.version()));
    let tree: &Checkout = heard.or_else(|| checkouts.newest_of(versions))?;
    let line = tree.line_of(place)?;
    Some((Spot { path: tree.path_of(place), line }, format!("line {line} of {}", tree.release())))
}

/// A page, with what is clicked on it.
fn leaf(ui: &mut Ui, page: &Page, theme: &Theme, checkouts: &Checkouts, version: Option<Version>, clicked: &mut Clicked) {
    ui.label(RichText::new(&page.title).strong());
    for (index, block) in page.blocks.iter().enumerate() {
        match block {
            Block::Heading(text) => {
                ui.add_space(4.0);
                ui.label(RichText::new(text).strong());
            }
            Block::Text(text) => drop(ui.label(text)),
            Block::Fact { name, value } => {
                Grid::new(index).num_columns(2).min_col_width(70.0).show(ui, |ui| {
                    ui.label(RichText::new(*name).size(SMALL).color(theme.faint));
                    let text = RichText::new(value).size(SMALL);
                    match page_named(name, value) {
                        Some(name) => {
                            if ui.link(text.color(theme.selected)).clicked() {
                                clicked.name = Some(name);
                            }
                        }
                        // Wrapped: a grid would let it run out of the page.
                        None => drop(ui.add(Label::new(text).wrap())),
                    }
                });
            }
            Block::Place { label, place, note, versions } => {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(label).size(SMALL));
                    ui.label(RichText::new(place.file).size(SMALL).color(theme.faint));
                    if let Some((spot, words)) = spot(checkouts, place, *versions, version)
                        && ui.link(RichText::new(words).size(SMALL).color(theme.selected)).clicked()
                    {
                        clicked.opens = Some(spot);
                    }
                    ui.label(RichText::new(place.anchor).size(SMALL).monospace().color(theme.faint));
                    if !note.is_empty() {
                        ui.label(RichText::new(format!("({note})")).size(SMALL).color(theme.faint));
                    }
                });
            }
            Block::See { label, names } => {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(*label).size(SMALL).color(theme.faint));
                    for name in names {
                        if ui.link(RichText::new(name).size(SMALL).color(theme.selected)).clicked() {
                            clicked.name = Some(name.clone());
                        }
                    }
                });
            }
        }
    }
}

/// The page that a fact speaks of: a PEP by its number, told before its title.
fn page_named(name: &str, value: &str) -> Option<String> {
    let number = value.split(',').next()?;
    (name == "PEP").then(|| format!("PEP {number}"))
}
