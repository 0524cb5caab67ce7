//! Stems: beside the same mix to the bit, and what they add up to.

use std::collections::BTreeSet;
use std::io::Cursor;

use evalody::export::{Container, Depth, Form, SoundError, write_sound};
use evalody::music::Drum;
use evalody::perform::{CueKind, Performance};
use evalody::synth::{Split, Take, looping, rendering, rendering_split, rendering_with};

#[path = "support/bands.rs"]
mod bands;
#[path = "support/meter.rs"]
mod meter;
#[path = "support/sound_fonts.rs"]
mod sound_fonts;
use bands::{AMBIENT, CHIP, RATE, STAGE, piece, rendered};
use meter::decibels;

/// The piece with its notes numbered, and each drum and each melodic channel a stem.
fn split(mut performance: Performance) -> (Performance, Split) {
    let mut whose = Vec::new();
    for cue in &mut performance.cues {
        if let CueKind::On { pitch, note, .. } = &mut cue.kind {
            *note = whose.len() as u32;
            whose.push((cue.channel, cue.channel.is_drums().then_some(pitch.number())));
        }
    }
    let stems: BTreeSet<_> = whose.iter().copied().collect();
    let of_note = whose.iter().map(|one| stems.iter().position(|stem| stem == one).unwrap()).collect();
    (performance, Split { stems: stems.len(), of_note })
}

/// All that a take gives: the mix and the stems.
fn taken(mut take: impl Take, lines: usize) -> Vec<Vec<f32>> {
    let mut all = vec![Vec::new(); lines];
    while take.advance() {
        for (number, line) in all.iter_mut().enumerate() {
            line.extend_from_slice(take.line(number));
        }
    }
    all
}

/// Highest and mean difference between the mix and the sum of the stems, dB of full scale.
fn residual(lines: &[Vec<f32>]) -> (f64, f64) {
    let (mix, stems) = lines.split_first().unwrap();
    let apart: Vec<f64> =
        (0..mix.len()).map(|at| (f64::from(mix[at]) - stems.iter().map(|stem| f64::from(stem[at])).sum::<f64>()).abs()).collect();
    let mean = apart.iter().map(|apart| apart * apart).sum::<f64>() / apart.len() as f64;
    (decibels(apart.iter().copied().fold(0.0, f64::max)), decibels(mean.sqrt()))
}

#[test]
fn stems_stand_beside_the_same_mix_and_add_up_to_it() {
    for (name, cast) in [("stage", &STAGE), ("chip", &CHIP), ("ambient", &AMBIENT)] {
        let (performance, split) = split(piece(cast, &[60, 110, 80, 127]));
        assert!(split.stems >= 5, "{split:?}");
        for rate in [44_100, 48_000, 96_000] {
            let lines = taken(rendering_split(&performance, rate, None, &split), 1 + split.stems);
            assert!(lines[0] == rendered(rendering(&performance, rate)), "{name}: another mix");
            assert!(lines.iter().all(|line| line.len() == lines[0].len() && line.iter().any(|sample| *sample != 0.0)), "{name}");
            let (highest, mean) = residual(&lines);
            assert!(highest < -110.0 && mean < -130.0, "{name} at {rate}: {highest:.1} dB, mean {mean:.1}");
        }
    }
}

#[test]
fn stems_of_a_soundfont_add_up_and_where_they_cannot_it_is_said() {
    let Some(font) = sound_fonts::general_midi() else { return };
    let (performance, whole) = split(piece(&STAGE, &[60, 110]));
    let lines = taken(rendering_split(&performance, RATE, Some(&font), &whole), 1 + whole.stems);
    assert!(lines[0] == rendered(rendering_with(&performance, RATE, Some(&font))));
    let (highest, mean) = residual(&lines);
    assert!(highest < -100.0 && mean < -120.0, "{highest:.1} dB, mean {mean:.1}");

    // A font chokes an open hat by a closed one. In stems of their own it cannot.
    let mut choked = piece(&STAGE, &[110]);
    for cue in choked.cues.iter_mut().filter(|cue| cue.channel.is_drums()) {
        match &mut cue.kind {
            CueKind::On { pitch, .. } | CueKind::Off { pitch } if *pitch == Drum::Kick.pitch() => *pitch = Drum::OpenHat.pitch(),
            _ => {}
        }
    }
    let (choked, apart) = split(choked);
    let form = Form { container: Container::Wav, depth: Depth::Float, rate_hz: RATE };
    let files = (0..=apart.stems).map(|_| Cursor::new(Vec::new())).collect();
    let mut take = rendering_split(&choked, RATE, Some(&font), &apart);
    let refusal = write_sound(&mut take, 1 + apart.stems, &form, files, &mut |_, _| {});
    assert!(matches!(refusal, Err(SoundError::Apart { .. })), "{refusal:?}");
}

#[test]
fn a_note_without_a_stem_is_heard_in_the_mix_alone() {
    let (performance, mut split) = split(piece(&STAGE, &[90]));
    split.of_note.truncate(10);
    let lines = taken(rendering_split(&performance, RATE, None, &split), 1 + split.stems);
    assert!(lines[0] == rendered(rendering(&performance, RATE)));
    assert!(residual(&lines).1 > -60.0);
}

#[test]
fn whole_numbers_of_stems_add_up_to_those_of_the_mix_exactly_and_so_does_a_loop() {
    let (performance, split) = split(piece(&CHIP, &[70, 120]));
    for depth in [Depth::Sixteen, Depth::TwentyFour] {
        let form = Form { container: Container::Wav, depth, rate_hz: RATE };
        for is_loop in [false, true] {
            let mut files = vec![Cursor::new(Vec::new()); 1 + split.stems];
            let lines = files.len();
            let out: Vec<_> = files.iter_mut().collect();
            if is_loop {
                write_sound(&mut looping(&performance, RATE, None, &split), lines, &form, out, &mut |_, _| {}).unwrap();
            } else {
                write_sound(&mut rendering_split(&performance, RATE, None, &split), lines, &form, out, &mut |_, _| {}).unwrap();
            }
            let numbers: Vec<Vec<i32>> = files
                .into_iter()
                .map(|file| {
                    let reader = hound::WavReader::new(Cursor::new(file.into_inner())).unwrap();
                    assert_eq!(reader.spec().bits_per_sample, depth.bits());
                    reader.into_samples().map(Result::unwrap).collect()
                })
                .collect();
            let (mix, stems) = numbers.split_first().unwrap();
            assert!(mix.len() > RATE as usize && (0..mix.len()).all(|at| stems.iter().map(|stem| stem[at]).sum::<i32>() == mix[at]));
        }
    }
}
