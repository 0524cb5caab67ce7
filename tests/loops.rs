//! Loops: as long as their bars to the frame, without a seam, and what a player would hear who repeats them.

use evalody::music::{Instrument, Patch, TICKS_PER_BAR, Tempo, Tick};
use evalody::perform::{Bars, Cue, CueKind, Performance, excerpt};
use evalody::synth::{Split, Take, looping, rendering};

#[path = "support/bands.rs"]
mod bands;
use bands::{AMBIENT, BAR, CHIP, RATE, STAGE, piece, rendered};

fn bars(text: &str) -> Bars {
    text.parse().unwrap()
}

fn looped(performance: &Performance, rate: u32) -> Vec<f32> {
    let split = Split::default();
    let mut take = looping(performance, rate, None, &split);
    let mut all = Vec::new();
    while take.advance() {
        all.extend_from_slice(take.line(0));
        let (done, total) = take.progress();
        assert!(done <= total);
    }
    assert_eq!(take.progress().0, take.progress().1);
    all
}

/// Largest step from a frame to the next.
fn steps(stereo: &[f32]) -> Vec<f32> {
    stereo.windows(4).step_by(2).map(|pair| (pair[2] - pair[0]).abs().max((pair[3] - pair[1]).abs())).collect()
}

#[test]
fn a_loop_is_as_long_as_its_bars_and_its_end_flows_into_its_beginning() {
    for (name, cast) in [("stage", &STAGE), ("chip", &CHIP), ("ambient", &AMBIENT)] {
        for (rate, tempo) in [(48_000, 110), (44_100, 133), (96_000, 97)] {
            let mut whole = piece(cast, &[80, 100, 120, 60]);
            whole.tempo = Tempo::new(tempo).unwrap();
            // Something rings over the end of the bars.
            let some = excerpt(&whole, bars("2..3")).unwrap();
            let once = looped(&some, rate);
            assert_eq!(once.len() as u64 / 2, Tick(2 * BAR).sample(whole.tempo, rate), "{name}");
            let mut twice = once.clone();
            twice.extend_from_slice(&once);
            let steps = steps(&twice);
            let seam = once.len() / 2 - 1;
            // Strokes on the first beat are the loudest, but their sound begins after the seam.
            let usual = steps[seam - 2000..seam - 50].iter().copied().fold(0.0, f32::max);
            let at_seam = steps[seam - 2..=seam + 1].iter().copied().fold(0.0, f32::max);
            assert!(at_seam <= usual * 1.05 + 1.0e-4, "{name} at {rate} Hz: a step of {at_seam} at the seam, {usual} before it");
        }
    }
}

#[test]
fn what_rings_over_the_end_is_heard_at_the_beginning() {
    // One long stroke, late in the bar: the beginning is its tail alone.
    let mut whole = piece(&STAGE, &[100]);
    whole.cues.retain(|cue| cue.at.0 >= 1800 && !cue.channel.is_drums());
    let once = looped(&whole, RATE);
    let plain = rendered(rendering(&whole, RATE));
    let loudest = |samples: &[f32]| samples.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
    assert_eq!(loudest(&plain[..2000]), 0.0);
    assert!(loudest(&once[..2000]) > 0.01, "{}", loudest(&once[..2000]));
}

/// The bars over and over, as a performance.
fn repeated(performance: &Performance, times: u32) -> Performance {
    let length = performance.end.0;
    let cues = (0..times).flat_map(|time| performance.cues.iter().map(move |cue| Cue { at: Tick(cue.at.0 + time * length), ..*cue }));
    let mut cues: Vec<Cue> = cues.collect();
    cues.sort_by_key(|cue| (cue.at, matches!(cue.kind, CueKind::On { .. })));
    Performance { cues, end: Tick(times * length), ..performance.clone() }
}

#[test]
fn a_loop_is_what_repeating_its_bars_comes_to() {
    // Struck instruments only: where oscillators of held ones begin is chance, and differs from time to time.
    let mut some = excerpt(&piece(&STAGE, &[90, 110]), bars("1..2")).unwrap();
    for setup in &mut some.setups {
        if setup.instrument != Instrument::Drums {
            setup.instrument = Instrument::Melodic(Patch::VIBRAPHONE);
        }
    }
    // A pass is a whole number of the synth's blocks, so that each time falls on the same grid.
    some.tempo = Tempo::new(125).unwrap();
    let once = looped(&some, RATE);
    assert_eq!(once.len() / 2 % 64, 0);
    let times = 8;
    let long = rendered(rendering(&repeated(&some, times), RATE));
    let last = &long[(times as usize - 1) * once.len()..times as usize * once.len()];
    let mut worst = 0.0f64;
    for (ours, theirs) in once.chunks(2 * 2400).zip(last.chunks(2 * 2400)) {
        let power = |samples: &[f32]| samples.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
        worst = worst.max((10.0 * (power(ours) / power(theirs)).log10()).abs());
    }
    // The fader goes on counting: it is never quite where it was.
    assert!(worst < 0.5, "{worst:.2} dB apart");
}

#[test]
fn an_excerpt_strikes_what_begins_in_it_and_releases_all_at_its_end() {
    let whole = piece(&AMBIENT, &[80, 100, 120, 60]);
    for text in ["1..1", "2..3", "4..4", "1..4"] {
        let some = excerpt(&whole, bars(text)).unwrap();
        let mut sounding = std::collections::BTreeSet::new();
        let mut last = Tick(0);
        for cue in &some.cues {
            assert!(cue.at >= last && cue.at <= some.end);
            last = cue.at;
            match cue.kind {
                CueKind::On { pitch, note, .. } => {
                    assert!(cue.at < some.end && (note as usize) < some.causes.len());
                    assert!(sounding.insert((cue.channel, pitch)));
                }
                CueKind::Off { pitch } => assert!(sounding.remove(&(cue.channel, pitch))),
            }
        }
        assert!(sounding.is_empty() && !some.cues.is_empty());
        assert_eq!(some.end.0 % TICKS_PER_BAR, 0);
    }
    // All of it is the piece itself.
    let all = excerpt(&whole, bars("1..4")).unwrap();
    assert_eq!(all.cues.len(), whole.cues.len());
}

#[test]
fn bars_are_refused_with_what_is_allowed() {
    for (text, words) in [
        ("5", "\"5\" are no bars; write the first and the last, counted from 1, such as 5..8 for four bars"),
        ("a..b", "\"a..b\" are no bars"),
        ("0..4", "bars are counted from 1"),
        ("8..5", "bar 5 comes before bar 8; write the earlier one first"),
        ("1..99999999999", "are no bars"),
    ] {
        let error = text.parse::<Bars>().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let error = excerpt(&piece(&STAGE, &[80, 100]), bars("2..4000000000")).unwrap_err().to_string();
    assert_eq!(error, "bars 2..4000000000: the piece has 2; choose from 1..2");
}
