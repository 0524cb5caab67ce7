//! (fold)
