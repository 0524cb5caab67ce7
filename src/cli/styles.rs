//! `evalody styles`: the styles there are, and what their instruments stand for.

use std::io::{self, IsTerminal, Write};

use super::error::Failure;
use super::sound_font::Sound;
use super::sounding;
use super::style::Chosen;
use crate::compose::{Entry, Mapping, StyleName, examples};
use crate::synth::SoundFont;

/// List the styles, or tell and play what the instruments of one stand for
///
/// On a terminal each instrument is played for two seconds as its line appears; into a pipe, or where
/// there is no sound, the lines alone are written.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    after_help = "Examples:\n  evalody styles\n  evalody styles groove\n  evalody styles chip --silent\n  evalody styles --print groove > mine.toml\n  evalody styles mine.toml\n  evalody play @recursion --style ambient"
)]
pub struct Styles {
    /// The style to explain, by its name or its file
    #[arg(value_name = "NAME|FILE.toml")]
    name: Option<Chosen>,

    /// Write the file of a shipped style, to begin one of your own: evalody styles --print groove > mine.toml
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    print: Option<StyleName>,

    #[command(flatten)]
    sound: Sound,

    /// Write the lines without playing them
    #[arg(long)]
    silent: bool,
}

impl Styles {
    pub fn run(self) -> Result<u8, Failure> {
        let mut out = io::stdout().lock();
        if let Some(name) = self.print {
            out.write_all(name.text().as_bytes())?;
            return Ok(0);
        }
        let Some(style) = &self.name else {
            for style in StyleName::ALL {
                let default = if style == StyleName::default() { " (default)" } else { "" };
                writeln!(out, "{style:<9} {}{default}", Mapping::shipped(style).idea())?;
            }
            return Ok(0);
        };
        let font = self.sound.load()?;
        writeln!(out, "{}: {}", style.name(), style.idea())?;
        let legend = style.legend();
        if !self.silent && io::stdout().is_terminal() && self.play(style, legend, font, &mut out)? {
            return Ok(0);
        }
        for entry in legend {
            writeln!(out, "{}", line(entry))?;
        }
        Ok(0)
    }

    /// Plays the examples, a line for each as it begins; `false` where there is no sound.
    fn play(&self, style: &Mapping, legend: &[Entry], font: Option<SoundFont>, out: &mut impl Write) -> Result<bool, Failure> {
        let mut told = 0;
        sounding::play(&examples(style), &self.sound, font, false, |position| {
            for entry in legend.iter().take(position.tick.bar() as usize + 1).skip(told) {
                writeln!(out, "{}", line(entry))?;
                out.flush()?;
                told += 1;
            }
            Ok(())
        })
    }
}

/// An entry of a legend as a line: the instrument, what it tells, the families it stands for.
pub fn line(entry: &Entry) -> String {
    let families: Vec<&str> = entry.families.iter().map(|family| family.name()).collect();
    let families = if families.is_empty() { String::new() } else { format!(" [{}]", families.join(", ")) };
    format!("{:<27} {}{families}", entry.instrument, entry.meaning)
}
