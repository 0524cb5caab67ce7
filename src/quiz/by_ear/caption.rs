//! Music as signs, for those who do not hear it: a row for each instrument, a column for each sixteenth. Says what is
//! struck, and not what it stands for.

use std::collections::BTreeMap;

use crate::compose::{Entry, Mapping, Role};
use crate::music::general_midi::drum_name;
use crate::music::{Pitch, TICKS_PER_BAR, TICKS_PER_SIXTEENTH};
use crate::perform::{Channel, CueKind, Performance};

/// Sixteenths in a bar.
const SLOTS: usize = (TICKS_PER_BAR / TICKS_PER_SIXTEENTH) as usize;
/// Columns of an instrument's name and its lowest note: with the four bars of a question 97.
const NAME: usize = 28;
/// Rows at most, the two of the head left out.
const MOST_ROWS: usize = 14;
/// Drums that have a row each; of a run over more of them the rhythm is enough.
const MOST_DRUMS: usize = 2;
/// Worth of a row that tells something by itself.
const TELLS: u8 = 2;
/// Semitones above the lowest note of a row, as they are written.
const ABOVE: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// What one instrument plays.
struct Row {
    name: String,
    is_drum: bool,
    /// 0 for an ornament, 1 for an accompaniment, [`TELLS`] for what tells something.
    worth: u8,
    /// Begin and end in sixteenths, and pitch, of each stroke.
    strokes: Vec<(usize, usize, Pitch)>,
}

impl Row {
    fn lowest(&self) -> Option<Pitch> {
        self.strokes.iter().map(|(_, _, pitch)| *pitch).min()
    }

    fn line(&self, bars: u32) -> String {
        let mut signs = vec![b'.'; SLOTS * bars as usize];
        let lowest = self.lowest().map_or(0, Pitch::number);
        for &(begins, ends, _) in self.strokes.iter().filter(|_| !self.is_drum) {
            for sign in signs.iter_mut().take(ends).skip(begins) {
                *sign = b'-';
            }
        }
        // Of a chord the highest is written last.
        let mut strokes = self.strokes.clone();
        strokes.sort_by_key(|(_, _, pitch)| *pitch);
        for (begins, _, pitch) in strokes {
            if let Some(sign) = signs.get_mut(begins) {
                *sign = if self.is_drum { b'x' } else { ABOVE[usize::from(pitch.number() - lowest).min(ABOVE.len() - 1)] };
            }
        }
        let name = match self.lowest() {
            Some(lowest) if !self.is_drum => format!("{} from {lowest}", self.name),
            _ => self.name.clone(),
        };
        let bars: Vec<String> = signs.chunks(SLOTS).map(|bar| String::from_utf8_lossy(bar).into_owned()).collect();
        format!("{name:NAME$} |{}", bars.join("|"))
    }
}

/// A performance in a style: a head, the beats, a row for each instrument.
pub fn caption(performance: &Performance, mapping: &Mapping) -> Vec<String> {
    lines(performance, &rows(performance, mapping))
}

/// The same in at most `MOST_ROWS` rows; `None` where more instruments tell something.
pub(super) fn short_caption(performance: &Performance, mapping: &Mapping) -> Option<Vec<String>> {
    let mut rows = rows(performance, mapping);
    while rows.len() > MOST_ROWS {
        // Ornaments first, then who accompanies: the fewest strokes of them.
        let others = (0..rows.len()).filter(|&row| rows[row].worth < TELLS);
        rows.remove(others.min_by_key(|&row| (rows[row].worth, rows[row].strokes.len()))?);
    }
    Some(lines(performance, &rows))
}

fn lines(performance: &Performance, rows: &[Row]) -> Vec<String> {
    let bars = performance.end.0.div_ceil(TICKS_PER_BAR);
    let is_melodic = rows.iter().any(|row| !row.is_drum);
    let keys = if is_melodic { "; 0-9a-z: semitones above the row's lowest note" } else { "" };
    let head = format!("{bars} bars at {} bpm; x: a stroke{keys}", performance.tempo.quarters_per_minute());
    let beats = format!("{:NAME$} {}", "", "|1   2   3   4   ".repeat(bars as usize).trim_end());
    [head, beats].into_iter().chain(rows.iter().map(|row| row.line(bars))).collect()
}

