//! A mapping out of its text.

use super::kit::{Kit, counts};
use super::node::{At, Mistake, Node, choose};
use super::numerals;
use super::{Book, Harmony, Mapping, Scale, Works};
use crate::compose::harmony::Chord;
use crate::compose::legend::Entry;
use crate::compose::sheet::{Register, Seat};
use crate::compose::style::StyleName;
use crate::compose::{ambient, chip, faithful, groove};
use crate::fold::Zoom;
use crate::music::general_midi::PATCHES;
use crate::music::{Instrument, Level, Pan, Patch, Pitch, Tempo};
use crate::score::Work;
use crate::trace::Family;

/// Longest name of a style, in characters: it stands in titles and menus.
const LONGEST_NAME: usize = 40;
/// Longest idea: a line.
const LONGEST_IDEA: usize = 160;

/// Reads a style; what the text leaves out is as in the shipped style that has the same rules.
pub fn read(text: &str) -> Result<Mapping, Mistake> {
    let own = Node::read(text)?;
    let rules = match own.root().find("rules") {
        Some(rules) => rules_of(&rules)?,
        None => StyleName::default(),
    };
    let shipped = Node::read(rules.text())?;
    mapping(&shipped.under(own)?.root(), rules)
}

fn rules_of(at: &At) -> Result<StyleName, Mistake> {
    let name = at.text()?;
    let names = StyleName::ALL.map(|style| style.to_string());
    name.parse().map_err(|_| at.wrong(choose(name, names.iter().map(String::as_str))))
}

fn mapping(at: &At, rules: StyleName) -> Result<Mapping, Mistake> {
    let seats = seats(&at.get("parts")?, rules)?;
    let kit = Kit::read(&at.get("drums")?, rules)?;
    let works = if rules == StyleName::Faithful { Works::default() } else { works(&at.get("parts")?)? };
    let mut mapping = Mapping {
        name: words(&at.get("name")?, LONGEST_NAME)?,
        idea: words(&at.get("idea")?, LONGEST_IDEA)?,
        rules,
        zoom: at.find("zoom").map_or(Ok(Zoom::Opcode), |zoom| self::zoom(&zoom))?,
        tempi: tempi(&at.get("tempo")?)?,
        scale: scale(&at.get("scale")?)?,
        harmony: at.find("harmony").map_or(Ok(Harmony::default()), |harmony| self::harmony(&harmony))?,
        seats,
        kit,
        works,
        legend: Vec::new(),
        signs: None,
    };
    check(&mapping, at)?;
    mapping.legend = legend(&mapping);
    mapping.signs = crate::compose::signs::signs(&mapping);
    Ok(mapping)
}

fn words(at: &At, most: usize) -> Result<String, Mistake> {
    let words = at.text()?.trim();
    let is_line = !words.is_empty() && words.chars().count() <= most && !words.chars().any(char::is_control);
    if is_line { Ok(words.to_owned()) } else { Err(at.wrong(format!("write a line of {most} characters at most"))) }
}

fn zoom(at: &At) -> Result<Zoom, Mistake> {
    const ZOOMS: [&str; 5] = ["auto", "call", "turn", "line", "opcode"];
    let zoom = at.text()?;
    zoom.parse().map_err(|_| at.wrong(choose(zoom, ZOOMS.into_iter())))
}

fn tempi(at: &At) -> Result<(Tempo, Tempo), Mistake> {
    let tempo = |name: &str| {
        let number = at.get(name)?.whole(i32::from(Tempo::SLOWEST)..=i32::from(Tempo::FASTEST))?;
        Ok(Tempo::nearest(f64::from(number)))
    };
    let (slowest, fastest) = (tempo("slowest")?, tempo("fastest")?);
    if slowest > fastest {
        let (slow, fast) = (at.get("slowest")?, at.get("fastest")?);
        let at = if slow.is_own() { slow } else { fast };
        return Err(at.wrong("tempo.slowest must not be above tempo.fastest; equal, they are the one tempo"));
    }
    Ok((slowest, fastest))
}

fn scale(at: &At) -> Result<Scale, Mistake> {
    let steps = |name: &str, usual: &[i32]| {
        let Some(at) = at.find(name) else { return Ok(usual.to_vec()) };
        let steps = at.rising(0..=11)?;
        if steps.first() != Some(&0) || steps.len() < 3 {
            return Err(at.wrong("write 3 steps or more in semitones above the root, from 0 to 11; the first is 0"));
        }
        Ok(steps)
    };
    let usual = Scale::default();
    Ok(Scale {
        major: steps("major", &usual.major)?,
        minor: steps("minor", &usual.minor)?,
        dominant: steps("dominant", &usual.dominant)?,
        diminished: steps("diminished", &usual.diminished)?,
        suspended: steps("suspended", &usual.suspended)?,
    })
}

