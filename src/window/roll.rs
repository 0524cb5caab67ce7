//! The piano roll: a lane for each family that is heard, time from left to right, now at a third. A ruler
//! above it is clicked to go somewhere and dragged for a loop; the whole piece lies below, to scrub.

use nannou::prelude::egui::{Align2, Color32, Mesh, PointerButton, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::seen::Seen;
use super::theme::{SMALL, Theme, mark, plain};
use super::view::{View, panel};
use crate::live::Voices;
use crate::music::{TICKS_PER_BAR, TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tick};
use crate::picture::Struck;
use crate::trace::Family;
use crate::workbench::{Change, Message, Rendition, Selection, Strip, Workbench};

/// Width of the lanes' names.
const NAMES: f32 = 148.0;
const RULER: f32 = 16.0;
/// Height of the overview of the whole piece.
const OVERVIEW: f32 = 12.0;
/// Where now is, as a part of the width: more is to come than was.
const NOW: f32 = 0.33;
/// Ticks that can be shown: a beat, 64 bars.
const TICKS: std::ops::RangeInclusive<f32> = TICKS_PER_QUARTER as f32..=(64 * TICKS_PER_BAR) as f32;

/// Lanes: the families, and one for what shows the whole bar.
const LANES: usize = Family::COUNT + 1;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &mut View, seen: &Seen, messages: &mut Vec<Message>) {
    let theme = view.theme;
    let inside = panel(ui, rect, &theme, "");
    let Some(heard) = bench.heard() else {
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, "Ctrl+Enter: hear the program", plain(super::theme::LARGE), theme.faint);
        return;
    };
    let now = bench.position().tick;
    let ruler = Rect::from_min_max(pos2(inside.left() + NAMES, inside.top()), pos2(inside.right(), inside.top() + RULER));
    let overview = Rect::from_min_max(pos2(inside.left() + NAMES, inside.bottom() - OVERVIEW), inside.max);
    let field = Rect::from_min_max(pos2(ruler.left(), ruler.bottom()), pos2(inside.right(), overview.top() - 4.0));
    let scale = Scale { field, now, ticks: view.roll_ticks };

    zoom_by_wheel(ui, field, view);
    let lanes = lanes_in_use(heard);
    let lane_height = field.height() / lanes.len().max(1) as f32;
    let y_of = |lane: usize| lanes.iter().position(|known| *known == lane).map(|place| field.top() + (place as f32 + 0.5) * lane_height);

    grid(ui, &scale, ruler, bench, &theme);
    names(ui, inside, &lanes, lane_height, field.top(), bench, &theme, messages);
    let struck = heard.playhead.notes(scale.left(), scale.right());
    // Numbers of notes count from the start of the piece.
    let base = heard.playhead.struck().partition_point(|note| note.at < struck.first().map_or(Tick(0), |note| note.at));
    let painter = ui.painter().with_clip_rect(field);
    // One mesh for all: notes are many, and smoothed edges would cost ten times the triangles.
    let mut mesh = Mesh::default();
    let mut clicked = None;
    let click = ui.interact(field, ui.id().with("roll"), Sense::click());
    let pointer = click.interact_pointer_pos().filter(|_| click.clicked());
    for (index, note) in struck.iter().enumerate() {
        let Some(y) = y_of(lane_of(note)) else { continue };
        let number = base + index;
        let place = note_rect(&scale, note, y, lane_height);
        let is_sounding = note.at <= now && now < note.end;
        let hue = if note.cause.is_state { theme.faint } else { theme.family(note.family) };
        let colour = match () {
            () if seen.lit.notes.contains(&number) => theme.selected,
            () if is_sounding => theme.sounding,
            () if note.at > now => theme.veil(hue, 0.45),
            () => theme.veil(hue, 0.85),
        };
        mesh.add_colored_rect(place, colour);
        if pointer.is_some_and(|at| place.expand(2.0).contains(at)) {
            clicked = Some(number);
        }
    }
    painter.add(Shape::mesh(mesh));
    if pointer.is_some() {
        messages.push(clicked.map_or(Message::Deselect, |number| Message::Select(Selection::Note(number))));
    }
    let told = ui.painter().layout_no_wrap(heard.stage.remark(now).to_owned(), plain(SMALL), theme.sounding);
    let place = Rect::from_min_size(pos2(inside.left() + 2.0, ruler.top() + 1.0), told.size());
    ui.painter().galley(place.min, told, theme.sounding);
    if let Some(turn) = seen.turn {
        let more = if turn.is_at_least { " or more" } else { "" };
        let told = format!("turn {}{more} of the loop in line {}", turn.number, turn.line);
        let place = ui.painter().layout_no_wrap(told, plain(SMALL), theme.faint);
        let at = pos2(ruler.right() - place.size().x, ruler.top() + 1.0);
        ui.painter().rect_filled(Rect::from_min_size(at, place.size()).expand2(vec2(6.0, 1.0)), 0.0, theme.panel);
        ui.painter().galley(at, place, theme.faint);
    }
    let x = scale.x(now);
    ui.painter().vline(x, ruler.top()..=field.bottom(), Stroke::new(1.5, theme.sounding));
    whole(ui, overview, bench, heard, &theme, messages);
}

