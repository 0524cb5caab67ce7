//! The bars of a sheet, one after the other: signs at the start, words and chords over the notes, the notes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::iter::Peekable;
use std::slice::Iter;

use super::lyrics::Lyrics;
use super::melody::Tone;
use super::paper::Paper;
use super::value::{Sign, signs};
use super::words::shortened;
use crate::music::{Chord, Key, Kind, Mode, NoteName, Pitch, TICKS_PER_BAR, TICKS_PER_SIXTEENTH, Tick};
use crate::perform::Performance;
use crate::score::{Harmony, Text};

/// Sixteenths of a bar.
const BAR: u32 = TICKS_PER_BAR / TICKS_PER_SIXTEENTH;
/// MusicXML's `divisions`: parts of a quarter that lengths are counted in.
const DIVISIONS: i64 = 4;

/// Longest words over the notes, in characters: as much as stands over a bar.
const LONGEST_MARK: usize = 32;
/// Size of remarks in points: smaller than what is played from.
const REMARK_POINTS: &str = "8";

/// What is above the notes at a moment.
#[derive(Clone, Copy)]
enum Above<'a> {
    Chord(Harmony),
    Marker(&'a Text),
    Remark(&'a Text),
}

pub struct Sheet<'a> {
    performance: &'a Performance,
    bars: u32,
    clef: Clef,
    tones: Peekable<Iter<'a, Tone>>,
    /// Sorted by moment.
    above: Peekable<std::vec::IntoIter<(Tick, Above<'a>)>>,
    lyrics: Lyrics<'a>,
    key: Key,
    /// Without one, where no chord is told.
    chord: Option<Chord>,
    /// Signs that hold in the bar, by letter and octave.
    accidentals: BTreeMap<(char, i32), i32>,
}

/// A stretch of a bar: a note, or the part of one that is in it, or a rest.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    from: u32,
    to: u32,
    tone: Option<&'a Tone>,
}

#[derive(Debug, Clone, Copy)]
struct Clef {
    sign: &'static str,
    line: i64,
    octaves_up: i64,
    /// The pitch on its middle line.
    middle: u8,
}

const CLEFS: [Clef; 3] = [
    Clef { sign: "F", line: 4, octaves_up: 0, middle: 50 },
    Clef { sign: "G", line: 2, octaves_up: 0, middle: 71 },
    Clef { sign: "G", line: 2, octaves_up: 1, middle: 83 },
];

impl Clef {
    /// The clef whose middle line is nearest to the middle of the melody.
    fn of(melody: &[Tone]) -> Self {
        let mut pitches: Vec<Pitch> = melody.iter().map(|tone| tone.pitch).collect();
        pitches.sort_unstable();
        let middle = pitches.get(pitches.len() / 2).map_or(CLEFS[1].middle, |pitch| pitch.number());
        CLEFS.into_iter().min_by_key(|clef| clef.middle.abs_diff(middle)).unwrap_or(CLEFS[1])
    }
}

impl<'a> Sheet<'a> {
    pub fn new(performance: &'a Performance, melody: &'a [Tone], lyrics: Lyrics<'a>) -> Self {
        let bars = performance.end.0.div_ceil(TICKS_PER_BAR).max(1);
        // Words behind the end are said in the last bar.
        let within = |at: Tick| at.min(Tick(bars.saturating_mul(TICKS_PER_BAR).saturating_sub(1)));
        let mut above: Vec<(Tick, Above)> = performance.markers.iter().map(|text| (within(text.at), Above::Marker(text))).collect();
        above.extend(performance.remarks.iter().map(|text| (within(text.at), Above::Remark(text))));
        above.extend(performance.harmony.iter().map(|harmony| (within(harmony.at), Above::Chord(*harmony))));
        above.sort_by_key(|(at, _)| *at);
        Self {
            performance,
            bars,
            clef: Clef::of(melody),
            tones: melody.iter().peekable(),
            above: above.into_iter().peekable(),
            lyrics,
            key: performance.harmony.first().map_or(performance.key, |harmony| harmony.key),
            chord: None,
            accidentals: BTreeMap::new(),
        }
    }

    pub fn write<W: Write>(&mut self, paper: &mut Paper<W>) -> io::Result<()> {
        for bar in 0..self.bars {
            paper.element("measure", &[("number", &(bar + 1).to_string())], |paper| self.bar(paper, bar))?;
        }
        Ok(())
    }

