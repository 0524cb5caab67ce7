//! What can be asked of the workbench, by a window or by a test.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::mixer::{Change, Strip};
use super::selection::Selection;
use crate::compose::Mapping;
use crate::edit::Turn;
use crate::fold::Zoom;
use crate::music::{Tempo, Tick};
use crate::picture::Stride;

#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Run what is in the editor, and play it from the next bar on.
    Evaluate,
    /// The text in the editor was changed.
    Edited,
    /// Take this song or file into the editor; what is unsaved there is lost.
    Open(String),
    Save,
    SaveAs(PathBuf),
    /// Of two versions of a file, keep what is in the editor, or take what is on disk.
    KeepMine,
    TakeTheirs,

    Pause(bool),
    /// Everything silent at once, and what runs stopped.
    Panic,
    Seek(Tick),
    /// Halt, and go so far in the program.
    Step(Stride, Direction),
    /// Go to where this line sounds next.
    SeekLine(u32),
    Tempo(Tempo),
    /// Loop from here, or to here, or not at all.
    LoopFrom,
    LoopTo,
    LoopSpan(Range<Tick>),
    NoLoop,
    /// Whether a piece begins again when it has ended.
    Repeat(bool),
    Zoom(Zoom),
    Style(Arc<Mapping>),

    Mix(Strip, Change),
    /// Turn this knob of the text to this value.
    Knob(usize, f64),
    /// A controller was moved: turn the knob that it turns, if it does.
    Turn(Turn),
    /// Whether the library is left out.
    OnlyMine(bool),

    /// Of two programs, take the other into the editor and the pictures.
    ShowOther,
    /// Whether two programs are heard by turns, bar by bar, rather than left and right.
    ByTurns(bool),

    Select(Selection),
    Deselect,

    /// Run the program once more, to see how the attributes of a line are found.
    LookInto(u32),

    /// Record what is heard, or end that and write the files.
    Record(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forwards,
    Backwards,
}
