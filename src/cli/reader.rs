//! Reading in the atlas while the music goes on: the page of what sounded when it was opened.

use crate::atlas::{Page, Version, beneath};
use crate::feed::Feed;
use crate::music::Tick;
use crate::picture::{Asides, Noted, Stage};
use crate::terminal::{Command, Leaf};
use crate::trace::Family;

/// Rows that a page is turned by: fewer than any view that has room for the atlas shows.
const TURN_ROWS: usize = 6;
/// Columns by which the end of a page is reckoned: of the narrowest view.
const NARROW: usize = 58;
/// Instructions of a stretch that are looked at: a generated line may have thousands.
const STRETCH: usize = 512;

/// What is open in the atlas.
#[derive(Default)]
pub struct Reader {
    page: Option<Page>,
    top: usize,
    visited: Vec<String>,
}

impl Reader {
    /// Does what a key asks of it; tells whether it was for the atlas. `sounding` gives the page of what is heard, and its
    /// name.
    pub fn obey(&mut self, command: Command, sounding: impl FnOnce() -> Option<(String, Page)>) -> bool {
        match (command, &self.page) {
            (Command::Atlas, None) => {
                let (name, page) = sounding().unzip();
                self.visited.extend(name);
                (self.page, self.top) = (page, 0);
            }
            (Command::Atlas | Command::Leave, Some(_)) => self.page = None,
            (Command::Turn(pages), Some(page)) => {
                let rows = pages.unsigned_abs() as usize * TURN_ROWS;
                let top = if pages < 0 { self.top.saturating_sub(rows) } else { self.top + rows };
                self.top = top.min(page.lines(NARROW, |_, _| None).len().saturating_sub(1));
            }
            _ => return false,
        }
        true
    }

    /// Names of the pages that were opened.
    pub fn visited(&self) -> impl Iterator<Item = &str> {
        self.visited.iter().map(String::as_str)
    }

    pub fn leaf(&self) -> Option<Leaf<'_>> {
        self.page.as_ref().map(|page| Leaf { page, top: self.top })
    }
}

/// The page of what sounds: of a stretch of instructions the one that does its work, and the functions in C that it
/// calls; with the name of that instruction. `None` where nothing sounds.
pub fn sounding(stage: &Stage, feed: &mut Feed<Noted<Asides>>, now: Tick) -> Option<(String, Page)> {
    let cause = stage.lead(now)?;
    let version = Version::of(feed.dialect().version);
    let code = feed.codes().get(cause.code.index())?.clone();
    let range = cause.first.min(cause.last)..=cause.first.max(cause.last);
    let stretch: Vec<_> = code.instructions().iter().filter(|instruction| range.contains(&instruction.offset)).take(STRETCH).collect();
    // Every stretch loads and stores; what it does with that is what is heard.
    let carries = |family| matches!(family, Family::Load | Family::Store | Family::Stack | Family::Rest);
    let main = stretch.iter().find(|instruction| !carries(instruction.family)).or(stretch.first())?;
    let opcodes: Vec<&str> = stretch.iter().map(|instruction| &*instruction.opcode).collect();
    let asides = &feed.witness().listener;
    let called = match stage.stretch(now).filter(|_| asides.is_in_order()) {
        Some((steps, _)) => asides.called(steps),
        None => Vec::new(),
    };
    let called: Vec<&str> = called.iter().map(|(name, _)| *name).collect();
    Some((main.opcode.to_string(), beneath(&main.opcode, &opcodes, &called, version)))
}