    fn bar<W: Write>(&mut self, paper: &mut Paper<W>, bar: u32) -> io::Result<()> {
        self.accidentals.clear();
        self.signature(paper, bar)?;
        if bar == 0 {
            self.tempo(paper)?;
        }
        let stretches = self.stretches(bar);
        let is_silent = stretches.iter().all(|stretch| stretch.tone.is_none());
        for stretch in stretches {
            let signs = if is_silent { vec![Sign { at: 0, lasts: BAR }] } else { signs(stretch.from, stretch.to, stretch.tone.is_none()) };
            for sign in signs {
                self.above(paper, bar, sign)?;
                match stretch.tone {
                    None => rest(paper, sign, is_silent)?,
                    Some(tone) => self.note(paper, bar, sign, tone)?,
                }
            }
        }
        if bar + 1 == self.bars {
            paper.element("barline", &[("location", "right")], |paper| paper.text("bar-style", &[], "light-heavy"))?;
        }
        Ok(())
    }

    /// What the bar is made of, from its first sixteenth to its last.
    fn stretches(&mut self, bar: u32) -> Vec<Stretch<'a>> {
        let start = bar.saturating_mul(BAR);
        let mut stretches = Vec::new();
        let mut at = 0;
        while let Some(&tone) = self.tones.peek().filter(|tone| tone.at < start + BAR) {
            let (from, to) = (tone.at.saturating_sub(start), (tone.end() - start).min(BAR));
            if from > at {
                stretches.push(Stretch { from: at, to: from, tone: None });
            }
            stretches.push(Stretch { from, to, tone: Some(tone) });
            at = to;
            if tone.end() - start > BAR {
                break;
            }
            self.tones.next();
        }
        if at < BAR {
            stretches.push(Stretch { from: at, to: BAR, tone: None });
        }
        stretches
    }

    /// The key that a bar begins in.
    fn key_in(&self, bar: u32) -> Key {
        let begun = self.performance.harmony.partition_point(|harmony| harmony.at <= Tick::of_bar(bar));
        self.performance.harmony[..begun].last().map_or(self.key, |harmony| harmony.key)
    }

    /// Key, time and clef where the piece begins; the key where it changes.
    fn signature<W: Write>(&mut self, paper: &mut Paper<W>, bar: u32) -> io::Result<()> {
        let key = self.key_in(bar);
        let is_new = key.sharps() != self.key.sharps();
        self.key = key;
        if bar > 0 && !is_new {
            return Ok(());
        }
        let Clef { sign, line, octaves_up, .. } = self.clef;
        paper.element("attributes", &[], |paper| {
            if bar == 0 {
                paper.number("divisions", DIVISIONS)?;
            }
            paper.element("key", &[], |paper| {
                paper.number("fifths", i64::from(key.sharps()))?;
                paper.text("mode", &[], if key.mode == Mode::Minor { "minor" } else { "major" })
            })?;
            if bar > 0 {
                return Ok(());
            }
            paper.element("time", &[], |paper| {
                paper.number("beats", 4)?;
                paper.number("beat-type", 4)
            })?;
            paper.element("clef", &[], |paper| {
                paper.text("sign", &[], sign)?;
                paper.number("line", line)?;
                if octaves_up == 0 { Ok(()) } else { paper.number("clef-octave-change", octaves_up) }
            })
        })
    }

    fn tempo<W: Write>(&self, paper: &mut Paper<W>) -> io::Result<()> {
        let quarters = self.performance.tempo.quarters_per_minute().to_string();
        paper.element("direction", &[("placement", "above")], |paper| {
            paper.element("direction-type", &[], |paper| {
                paper.element("metronome", &[], |paper| {
                    paper.text("beat-unit", &[], "quarter")?;
                    paper.text("per-minute", &[], &quarters)
                })
            })?;
            paper.empty("sound", &[("tempo", &quarters)])
        })
    }

    /// Chords and words that come while a sign lasts, in front of it.
    fn above<W: Write>(&mut self, paper: &mut Paper<W>, bar: u32, sign: Sign) -> io::Result<()> {
        let start = bar * BAR + sign.at;
        let end = Tick((start + sign.lasts).saturating_mul(TICKS_PER_SIXTEENTH));
        while let Some((at, above)) = self.above.next_if(|(at, _)| *at < end) {
            let offset = (at.0 / TICKS_PER_SIXTEENTH).saturating_sub(start);
            match above {
                Above::Chord(harmony) => {
                    self.chord = Some(harmony.chord);
                    chord(paper, harmony, offset)?;
                }
                Above::Marker(text) => words(paper, offset, "rehearsal", &[("enclosure", "rectangle")], own_name(&text.text))?,
                Above::Remark(text) => {
                    words(paper, offset, "words", &[("font-size", REMARK_POINTS), ("font-style", "italic")], &text.text)?;
                }
            }
        }
        Ok(())
    }

    fn note<W: Write>(&mut self, paper: &mut Paper<W>, bar: u32, sign: Sign, tone: &Tone) -> io::Result<()> {
        let at = bar * BAR + sign.at;
        let (begins, ends) = (at == tone.at, at + sign.lasts == tone.end());
        let pitch = i32::from(tone.pitch.number());
        let name = match self.chord {
            Some(chord) => NoteName::over(pitch, chord, self.key),
            None => NoteName::in_key(pitch, self.key),
        };
        let accidental = if begins { self.accidental(name, name.octave(pitch)) } else { None };
        let lyric = if begins { self.lyrics.under(tone) } else { None };
        paper.element("note", &[], |paper| {
            paper.element("pitch", &[], |paper| {
                paper.text("step", &[], &name.letter().to_string())?;
                if name.alter() != 0 {
                    paper.number("alter", i64::from(name.alter()))?;
                }
                paper.number("octave", i64::from(name.octave(pitch)))
            })?;
            paper.number("duration", i64::from(sign.lasts))?;
            let ties = [("stop", !begins), ("start", !ends)];
            for (kind, _) in ties.iter().filter(|(_, is_tied)| *is_tied) {
                paper.empty("tie", &[("type", kind)])?;
            }
            look(paper, sign)?;
            if let Some(accidental) = accidental {
                paper.text("accidental", &[], accidental)?;
            }
            if !(begins && ends) {
                paper.element("notations", &[], |paper| {
                    ties.iter().filter(|(_, is_tied)| *is_tied).try_for_each(|(kind, _)| paper.empty("tied", &[("type", kind)]))
                })?;
            }
            let Some(lyric) = lyric else { return Ok(()) };
            paper.element("lyric", &[("number", "1")], |paper| {
                paper.text("syllabic", &[], "single")?;
                paper.text("text", &[], &lyric)
            })
        })
    }

    /// The sign a note needs where it stands: one that neither the key nor a note before it in the bar gives.
    fn accidental(&mut self, name: NoteName, octave: i32) -> Option<&'static str> {
        let before = self.accidentals.insert((name.letter(), octave), name.alter());
        let held = before.unwrap_or_else(|| NoteName::of_letter(name.letter(), self.key).alter());
        (held != name.alter()).then(|| match name.alter() {
            ..-1 => "flat-flat",
            -1 => "flat",
            0 => "natural",
            1 => "sharp",
            _ => "double-sharp",
        })
    }
}