/// What the lanes' lines mean in time.
struct Scale {
    field: Rect,
    now: Tick,
    ticks: f32,
}

impl Scale {
    fn x(&self, at: Tick) -> f32 {
        self.field.left() + self.field.width() * (NOW + (at.0 as f32 - self.now.0 as f32) / self.ticks)
    }

    fn tick(&self, x: f32) -> Tick {
        let share = (x - self.field.left()) / self.field.width() - NOW;
        Tick((self.now.0 as f32 + share * self.ticks).max(0.0) as u32)
    }

    fn left(&self) -> Tick {
        self.tick(self.field.left())
    }

    fn right(&self) -> Tick {
        self.tick(self.field.right())
    }
}

fn lane_of(note: &Struck) -> usize {
    if note.cause.is_state { Family::COUNT } else { note.family.index() }
}

/// Lanes with a note in them so far, in the order of the families.
fn lanes_in_use(heard: &Rendition) -> Vec<usize> {
    let mut is_used = [false; LANES];
    for note in heard.playhead.struck() {
        is_used[lane_of(note)] = true;
    }
    (0..LANES).filter(|&lane| is_used[lane]).collect()
}

fn note_rect(scale: &Scale, note: &Struck, y: f32, lane_height: f32) -> Rect {
    // Within its lane a note stands as high as its pitch.
    let height = (lane_height * 0.34).clamp(2.0, 9.0);
    let share = (f32::from(note.pitch.number()) - 36.0) / 60.0;
    let room = (lane_height - height).max(0.0);
    let centre = y + room * (0.5 - share.clamp(0.0, 1.0));
    let (left, right) = (scale.x(note.at), scale.x(note.end));
    Rect::from_min_max(pos2(left, centre - height / 2.0), pos2((right - 1.0).max(left + 2.0), centre + height / 2.0))
}

