//! Which lines of a bar are played, and what of them was heard before: the motifs.
//!
//! A bar holds more line visits than it has notes. It plays a stretch which was played before,
//! wherever the program runs through that again; so what repeats in the program repeats in the music,
//! and what differs is heard as different.

use crate::fold::Gesture;
use crate::trace::CodeId;

/// Fewer lines than this and the stack's own contour makes the notes.
const FEWEST_NOTES: usize = 4;
/// Motifs that are remembered; an older one is forgotten for a newer.
const MOST_MOTIFS: usize = 64;

/// What one note of a melody shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown<'a> {
    pub gesture: &'a Gesture,
    /// Depth of the value stack which makes the pitch.
    pub depth: u16,
}

/// The lines that a bar plays.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch<'a> {
    pub shown: Vec<Shown<'a>>,
    /// How many of them, from the first, are a motif that was heard before.
    pub known: usize,
}

/// Code, line and stack depth of each note.
type Motif = Vec<(CodeId, u32, u16)>;

/// What was heard, the oldest first.
#[derive(Debug, Default)]
pub struct Motifs(Vec<Motif>);

impl Motifs {
    /// The stretch of a bar: where the bar goes through a motif again, there; otherwise from the first head
    /// of a loop, two of its turns if they are short, and that is a motif from now on. Up to `most` lines;
    /// where they are few or all of one height, each shows its contour.
    pub fn stretch<'a>(&mut self, gestures: &'a [Gesture], most: usize) -> Stretch<'a> {
        if let Some((from, motif, known)) = recall(gestures, &self.0) {
            let shown: Vec<Shown> = gestures[from..].iter().take(motif.min(most)).map(at_peak).collect();
            return Stretch { known: known.min(shown.len()), shown };
        }
        let shown = first_turns(gestures, most);
        if self.0.len() == MOST_MOTIFS {
            self.0.remove(0);
        }
        self.0.push(shown.iter().map(|shown| (shown.gesture.code, shown.gesture.line, shown.depth)).collect());
        Stretch { shown, known: 0 }
    }
}

fn at_peak(gesture: &Gesture) -> Shown<'_> {
    Shown { gesture, depth: gesture.depth.peak }
}

/// Where among the gestures the longest run of a motif comes again, the motif's length and the run's; the
/// older motif and the earlier place where there are several. At least three quarters of it, and four notes unless it is shorter.
fn recall(gestures: &[Gesture], motifs: &[Motif]) -> Option<(usize, usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    for motif in motifs.iter().filter(|motif| !motif.is_empty()) {
        for from in 0..gestures.len() {
            let pairs = gestures[from..].iter().zip(motif);
            let run = pairs.take_while(|(gesture, note)| (gesture.code, gesture.line, gesture.depth.peak) == **note).count();
            if run >= motif.len().min(FEWEST_NOTES).max(motif.len() * 3 / 4) && best.is_none_or(|(.., longest)| run > longest) {
                best = Some((from, motif.len(), run));
            }
        }
    }
    best
}

fn first_turns(gestures: &[Gesture], most: usize) -> Vec<Shown<'_>> {
    let head = gestures.iter().position(|gesture| gesture.turns > 0).map_or(0, |turn| turn + 1);
    let from = if gestures.len() - head >= FEWEST_NOTES { head } else { 0 };
    let ends = gestures[from..].iter().enumerate().filter(|(_, gesture)| gesture.turns > 0).map(|(index, _)| index + 1);
    let two_turns = ends.take_while(|&end| end <= most).take(2).last().filter(|&end| end >= FEWEST_NOTES);
    let taken = &gestures[from..(from + two_turns.unwrap_or(most)).min(gestures.len())];
    // A melody on one note is none: lines that all reach the same height show how they get there.
    let is_level = taken.windows(2).all(|pair| pair[0].depth.peak == pair[1].depth.peak);
    if taken.len() >= FEWEST_NOTES.min(most) && !is_level {
        return taken.iter().map(at_peak).collect();
    }
    let contours = taken.iter().flat_map(|gesture| {
        let depth = gesture.depth;
        [depth.first, depth.peak, depth.last].map(|depth| Shown { gesture, depth })
    });
    contours.take(most).collect()
}

/// 0 1 2 3 4 3 2 1 0 ...: one up or down for every frame; from the fourth frame on the way turns, so that
/// deep recursion goes on walking within reach.
pub fn climb(frame_depth: u16) -> i32 {
    const TOP: u16 = 4;
    let turn = frame_depth % (2 * TOP);
    i32::from(turn.min(2 * TOP - turn))
}

/// A step of the melody for each value on the stack, and two for each frame: calls climb, returns come down.
pub fn step(shown: &Shown) -> i32 {
    i32::from(shown.depth) - 1 + 2 * climb(shown.gesture.frame_depth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::Contour;

    fn gestures(lines: &[u32]) -> Vec<Gesture> {
        let depth = |line: u32| Contour { first: 0, peak: line as u16 % 5, last: 1 };
        lines.iter().map(|&line| Gesture { line, depth: depth(line), steps: 3, ..Gesture::EMPTY }).collect()
    }

    fn lines(stretch: &Stretch) -> Vec<u32> {
        stretch.shown.iter().map(|shown| shown.gesture.line).collect()
    }

    #[test]
    fn a_motif_comes_again_where_the_program_runs_through_it_again() {
        let mut motifs = Motifs::default();
        let first = gestures(&[1, 2, 3, 4, 5]);
        assert_eq!(motifs.stretch(&first, 5).known, 0);
        let second = gestures(&[9, 8, 1, 2, 3, 4, 7, 6]);
        let stretch = motifs.stretch(&second, 8);
        assert_eq!((lines(&stretch), stretch.known), (vec![1, 2, 3, 4, 7], 4));
    }

    #[test]
    fn a_single_line_shows_the_contour_of_its_stack() {
        let mut motifs = Motifs::default();
        let bar = gestures(&[3]);
        let depths: Vec<u16> = motifs.stretch(&bar, 8).shown.iter().map(|shown| shown.depth).collect();
        assert_eq!(depths, [0, 3, 1]);
    }

    #[test]
    fn recursion_climbs_and_turns_without_a_leap() {
        let way: Vec<i32> = (0..20).map(climb).collect();
        assert!(way.windows(2).all(|pair| (pair[0] - pair[1]).abs() == 1));
    }
}