fn rest<W: Write>(paper: &mut Paper<W>, sign: Sign, is_bar: bool) -> io::Result<()> {
    paper.element("note", &[], |paper| {
        paper.empty("rest", if is_bar { &[("measure", "yes")] } else { &[] })?;
        paper.number("duration", i64::from(sign.lasts))?;
        if is_bar { paper.number("voice", 1) } else { look(paper, sign) }
    })
}

/// Which voice, and how it looks.
fn look<W: Write>(paper: &mut Paper<W>, sign: Sign) -> io::Result<()> {
    paper.number("voice", 1)?;
    paper.text("type", &[], sign.name())?;
    if sign.is_dotted() { paper.empty("dot", &[]) } else { Ok(()) }
}

/// The name of a function within another, without those around it: a mark has to fit between its neighbours.
fn own_name(name: &str) -> &str {
    name.rsplit("<locals>.").next().unwrap_or(name)
}

fn words<W: Write>(paper: &mut Paper<W>, offset: u32, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
    let text = shortened(text, LONGEST_MARK);
    if text.is_empty() {
        return Ok(());
    }
    paper.element("direction", &[("placement", "above")], |paper| {
        paper.element("direction-type", &[], |paper| paper.text(name, attributes, &text))?;
        if offset > 0 { paper.number("offset", i64::from(offset)) } else { Ok(()) }
    })
}

fn chord<W: Write>(paper: &mut Paper<W>, Harmony { key, chord, .. }: Harmony, offset: u32) -> io::Result<()> {
    let root = NoteName::in_key(chord.root_in(key), key);
    let kind = match chord.kind {
        Kind::Major => "major",
        Kind::Minor => "minor",
        Kind::Dominant => "dominant",
        Kind::Diminished => "diminished",
        Kind::Suspended => "suspended-fourth",
    };
    paper.element("harmony", &[], |paper| {
        paper.element("root", &[], |paper| {
            paper.text("root-step", &[], &root.letter().to_string())?;
            if root.alter() == 0 { Ok(()) } else { paper.number("root-alter", i64::from(root.alter())) }
        })?;
        paper.text("kind", &[("text", chord.kind.symbol())], kind)?;
        if offset > 0 { paper.number("offset", i64::from(offset)) } else { Ok(()) }
    })
}
