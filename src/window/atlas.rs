//! The atlas over the panels: what the selected instruction does, or the one that runs; where in C; which PEPs. One
//! goes from page to page by the names on them, and back again.

use nannou::prelude::egui::{Button, Grid, Key, Label, RichText, ScrollArea, TextEdit, Ui, Window, vec2};

use super::seen::Seen;
use super::theme::{SMALL, Theme};
use super::view::View;
use crate::atlas::{self, Block, Page, Version};
use crate::live::Voices;
use crate::workbench::Workbench;

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
/// What is left of the window's height around it, in points.
const AROUND: f32 = 170.0;

impl Reading {
    /// Opened at the selected instruction, or the one that runs; without one, at the eval loop.
    pub fn at<V: Voices>(bench: &Workbench<V>, seen: &Seen) -> Self {
        let mut reading = Self::default();
        match page_of(bench, seen) {
            Some(page) => reading.pages.push(page),
            None => reading.look_up("@loop", None),
        }
        reading
    }

    fn look_up(&mut self, name: &str, version: Option<Version>) {
        match atlas::find(name) {
            Ok(entry) => {
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
    Some(atlas::beneath(&code.at(offset)?.opcode, &[], &called, version(bench)))
}

/// The version whose bytecode is heard.
pub fn version<V: Voices>(bench: &Workbench<V>) -> Option<Version> {
    Version::of(bench.heard()?.dialect.version)
}

pub fn draw<V: Voices>(ui: &Ui, bench: &Workbench<V>, view: &mut View, seen: &Seen) {
    let version = version(bench);
    let theme = view.theme;
    let Some(reading) = &mut view.reading else { return };
    let (mut is_open, mut follows, mut goes_back, mut goes_to) = (true, false, false, None);
    Window::new("Atlas")
        .id(ui.id().with("atlas"))
        .open(&mut is_open)
        .collapsible(false)
        .default_width(WIDTH)
        .default_pos(ui.max_rect().right_top() + vec2(-WIDTH - 40.0, 60.0))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.horizontal(|ui| {
                goes_back = ui.add_enabled(reading.pages.len() > 1, Button::new("back")).clicked();
                follows = ui.button("what runs now").clicked();
                let asked = TextEdit::singleline(&mut reading.asked).hint_text("look up: LOAD_ATTR, list.append, PEP 659, @gil");
                let response = ui.add(asked.desired_width(ui.available_width()));
                if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                    goes_to = Some(std::mem::take(&mut reading.asked));
                }
            });
            if let Some(answer) = &reading.answer {
                ui.label(RichText::new(answer).size(SMALL).color(theme.trouble));
            }
            ui.separator();
            let height = (ui.ctx().content_rect().height() - AROUND).max(120.0);
            if let Some(page) = reading.pages.last() {
                ScrollArea::vertical().id_salt(reading.pages.len()).max_height(height).auto_shrink([false, true]).show(ui, |ui| {
                    goes_to = leaf(ui, page, &theme).or(goes_to.take());
                });
            }
        });
    if goes_back {
        reading.pages.pop();
    }
    if let Some(name) = goes_to {
        reading.look_up(&name, version);
    }
    if follows && let Some(page) = page_of(bench, seen) {
        reading.pages.push(page);
    }
    if !is_open {
        view.reading = None;
    }
}

/// A page; gives the name that was clicked.
fn leaf(ui: &mut Ui, page: &Page, theme: &Theme) -> Option<String> {
    let mut goes_to = None;
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
                            if ui.link(text).clicked() {
                                goes_to = Some(name);
                            }
                        }
                        // Wrapped: a grid would let it run out of the page.
                        None => drop(ui.add(Label::new(text).wrap())),
                    }
                });
            }
            Block::Place { label, place, note, .. } => {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(label).size(SMALL).color(theme.faint));
                    ui.label(RichText::new(place.file).size(SMALL));
                    ui.label(RichText::new(place.anchor).size(SMALL).monospace());
                    if !note.is_empty() {
                        ui.label(RichText::new(format!("({note})")).size(SMALL).color(theme.faint));
                    }
                });
            }
            Block::See { label, names } => {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(*label).size(SMALL).color(theme.faint));
                    for name in names {
                        if ui.link(RichText::new(name).size(SMALL)).clicked() {
                            goes_to = Some(name.clone());
                        }
                    }
                });
            }
        }
    }
    goes_to
}

/// The page that a fact speaks of: a PEP by its number, told before its title.
fn page_named(name: &str, value: &str) -> Option<String> {
    let number = value.split(',').next()?;
    (name == "PEP").then(|| format!("PEP {number}"))
}
