//! The drums of a mapping: which drum has which role, how hard it is struck, in which patterns and how often.

use super::node::{At, Mistake, choose};
use crate::compose::character::Feel;
use crate::compose::rhythm::{SLOTS, spread};
use crate::compose::style::StyleName;
use crate::music::Pitch;
use crate::music::general_midi::{drum_name, drum_named, drum_names};

/// What drums are struck for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Kick,
    Snare,
    /// In place of the snare where little happens.
    Rim,
    /// A soft stroke that leads on.
    Ghost,
    Hats,
    Ride,
    OpenHat,
    Section,
    Frames,
    Door,
    Allocation,
    Releases,
    Crash,
    Raised,
    Fill,
    HandOver,
    Warmth,
    Falls,
    Thud,
    /// One note for each instruction: a line is visited; frames are entered and left; the stack is deeper than a
    /// note can tell.
    Lines,
    Entered,
    Left,
    Deeper,
}

impl Role {
    pub const ALL: [Self; 23] = [
        Self::Kick,
        Self::Snare,
        Self::Rim,
        Self::Ghost,
        Self::Hats,
        Self::Ride,
        Self::OpenHat,
        Self::Section,
        Self::Frames,
        Self::Door,
        Self::Allocation,
        Self::Releases,
        Self::Crash,
        Self::Raised,
        Self::Fill,
        Self::HandOver,
        Self::Warmth,
        Self::Falls,
        Self::Thud,
        Self::Lines,
        Self::Entered,
        Self::Left,
        Self::Deeper,
    ];

    /// Its key in a file.
    const fn name(self) -> &'static str {
        match self {
            Self::Kick => "kick",
            Self::Snare => "snare",
            Self::Rim => "rim",
            Self::Ghost => "ghost",
            Self::Hats => "hats",
            Self::Ride => "ride",
            Self::OpenHat => "open_hat",
            Self::Section => "section",
            Self::Frames => "frames",
            Self::Door => "door",
            Self::Allocation => "allocation",
            Self::Releases => "releases",
            Self::Crash => "crash",
            Self::Raised => "raised",
            Self::Fill => "fill",
            Self::HandOver => "hand_over",
            Self::Warmth => "warmth",
            Self::Falls => "falls",
            Self::Thud => "thud",
            Self::Lines => "lines",
            Self::Entered => "entered",
            Self::Left => "left",
            Self::Deeper => "deeper",
        }
    }

    /// Drums that it is struck on, one after the other.
    const fn drums(self) -> usize {
        match self {
            Self::Releases | Self::Fill => 4,
            Self::Falls | Self::Deeper => 2,
            Self::Entered | Self::Left => 3,
            _ => 1,
        }
    }
}

/// How the drums of a style are struck.
#[derive(Debug, Clone, PartialEq)]
pub struct Kit {
    /// By the number of their role.
    drums: Vec<Vec<Pitch>>,
    velocities: Vec<f64>,
    strokes: Vec<Vec<u32>>,
    /// By feel and by how much turns.
    kicks: [Vec<Vec<u32>>; FEELS.len()],
    snares: [Vec<u32>; FEELS.len()],
    /// The sixteenth on which the hats begin, by feel.
    first_hat: [u32; FEELS.len()],
}

const FEELS: [(&str, Feel); 4] = [("straight", Feel::Straight), ("floor", Feel::Floor), ("half", Feel::Half), ("tresillo", Feel::Tresillo)];

fn number_of(feel: Feel) -> usize {
    FEELS.iter().position(|(_, known)| *known == feel).unwrap_or_default()
}

/// The last sixteenth of each bar.
const LAST_SLOT: i32 = SLOTS as i32 - 1;

/// The last four sixteenths of a section belong to the fill.
pub const FILL: u32 = 12;

