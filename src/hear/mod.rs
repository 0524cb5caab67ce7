//! (hear)
