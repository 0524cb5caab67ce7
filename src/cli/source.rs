//! Where a program comes from: a file, a song, standard input.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::Failure;
use crate::program::Program;
use crate::songs;

pub struct Source {
    pub program: Program,
    /// Where it lies, if it is a file.
    pub path: Option<PathBuf>,
    pub is_song: bool,
}

/// Loads what the command line named, and finds its syntax errors before anything runs.
pub fn load(name: &str) -> Result<Source, Failure> {
    let source = find(name)?;
    #[cfg(feature = "syntax")]
    crate::interpreter::syntax::check(&source.program, None).map_err(|error| syntax(&source.program, &error))?;
    Ok(source)
}

/// A syntax error as Python would show it.
pub fn syntax(program: &Program, error: &crate::interpreter::wire::SyntaxError) -> Failure {
    Failure::Syntax(crate::interpreter::explain(&program.name, program, error).trim_end().to_owned())
}

fn find(name: &str) -> Result<Source, Failure> {
    if let Some(song) = name.strip_prefix('@') {
        let song = songs::named(song)?;
        return Ok(Source { program: Program { name: name.to_owned(), text: song.source.to_owned() }, path: None, is_song: true });
    }
    if name == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|source| Failure::Unreadable { path: "standard input".into(), source })?;
        return Ok(Source { program: Program::from_bytes("<stdin>", &bytes)?, path: None, is_song: false });
    }
    let path = Path::new(name);
    let bytes = fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Failure::NoSuchFile(path.to_owned()),
        _ if path.is_dir() => Failure::Folder(path.to_owned()),
        _ => Failure::Unreadable { path: path.to_owned(), source },
    })?;
    Ok(Source { program: Program::from_bytes(name, &bytes)?, path: Some(path.to_owned()), is_song: false })
}
