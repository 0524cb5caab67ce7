//! MusicXML read back, by a reader that takes nothing for granted: every bar is filled, every value is one that can
//! be drawn, every tie has two ends.

use evalody::export::midi_file::About;
use evalody::export::write_sheet;
use evalody::perform::Performance;
use evalody::trace::Code;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::sync::Arc;

/// Sixteenths of a bar.
pub const BAR: u32 = 16;

/// A note as a musician would play it; moments and lengths in sixteenths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Played {
    pub at: u32,
    pub lasts: u32,
    pub pitch: u8,
    pub lyric: Option<String>,
}

#[derive(Debug, Default)]
pub struct Sheet {
    pub title: String,
    pub bars: u32,
    pub notes: Vec<Played>,
    /// Fifths of the signatures, with their bars.
    pub keys: Vec<(u32, i32)>,
    /// Chord symbols with their moments, as `A minor`.
    pub chords: Vec<(u32, String)>,
    pub marks: Vec<(u32, String)>,
    pub remarks: Vec<(u32, String)>,
}

pub fn about() -> About {
    About { evalody: "0.1.0".into(), style: "groove".into(), interpreter: "CPython 3.14.0".into(), steps: 42 }
}

pub fn written(performance: &Performance, codes: &[Arc<Code>], lines: &[&str]) -> String {
    let mut bytes = Vec::new();
    write_sheet(performance, codes, lines, &about(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A note or rest as it is drawn.
#[derive(Default)]
struct Drawn {
    is_rest: bool,
    is_bar: bool,
    duration: u32,
    kind: String,
    dots: u32,
    step: String,
    alter: i32,
    octave: i32,
    is_held: bool,
    is_holding: bool,
    lyric: Option<String>,
}

impl Drawn {
    fn pitch(&self) -> u8 {
        let natural = [9, 11, 0, 2, 4, 5, 7][usize::from(self.step.as_bytes()[0] - b'A')];
        u8::try_from((self.octave + 1) * 12 + natural + self.alter).unwrap()
    }

    /// Sixteenths that it looks like.
    fn looks(&self) -> u32 {
        let plain = match self.kind.as_str() {
            "16th" => 1,
            "eighth" => 2,
            "quarter" => 4,
            "half" => 8,
            "whole" => 16,
            other => panic!("{other:?} is no value"),
        };
        if self.dots == 1 { plain + plain / 2 } else { plain }
    }
}

/// Reads a sheet; panics where it is none.
pub fn read(text: &str) -> Sheet {
    let mut reader = Reader::from_str(text);
    let (mut sheet, mut path, mut drawn) = (Sheet::default(), Vec::<String>::new(), Drawn::default());
    let (mut at, mut start, mut holding) = (0u32, 0u32, false);
    let (mut words, mut offset, mut symbol) = (String::new(), 0u32, String::new());
    let (mut mark, mut remark) = (None, None);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                match name.as_str() {
                    "note" => drawn = Drawn::default(),
                    "measure" => {
                        start = sheet.bars * BAR;
                        assert_eq!(at, start, "bar {} begins where the one before ends", sheet.bars + 1);
                        sheet.bars += 1;
                    }
                    "harmony" | "direction" => (offset, symbol) = (0, String::new()),
                    _ => {}
                }
                words.clear();
                path.push(name);
            }
            Event::Empty(element) => match element.name().as_ref() {
                b"rest" => {
                    drawn.is_rest = true;
                    drawn.is_bar = element.attributes().count() > 0;
                }
                b"dot" => drawn.dots += 1,
                b"tie" => {
                    let kind = element.attributes().next().unwrap().unwrap().value.into_owned();
                    if kind == b"start" { drawn.is_holding = true } else { drawn.is_held = true }
                }
                _ => {}
            },
            Event::Text(text) => words.push_str(&text.decode().unwrap()),
            Event::GeneralRef(reference) => words.push(match reference.decode().unwrap().as_ref() {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                other => panic!("&{other};"),
            }),
            Event::End(_) => {
                let name = path.pop().unwrap();
                let number = || words.parse::<i32>().unwrap();
                match name.as_str() {
                    "work-title" => sheet.title = words.clone(),
                    "fifths" => sheet.keys.push((sheet.bars - 1, number())),
                    "duration" => drawn.duration = number() as u32,
                    "type" => drawn.kind = words.clone(),
                    "step" => drawn.step = words.clone(),
                    "alter" => drawn.alter = number(),
                    "octave" => drawn.octave = number(),
                    "text" => drawn.lyric = Some(words.clone()),
                    "offset" => offset = number() as u32,
                    "root-step" => symbol = words.clone(),
                    "root-alter" => symbol.push_str(if number() < 0 { "b" } else { "#" }),
                    "kind" => symbol = format!("{symbol} {words}"),
                    "rehearsal" => mark = Some(words.clone()),
                    "words" => remark = Some(words.clone()),
                    "harmony" => sheet.chords.push((at + offset, symbol.clone())),
                    "direction" => {
                        sheet.marks.extend(mark.take().map(|mark| (at + offset, mark)));
                        sheet.remarks.extend(remark.take().map(|remark| (at + offset, remark)));
                    }
                    "note" => {
                        assert!(drawn.duration > 0);
                        if drawn.is_bar {
                            assert_eq!((drawn.duration, at), (BAR, start));
                        } else {
                            assert_eq!(drawn.looks(), drawn.duration, "at {at}");
                        }
                        assert_eq!(drawn.is_held, holding, "a tie at {at} has one end");
                        holding = drawn.is_holding;
                        if drawn.is_rest {
                            assert!(!drawn.is_held && !drawn.is_holding);
                        } else if drawn.is_held {
                            let note = sheet.notes.last_mut().unwrap();
                            assert_eq!(note.pitch, drawn.pitch(), "a tie keeps its pitch");
                            note.lasts += drawn.duration;
                        } else {
                            let (lasts, lyric) = (drawn.duration, drawn.lyric.take());
                            sheet.notes.push(Played { at, lasts, pitch: drawn.pitch(), lyric });
                        }
                        at += drawn.duration;
                    }
                    _ => {}
                }
                words.clear();
            }
            _ => {}
        }
    }
    assert_eq!(at, sheet.bars * BAR, "the last bar is full");
    assert!(!holding && path.is_empty());
    sheet
}
