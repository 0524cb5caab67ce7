//! `evalody explain`: a page of the atlas, and two seconds of what it sounds like.

use std::io::{self, IsTerminal, Write};

use super::attribute;
use super::error::Failure;
use super::sound_font::Sound;
use super::sounding;
use super::source_trees::SourceTrees;
use crate::atlas::{self, Entry, FamilyEntry, Form, Opcode, Page, Pep, Place, Topic, Versions};
use crate::checkout::{Checkout, Checkouts};
use crate::compose::phrase;
use crate::synth::SoundFont;
use crate::trace::Family;

/// Tell what an opcode, a builtin, a PEP or an idea of CPython is, and which C code does it
///
/// Without a name: what can be asked for. On a terminal two seconds are played of what it sounds like.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  evalody explain LOAD_ATTR
  evalody explain LOAD_ATTR --for 3.12
  evalody explain attr                     a family of opcodes
  evalody explain list.append
  evalody explain PEP 659
  evalody explain @loop                    also @gil, @gc, @refcount, and more; see: evalody explain
  evalody explain @attribute FILE.py:12 -- ARGS      how the attributes on that line are found
  evalody explain peps                     all PEPs, one a line
  evalody explain @loop --cpython-src ~/src/cpython"
)]
pub struct Explain {
    /// An opcode, a form of one, a family, a builtin or method, a PEP, or @TOPIC
    #[arg(value_name = "NAME")]
    name: Vec<String>,

    /// List what can be asked for
    #[arg(long, conflicts_with = "name")]
    list: bool,

    #[command(flatten)]
    trees: SourceTrees,

    #[command(flatten)]
    sound: Sound,

    #[command(flatten)]
    subject: attribute::Subject,

    /// Write the page without playing
    #[arg(long)]
    silent: bool,
}

/// Topics that can be told of a program, too, and what of it they are told of.
const OF_A_PROGRAM: [&str; 3] = ["@attribute", "@loop", "@memory"];

/// Widest that text is set, columns: longer lines are hard to read.
const WIDEST: usize = 100;

impl Explain {
    pub fn run(self) -> Result<u8, Failure> {
        let trees = self.trees.find()?;
        let mut out = io::stdout().lock();
        match &self.name[..] {
            [] => return list(&mut out),
            [peps] if peps.eq_ignore_ascii_case("peps") => return list_peps(&mut out),
            [topic, place @ ..] if topic.eq_ignore_ascii_case(attribute::TOPIC) && !place.is_empty() => {
                let font = self.sound.load()?;
                let (status, strokes) = self.subject.attribute(&place.join(" "), &mut out)?;
                out.flush()?;
                self.play(&strokes, font)?;
                return Ok(status);
            }
            [topic, subject @ ..] if topic.starts_with('@') && !subject.is_empty() => return of_program(topic, subject),
            _ => {}
        }
        let entry = atlas::find(&self.name.join(" "))?;
        let font = self.sound.load()?;
        let page = atlas::page(&entry, self.trees.version);
        for line in self.lines(&page, &trees) {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        let strokes: Vec<Option<(Family, u8)>> =
            entry.phrase().into_iter().map(|stroke| stroke.and_then(|(family, depth)| Some((Family::named(family)?, depth)))).collect();
        self.play(&strokes, font)?;
        Ok(0)
    }

    fn play(&self, strokes: &[Option<(Family, u8)>], font: Option<SoundFont>) -> Result<(), Failure> {
        if !self.silent && io::stdout().is_terminal() && strokes.iter().any(Option::is_some) {
            sounding::play(&phrase(strokes), &self.sound, font, |_| Ok(()))?;
        }
        Ok(())
    }

    /// The page, with lines out of the trees, and whose lines those are.
    fn lines(&self, page: &Page, trees: &Checkouts) -> Vec<String> {
        let tree_of = |versions: Versions| -> Option<&Checkout> {
            match self.trees.version {
                Some(version) => trees.in_version(version),
                None => trees.newest_of(versions),
            }
        };
        let used = std::cell::RefCell::new(Vec::<String>::new());
        let mut lines = page.lines(width(), |place: &Place, versions| {
            let tree = tree_of(versions)?;
            let line = tree.line_of(place)?;
            let release = tree.release().to_owned();
            if !used.borrow().contains(&release) {
                used.borrow_mut().push(release);
            }
            Some(line)
        });
        let used = used.into_inner();
        if !used.is_empty() {
            lines.push(format!("Lines are those of CPython {}.", used.join(" and ")));
        } else if let (Some(version), false) = (self.trees.version, trees.is_empty()) {
            let there: Vec<&str> = trees.trees().iter().map(Checkout::release).collect();
            if trees.in_version(version).is_none() {
                lines.push(format!("No lines: there is a source tree of {}, and none of {version}.", there.join(" and of ")));
            }
        }
        lines
    }
}

/// As wide as the terminal; of a pipe nobody knows, and a page is made for [`WIDEST`].
fn width() -> usize {
    if !io::stdout().is_terminal() {
        return WIDEST;
    }
    ratatui::crossterm::terminal::size().map_or(WIDEST, |(columns, _)| usize::from(columns).min(WIDEST))
}

/// What a topic tells of a program.
fn of_program(topic: &str, subject: &[String]) -> Result<u8, Failure> {
    let subject = subject.join(" ");
    Err(Failure::Usage(if OF_A_PROGRAM.contains(&topic.to_ascii_lowercase().as_str()) {
        format!("{topic} is told without a program; leave {subject} out")
    } else {
        format!("{topic} tells nothing of a program; leave {subject} out, or ask {}", OF_A_PROGRAM.join(", "))
    }))
}

fn list(out: &mut impl Write) -> Result<u8, Failure> {
    writeln!(out, "Topics:")?;
    for topic in Topic::all() {
        writeln!(out, "  @{:<13} {}", topic.name, topic.title)?;
    }
    writeln!(out, "Families of opcodes:")?;
    for family in FamilyEntry::all() {
        writeln!(out, "  {:<14} {}", family.name, family.does)?;
    }
    let functions = atlas::names().filter(|name| matches!(atlas::find(name), Ok(Entry::Function(_)))).count();
    writeln!(out, "{} opcodes by their names, and {} forms of them: LOAD_ATTR", Opcode::all().len(), Form::all().len())?;
    writeln!(out, "{functions} builtins, methods and functions of C modules: len, list.append, math.sqrt")?;
    writeln!(out, "{} PEPs: PEP 659; all of them with: evalody explain peps", Pep::all().len())?;
    Ok(0)
}

fn list_peps(out: &mut impl Write) -> Result<u8, Failure> {
    for Pep { number, title, status, version, .. } in Pep::all() {
        let version = version.as_deref().map(|version| format!(", Python {version}")).unwrap_or_default();
        writeln!(out, "PEP {number:<4} {title} ({status}{version})")?;
    }
    Ok(0)
}