impl Kit {
    pub fn read(at: &At, rules: StyleName) -> Result<Self, Mistake> {
        let mut kit = Self {
            drums: Vec::new(),
            velocities: Vec::new(),
            strokes: Vec::new(),
            kicks: Default::default(),
            snares: Default::default(),
            first_hat: Default::default(),
        };
        // Where each drum was named, to tell of two roles on one.
        let mut named: Vec<(Role, usize, Pitch, At)> = Vec::new();
        let part_of = |table: &str, role: Role| at.find(table).and_then(|table| table.find(role.name()));
        for role in Role::ALL {
            let mut drums = Vec::new();
            if let Some(here) = at.find(role.name()) {
                let places = if role.drums() == 1 { vec![here.clone()] } else { here.list("drums")? };
                if places.len() != role.drums() {
                    return Err(here.wrong(format!("write {} drums", role.drums())));
                }
                for (index, place) in places.iter().enumerate() {
                    let pitch = drum(place)?;
                    drums.push(pitch);
                    named.push((role, index, pitch, here.clone()));
                }
            }
            kit.drums.push(drums);
            kit.velocities.push(part_of("velocity", role).map_or(Ok(0.0), |velocity| velocity.number(1.0..=127.0))?);
            kit.strokes.push(part_of("strokes", role).map_or(Ok(Vec::new()), |strokes| counts(&strokes, 5, 0))?);
        }
        apart(&named, rules)?;
        for (number, (feel, _)) in FEELS.into_iter().enumerate() {
            let of_feel = |table: &str| at.find(table).and_then(|table| table.find(feel));
            if let Some(patterns) = of_feel("kicks") {
                kit.kicks[number] = kicks(&patterns)?;
                let (wanted, got) = (kit.kicks[0].iter().map(Vec::len), kit.kicks[number].iter().map(Vec::len));
                if !got.eq(wanted.clone()) {
                    let wanted: Vec<String> = wanted.map(|count| count.to_string()).collect();
                    return Err(patterns.wrong(format!(
                        "the kicks tell how much turns, whatever the feel: write patterns of {} strokes, as in drums.kicks.straight",
                        wanted.join(", ")
                    )));
                }
            }
            if let Some(pattern) = of_feel("snares") {
                kit.snares[number] = slots(&pattern)?;
            }
            if let Some(first) = of_feel("first_hat") {
                kit.first_hat[number] = first.whole(0..=LAST_SLOT)? as u32;
            }
        }
        kit.heard_apart(at)?;
        Ok(kit)
    }

    /// Refuses cymbals whose counts could not be told from what is heard of them before a fill.
    fn heard_apart(&self, at: &At) -> Result<(), Mistake> {
        for role in [Role::Hats, Role::Ride] {
            let Some(place) = at.find("strokes").and_then(|strokes| strokes.find(role.name())) else { continue };
            let heard = self.heard(role, 0);
            for (feel, (name, _)) in FEELS.iter().enumerate() {
                if self.heard(role, feel) != heard || heard[0] == 0 || heard.windows(2).any(|pair| pair[0] >= pair[1]) {
                    let first = at.find("first_hat").filter(At::is_own).filter(|_| !place.is_own());
                    let counts: Vec<String> = self.heard(role, feel).iter().map(u32::to_string).collect();
                    return Err(first.unwrap_or(place).wrong(format!(
                        "before the last beat, which a fill may take, that leaves {} strokes in {}; they must rise from 1, and be the same for every feel",
                        counts.join(", "),
                        name
                    )));
                }
            }
        }
        Ok(())
    }

    /// How many strokes of the hats or the ride fall before a fill, for each count.
    pub fn heard(&self, role: Role, feel: usize) -> Vec<u32> {
        let first = if role == Role::Hats { self.first_hat[feel] } else { 0 };
        let strokes = self.strokes(role).iter();
        strokes.map(|&strokes| spread(strokes, SLOTS, first).into_iter().filter(|&slot| slot < FILL).count() as u32).collect()
    }

    /// The drum of a role, or its first.
    pub fn drum(&self, role: Role) -> Pitch {
        self.drums(role).first().copied().unwrap_or(Pitch::MIDDLE_C)
    }

    pub fn drums(&self, role: Role) -> &[Pitch] {
        &self.drums[role as usize]
    }

    pub fn velocity(&self, role: Role) -> f64 {
        self.velocities[role as usize]
    }

