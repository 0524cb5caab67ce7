//! (terminal)
