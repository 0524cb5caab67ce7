//! Two seconds of a page of the atlas, as they sound: loud enough to be heard, and not too loud.

use evalody::atlas;
use evalody::compose::phrase;
use evalody::perform::perform;
use evalody::synth::rendering;
use evalody::trace::Family;

const SAMPLE_RATE_HZ: u32 = 48_000;

/// Peak, and the root of the mean square over the two seconds of the phrase.
fn level(strokes: &[Option<(Family, u8)>]) -> (f32, f32) {
    let performance = perform(&phrase(strokes));
    let mut rendering = rendering(&performance, SAMPLE_RATE_HZ);
    let mut samples = Vec::new();
    while let Some(block) = rendering.next_block() {
        samples.extend_from_slice(block);
    }
    assert!(samples.len() >= 2 * 2 * SAMPLE_RATE_HZ as usize, "shorter than two seconds");
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let phrase = &samples[..2 * 2 * SAMPLE_RATE_HZ as usize];
    (peak, (phrase.iter().map(|sample| sample * sample).sum::<f32>() / phrase.len() as f32).sqrt())
}

#[test]
fn what_is_explained_is_heard() {
    for name in ["LOAD_FAST", "list.append", "@loop", "load"] {
        let entry = atlas::find(name).unwrap();
        let strokes: Vec<_> =
            entry.phrase().into_iter().map(|stroke| stroke.and_then(|(family, depth)| Some((Family::named(family)?, depth)))).collect();
        let (peak, mean) = level(&strokes);
        assert!((0.1..1.0).contains(&peak) && mean > 0.01, "{name}: peak {peak}, root of the mean square {mean}");
    }
}

#[test]
fn every_family_that_sounds_is_heard_by_itself() {
    for family in Family::ALL.into_iter().filter(|&family| family != Family::Rest) {
        let strokes: Vec<_> = [0, 1, 2, 3, 4, 3, 2, 0].map(|depth| Some((family, depth))).to_vec();
        let (peak, mean) = level(&strokes);
        assert!((0.05..1.0).contains(&peak) && mean > 0.004, "{family}: peak {peak}, root of the mean square {mean}");
    }
}
