//! The mixer: which notes are heard, and how loud. Commands no player.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Rendition;
use crate::compose::{Entry, Mapping};
use crate::live::PieceId;
use crate::music::Pitch;
use crate::perform::Channel;
use crate::score::Cause;
use crate::trace::{Code, CodeId, Family, Origin};

/// What a fader is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strip {
    /// Notes of this family.
    Family(Family),
    /// What shows the whole bar rather than a family: bass, frames, memory, sections.
    Form,
    /// Notes of the function of this qualified name.
    Function(String),
    Thread(u16),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    Mute(bool),
    Solo(bool),
    /// 0 silent, 1 as written, 2 at most.
    Gain(f32),
}

/// Where one fader stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fader {
    pub gain: f32,
    pub is_muted: bool,
    pub is_solo: bool,
}

impl Default for Fader {
    fn default() -> Self {
        Self { gain: 1.0, is_muted: false, is_solo: false }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mixer {
    /// Those that were ever touched.
    faders: BTreeMap<Strip, Fader>,
    /// Whether notes of the library are silent.
    pub only_mine: bool,
}

impl Mixer {
    /// The most a fader gives.
    pub const LOUDEST: f32 = 2.0;

    pub fn fader(&self, strip: &Strip) -> Fader {
        self.faders.get(strip).copied().unwrap_or_default()
    }

    pub fn change(&mut self, strip: Strip, change: Change) {
        let fader = self.faders.entry(strip).or_default();
        match change {
            Change::Mute(is_muted) => fader.is_muted = is_muted,
            Change::Solo(is_solo) => fader.is_solo = is_solo,
            Change::Gain(gain) => fader.gain = gain.clamp(0.0, Self::LOUDEST),
        }
    }

    /// How loud a note is against what is written. One that stands in several places (a family, a
    /// function, a thread) is as loud as all of them let it be; a solo silences the others of its kind.
    pub fn gain(&self, note: &Place<'_>) -> f32 {
        if self.only_mine && note.is_library {
            return 0.0;
        }
        let families = match note.family {
            Some(family) => Strip::Family(family),
            None => Strip::Form,
        };
        let strips = [Some(families), note.function.map(|name| Strip::Function(name.to_owned())), Some(Strip::Thread(note.thread))];
        strips
            .into_iter()
            .flatten()
            .map(|strip| {
                let kind = std::mem::discriminant(&strip);
                let others_are_solo = |known: &Strip| {
                    let is_of_kind = std::mem::discriminant(known) == kind
                        || matches!((known, &strip), (Strip::Family(_), Strip::Form) | (Strip::Form, Strip::Family(_)));
                    is_of_kind && self.fader(known).is_solo
                };
                let fader = self.fader(&strip);
                if fader.is_muted || (!fader.is_solo && self.faders.keys().any(others_are_solo)) { 0.0 } else { fader.gain }
            })
            .product()
    }
}

/// Where a note stands in the mixer.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// `None` if it shows the whole bar.
    pub family: Option<Family>,
    /// Qualified name.
    pub function: Option<&'a str>,
    pub thread: u16,
    pub is_library: bool,
}

/// The mixer and what it must know of the pieces: asked by the player for every note it sends.
#[derive(Default)]
pub struct Mixing {
    pub mixer: Mixer,
    /// By piece, and by the number of the first code object: a piece may be of two programs.
    pieces: BTreeMap<(PieceId, u32), Parts>,
}

/// What is known of a piece's notes.
struct Parts {
    style: Arc<Mapping>,
    channels: Vec<Channel>,
    codes: Vec<Arc<Code>>,
    /// Families of notes, by their number in the piece.
    families: HashMap<u32, Family>,
    /// Notes that were looked at.
    notes: usize,
}

impl Mixing {
    /// Learns of the notes of a piece that are new.
    pub fn meet(&mut self, rendition: &Rendition) {
        let parts = self.pieces.entry((rendition.piece, rendition.first_code)).or_insert_with(|| Parts {
            style: Arc::clone(&rendition.style.mapping),
            channels: rendition.stage.setups().iter().map(|setup| setup.channel).collect(),
            codes: Vec::new(),
            families: HashMap::new(),
            notes: 0,
        });
        let codes = rendition.tape.codes();
        parts.codes.extend_from_slice(&codes[parts.codes.len()..]);
        let struck = rendition.playhead.struck();
        for (index, note) in struck.iter().enumerate().skip(parts.notes) {
            parts.families.insert(rendition.number(index), note.family);
        }
        parts.notes = struck.len();
    }

    /// Forgets pieces that are not heard any more.
    pub fn keep(&mut self, pieces: &[PieceId]) {
        self.pieces.retain(|(piece, _), _| pieces.contains(piece));
    }

    /// How loud a note is against what is written.
    pub fn gain(&self, piece: PieceId, number: u32, channel: Channel, pitch: Pitch, cause: &Cause) -> f32 {
        let Some((&(_, first_code), parts)) = self.pieces.range((piece, 0)..=(piece, cause.code.0)).next_back() else { return 1.0 };
        let cause = &Cause { code: CodeId(cause.code.0 - first_code), ..*cause };
        let code = parts.codes.get(cause.code.index());
        let part = parts.channels.iter().position(|known| *known == channel);
        let entry = || {
            let is_meant = |entry: &&Entry| Some(entry.part) == part && (entry.drums.is_empty() || entry.drums.contains(&pitch));
            parts.style.legend().iter().find(is_meant)
        };
        let family = match cause.is_state {
            // A state shows the bar: it belongs to the family it is the sound of, if it is of any.
            true => entry().and_then(|entry| entry.families.first().copied()),
            false => parts.families.get(&number).copied().or_else(|| code.map(|code| code.unit(cause.first).family)),
        };
        self.mixer.gain(&Place {
            family,
            function: code.filter(|_| !cause.is_state).map(|code| code.qualname.as_str()),
            thread: cause.thread,
            is_library: code.is_some_and(|code| code.origin == Origin::Library),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(family: Option<Family>, function: &str, thread: u16) -> Place<'_> {
        Place { family, function: Some(function), thread, is_library: false }
    }

    #[test]
    fn a_solo_silences_the_others_of_its_kind_and_a_mute_wins_over_it() {
        let mut mixer = Mixer::default();
        let (call, load, form) = (place(Some(Family::Call), "f", 0), place(Some(Family::Load), "g", 0), place(None, "f", 1));
        assert_eq!([&call, &load, &form].map(|place| mixer.gain(place)), [1.0; 3]);
        mixer.change(Strip::Family(Family::Call), Change::Solo(true));
        assert_eq!([&call, &load, &form].map(|place| mixer.gain(place)), [1.0, 0.0, 0.0]);
        mixer.change(Strip::Family(Family::Call), Change::Mute(true));
        assert_eq!(mixer.gain(&call), 0.0);
        mixer.change(Strip::Family(Family::Call), Change::Mute(false));
        mixer.change(Strip::Family(Family::Call), Change::Solo(false));
        mixer.change(Strip::Function("f".to_owned()), Change::Gain(0.5));
        mixer.change(Strip::Thread(1), Change::Gain(0.5));
        assert_eq!([&call, &load, &form].map(|place| mixer.gain(place)), [0.5, 1.0, 0.25]);
    }

    #[test]
    fn the_library_can_be_left_out() {
        let mut mixer = Mixer { only_mine: true, ..Mixer::default() };
        let note = Place { is_library: true, ..place(Some(Family::Load), "f", 0) };
        assert_eq!(mixer.gain(&note), 0.0);
        mixer.only_mine = false;
        assert_eq!(mixer.gain(&note), 1.0);
    }
}
