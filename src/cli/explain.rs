//! `evalody explain`: a page of the atlas, and two seconds of what it sounds like.

use std::io::{self, IsTerminal, Write};

use super::args::Shared;
use super::counted::{Format, Shown};
use super::ending;
use super::error::Failure;
use super::sound_font::Sound;
use super::sounding;
use super::source_trees::SourceTrees;
use super::{attribute, diary, heat, memory, paragraph};
use crate::atlas::{self, Entry, FamilyEntry, Form, Opcode, Page, Pep, Place, Topic, Version, Versions};
use crate::checkout::{Checkout, Checkouts};
use crate::compose::phrase;
use crate::study::page_name;
use crate::synth::SoundFont;
use crate::trace::Family;

/// Tell what an opcode, a builtin, a PEP or an idea of CPython is, and which C code does it
///
/// Without a name: what can be asked for. On a terminal two seconds are played of what it sounds like.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    // A program is named behind its topic, or not at all.
    mut_arg("file", |_| clap::Arg::new("file").long("program").hide(true)),
    after_help = "\
Examples:
  evalody explain LOAD_ATTR
  evalody explain LOAD_ATTR --for 3.12
  evalody explain attr                     a family of opcodes
  evalody explain list.append
  evalody explain PEP 659
  evalody explain @loop                    also @gil, @gc, @refcount, and more; see: evalody explain
  evalody explain @loop fib.py             and which C handlers made up 90 % of its run
  evalody explain @memory fib.py           who takes memory blocks and who gives them back
  evalody explain @memory fib.py --picture memory.svg
  evalody explain @attribute shop.py:12 -- ARGS    how the attributes on that line are found
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

    /// Write the page without playing
    #[arg(long)]
    silent: bool,

    /// The program that a topic is told of
    #[command(flatten)]
    program: Shared,

    #[command(flatten)]
    shown: Shown,
}

/// Topics that can be told of a program, too, and what of it they are told of.
const OF_A_PROGRAM: [&str; 3] = ["@attribute", "@loop", "@memory"];

impl Explain {
    pub fn run(self) -> Result<u8, Failure> {
        let trees = self.trees.find()?;
        let mut out = io::stdout().lock();
        match &self.name[..] {
            [] => return list(&mut out),
            [empty] if empty.trim().is_empty() => return list(&mut out),
            [peps] if ["pep", "peps"].iter().any(|name| peps.eq_ignore_ascii_case(name)) => return list_peps(&mut out),
            [topic, subject @ ..] if topic.starts_with('@') && self.is_of_a_program(subject) => {
                drop(out);
                return self.of_program(&trees, topic, subject);
            }
            _ => {}
        }
        self.refuse_shown()?;
        let Shared { module, command, arguments, steps, time, .. } = &self.program;
        let of_a_run = [
            ("-m", module.is_some()),
            ("-c", command.is_some()),
            ("--steps", steps.is_some()),
            ("--time", time.is_some()),
            ("what stands behind --", !arguments.is_empty()),
        ];
        refuse(&OF_A_PROGRAM.join(", "), &of_a_run)?;
        let entry = atlas::find(&self.name.join(" "))?;
        let font = self.sound.load()?;
        let page = atlas::page(&entry, self.trees.version);
        drop(out);
        self.print(&page, &trees, self.trees.version)?;
        diary::visited([&*page_name(&entry)], self.program.verbose);
        self.play(&strokes(&entry), font)?;
        Ok(0)
    }

    /// Whether a program is named: behind the topic, or as Python finds it.
    fn is_of_a_program(&self, subject: &[String]) -> bool {
        !subject.is_empty() || self.program.module.is_some() || self.program.command.is_some()
    }

    /// Pages have no pictures, no JSON and no tables.
    fn refuse_shown(&self) -> Result<(), Failure> {
        let Shown { top, format, picture } = &self.shown;
        refuse(
            "@memory or @loop",
            &[("--picture", picture.is_some()), ("--format json", *format == Format::Json), ("--top", top.is_some())],
        )
    }