fn grid<V: Voices>(ui: &Ui, scale: &Scale, ruler: Rect, bench: &Workbench<V>, theme: &Theme) {
    let painter = ui.painter().with_clip_rect(ruler.union(scale.field));
    let bars = scale.left().bar()..=scale.right().bar() + 1;
    let every = (scale.ticks / TICKS_PER_BAR as f32 / 12.0).ceil().max(1.0) as u32;
    for bar in bars {
        let x = scale.x(Tick::of_bar(bar));
        painter.vline(x, ruler.top() + 4.0..=scale.field.bottom(), Stroke::new(1.0, theme.rule));
        if bar % every == 0 {
            painter.text(pos2(x + 3.0, ruler.center().y), Align2::LEFT_CENTER, bar + 1, plain(SMALL - 1.0), theme.faint);
        }
    }
    if let Some(span) = bench.loop_span() {
        let place = Rect::from_min_max(pos2(scale.x(span.start), ruler.top()), pos2(scale.x(span.end), scale.field.bottom()));
        painter.rect_filled(place, 0.0, theme.veil(theme.sounding, 0.10));
    }
    let Some(heard) = bench.heard() else { return };
    for marker in heard.stage.markers() {
        if marker.at >= scale.left() && marker.at <= scale.right() {
            let at = pos2(scale.x(marker.at) + 24.0, ruler.center().y);
            painter.text(at, Align2::LEFT_CENTER, &marker.text, plain(SMALL - 1.0), theme.text);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, from the panel that has them all at hand")]
fn names<V: Voices>(
    ui: &mut Ui,
    inside: Rect,
    lanes: &[usize],
    lane_height: f32,
    top: f32,
    bench: &Workbench<V>,
    theme: &Theme,
    messages: &mut Vec<Message>,
) {
    let style_lanes = bench.heard().map(|heard| heard.style.mapping.lanes());
    for (place, &lane) in lanes.iter().enumerate() {
        let y = top + (place as f32 + 0.5) * lane_height;
        let family = Family::ALL.get(lane).copied();
        let strip = family.map_or(Strip::Form, Strip::Family);
        let fader = bench.fader(&strip);
        let (name, instrument) = match family {
            Some(family) => {
                let instrument =
                    style_lanes.as_ref().and_then(|lanes| lanes.iter().find(|(known, _)| *known == family)).map_or("", |lane| lane.1);
                (family.to_string(), instrument)
            }
            None => ("the bar".to_owned(), "bass, chords, drums"),
        };
        let hue = family.map_or(theme.faint, |family| theme.family(family));
        let ink = if fader.is_muted { theme.faint } else { theme.text };
        let painter = ui.painter();
        if let Some(family) = family {
            mark(painter, pos2(inside.left() + 5.0, y), 8.0, family, hue);
        } else {
            painter.circle_stroke(pos2(inside.left() + 5.0, y), 4.0, Stroke::new(1.5, hue));
        }
        let size = SMALL.min(lane_height - 1.0).max(6.0);
        painter.text(pos2(inside.left() + 14.0, y), Align2::LEFT_CENTER, name, plain(size), ink);
        let clip = Rect::from_min_max(pos2(inside.left(), y - 10.0), pos2(inside.left() + NAMES - 32.0, y + 10.0));
        painter.with_clip_rect(clip).text(pos2(inside.left() + 54.0, y), Align2::LEFT_CENTER, instrument, plain(size - 0.5), theme.faint);
        for (index, (sign, is_on, change)) in
            [("M", fader.is_muted, Change::Mute(!fader.is_muted)), ("S", fader.is_solo, Change::Solo(!fader.is_solo))]
                .into_iter()
                .enumerate()
        {
            let at = Rect::from_center_size(pos2(inside.left() + NAMES - 22.0 + index as f32 * 14.0, y), vec2(12.0, lane_height.min(13.0)));
            let fill = if is_on { theme.sounding } else { Color32::TRANSPARENT };
            ui.painter().rect_filled(at, 2.0, fill);
            let ink = if is_on { theme.background } else { theme.faint };
            ui.painter().text(at.center(), Align2::CENTER_CENTER, sign, plain(size - 1.0), ink);
            let hint = if sign == "M" { "Mute" } else { "Solo" };
            if ui.interact(at, ui.id().with((sign, lane)), Sense::click()).on_hover_text(hint).clicked() {
                messages.push(Message::Mix(strip.clone(), change));
            }
        }
    }
    ruler_input(ui, inside, bench, messages);
}

/// In the ruler a click goes there, and a drag makes a loop.
fn ruler_input<V: Voices>(ui: &mut Ui, inside: Rect, bench: &Workbench<V>, messages: &mut Vec<Message>) {
    let ruler = Rect::from_min_max(pos2(inside.left() + NAMES, inside.top()), pos2(inside.right(), inside.top() + RULER));
    let response = ui.interact(ruler, ui.id().with("ruler"), Sense::click_and_drag());
    let Some(at) = response.interact_pointer_pos() else { return };
    let ticks = ui.ctx().data(|data| data.get_temp(ui.id().with("ticks"))).unwrap_or((4 * TICKS_PER_BAR) as f32);
    let scale = Scale { field: ruler, now: bench.position().tick, ticks };
    let tick = scale.tick(at.x);
    if response.clicked() {
        messages.push(Message::Seek(tick));
    } else if response.drag_started_by(PointerButton::Primary) {
        ui.ctx().data_mut(|data| data.insert_temp(ui.id().with("from"), tick.0));
    } else if response.drag_stopped() {
        let from: u32 = ui.ctx().data(|data| data.get_temp(ui.id().with("from"))).unwrap_or(tick.0);
        let (from, to) = (from.min(tick.0), from.max(tick.0));
        // To sixteenths: a loop is to groove.
        let grid = |tick: u32| (tick + TICKS_PER_SIXTEENTH / 2) / TICKS_PER_SIXTEENTH * TICKS_PER_SIXTEENTH;
        messages.push(Message::LoopSpan(Tick(grid(from))..Tick(grid(to))));
    }
}

fn zoom_by_wheel(ui: &Ui, field: Rect, view: &mut View) {
    let is_over = ui.input(|input| input.pointer.hover_pos().is_some_and(|at| field.contains(at)));
    let by = ui.input(|input| input.smooth_scroll_delta.y);
    if is_over && by != 0.0 {
        view.roll_ticks = (view.roll_ticks * (-by * 0.004).exp()).clamp(*TICKS.start(), *TICKS.end());
    }
    ui.ctx().data_mut(|data| data.insert_temp(ui.id().with("ticks"), view.roll_ticks));
}

/// The whole piece as a line; a click or a drag goes there.
fn whole<V: Voices>(ui: &mut Ui, overview: Rect, bench: &Workbench<V>, heard: &Rendition, theme: &Theme, messages: &mut Vec<Message>) {
    let end = heard.stage.end().0.max(1) as f32;
    let now = bench.position().tick;
    let painter = ui.painter();
    painter.rect_filled(overview, 3.0, theme.veil(theme.rule, 0.5));
    let done = Rect::from_min_size(overview.min, vec2(overview.width() * (now.0 as f32 / end).min(1.0), overview.height()));
    painter.rect_filled(done, 3.0, theme.veil(theme.sounding, 0.45));
    for marker in heard.stage.markers() {
        let x = overview.left() + overview.width() * marker.at.0 as f32 / end;
        painter.vline(x, overview.top()..=overview.bottom(), Stroke::new(1.0, theme.faint));
    }
    let bars = heard.stage.end().bar();
    let told = if heard.is_whole() { format!("{} of {bars}", now.bar() + 1) } else { format!("{}, running", now.bar() + 1) };
    painter.text(pos2(overview.left() - 8.0, overview.center().y), Align2::RIGHT_CENTER, format!("bar {told}"), plain(SMALL), theme.faint);
    let response = ui.interact(overview, ui.id().with("overview"), Sense::click_and_drag());
    if (response.clicked() || response.dragged())
        && let Some(at) = response.interact_pointer_pos()
    {
        let share = ((at.x - overview.left()) / overview.width()).clamp(0.0, 1.0);
        messages.push(Message::Seek(Tick((share * end) as u32)));
    }
}
