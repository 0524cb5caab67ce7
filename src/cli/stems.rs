//! `--stems`: which notes sound in which file, by the legend of the style. An instrument that stands for families of
//! instructions is named by them, one that shows something else by what it tells; every note is in one of them.

use std::collections::BTreeMap;

use crate::compose::{Entry, Mapping, Role};
use crate::music::Pitch;
use crate::perform::{Channel, CueKind, Performance, Port};
use crate::synth::Split;

/// Longest that what an instrument tells is in a name, in characters: file lists show about twice as many.
const LONGEST: usize = 40;
/// Shorter than this a clause says nothing by itself, as in "the same, in a small band".
const TELLING: usize = 10;

/// A performance's stems and the names of their files, without their endings.
pub struct Stems {
    pub split: Split,
    pub names: Vec<String>,
}

/// Whose stem: of an entry of the legend, or of a channel for strokes of which the legend says nothing; by port, since
/// two bands have the same legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Entry(Port, usize),
    Rest(Channel),
}

impl Stems {
    /// Stems are there for what sounds only. They are numbered by the legend: the same instrument of a style has the same
    /// number in every piece.
    pub fn of(performance: &Performance, style: &Mapping) -> Self {
        let legend = style.legend();
        let strokes = || {
            performance.cues.iter().filter_map(|cue| match cue.kind {
                CueKind::On { pitch, note, .. } => Some((cue.channel, pitch, note)),
                CueKind::Off { .. } => None,
            })
        };
        // Setups are in the order of the parts, port by port.
        let channels: BTreeMap<Port, Vec<Channel>> = Port::ALL
            .into_iter()
            .map(|port| (port, performance.setups.iter().map(|setup| setup.channel).filter(|channel| channel.port() == port).collect()))
            .collect();
        let whose = |channel: Channel, pitch: Pitch| {
            // A hat is one instrument, open and closed: the one chokes the other.
            let is_open_hat = channel.is_drums() && style.drums(Role::OpenHat).contains(&pitch);
            let pitch = style.drums(Role::Hats).first().copied().filter(|_| is_open_hat).unwrap_or(pitch);
            let is_meant = |entry: &Entry| {
                channels[&channel.port()].get(entry.part) == Some(&channel) && (entry.drums.is_empty() || entry.drums.contains(&pitch))
            };
            legend.iter().position(is_meant).map_or(Whose::Rest(channel), |entry| Whose::Entry(channel.port(), entry))
        };
        let mut stems: BTreeMap<Whose, usize> = strokes().map(|(channel, pitch, _)| (whose(channel, pitch), 0)).collect();
        for (number, stem) in stems.values_mut().enumerate() {
            *stem = number;
        }
        let mut of_note = vec![0; performance.causes.len()];
        for (channel, pitch, note) in strokes() {
            if let Some(stem) = of_note.get_mut(note as usize) {
                *stem = stems[&whose(channel, pitch)];
            }
        }
        let is_pair = performance.setups.iter().any(|setup| setup.channel.port() == Port::B);
        let names = stems.keys().map(|whose| {
            let (port, name) = match *whose {
                Whose::Entry(port, number) => (port, format!("{:02}-{}", number + 1, name(&legend[number]))),
                Whose::Rest(channel) => {
                    let part = performance.setups.iter().find(|setup| setup.channel == channel).map_or("", |setup| setup.name);
                    (channel.port(), format!("{:02}-more-{}-channel-{}", legend.len() + 1, words(part), channel.in_port() + 1))
                }
            };
            if is_pair { format!("{}-{name}", port.name().to_lowercase()) } else { name }
        });
        Self { names: names.collect(), split: Split { stems: stems.len(), of_note } }
    }
}

/// `arith-test-marimba`, `frames-entered-wood-block`.
fn name(entry: &Entry) -> String {
    let tells = if entry.families.is_empty() {
        let clauses = entry.meaning.split([':', ';', ',', '(']).scan(0, |end, clause| {
            let begins_late = *end >= TELLING;
            *end += clause.len();
            (!begins_late).then_some(clause)
        });
        words(&clauses.collect::<Vec<_>>().join(" "))
    } else {
        entry.families.iter().map(|family| words(family.name())).collect::<Vec<_>>().join("-")
    };
    format!("{tells}-{}", words(&entry.instrument))
}

/// Letters and digits, with hyphens between words; as many words as fit.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut name = String::new();
    for word in lower.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            if name.len() + word.len() >= LONGEST {
                break;
            }
            name.push('-');
        }
        name.push_str(word);
    }
    name
}
