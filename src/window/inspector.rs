//! The inspector: what an instruction is, what it does to the stack, and what it sounds like.

use nannou::prelude::egui::{Button, Grid, RichText, Ui};

use super::atlas::{self, Reading};
use super::seen::Seen;
use super::theme::SMALL;
use super::view::View;
use crate::atlas::Opcode;
use crate::live::Voices;
use crate::picture::Label;
use crate::trace::{Code, Family, Instruction};
use crate::workbench::{Message, Rendition, Workbench};

pub fn draw<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &mut View, seen: &Seen, messages: &mut Vec<Message>) {
    let Some(heard) = bench.heard() else {
        ui.label("Nothing is heard yet.");
        return;
    };
    let Some((code, offset)) = seen.inspected(bench) else {
        ui.label("Click a note, a line or an instruction.");
        return;
    };
    let Some(instruction) = code.at(offset) else { return };
    let how = if seen.has_selection { "selected" } else { "running now" };
    ui.label(RichText::new(format!("{} · {how}", instruction.opcode)).strong());
    if let Some(entry) = Opcode::named(&instruction.opcode) {
        ui.label(RichText::new(&entry.does).size(SMALL));
        if let Some(effect) = atlas::version(bench).and_then(|version| entry.effect(version)) {
            ui.label(RichText::new(format!("stack: {}", effect)).size(SMALL).color(view.theme.faint));
        }
    }
    if ui.button(RichText::new("C code and PEPs: the atlas (F1)").size(SMALL)).clicked() {
        view.reading = Some(Reading::at(bench, seen));
    }
    if let Some(line) = instruction.span.line.filter(|_| heard.is_own(code))
        && matches!(instruction.family, Family::Attr | Family::Call)
    {
        let words = if bench.is_looking() { "looking: the program runs once more" } else { "how it is found: run once more and look" };
        if ui.add_enabled(!bench.is_looking(), Button::new(RichText::new(words).size(SMALL))).clicked() {
            messages.push(Message::LookInto(line));
        }
    }
    let stacks = crate::picture::Stacks::of(code, heard.is_own(code).then_some(&heard.program));
    Grid::new("facts").num_columns(2).spacing([8.0, 3.0]).show(ui, |ui| {
        for (name, value) in facts(heard, code, instruction) {
            ui.label(RichText::new(name).size(SMALL).color(view.theme.faint));
            ui.label(RichText::new(value).size(SMALL));
            ui.end_row();
        }
        for told in &seen.beside {
            ui.label(RichText::new("beside").size(SMALL).color(view.theme.faint));
            ui.label(RichText::new(told).size(SMALL));
            ui.end_row();
        }
        for (name, labels) in [("stack before", stacks.before(offset)), ("stack after", stacks.after(offset))] {
            ui.label(RichText::new(name).size(SMALL).color(view.theme.faint));
            ui.label(RichText::new(labels.map_or("not reached".to_owned(), tower)).size(SMALL).monospace());
            ui.end_row();
        }
    });
    ui.label(RichText::new("Names on the stack are inferred from the code, not measured.").size(SMALL).color(view.theme.faint));
    if let Some(at) = seen.lit.at.filter(|_| seen.has_selection) {
        ui.horizontal(|ui| {
            if ui.button("hear it").clicked() {
                messages.push(Message::Seek(at));
            }
            if let Some(line) = instruction.span.line.filter(|_| heard.is_own(code))
                && ui.button("next time this line runs").clicked()
            {
                messages.push(Message::SeekLine(line));
            }
        });
        let notes = seen.lit.notes.len();
        ui.label(RichText::new(format!("{notes} notes light up, the first at bar {}", at.bar() + 1)).size(SMALL).color(view.theme.faint));
    }
}

fn facts(heard: &Rendition, code: &Code, instruction: &Instruction) -> Vec<(&'static str, String)> {
    let argument = match (instruction.argument, instruction.meaning.is_empty()) {
        (None, _) => "none".to_owned(),
        (Some(number), true) => number.to_string(),
        (Some(number), false) => format!("{number} ({})", instruction.meaning),
    };
    let lanes = heard.style.mapping.lanes();
    let instrument = lanes.iter().find(|(family, _)| *family == instruction.family).map_or("none", |lane| lane.1);
    let span = instruction.span;
    let place = match (span.line, span.column, span.end_column) {
        (Some(line), Some(from), Some(to)) if span.end_line == span.line => format!("line {line}, columns {} to {to}", from + 1),
        (Some(line), _, _) => format!("line {line}"),
        (None, _, _) => "none".to_owned(),
    };
    let mut facts = vec![
        ("argument", argument),
        ("family", instruction.family.to_string()),
        ("instrument", instrument.to_owned()),
        ("in", format!("{} (offset {})", code.qualname, instruction.offset)),
        ("file", code.file.clone()),
        ("source", place),
        ("ran", times(heard.tape.heat().at(code.id, instruction.offset))),
    ];
    if let Some(target) = instruction.target {
        facts.push(("may jump to", target.to_string()));
    }
    facts.push(("interpreter", heard.dialect.interpreter.clone()));
    facts
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// A stack in a line, its top on the right.
fn tower(labels: &[Label]) -> String {
    if labels.is_empty() {
        return "empty".to_owned();
    }
    labels.iter().map(|label| label.text.as_ref()).collect::<Vec<_>>().join(" │ ")
}
