//! Note values: how long a note or a rest looks, and where in a bar of 4/4 it may stand so that the beats are
//! seen (Gould, Behind Bars, 2011, on the grouping of note values and rests).

/// A run of sixteenths of one bar, written as one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// Sixteenths from the start of the bar.
    pub at: u32,
    /// 1, 2, 4, 8 or 16 sixteenths, or one and a half times as many.
    pub lasts: u32,
}

impl Sign {
    /// MusicXML's name of the value.
    pub const fn name(self) -> &'static str {
        match self.lasts {
            ..2 => "16th",
            2..4 => "eighth",
            4..8 => "quarter",
            8..16 => "half",
            _ => "whole",
        }
    }

    pub const fn is_dotted(self) -> bool {
        matches!(self.lasts, 3 | 6 | 12)
    }
}

/// The signs of a stretch from `from` to `to`, which lie in one bar. Notes are tied.
pub fn signs(from: u32, to: u32, is_rest: bool) -> Vec<Sign> {
    let mut signs = Vec::new();
    split(from, to, is_rest, &mut signs);
    signs
}

/// What is no value, or would hide a beat, is parted at the strongest beat within.
fn split(from: u32, to: u32, is_rest: bool, signs: &mut Vec<Sign>) {
    if from >= to {
        return;
    }
    let sign = Sign { at: from, lasts: to - from };
    if if is_rest { is_clear_rest(sign) } else { is_clear_note(sign) } {
        signs.push(sign);
        return;
    }
    let beat = [8, 4, 2, 1].into_iter().find_map(|step| {
        let next = (from / step + 1) * step;
        (next < to).then_some(next)
    });
    // Every sign of one sixteenth is clear, so there is one.
    let beat = beat.unwrap_or(to);
    split(from, beat, is_rest, signs);
    split(beat, to, is_rest, signs);
}

/// Rests show the beats: each lies on a multiple of its own length.
const fn is_clear_rest(Sign { at, lasts }: Sign) -> bool {
    matches!(lasts, 1 | 2 | 4 | 8 | 16) && at.is_multiple_of(lasts)
}

/// Notes may also be dotted, and be held over a weaker beat, never over the middle of the bar unless they begin on
/// a beat and are a half or longer.
const fn is_clear_note(Sign { at, lasts }: Sign) -> bool {
    match lasts {
        1 => true,
        // Within a beat, on any sixteenth of it.
        2 | 3 => at % 4 + lasts <= 4,
        // Within half a bar, on an eighth.
        4 | 6 => at.is_multiple_of(2) && at % 8 + lasts <= 8,
        // On a beat.
        8 | 12 => at.is_multiple_of(4),
        _ => lasts == 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(from: u32, to: u32, is_rest: bool) -> Vec<u32> {
        signs(from, to, is_rest).iter().map(|sign| sign.lasts).collect()
    }

    #[test]
    fn notes_are_parted_where_a_beat_would_be_hidden() {
        assert_eq!(lengths(0, 16, false), [16]);
        assert_eq!(lengths(0, 5, false), [4, 1]);
        assert_eq!(lengths(3, 8, false), [1, 4]);
        assert_eq!(lengths(2, 6, false), [4], "a quarter between two eighths");
        assert_eq!(lengths(6, 10, false), [2, 2], "over the middle of the bar");
        assert_eq!(lengths(4, 12, false), [8]);
        assert_eq!(lengths(0, 7, false), [4, 3]);
        assert_eq!(lengths(3, 5, false), [1, 1]);
    }

    #[test]
    fn rests_lie_on_multiples_of_their_length() {
        assert_eq!(lengths(0, 12, true), [8, 4]);
        assert_eq!(lengths(1, 16, true), [1, 2, 4, 8]);
        assert_eq!(lengths(2, 6, true), [2, 2]);
    }

    #[test]
    fn every_stretch_is_filled_with_values_there_are() {
        for (from, to) in (0..16).flat_map(|from| (from + 1..=16).map(move |to| (from, to))) {
            for is_rest in [false, true] {
                let signs = signs(from, to, is_rest);
                let mut at = from;
                for sign in &signs {
                    assert_eq!(sign.at, at);
                    assert!([1, 2, 3, 4, 6, 8, 12, 16].contains(&sign.lasts), "{from}..{to}: {signs:?}");
                    at += sign.lasts;
                }
                assert_eq!(at, to);
            }
        }
    }
}