    /// Strokes in a bar for each step of what the role tells.
    pub fn strokes(&self, role: Role) -> &[u32] {
        &self.strokes[role as usize]
    }

    pub fn kicks(&self, feel: Feel, turning: u8) -> &[u32] {
        &self.kicks[number_of(feel)][usize::from(turning)]
    }

    /// Kicks in a bar by how much turns.
    pub fn kick_counts(&self) -> Vec<u32> {
        self.kicks[0].iter().map(|pattern| pattern.len() as u32).collect()
    }

    pub fn snares(&self, feel: Feel) -> &[u32] {
        &self.snares[number_of(feel)]
    }

    pub fn first_hat(&self, feel: Feel) -> u32 {
        self.first_hat[number_of(feel)]
    }

    /// What the drums of some roles are called together: `usual` if they are these.
    pub fn called(&self, usual: &str, roles: &[Role], usual_drums: &[crate::music::Drum]) -> String {
        let drums: Vec<Pitch> = roles.iter().flat_map(|&role| self.drums(role)).copied().collect();
        if drums.iter().copied().eq(usual_drums.iter().map(|drum| drum.pitch())) {
            return usual.to_owned();
        }
        let mut names: Vec<&str> = Vec::new();
        for name in drums.into_iter().filter_map(drum_name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" and ")
    }
}

fn drum(at: &At) -> Result<Pitch, Mistake> {
    /// General MIDI 1, percussion map.
    const DRUMS: std::ops::RangeInclusive<i32> = 35..=81;
    if at.is_number() {
        return at.whole(DRUMS).map(|number| Pitch::within(number, 0, 127));
    }
    let name = at.text()?;
    drum_named(&name.to_lowercase()).ok_or_else(|| at.wrong(choose(name, drum_names())))
}

/// So many counts, each greater than the one before, none below `least`.
pub fn counts(at: &At, length: usize, least: i32) -> Result<Vec<u32>, Mistake> {
    let counts = at.rising(least..=SLOTS as i32)?;
    if counts.len() != length {
        return Err(at.wrong(format!("write {length} counts, one for each step of what they tell")));
    }
    Ok(counts.into_iter().map(|count| count as u32).collect())
}

fn slots(at: &At) -> Result<Vec<u32>, Mistake> {
    Ok(at.rising(0..=LAST_SLOT)?.into_iter().map(|slot| slot as u32).collect())
}

fn kicks(at: &At) -> Result<Vec<Vec<u32>>, Mistake> {
    let patterns = at.list("patterns, each a list of sixteenths from 0 to 15")?;
    if patterns.len() != 4 {
        return Err(at.wrong("write four patterns: where nothing turns, a little, more, much"));
    }
    let patterns = patterns.iter().map(slots).collect::<Result<Vec<_>, Mistake>>()?;
    if patterns.windows(2).any(|pair| pair[0].len() >= pair[1].len()) {
        return Err(at.wrong("each pattern must have more strokes than the one before: they tell how much turns"));
    }
    Ok(patterns)
}

/// A drum that tells something by its strokes is struck for nothing else, or it could not be told.
fn apart(named: &[(Role, usize, Pitch, At)], rules: StyleName) -> Result<(), Mistake> {
    let tells = |role: Role, index: usize| match role {
        _ if rules == StyleName::Faithful => true,
        Role::Kick | Role::Hats | Role::Ride | Role::Frames | Role::Door | Role::Allocation | Role::Raised | Role::Warmth => true,
        Role::Releases | Role::Falls => index == 0,
        _ => false,
    };
    for (number, (role, index, pitch, at)) in named.iter().enumerate() {
        for (other, other_index, _, other_at) in named[..number].iter().filter(|(_, _, other, _)| other == pitch) {
            if tells(*role, *index) || tells(*other, *other_index) {
                let (at, other) = if at.is_own() || !other_at.is_own() { (at, other_at) } else { (other_at, at) };
                return Err(at.wrong(format!(
                    "{} is struck on {} too, and the strokes of one could not be told from the other's; choose another drum",
                    other.key,
                    drum_name(*pitch).unwrap_or("it")
                )));
            }
        }
    }
    Ok(())
}
