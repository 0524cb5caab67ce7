//! The style that is asked for.

use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use crate::compose::{Mapping, StyleName, UnknownStyle};

/// A style as `--style` names it.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub mapping: Arc<Mapping>,
}

impl Deref for Chosen {
    type Target = Mapping;

    fn deref(&self) -> &Mapping {
        &self.mapping
    }
}

impl FromStr for Chosen {
    type Err = UnknownStyle;

    fn from_str(text: &str) -> Result<Self, UnknownStyle> {
        Ok(Self { mapping: Mapping::shipped(text.parse::<StyleName>()?) })
    }
}
