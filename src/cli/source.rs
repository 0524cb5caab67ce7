//! Where a program comes from: a file, a song, standard input, the command line, or Python's own search for it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::args::Shared;
use super::error::Failure;
use crate::interpreter::Running;
use crate::interpreter::options::Launch;
use crate::program::Program;
use crate::songs;

/// What Python runs of a folder.
const MAIN: &str = "__main__.py";

/// What stands for a text that is not known, or never will be: a module may be compiled only.
const UNREAD: &str = "...\n";

/// End of a zip file, which may have other things before it, and a comment behind it (PKWARE's APPNOTE, 4.3.16).
const ZIP_END: &[u8] = b"PK\x05\x06";
const LONGEST_ZIP_END: usize = 22 + 0xFFFF;

#[derive(Clone)]
pub struct Source {
    pub program: Program,
    /// Where it lies, if it is a file, or a folder.
    pub path: Option<PathBuf>,
    pub launch: Launch,
    pub is_song: bool,
}

impl Source {
    /// Whether only an interpreter can find its text.
    pub fn is_unread(&self) -> bool {
        self.program.text == UNREAD
    }

    /// Takes the text that the interpreter has found.
    pub fn read(&mut self, running: &Running) {
        // What cannot be decoded Python itself will refuse.
        if let Some(Ok(program)) = running.program_bytes().map(|bytes| Program::from_bytes(&self.program.name, bytes)) {
            self.program = program;
        }
    }
}

/// Loads what the command line names as the program.
pub fn load(shared: &Shared) -> Result<Source, Failure> {
    let named = |name: &str, text: &str, launch| Source {
        program: Program { name: name.to_owned(), text: text.to_owned() },
        path: None,
        launch,
        is_song: false,
    };
    match (&shared.module, &shared.command, &shared.file) {
        (Some(module), _, _) => Ok(named(module, UNREAD, Launch::Module(module.clone()))),
        // Python's own name for it in `sys.argv`.
        (_, Some(code), _) => checked(named("-c", code, Launch::Command)),
        (_, _, Some(file)) => load_named(file),
        (None, None, None) => Err(Failure::Usage("name a Python file, -m MODULE, or -c CODE".to_owned())),
    }
}

/// Loads a file, a song or standard input.
pub fn load_named(name: &str) -> Result<Source, Failure> {
    checked(find(name)?)
}

/// Finds syntax errors before anything runs.
fn checked(source: Source) -> Result<Source, Failure> {
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
        return Ok(Source {
            program: Program { name: name.to_owned(), text: song.source.to_owned() },
            path: None,
            launch: Launch::Script,
            is_song: true,
        });
    }
    if name == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|source| Failure::Unreadable { path: "standard input".into(), source })?;
        return Ok(Source { program: Program::from_bytes("<stdin>", &bytes)?, path: None, launch: Launch::Script, is_song: false });
    }
    let path = Path::new(name);
    let main = path.is_dir().then(|| path.join(MAIN));
    let bytes = fs::read(main.as_deref().unwrap_or(path)).map_err(|source| match source.kind() {
        _ if path.is_dir() => Failure::Folder(path.to_owned()),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Failure::NoSuchFile(path.to_owned()),
        _ => Failure::Unreadable { path: path.to_owned(), source },
    })?;
    let is_zip = bytes[bytes.len().saturating_sub(LONGEST_ZIP_END)..].windows(ZIP_END.len()).any(|end| end == ZIP_END);
    let program = if is_zip { Program { name: name.to_owned(), text: UNREAD.to_owned() } } else { Program::from_bytes(name, &bytes)? };
    let launch = if is_zip || main.is_some() { Launch::Archive } else { Launch::Script };
    Ok(Source { program, path: Some(path.to_owned()), launch, is_song: false })
}