fn harmony(at: &At) -> Result<Harmony, Mistake> {
    Ok(Harmony { major: book(&at.get("major")?)?, minor: book(&at.get("minor")?)? })
}

fn book(at: &At) -> Result<Book, Mistake> {
    let progressions = at.get("progressions")?;
    let lines = progressions.list("progressions, four chords in quotes each")?;
    if lines.is_empty() {
        return Err(progressions.wrong("write one progression or more, such as \"i bVI bIII bVII\""));
    }
    let four = |line: &At| <[Chord; 4]>::try_from(chords(line)?).map_err(|_| line.wrong("write four chords, with spaces between them"));
    Ok(Book {
        progressions: lines.iter().map(four).collect::<Result<_, Mistake>>()?,
        walk: chords(&at.get("walk")?)?,
        borrowed: chords(&at.get("borrowed")?)?,
    })
}

/// Chords with spaces between them.
fn chords(at: &At) -> Result<Vec<Chord>, Mistake> {
    let text = at.text()?;
    let wrong = |name: &str| at.wrong(format!("{name:?} is no chord; {}", numerals::ALLOWED));
    let chords = text.split_whitespace().map(|name| numerals::chord(name).ok_or_else(|| wrong(name)));
    let chords = chords.collect::<Result<Vec<Chord>, Mistake>>()?;
    if chords.is_empty() { Err(at.wrong(numerals::ALLOWED)) } else { Ok(chords) }
}

fn seats(at: &At, rules: StyleName) -> Result<Vec<Seat>, Mistake> {
    let names: &[&'static str] = match rules {
        StyleName::Groove => &groove::PARTS,
        StyleName::Ambient => &ambient::PARTS,
        StyleName::Chip => &chip::PARTS,
        StyleName::Faithful => &faithful::PARTS,
    };
    let mut seats: Vec<Seat> = Vec::new();
    for name in names {
        let here = at.get(&name.replace(' ', "_"))?;
        let seat = seat(&here, name)?;
        if let Some(other) = seats.iter().find(|other| seat.channel.is_some() && other.channel == seat.channel) {
            let wrong = here.get("channel")?.wrong(format!("parts.{} is on it already; every part has a channel of its own", other.name));
            return Err(wrong);
        }
        seats.push(seat);
    }
    Ok(seats)
}

fn seat(at: &At, name: &'static str) -> Result<Seat, Mistake> {
    let is_drums = name == "drums";
    let byte = |name: &str| Ok(at.get(name)?.whole(0..=127)? as u8);
    let find = |name: &str| at.find(name);
    let register = |name: &str| at.find(name).map_or(Ok(Register::ALL), |register| self::register(&register));
    let count_of = |name: &str| if name == "collector" { 3 } else { 4 };
    let registers = register("register")?;
    let seat = Seat {
        name,
        instrument: instrument(&at.get("instrument")?, is_drums)?,
        channel: find("channel").map(|channel| self::channel(&channel, is_drums)).transpose()?,
        pan: Pan::new(byte("pan")?).unwrap_or(Pan::CENTRE),
        level: Level::new(byte("volume")?).unwrap_or(Level::USUAL),
        velocity: find("velocity").map_or(Ok(0.0), |velocity| velocity.number(1.0..=127.0))?,
        register: registers,
        deep: register("deep")?,
        centre: match find("centre") {
            Some(centre) => i32::from(note(&centre)?.number()),
            // In the lower half of what it plays.
            None => i32::from(registers.low) + i32::from(registers.high - registers.low) / 4,
        },
        octave: find("octave").map_or(Ok(0), |octave| octave.whole(-4..=4))?,
        is_blown: find("is_blown").map_or(Ok(false), |flag| flag.flag())?,
        counts: find("counts").map_or(Ok(Vec::new()), |count| {
            let least = i32::from(name != "pulse");
            counts(&count, count_of(name), least)
        })?,
    };
    let Register { low, high } = seat.register;
    if let Some(centre) = find("centre").filter(|_| !(i32::from(low)..=i32::from(high)).contains(&seat.centre)) {
        return Err(centre.wrong(format!("write a note of its register, {} to {}", shown(low), shown(high))));
    }
    Ok(seat)
}

fn shown(number: u8) -> Pitch {
    Pitch::within(i32::from(number), 0, 127)
}

fn instrument(at: &At, is_drums: bool) -> Result<Instrument, Mistake> {
    if is_drums {
        return match at.text()? {
            "drums" => Ok(Instrument::Drums),
            "noise drums" => Ok(Instrument::NoiseDrums),
            other => Err(at.wrong(choose(other, ["drums", "noise drums"].into_iter()))),
        };
    }
    if at.is_number() {
        let number = at.whole(0..=127)? as u8;
        return Ok(Instrument::Melodic(Patch::new(number).unwrap_or(Patch::ELECTRIC_PIANO)));
    }
    let name = at.text()?;
    let ours: Vec<&str> = (0..128).filter_map(Patch::new).map(Patch::name).filter(|name| !PATCHES.contains(name)).collect();
    let patch = Patch::named(&name.to_lowercase()).ok_or_else(|| {
        at.wrong(format!(
            "write an instrument of General MIDI, by its name or its number from 0; {}",
            choose(name, ours.into_iter().chain(PATCHES))
        ))
    })?;
    Ok(Instrument::Melodic(patch))
}

