//! The style `ambient`.

pub use super::groove::Groove as Ambient;
pub use super::groove::LEGEND;
