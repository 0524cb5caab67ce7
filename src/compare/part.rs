//! One of two programs out of the piece that was made of them.

use super::sounding::{cues, soundings};
use crate::perform::{Performance, Port};
use crate::score::Cause;
use crate::trace::CodeId;

/// What one program plays in a piece of two, where and when it does so, with its own code ids again. `left_codes` is
/// the count of the left's code objects.
pub fn part(pair: &Performance, left_codes: u32, is_right: bool) -> Performance {
    let notes = soundings(pair).into_iter().filter(|note| (note.cause.code.0 >= left_codes) == is_right).map(|mut note| {
        let code = if is_right { CodeId(note.cause.code.0 - left_codes) } else { note.cause.code };
        note.cause = Cause { code, ..note.cause };
        note
    });
    let (cues, causes) = cues(notes.collect());
    let has_ports = pair.setups.iter().any(|setup| setup.channel.port() == Port::B);
    let port = if is_right && has_ports { Port::B } else { Port::A };
    let setups = pair.setups.iter().filter(|setup| setup.channel.port() == port).cloned().collect();
    Performance { setups, cues, causes, states: Vec::new(), ..pair.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::{sides, turns};
    use super::*;
    use crate::compose::{Style, compose};
    use crate::fold::{Zoom, fold};
    use crate::perform::perform;
    use crate::trace;

    #[test]
    fn each_part_is_all_that_its_program_plays() {
        let trace = trace::read(include_str!("../../tests/golden/fib.trace")).unwrap();
        let piece = perform(&compose("fib", &fold(&trace, Zoom::Auto), &trace.codes, &Style::default()));
        let left_codes = trace.codes.len() as u32;
        for pair in [sides(&piece, &piece, left_codes).unwrap(), turns(&piece, &piece, left_codes).unwrap()] {
            let parts = [false, true].map(|is_right| part(&pair, left_codes, is_right));
            assert_eq!(parts[0].cues.len() + parts[1].cues.len(), pair.cues.len());
            for part in &parts {
                let steps = |causes: &[Cause]| causes.iter().filter(|cause| !cause.is_state).map(|cause| cause.steps).sum::<u64>();
                assert_eq!(steps(&part.causes), trace.steps().count() as u64);
                assert!(part.causes.iter().all(|cause| cause.code.0 < left_codes));
                assert_eq!(part.setups.len(), piece.setups.len());
            }
        }
    }
}
