//! An outline as text, one gesture a line.

use std::sync::Arc;

use super::{Gesture, Outline};
use crate::trace::{Code, Family};

/// For people.
pub fn lines<'a>(outline: &'a Outline, codes: &'a [Arc<Code>]) -> impl Iterator<Item = String> + 'a {
    let remark = outline.remark().map_or(String::new(), |remark| format!("; {remark}"));
    let head = format!("outline of {} steps in {} gestures at zoom {}{remark}", outline.steps, outline.gestures.len(), outline.zoom);
    let columns = format!(
        "{:>10} {:>8} {:>7} {:>7} {:>3} {:>5} {:>5} {:>8}  {:<24} {}",
        "since", "steps", "visits", "weight", "thr", "frame", "line", "stack", "function", "families and marks"
    );
    let end = format!("end: {}", outline.outcome);
    [head, columns].into_iter().chain(outline.gestures.iter().map(move |gesture| line(gesture, codes))).chain([end])
}

fn line(gesture: &Gesture, codes: &[Arc<Code>]) -> String {
    let stack = format!("{}/{}/{}", gesture.depth.first, gesture.depth.peak, gesture.depth.last);
    let mut facts: Vec<String> = Family::ALL
        .into_iter()
        .filter(|&family| gesture.count(family) > 0)
        .map(|family| format!("{family} {}", gesture.count(family)))
        .collect();
    facts.extend(marks(gesture).into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")));
    format!(
        "{:>10} {:>8} {:>7} {:>7.3} {:>3} {:>5} {:>5} {:>8}  {:<24} {}",
        gesture.since,
        gesture.steps,
        gesture.visits,
        gesture.weight,
        gesture.thread,
        gesture.frame_depth,
        gesture.line,
        stack,
        name(gesture, codes),
        facts.join(", ")
    )
}

/// For programs: one JSON object a line.
pub fn json_lines<'a>(outline: &'a Outline, codes: &'a [Arc<Code>]) -> impl Iterator<Item = String> + 'a {
    let order = (outline.threads > 1).then_some(if outline.is_measured { "measured" } else { "inferred" });
    outline.gestures.iter().map(move |gesture| {
        let families: serde_json::Map<String, serde_json::Value> = Family::ALL
            .into_iter()
            .filter(|&family| gesture.count(family) > 0)
            .map(|family| (family.name().to_owned(), gesture.count(family).into()))
            .collect();
        let marks: serde_json::Map<String, serde_json::Value> =
            marks(gesture).into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), count.into())).collect();
        let mut line = serde_json::json!({
            "since": gesture.since,
            "steps": gesture.steps,
            "visits": gesture.visits,
            "weight": gesture.weight,
            "thread": gesture.thread,
            "frame_depth": gesture.frame_depth,
            "code": name(gesture, codes),
            "line": gesture.line,
            "first": gesture.first,
            "last": gesture.last,
            "depth": [gesture.depth.first, gesture.depth.peak, gesture.depth.last],
            "recursive": gesture.is_recursive,
            "families": families,
            "marks": marks,
        });
        // Of one thread there is nothing to tell.
        if let Some(order) = order {
            line["order"] = order.into();
        }
        line.to_string()
    })
}

fn name<'a>(gesture: &Gesture, codes: &'a [Arc<Code>]) -> &'a str {
    codes.get(gesture.code.index()).map_or("?", |code| &code.qualname)
}

fn marks(gesture: &Gesture) -> [(&'static str, u32); 15] {
    [
        ("turns", gesture.turns),
        ("calls", gesture.calls),
        ("returns", gesture.returns),
        ("unwound", gesture.unwound),
        ("raised", gesture.raised),
        ("handled", gesture.handled),
        ("suspensions", gesture.suspensions),
        ("switches", gesture.switches),
        ("intervals", gesture.intervals),
        ("c_calls", gesture.c_calls),
        ("collections", gesture.collections),
        ("blocks up", gesture.blocks_up),
        ("blocks down", gesture.blocks_down),
        ("warm", gesture.warm),
        ("fell back", gesture.falls),
    ]
}
