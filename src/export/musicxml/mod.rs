//! A performance as a lead sheet in MusicXML 4.0: melody, chord symbols, functions as rehearsal marks, source lines
//! as lyrics. Knows nothing of paths, nor of how a sheet is drawn: spacing, beams and pages are the reader's.

mod lyrics;
mod measure;
mod melody;
mod paper;
mod value;
mod words;

use std::io::{self, Write};
use std::sync::Arc;

use self::lyrics::Lyrics;
use self::measure::Sheet;
use self::paper::Paper;
use self::words::plain;
use super::About;
use crate::perform::Performance;
use crate::trace::Code;

pub use melody::{Tone, melody};

/// The document type, as the specification has it; nobody fetches it unless asked to.
const DOCTYPE: &str = "score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 Partwise//EN\" \"http://www.musicxml.org/dtds/partwise.dtd\"";

/// Size of lyrics in points: source lines are long, and set as words of a song they would push the notes apart.
const LYRIC_POINTS: &str = "7";

/// The only part.
const PART: &str = "P1";
const INSTRUMENT: &str = "P1-I1";
const NAME: &str = "lead";

/// Writes the performance as a lead sheet of one part. Same performance, same bytes.
///
/// `lines` is the text of the program. A performance without a melody is a sheet of rests. Fails only when `out`
/// does.
pub fn write_sheet(performance: &Performance, codes: &[Arc<Code>], lines: &[&str], about: &About, out: impl Write) -> io::Result<()> {
    let mut paper = Paper::new(out)?;
    paper.doctype(DOCTYPE)?;
    paper.element("score-partwise", &[("version", "4.0")], |paper| {
        paper.element("work", &[], |paper| paper.text("work-title", &[], &title(&performance.title)))?;
        paper.element("identification", &[], |paper| identification(paper, about))?;
        paper.element("defaults", &[], |paper| paper.empty("lyric-font", &[("font-size", LYRIC_POINTS)]))?;
        paper.element("part-list", &[], |paper| {
            paper.element("score-part", &[("id", PART)], |paper| {
                paper.text("part-name", &[], NAME)?;
                // Without one, MuseScore complains that the part has no instrument.
                paper.element("score-instrument", &[("id", INSTRUMENT)], |paper| paper.text("instrument-name", &[], NAME))
            })
        })?;
        let melody = melody(performance);
        let mut sheet = Sheet::new(performance, &melody, Lyrics::new(codes, lines));
        paper.element("part", &[("id", PART)], |paper| sheet.write(paper))
    })?;
    paper.finish()
}

/// What stands at the top: of a path the file alone, which has to fit the page.
fn title(title: &str) -> String {
    plain(title.rsplit(['/', '\\']).next().unwrap_or(title))
}

fn identification<W: Write>(paper: &mut Paper<W>, about: &About) -> io::Result<()> {
    let made_of = format!("{} instructions of {}, {}", about.steps, about.interpreter, about.style);
    paper.text("creator", &[("type", "composer")], &plain(&made_of))?;
    paper.element("encoding", &[], |paper| {
        paper.text("software", &[], &plain(&format!("evalody {}", about.evalody)))?;
        paper.empty("supports", &[("element", "accidental"), ("type", "yes")])?;
        paper.empty("supports", &[("element", "beam"), ("type", "no")])?;
        paper.empty("supports", &[("element", "stem"), ("type", "no")])
    })?;
    paper.element("miscellaneous", &[], |paper| {
        let mut field = |name, text: &str| paper.text("miscellaneous-field", &[("name", name)], &plain(text));
        field("interpreter", &about.interpreter)?;
        field("style", &about.style)?;
        field("instructions", &about.steps.to_string())
    })
}
