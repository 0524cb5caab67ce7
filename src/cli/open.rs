//! `evalody open`: from a name to the place in CPython's source, and from FILE.py:LINE to that line, in the editor.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::diary;
use super::error::Failure;
use super::source_trees::{REMEDY, SourceTrees};
use crate::atlas::{self, Entry, Function, Handler, Opcode, Place, Version, Versions, opcode_of, operation};
use crate::checkout::{Checkout, Checkouts, Opened, open_in_editor};
use crate::study::page_name;

/// Open the C code behind a name, or a line of a Python file, in your editor
///
/// The editor is the one that VISUAL or EDITOR names. Without a source tree of CPython the file and the text to
/// look for are written instead.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody open LOAD_ATTR --cpython-src ~/src/cpython      the tree is remembered
  evalody open LOAD_ATTR
  evalody open list.append --for 3.12
  evalody open @loop --stage 3
  evalody open LOAD_ATTR --print                          PATH:LINE, without an editor
  evalody open fib.py:12"
)]
pub struct Open {
    /// An opcode or a form of one, a builtin or method, @TOPIC, or FILE.py:LINE
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,

    /// Which stage of a topic, as `explain` numbers them [default: the first that stands somewhere]
    #[arg(long, value_name = "N")]
    stage: Option<usize>,

    #[command(flatten)]
    trees: SourceTrees,

    /// Write PATH:LINE instead of opening the editor
    #[arg(long)]
    print: bool,
}

impl Open {
    pub fn run(self) -> Result<u8, Failure> {
        let name = self.name.join(" ");
        if let Some((file, line)) = of_file(&name)? {
            return self.show(Path::new(file), line);
        }
        let trees = self.trees.find()?;
        let entry = atlas::find(&name)?;
        if let (Some(_), false) = (self.stage, matches!(entry, Entry::Topic(_))) {
            return Err(Failure::Usage(format!("{name} has no stages; leave --stage out, or name a topic such as @loop")));
        }
        let places = self.places(&entry, &name)?;
        if trees.is_empty() {
            let status = self.without_tree(&places, &name)?;
            diary::visited([&*page_name(&entry)], false);
            return Ok(status);
        }
        let (tree, place) = self.in_tree(&trees, &places, &name)?;
        let path = tree.path_of(&place);
        match tree.line_of(&place) {
            Some(line) => {
                let status = self.show(&path, line)?;
                diary::visited([&*page_name(&entry)], false);
                Ok(status)
            }
            None => Err(Failure::Unopened(format!(
                "{}: no line begins with {:?}, where CPython {} should have {name}; it may have been changed",
                path.display(),
                place.anchor,
                tree.version()
            ))),
        }
    }

    /// Where an entry stands, by version; never none.
    fn places(&self, entry: &Entry, name: &str) -> Result<Vec<(Versions, Place)>, Failure> {
        let places: Vec<(Versions, Place)> = match *entry {
            Entry::Opcode(Opcode { name, .. }) => Handler::of(name).map(|handler| (handler.versions, handler.place)).collect(),
            Entry::Form(form) => Handler::of(form.name).map(|handler| (handler.versions, handler.place)).collect(),
            Entry::Function(name) => Function::of(name).map(|function| (function.versions, function.place())).collect(),
            Entry::Topic(topic) => match self.stage {
                Some(number) => {
                    let stage = number
                        .checked_sub(1)
                        .and_then(|index| topic.stages.get(index))
                        .ok_or_else(|| Failure::Unopened(format!("{name} has the stages 1 to {}, and no {number}", topic.stages.len())))?;
                    stage.places.clone()
                }
                None => topic.stages.iter().map(|stage| &stage.places).find(|places| !places.is_empty()).cloned().unwrap_or_default(),
            },
            // Where the operands are told, who answers; else the handler.
            Entry::Operation { symbol, left: Some(left), right } => {
                let types: Vec<&str> = [left].into_iter().chain(right).collect();
                let place =
                    |version| Some(([version].into_iter().collect(), operation(symbol, &types, version)?.tries.last()?.filled.place()));
                Version::all().filter_map(place).collect()
            }
            Entry::Operation { symbol, .. } => match opcode_of(symbol) {
                Some(opcode) => Handler::of(opcode.name).map(|handler| (handler.versions, handler.place)).collect(),
                None => Vec::new(),
            },
            Entry::Family(_) | Entry::Pep(_) => Vec::new(),
        };
        if places.is_empty() {
            return Err(Failure::Unopened(format!(
                "{name} has no place of its own in CPython's source; its page may name some that have: evalody explain {name}"
            )));
        }
        Ok(places)
    }

