//! evalody runs a Python program under an instruction-level trace and plays that trace as music.
//!
//! Values go one way, and a room names only rooms above it (`tests/house.rs` holds the table):
//!
//! ```text
//! Program -> Trace -> Outline -> Score -> Performance -> samples, files, view
//!   interpreter   fold    compose   perform
//! ```

pub mod program;
pub mod songs;
pub mod music;
pub mod trace;
pub mod fold;
pub mod score;
pub mod compose;
pub mod perform;
pub mod hear;
pub mod synth;
pub mod export;

// The doors: rooms which open processes, devices and terminals.
pub mod cli;
pub mod interpreter;
pub mod live;
pub mod terminal;
