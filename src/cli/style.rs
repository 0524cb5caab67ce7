//! The style that is asked for: a shipped one by its name, or a file.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use crate::compose::{Mapping, Style, StyleName};
use crate::feed::StyleFile;

/// A style as `--style` names it.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub mapping: Arc<Mapping>,
    /// The file it was read from.
    pub file: Option<PathBuf>,
}

impl Deref for Chosen {
    type Target = Mapping;

    fn deref(&self) -> &Mapping {
        &self.mapping
    }
}

impl From<StyleName> for Chosen {
    fn from(name: StyleName) -> Self {
        Self { mapping: Mapping::shipped(name), file: None }
    }
}

impl Chosen {
    /// Its file, followed from now on.
    pub fn follow(&self) -> Option<StyleFile> {
        self.file.as_deref().map(StyleFile::follow)
    }

    /// The style with nothing wished.
    pub fn style(&self) -> Style {
        Style { mapping: Arc::clone(&self.mapping), ..Style::default() }
    }
}

impl FromStr for Chosen {
    type Err = String;

    /// What ends in .toml or names a folder is a file.
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.ends_with(".toml") && !text.contains(std::path::is_separator) {
            let name: StyleName = text.parse().map_err(|error| format!("{error}, or name a file of your own: mine.toml"))?;
            return Ok(name.into());
        }
        Ok(Self { mapping: Arc::new(StyleFile::read(Path::new(text))?), file: Some(text.into()) })
    }
}