/// Channel 10 is the percussion's (General MIDI 1).
fn channel(at: &At, is_drums: bool) -> Result<u8, Mistake> {
    let channel = at.whole(1..=16)? as u8;
    match (is_drums, channel == 10) {
        (true, false) => Err(at.wrong("drums are on channel 10")),
        (false, true) => Err(at.wrong("channel 10 is the drums'; write 1 to 9 or 11 to 16")),
        _ => Ok(channel),
    }
}

fn note(at: &At) -> Result<Pitch, Mistake> {
    at.text()?.parse().map_err(|_| at.wrong("write a note with its octave, such as C4 (middle C), F#3, Bb2"))
}

fn register(at: &At) -> Result<Register, Mistake> {
    let notes = at.list("two notes, the lowest and the highest")?.iter().map(note).collect::<Result<Vec<Pitch>, Mistake>>()?;
    match notes[..] {
        [low, high] if high.number() >= low.number() + Register::SMALLEST => Ok(Register { low: low.number(), high: high.number() }),
        [_, _] => Err(at.wrong("the highest note must lie 11 semitones or more above the lowest")),
        _ => Err(at.wrong("write two notes, the lowest and the highest")),
    }
}

/// Which families lead the band together. What a file names itself is taken from whom the shipped style gives it to.
fn works(at: &At) -> Result<Works, Mistake> {
    let mut works = Works::default();
    let mut named: Vec<(Family, At)> = Vec::new();
    let leads = Work::ALL.map(|work| (work, at.get(work.name())));
    for own in [true, false] {
        for (work, lead) in &leads {
            let place = lead.clone()?.get("families")?;
            works.usual_share[*work as usize] = lead.clone()?.get("usual_share")?.number(0.001..=1.0)?;
            for name in place.list("families").iter().flatten().filter(|_| place.is_own() == own) {
                let family = family(name)?;
                match named.iter().find(|(known, _)| *known == family) {
                    Some((_, other)) if own => {
                        return Err(name.wrong(format!("{} has it already; a family has one lead", other.key)));
                    }
                    Some(_) => {}
                    None => {
                        works.of[family.index()] = Some(*work);
                        named.push((family, place.clone()));
                    }
                }
            }
            place.list("families, such as \"attr\"")?;
        }
    }
    Ok(works)
}

fn family(at: &At) -> Result<Family, Mistake> {
    let name = at.text()?;
    let known = Family::ALL.into_iter().find(|family| family.name() == name);
    known.ok_or_else(|| at.wrong(format!("write families; {}", choose(name, Family::ALL.iter().map(|family| family.name())))))
}

/// What depends on several values at once.
fn check(mapping: &Mapping, at: &At) -> Result<(), Mistake> {
    let parts = at.get("parts")?;
    if mapping.rules == StyleName::Ambient {
        let bass = &mapping.seats[ambient::BASS];
        if bass.deep.low + Register::SMALLEST >= bass.register.low {
            let bass = parts.get("bass")?;
            let (deep, register) = (bass.get("deep")?, bass.get("register")?);
            let here = if deep.is_own() { deep } else { register };
            return Err(here.wrong("the deep register tells deep calls: its lowest octave must end below parts.bass.register"));
        }
    }
    if mapping.rules == StyleName::Faithful {
        for seat in &mapping.seats[1..] {
            let here = parts.get(seat.name)?;
            if seat.velocity > f64::from(faithful::MOST_VELOCITY) {
                return Err(here.get("velocity")?.wrong(format!("deep stacks are louder; write 1 to {}", faithful::MOST_VELOCITY)));
            }
            if !faithful::fits(&mapping.scale, seat.octave) {
                let (octave, scale) = (here.get("octave")?, at.get("scale")?);
                let lists = ["major", "minor"].iter().filter_map(|name| scale.find(name)).find(At::is_own);
                let here = lists.filter(|_| !octave.is_own()).unwrap_or(octave);
                return Err(here.wrong("twelve steps of the scale must lie between the notes 0 and 127 in every key"));
            }
        }
    }
    Ok(())
}

fn legend(mapping: &Mapping) -> Vec<Entry> {
    match mapping.rules {
        StyleName::Groove => groove::legend(mapping),
        StyleName::Ambient => ambient::legend(mapping),
        StyleName::Chip => chip::legend(mapping),
        StyleName::Faithful => faithful::legend(mapping),
    }
}
