//! What every performance keeps to, whatever was written.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use evalody::music::{Instrument, Pitch, Tick};
use evalody::perform::{Channel, CueKind, Performance, perform};
use evalody::score::Score;
use proptest::prelude::*;
use support::scores::any_score;

type Stroke = (Channel, Pitch, Tick);

fn strokes(performance: &Performance) -> Vec<Stroke> {
    performance
        .cues
        .iter()
        .filter_map(|cue| match cue.kind {
            CueKind::On { pitch, .. } => Some((cue.channel, pitch, cue.at)),
            CueKind::Off { .. } => None,
        })
        .collect()
}

/// The notes that can sound at all: not behind the end, and with a length.
fn audible(score: &Score) -> BTreeSet<Stroke> {
    let performance = perform(score);
    score
        .notes()
        .into_iter()
        .filter(|(_, note)| note.lasts.0 > 0 && note.at < score.end)
        .map(|(part, note)| (performance.setups[part].channel, note.pitch, note.at))
        .collect()
}

proptest! {
    #[test]
    fn on_one_channel_and_pitch_strokes_and_releases_take_turns_and_end_released(score in any_score()) {
        let mut is_sounding: BTreeMap<(Channel, Pitch), bool> = BTreeMap::new();
        for cue in perform(&score).cues {
            let (pitch, is_stroke) = match cue.kind {
                CueKind::On { pitch, .. } => (pitch, true),
                CueKind::Off { pitch } => (pitch, false),
            };
            let was_sounding = is_sounding.insert((cue.channel, pitch), is_stroke).unwrap_or(false);
            prop_assert_ne!(was_sounding, is_stroke, "{:?}", cue);
        }
        prop_assert!(is_sounding.values().all(|sounds| !sounds));
    }

    #[test]
    fn cues_are_sorted_with_releases_first_and_none_lies_behind_the_end(score in any_score()) {
        let performance = perform(&score);
        let order: Vec<(Tick, bool)> =
            performance.cues.iter().map(|cue| (cue.at, matches!(cue.kind, CueKind::On { .. }))).collect();
        prop_assert!(order.is_sorted());
        prop_assert!(performance.cues.iter().all(|cue| cue.at <= performance.end));
    }

    #[test]
    fn a_note_is_lost_only_to_another_at_the_same_channel_pitch_and_tick(score in any_score()) {
        let played = strokes(&perform(&score));
        let distinct: BTreeSet<Stroke> = played.iter().copied().collect();
        prop_assert_eq!(distinct.len(), played.len(), "something is struck twice at once");
        prop_assert_eq!(distinct, audible(&score));
    }

    #[test]
    fn every_stroke_has_a_cause_of_its_own_which_a_note_of_the_score_gave(score in any_score()) {
        let performance = perform(&score);
        let mut numbers = BTreeSet::new();
        for cue in &performance.cues {
            if let CueKind::On { pitch, note, .. } = cue.kind {
                prop_assert!(numbers.insert(note), "note {} is struck twice", note);
                let cause = performance.causes[note as usize];
                let is_written = score.parts.iter().zip(&performance.setups).any(|(part, setup)| {
                    setup.channel == cue.channel
                        && part.notes.iter().any(|written| written.at == cue.at && written.pitch == pitch && written.cause == cause)
                });
                prop_assert!(is_written, "{:?} is nobody's", cue);
            }
        }
        prop_assert_eq!(numbers.len(), performance.causes.len());
    }

    #[test]
    fn drums_sound_on_channel_10_and_every_other_part_has_a_channel_to_itself(score in any_score()) {
        let performance = perform(&score);
        let mut taken = BTreeSet::new();
        for (part, setup) in score.parts.iter().zip(&performance.setups) {
            match part.instrument {
                Instrument::Drums | Instrument::NoiseDrums => prop_assert_eq!(setup.channel, Channel::DRUMS),
                Instrument::Melodic(_) => prop_assert!(setup.channel != Channel::DRUMS && taken.insert(setup.channel)),
            }
        }
    }

    #[test]
    fn the_same_score_gives_the_same_performance(score in any_score()) {
        prop_assert_eq!(perform(&score), perform(&score));
    }
}
