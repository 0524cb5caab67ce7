//! Where the music is and how it stands with the program, in one line; notices; and the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::Scene;
use super::legible::legible_text;
use crate::music::Tick;

const BETWEEN: &str = "  ";

/// Draws the line of status: as many of its facts as fit, the first ones first.
pub(super) fn draw(frame: &mut Frame, area: Rect, scene: &Scene) {
    let line = fitting(&facts(scene), usize::from(area.width));
    Line::styled(line, Style::new().add_modifier(Modifier::BOLD)).render(area, frame.buffer_mut());
}

/// Draws the newest notice.
pub(super) fn draw_notice(frame: &mut Frame, area: Rect, scene: &Scene) {
    if let Some(notice) = scene.notices.last() {
        Line::raw(format!("! {}", legible_text(notice))).render(area, frame.buffer_mut());
    }
}

/// Draws what the keys do and, if it fits, how much was heard.
pub(super) fn draw_keys(frame: &mut Frame, area: Rect, scene: &Scene) {
    let pause = if scene.is_paused { "space plays on" } else { "space pauses" };
    let mut keys = match scene.leaf {
        Some(_) => vec!["a closes the atlas".to_owned(), "PgUp PgDn turn".into(), pause.into(), "q quits".into()],
        None => [pause, "←→ bar", "↑↓ 8 bars", "+- tempo", "a atlas", "q quits"].map(str::to_owned).into(),
    };
    if !scene.knob.is_empty() {
        keys.push("[ ] turn".into());
        keys.push("k next knob".into());
    }
    if scene.is_led {
        // The foreign clock has it.
        keys.retain(|key| key != "+- tempo");
    }
    // Once the end is known there is no program to let go.
    if scene.end.is_none() {
        keys.push("d runs on unheard".into());
    }
    let heard = format!("{} instructions heard", grouped(scene.instructions_heard));
    let line = fitting(&[keys.as_slice(), &[heard]].concat(), usize::from(area.width));
    Line::styled(line, Style::new().add_modifier(Modifier::DIM)).render(area, frame.buffer_mut());
}

/// What the line of status says, the most telling first.
fn facts(scene: &Scene) -> Vec<String> {
    let seconds = |tick: Tick| tick.seconds(scene.tempo);
    let mark = if scene.is_paused { "‖ paused" } else { "▶" };
    let mut facts = vec![
        match scene.end {
            Some(end) => format!("{mark} {} / {}", clock(seconds(scene.now)), clock(seconds(end))),
            None => format!("{mark} {}", clock(seconds(scene.now))),
        },
        // Early, so that even the smallest view says how much was folded into a note.
        legible_text(scene.bar_remark),
        legible_text(scene.state),
        legible_text(scene.knob),
        match scene.end.map(bars) {
            Some(bars) => format!("bar {} of {bars}", (scene.now.bar() + 1).min(bars)),
            None => format!("bar {}", scene.now.bar() + 1),
        },
        legible_text(scene.section),
        format!("{} bpm{}", scene.tempo.quarters_per_minute(), if scene.is_led { " by MIDI clock" } else { "" }),
        format!("in {}", scene.key),
    ];
    if let Some(lead) = scene.lead {
        facts.push(format!("call depth {}", lead.frame_depth));
        if lead.thread > 0 {
            facts.push(format!("thread {}", lead.thread));
        }
    }
    facts.retain(|fact| !fact.is_empty());
    facts
}

/// Whole bars until `end`, the last one begun counted.
fn bars(end: Tick) -> u32 {
    if end.0 == 0 { 1 } else { Tick(end.0 - 1).bar() + 1 }
}

/// The facts that fit; one that does not fit makes room for shorter ones behind it.
pub(super) fn fitting(facts: &[String], width: usize) -> String {
    let mut line = String::new();
    let mut used = 0;
    for fact in facts {
        let columns = Line::raw(fact.as_str()).width() + if used > 0 { BETWEEN.len() } else { 0 };
        if used + columns <= width || used == 0 {
            if used > 0 {
                line.push_str(BETWEEN);
            }
            line.push_str(fact);
            used += columns;
        }
    }
    line
}

/// Minutes and seconds, with hours where there are any.
fn clock(seconds: f64) -> String {
    let seconds = seconds as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A number with its thousands set apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_as_people_write_them() {
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!((clock(0.0), clock(61.9), clock(3_723.0)), ("0:00".into(), "1:01".into(), "1:02:03".into()));
    }

    #[test]
    fn a_piece_of_two_bars_has_two_bars() {
        assert_eq!((bars(Tick(0)), bars(Tick::of_bar(2)), bars(Tick(Tick::of_bar(2).0 + 1))), (1, 2, 3));
    }

    #[test]
    fn facts_which_do_not_fit_make_room_for_shorter_ones() {
        let facts = ["0:12".to_owned(), "a very long remark".into(), "Am".into()];
        assert_eq!(fitting(&facts, 10), "0:12  Am");
        assert_eq!(fitting(&facts, 40), "0:12  a very long remark  Am");
    }
}
