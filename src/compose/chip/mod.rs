//! The style `chip`.

pub use super::groove::Groove as Chip;
pub use super::groove::LEGEND;