    /// What a topic tells of a program.
    fn of_program(&self, trees: &Checkouts, topic: &str, subject: &[String]) -> Result<u8, Failure> {
        let subject = subject.join(" ");
        let font = self.sound.load()?;
        let topic = topic.to_ascii_lowercase();
        if topic == attribute::TOPIC {
            self.refuse_shown()?;
            let Some((page, strokes)) = attribute::run(&subject, &self.program)? else { return Ok(ending::INTERRUPTED) };
            self.print(&page, trees, None)?;
            diary::visited([attribute::TOPIC], self.program.verbose);
            self.play(&strokes, font)?;
            return Ok(0);
        }
        let file = Some(subject.clone()).filter(|file| !file.is_empty());
        let shared = Shared { file, ..self.program.clone() };
        let status = match &*topic {
            "@memory" => memory::run(&shared, &self.shown)?,
            "@loop" => heat::every_time(&shared, &self.shown, |ran| {
                if self.shown.format == Format::Text {
                    let version = self.trees.version.or(ran);
                    self.print(&atlas::page(&atlas::find(&topic)?, version), trees, version)?;
                    writeln!(io::stdout())?;
                }
                Ok(())
            })?,
            _ => {
                let words = format!("{topic} tells nothing of a program; leave {subject} out, or ask {}", OF_A_PROGRAM.join(", "));
                return Err(Failure::Usage(words));
            }
        };
        let entry = atlas::find(&topic)?;
        diary::visited([&*page_name(&entry)], self.program.verbose);
        self.play(&strokes(&entry), font)?;
        Ok(status)
    }

    fn print(&self, page: &Page, trees: &Checkouts, version: Option<Version>) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        for line in self.lines(page, trees, version) {
            writeln!(out, "{line}")?;
        }
        Ok(out.flush()?)
    }

    fn play(&self, strokes: &[Option<(Family, u8)>], font: Option<SoundFont>) -> Result<(), Failure> {
        if !self.silent && io::stdout().is_terminal() && strokes.iter().any(Option::is_some) {
            sounding::play(&phrase(strokes), &self.sound, font, self.program.quiet, |_| Ok(()))?;
        }
        Ok(())
    }

    /// The page, with lines out of the trees, and whose lines those are.
    fn lines(&self, page: &Page, trees: &Checkouts, version: Option<Version>) -> Vec<String> {
        let tree_of = |versions: Versions| -> Option<&Checkout> {
            match version {
                Some(version) => trees.in_version(version),
                None => trees.newest_of(versions),
            }
        };
        let used = std::cell::RefCell::new(Vec::<String>::new());
        let mut lines = page.lines(paragraph::width(), |place: &Place, versions| {
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
        } else if let (Some(version), false) = (version, trees.is_empty()) {
            let there: Vec<&str> = trees.trees().iter().map(Checkout::release).collect();
            if trees.in_version(version).is_none() {
                lines.push(format!("No lines: there is a source tree of {}, and none of {version}.", there.join(" and of ")));
            }
        }
        lines
    }
}

/// Refuses options that mean nothing without a program.
fn refuse(topics: &str, options: &[(&str, bool)]) -> Result<(), Failure> {
    match options.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::Usage(format!("{option} is for a run: name a program behind {topics}"))),
        None => Ok(()),
    }
}

/// What an entry sounds like.
fn strokes(entry: &Entry) -> Vec<Option<(Family, u8)>> {
    entry.phrase().into_iter().map(|stroke| stroke.and_then(|(family, depth)| Some((Family::named(family)?, depth)))).collect()
}

fn list(out: &mut impl Write) -> Result<u8, Failure> {
    let width = paragraph::width();
    writeln!(out, "Topics:")?;
    for topic in Topic::all() {
        writeln!(out, "{}", paragraph::hanging(&format!("  @{:<13} ", topic.name), &topic.title, width))?;
    }
    writeln!(out, "Families of opcodes:")?;
    for family in FamilyEntry::all() {
        writeln!(out, "{}", paragraph::hanging(&format!("  {:<14} ", family.name), &family.does, width))?;
    }
    let functions = atlas::functions().count();
    writeln!(out, "{} opcodes by their names, and {} forms of them: LOAD_ATTR", Opcode::all().len(), Form::all().len())?;
    writeln!(out, "{functions} builtins, methods and functions of C modules: len, list.append, math.sqrt")?;
    writeln!(out, "operators, alone or with the types of their operands: +, int + int, list[int], not str")?;
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