    /// A tree, and the place in it: of the version that was asked for, or of the newest that has it.
    fn in_tree<'a>(&self, trees: &'a Checkouts, places: &[(Versions, Place)], name: &str) -> Result<(&'a Checkout, Place), Failure> {
        let versions: Versions = places.iter().flat_map(|(versions, _)| versions.iter()).collect();
        if let Some(version) = self.trees.version {
            absent(versions, version, name)?;
        }
        let exact = self.trees.version.and_then(|version| trees.in_version(version));
        let releases: Vec<&str> = trees.trees().iter().map(Checkout::release).collect();
        let Some(tree) = exact.or_else(|| trees.newest_of(versions)) else {
            return Err(Failure::Unopened(format!(
                "the atlas knows a place of {name} in CPython {versions}, and the source tree is of {}; give one of those versions with --cpython-src DIR",
                releases.join(" and ")
            )));
        };
        if let Some(version) = self.trees.version.filter(|&version| version != tree.version()) {
            eprintln!("evalody: there is no source tree of CPython {version}; this is where it stands in {}", tree.release());
        }
        let place = at(places, tree.version()).ok_or_else(|| Failure::Unopened(format!("{name} is not in CPython {}", tree.version())))?;
        Ok((tree, place))
    }

    /// The file and the text to look for.
    fn without_tree(&self, places: &[(Versions, Place)], name: &str) -> Result<u8, Failure> {
        let mut out = io::stdout().lock();
        match self.trees.version {
            Some(version) => {
                absent(places.iter().flat_map(|(versions, _)| versions.iter()).collect(), version, name)?;
                if let Some(place) = at(places, version) {
                    writeln!(out, "{place}")?;
                }
            }
            None => {
                for (versions, place) in places {
                    writeln!(out, "{place} ({versions})")?;
                }
            }
        }
        eprintln!("evalody: {REMEDY}");
        Ok(0)
    }

    /// Opens a file at a line, or writes where that is.
    fn show(&self, path: &Path, line: u32) -> Result<u8, Failure> {
        if !self.print && open_in_editor(path, line)? == Opened::Edited {
            return Ok(0);
        }
        writeln!(io::stdout().lock(), "{}:{line}", path.display())?;
        if !self.print {
            eprintln!("evalody: to open it in your editor, set EDITOR to its name, such as EDITOR=nano");
        }
        Ok(0)
    }
}

fn at(places: &[(Versions, Place)], version: Version) -> Option<Place> {
    places.iter().find(|(versions, _)| versions.contains(version)).map(|&(_, place)| place)
}

/// Refuses a version that does not have what was asked for.
fn absent(versions: Versions, version: Version, name: &str) -> Result<(), Failure> {
    if versions.contains(version) {
        return Ok(());
    }
    Err(Failure::Unopened(format!("the atlas knows no place of {name} in CPython {version}; it knows one in {versions}")))
}

/// The file and the line of `FILE.py:LINE`; the first line of `FILE.py`; `None` of what is no file's name.
fn of_file(name: &str) -> Result<Option<(&str, u32)>, Failure> {
    let (file, line) = match name.rsplit_once(':') {
        Some((file, line)) if !file.is_empty() => (file, line),
        _ if name.ends_with(".py") => (name, "1"),
        _ => return Ok(None),
    };
    let refused = |reason: String| Failure::Unopened(format!("{file}: {reason}"));
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(refused("no such file; name a Python file and a line, as in fib.py:12".to_owned()));
        }
        Err(source) => return Err(Failure::Unreadable { path: file.into(), source }),
    };
    let lines = String::from_utf8_lossy(&bytes).lines().count().max(1);
    match line.parse::<u32>() {
        Ok(number) if (1..=lines).contains(&(number as usize)) => Ok(Some((file, number))),
        Ok(number) => Err(refused(format!("has the lines 1 to {lines}, and no {number}"))),
        Err(_) => Err(refused(format!("{line:?} is no line; write its number, as in {file}:1"))),
    }
}