/// An entry of the legend, and the drum of it that has a row of its own.
type Place = (usize, Option<Pitch>);

/// By the legend, in its order.
fn rows(performance: &Performance, mapping: &Mapping) -> Vec<Row> {
    let legend = mapping.legend();
    let mut rows: BTreeMap<Place, Row> = BTreeMap::new();
    // Which stroke of which row sounds.
    let mut open: BTreeMap<(Channel, Pitch), (Place, usize)> = BTreeMap::new();
    for cue in &performance.cues {
        let slot = (cue.at.0 / TICKS_PER_SIXTEENTH) as usize;
        match cue.kind {
            CueKind::On { pitch, .. } => {
                let is_meant = |entry: &Entry| {
                    let is_its = performance.setups.get(entry.part).is_some_and(|setup| setup.channel == cue.channel);
                    is_its && (entry.drums.is_empty() || entry.drums.contains(&pitch))
                };
                let found = legend.iter().position(is_meant);
                let entry = found.map(|found| &legend[found]);
                let is_apart = cue.channel.is_drums() && entry.is_none_or(|entry| drums(entry) <= MOST_DRUMS);
                let place = (found.unwrap_or(legend.len()), is_apart.then_some(pitch));
                let row = rows.entry(place).or_insert_with(|| Row {
                    name: name(performance, cue.channel, pitch, entry),
                    is_drum: cue.channel.is_drums(),
                    worth: worth(performance, mapping, cue.channel, pitch),
                    strokes: Vec::new(),
                });
                open.insert((cue.channel, pitch), (place, row.strokes.len()));
                row.strokes.push((slot, slot + 1, pitch));
            }
            CueKind::Off { pitch } => {
                if let Some((place, stroke)) = open.remove(&(cue.channel, pitch))
                    && let Some(row) = rows.get_mut(&place)
                {
                    row.strokes[stroke].1 = cue.at.0.div_ceil(TICKS_PER_SIXTEENTH) as usize;
                }
            }
        }
    }
    rows.into_values().collect()
}

/// How much a row tells.
fn worth(performance: &Performance, mapping: &Mapping, channel: Channel, pitch: Pitch) -> u8 {
    const ORNAMENTS: [Role; 6] = [Role::OpenHat, Role::Fill, Role::Section, Role::Ghost, Role::Snare, Role::Rim];
    let Some(signs) = mapping.signs() else { return TELLS };
    if channel.is_drums() {
        // A drum may be struck for something, too.
        let tells = Role::ALL.into_iter().any(|role| !ORNAMENTS.contains(&role) && mapping.drums(role).contains(&pitch));
        return if tells { TELLS } else { 0 };
    }
    let part = performance.setups.iter().position(|setup| setup.channel == channel);
    let accompanies = part.is_some_and(|part| part != signs.frame_depth.part && part < signs.first_lead);
    if accompanies { 1 } else { TELLS }
}

/// Drums of an entry that differ.
fn drums(entry: &Entry) -> usize {
    let mut drums = entry.drums.clone();
    drums.sort_unstable();
    drums.dedup();
    drums.len()
}

fn name(performance: &Performance, channel: Channel, pitch: Pitch, entry: Option<&Entry>) -> String {
    let drum = || drum_name(pitch).unwrap_or("drum").to_owned();
    match entry {
        Some(entry) if channel.is_drums() && drums(entry) == MOST_DRUMS => drum(),
        Some(entry) => entry.instrument.clone(),
        None if channel.is_drums() => drum(),
        None => performance.setups.iter().find(|setup| setup.channel == channel).map_or("", |setup| setup.instrument.name()).to_owned(),
    }
}
