//! The mixer: a fader for each family, function and thread that is heard.

use nannou::prelude::egui::{RichText, Slider, Ui};

use super::theme::SMALL;
use super::view::View;
use crate::live::Voices;
use crate::trace::Family;
use crate::workbench::{Change, Message, Mixer, Strip, Workbench};

/// Functions that have a fader at most: the first that ran.
const MOST_FUNCTIONS: usize = 24;

pub fn draw<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &View, messages: &mut Vec<Message>) {
    let mut only_mine = bench.wishes.only == crate::interpreter::options::Only::User;
    if ui
        .checkbox(&mut only_mine, RichText::new("only my code").size(SMALL))
        .on_hover_text("Off: the library is run through and heard, too")
        .changed()
    {
        messages.push(Message::OnlyMine(only_mine));
    }
    let Some(heard) = bench.heard() else { return };
    let mut is_heard = [false; Family::COUNT];
    let mut threads = Vec::new();
    let mut functions: Vec<&str> = Vec::new();
    for note in heard.playhead.struck().iter().filter(|note| !note.cause.is_state) {
        is_heard[note.family.index()] = true;
        if !threads.contains(&note.cause.thread) {
            threads.push(note.cause.thread);
        }
        if functions.len() < MOST_FUNCTIONS
            && let Some(code) = heard.tape.code(note.cause.code)
            && !functions.contains(&code.qualname.as_str())
        {
            functions.push(&code.qualname);
        }
    }
    let families = Family::ALL.into_iter().filter(|family| is_heard[family.index()]);
    for family in families {
        strip(ui, bench, view, &family.to_string(), Strip::Family(family), messages);
    }
    strip(ui, bench, view, "the bar (bass, chords, drums)", Strip::Form, messages);
    ui.separator();
    for name in functions {
        let told = if name == "<module>" { "the module" } else { name };
        strip(ui, bench, view, told, Strip::Function(name.to_owned()), messages);
    }
    if threads.len() > 1 {
        ui.separator();
        threads.sort_unstable();
        for thread in threads {
            strip(ui, bench, view, &format!("thread {}", thread + 1), Strip::Thread(thread), messages);
        }
    }
}

fn strip<V: Voices>(ui: &mut Ui, bench: &Workbench<V>, view: &View, name: &str, strip: Strip, messages: &mut Vec<Message>) {
    let fader = bench.fader(&strip);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.spacing_mut().slider_width = 46.0;
        for (sign, is_on, change) in
            [("M", fader.is_muted, Change::Mute(!fader.is_muted)), ("S", fader.is_solo, Change::Solo(!fader.is_solo))]
        {
            if ui.selectable_label(is_on, RichText::new(sign).size(SMALL)).clicked() {
                messages.push(Message::Mix(strip.clone(), change));
            }
        }
        let mut gain = fader.gain;
        if ui.add(Slider::new(&mut gain, 0.0..=Mixer::LOUDEST).show_value(false)).changed() {
            messages.push(Message::Mix(strip.clone(), Change::Gain(gain)));
        }
        let ink = if fader.is_muted { view.theme.faint } else { view.theme.text };
        ui.label(RichText::new(name).size(SMALL).color(ink));
    });
}
