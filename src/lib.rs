//! evalody runs a Python program under an instruction-level trace and plays that trace as music.
//!
//! Values go one way, and a room names only rooms above it (`tests/house.rs` holds the table):
//!
//! ```text
//! Program -> Trace -> Outline -> Score -> Performance -> samples, files, view
//!   interpreter   fold    compose   perform
//! ```

// Pure rooms: arithmetic, without a clock, a file, a device, chance or printing.
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod atlas;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod compare;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod compose;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod edit;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod export;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod fold;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod hear;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod lookup;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod music;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod perform;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod picture;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod program;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod quiz;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod score;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod songs;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod study;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod synth;
#[deny(clippy::disallowed_methods, clippy::iter_over_hash_type)]
pub mod trace;

// The doors: rooms which open processes, devices and terminals.
pub mod checkout;
pub mod cli;
pub mod feed;
pub mod interpreter;
pub mod kept;
pub mod live;
pub mod output;
pub mod terminal;
pub mod tutor;
#[cfg(feature = "window")]
pub mod window;
#[cfg(feature = "window")]
pub mod workbench;
