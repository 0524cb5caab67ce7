//! The embedded interpreter's child, driven over its pipe.
#![cfg(all(feature = "embedded", unix))]

mod bytecode;
mod child;
mod confinement;
mod endings;
mod programs;
mod syntax;
