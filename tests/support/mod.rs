//! What several tests share. Each test takes what it needs of it.
#![allow(dead_code, reason = "every test is a crate of its own and uses a part of this")]

pub mod python_tools;
pub mod scores;
pub mod traces;
