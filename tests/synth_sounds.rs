//! What the synth promises to ears and meters: every patch in tune, in balance and over in time, no
//! clicks, no overload, and the same samples however they are asked for.

use std::f64::consts::TAU;

use evalody::music::{Drum, Instrument, Level, Pan, Patch, Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};
use evalody::synth::{Synth, rendering};
use proptest::prelude::*;

#[path = "support/meter.rs"]
mod meter;
use meter::{mono, true_peak};

const RATE: u32 = 48_000;

/// All that have a pitch.
const PATCHES: [Patch; 30] = [
    Patch::ELECTRIC_PIANO,
    Patch::CELESTA,
    Patch::GLOCKENSPIEL,
    Patch::MUSIC_BOX,
    Patch::VIBRAPHONE,
    Patch::MARIMBA,
    Patch::XYLOPHONE,
    Patch::NYLON_GUITAR,
    Patch::FINGERED_BASS,
    Patch::PIZZICATO,
    Patch::HARP,
    Patch::STRINGS,
    Patch::BRASS,
    Patch::CLARINET,
    Patch::FLUTE,
    Patch::KALIMBA,
    Patch::FRETLESS_BASS,
    Patch::OBOE,
    Patch::SHAKUHACHI,
    Patch::WARM_PAD,
    Patch::STEEL_DRUMS,
    Patch::SYNTH_BASS,
    Patch::SQUARE_LEAD,
    Patch::SAW_LEAD,
    Patch::CALLIOPE_LEAD,
    Patch::CHIFF_LEAD,
    Patch::CHARANG_LEAD,
    Patch::VOICE_LEAD,
    Patch::FIFTHS_LEAD,
    Patch::BASS_LEAD,
];

fn channel(index: u8) -> Channel {
    Channel::new(index).unwrap()
}

fn pitch(number: u8) -> Pitch {
    Pitch::new(number).unwrap()
}

fn on(number: u8, velocity: u8) -> CueKind {
    CueKind::On { pitch: pitch(number), velocity: Velocity::new(velocity).unwrap(), note: 0 }
}

fn off(number: u8) -> CueKind {
    CueKind::Off { pitch: pitch(number) }
}

fn setup(index: u8, instrument: Instrument, pan: u8, level: u8) -> ChannelSetup {
    ChannelSetup { channel: channel(index), name: "test", instrument, pan: Pan::new(pan).unwrap(), level: Level::new(level).unwrap() }
}

fn solo(patch: Patch) -> Synth {
    Synth::new(RATE, &[setup(0, Instrument::Melodic(patch), 64, 100)])
}

fn seconds(synth: &mut Synth, seconds: f64) -> Vec<f32> {
    let mut stereo = vec![0.0; 2 * (seconds * f64::from(RATE)) as usize];
    synth.render(&mut stereo);
    stereo
}

fn decibels(samples: &[f64]) -> f64 {
    10.0 * (samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64 + 1.0e-20).log10()
}

/// Strength of a frequency under a Hann window (Goertzel's sum, written out).
fn strength(samples: &[f64], hertz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let window = 0.5 - 0.5 * (TAU * n as f64 / samples.len() as f64).cos();
        let (sine, cosine) = (TAU * hertz / f64::from(RATE) * n as f64).sin_cos();
        (re, im) = (re + sample * window * cosine, im + sample * window * sine);
    }
    (re * re + im * im).sqrt()
}

/// Drums, bass, keys, pad and lead, some bars of sixteenths.
fn band(bars: u32, level: u8, velocity: u8) -> Performance {
    let setups = vec![
        setup(9, Instrument::Drums, 64, level),
        setup(0, Instrument::Melodic(Patch::FINGERED_BASS), 64, level),
        setup(1, Instrument::Melodic(Patch::ELECTRIC_PIANO), 50, level),
        setup(2, Instrument::Melodic(Patch::VIBRAPHONE), 74, level),
        setup(3, Instrument::Melodic(Patch::STRINGS), 64, level),
    ];
    let mut cues = Vec::new();
    let mut note = |index: u8, at: u32, lasts: u32, number: u8, velocity: u8| {
        cues.push(Cue { at: Tick(at), channel: channel(index), kind: on(number, velocity) });
        cues.push(Cue { at: Tick(at + lasts), channel: channel(index), kind: off(number) });
    };
    for bar in 0..bars {
        let (at, root) = (bar * 1920, [45, 41, 36, 43][bar as usize % 4]);
        for sixteenth in 0..16 {
            let at = at + sixteenth * 120;
            match sixteenth {
                0 | 8 => note(9, at, 60, Drum::Kick.pitch().number(), velocity),
                4 | 12 => note(9, at, 60, Drum::Snare.pitch().number(), velocity),
                _ => note(9, at, 60, Drum::ClosedHat.pitch().number(), velocity - velocity / 4),
            }
            if sixteenth % 3 == 0 {
                note(0, at, 110, root, velocity);
                note(2, at, 220, root + 24 + [0, 7, 12, 3, 10, 15][sixteenth as usize / 3], velocity);
            }
        }
        for step in [0, 7, 12, 16] {
            note(1, at, 900, root + 12 + step, velocity - velocity / 4);
            note(3, at, 1900, root + 24 + step, velocity / 2);
        }
    }
    cues.sort_by_key(|cue| (cue.at, matches!(cue.kind, CueKind::On { .. })));
    Performance {
        title: "band".to_owned(),
        tempo: Tempo::new(110).unwrap(),
        key: "Am".parse().unwrap(),
        setups,
        cues,
        causes: Vec::new(),
        harmony: Vec::new(),
        markers: Vec::new(),
        remarks: Vec::new(),
        states: Vec::new(),
        end: Tick(bars * 1920),
    }
}

fn rendered(performance: &Performance) -> Vec<f32> {
    let mut rendering = rendering(performance, RATE);
    let mut stereo = Vec::new();
    while let Some(block) = rendering.next_block() {
        stereo.extend_from_slice(block);
    }
    stereo
}

/// The register in which a patch is written for.
fn home(patch: Patch) -> u8 {
    match patch {
        Patch::FINGERED_BASS | Patch::FRETLESS_BASS | Patch::SYNTH_BASS => 36,
        Patch::GLOCKENSPIEL => 79,
        Patch::CELESTA | Patch::MUSIC_BOX | Patch::XYLOPHONE | Patch::FLUTE | Patch::SHAKUHACHI | Patch::BASS_LEAD => 72,
        _ => 60,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_patch_is_in_tune_over_its_range(index in 0..PATCHES.len(), number in 36u8..=96, velocity in 20u8..=127) {
        let mut synth = solo(PATCHES[index]);
        synth.strike(channel(0), on(number, velocity));
        let samples = mono(&seconds(&mut synth, 0.27));
        // After the knock of the mallet; before short notes are gone and only the room, which has pitches
        // of its own, is left.
        let samples = &samples[(0.02 * f64::from(RATE)) as usize..];
        let hertz = pitch(number).hertz();
        let best = (-60..=60)
            .map(|cents| (cents, strength(samples, hertz * (f64::from(cents) / 1200.0).exp2())))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap();
        // Twin players are 8 cents apart and vibrate, the room has pitches of its own under short notes, and a
        // quarter of a second tells no 65 Hz from 66.
        let allowed = 25.0 + 1200.0 * (0.6 / hertz + 1.0).log2();
        prop_assert!(f64::from(best.0).abs() <= allowed, "{} on {number}: off by {} cents", PATCHES[index].name(), best.0);
        let beside = strength(samples, hertz * 1.2).max(strength(samples, hertz / 1.2));
        prop_assert!(best.1 > 3.0 * beside, "{} on {number}: {} at its pitch, {beside} beside it", PATCHES[index].name(), best.1);
    }

    #[test]
    fn how_the_asking_is_sliced_changes_no_sample(
        strokes in prop::collection::vec((0usize..700, 0u8..5, 30u8..100, 1u8..=127, any::<bool>()), 1..40),
        slices in prop::collection::vec(1usize..400, 1..20),
    ) {
        let setups = [
            setup(0, Instrument::Melodic(Patch::ELECTRIC_PIANO), 30, 100),
            setup(1, Instrument::Melodic(Patch::STRINGS), 64, 110),
            setup(2, Instrument::Melodic(Patch::FLUTE), 90, 100),
            setup(3, Instrument::Melodic(Patch::NYLON_GUITAR), 64, 90),
            setup(4, Instrument::Melodic(Patch::MARIMBA), 20, 90),
        ];
        let play = |slices: &mut dyn Iterator<Item = usize>| {
            let mut synth = Synth::new(RATE, &setups);
            let mut samples = Vec::new();
            for &(gap, index, number, velocity, is_on) in &strokes {
                let mut left = gap;
                while left > 0 {
                    let frames = slices.next().unwrap().min(left);
                    let from = samples.len();
                    samples.resize(from + frames * 2, 9.0);
                    synth.render(&mut samples[from..]);
                    left -= frames;
                }
                match (is_on, number) {
                    (_, 99) => synth.hush(),
                    (true, _) => synth.strike(channel(index), on(number, velocity)),
                    (false, _) => synth.strike(channel(index), off(number)),
                }
            }
            samples.extend(seconds(&mut synth, 0.1));
            samples
        };
        let whole = play(&mut std::iter::repeat(usize::MAX));
        let sliced = play(&mut slices.iter().copied().cycle());
        prop_assert!(whole.iter().map(|sample| sample.to_bits()).eq(sliced.iter().map(|sample| sample.to_bits())));
    }
}

#[test]
fn patches_are_in_balance_and_harder_is_louder_and_brighter() {
    let mut levels = Vec::new();
    for patch in PATCHES {
        let [soft, hard] = [30, 120].map(|velocity| {
            let mut synth = solo(patch);
            synth.strike(channel(0), on(home(patch), velocity));
            // The loudest quarter of a second of one and a half: some swell, some are soon gone.
            let quarters: Vec<Vec<f64>> = (0..6).map(|_| mono(&seconds(&mut synth, 0.25))).collect();
            let samples = quarters.iter().max_by(|a, b| decibels(a).total_cmp(&decibels(b))).unwrap();
            let samples = &samples[..];
            let slopes: Vec<f64> = samples.windows(2).map(|pair| pair[1] - pair[0]).collect();
            (decibels(samples), decibels(&slopes) - decibels(samples))
        });
        assert!(hard.0 > soft.0 + 5.0, "{}: {} dB hard, {} dB soft", patch.name(), hard.0, soft.0);
        assert!(hard.1 > soft.1 + 0.3, "{}: {} dB bright when hard, {} dB when soft", patch.name(), hard.1, soft.1);
        levels.push((hard.0, patch.name()));
    }
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(levels[PATCHES.len() - 1].0 - levels[0].0 < 8.0, "{levels:?}");
}

#[test]
fn every_patch_and_drum_sounds_and_is_over_after_its_release() {
    for number in 0..=129u8 {
        let (index, instrument) = match (Patch::new(number), number) {
            (Some(patch), _) => (0, Instrument::Melodic(patch)),
            (None, 128) => (9, Instrument::Drums),
            (None, _) => (9, Instrument::NoiseDrums),
        };
        let mut synth = Synth::new(RATE, &[setup(index, instrument, 64, 100)]);
        // Drums are all struck, also those of the map which we have no sound of their own for.
        for number in if index == 9 { 27..88 } else { 69..70 } {
            synth.strike(channel(index), on(number, 100));
        }
        // A reverse cymbal only begins to be heard after a second.
        let held = seconds(&mut synth, if instrument == Instrument::Melodic(Patch::REVERSE_CYMBAL) { 1.5 } else { 0.1 });
        assert!(decibels(&mono(&held)) > -50.0, "{instrument:?}: {} dB", decibels(&mono(&held)));
        assert!(!synth.is_quiet());
        for number in 27..88 {
            synth.strike(channel(index), off(number));
        }
        let mut tenths = 0;
        while !synth.is_quiet() {
            assert!(tenths < 60, "{instrument:?}: {} voices after 6 s", synth.voices_sounding());
            assert!(seconds(&mut synth, 0.1).iter().chain(&held).all(|sample| sample.is_finite()), "{instrument:?}");
            tenths += 1;
        }
        assert!(seconds(&mut synth, 0.01).iter().all(|&sample| sample == 0.0));
    }
}

#[test]
fn every_rate_gives_sound_of_the_same_strength() {
    for rate in [8_000, 22_050, 44_100, 96_000, 192_000] {
        let mut synth = Synth::new(rate, &band(1, 100, 100).setups);
        for index in 0..4 {
            synth.strike(channel(index), on(48 + index * 7, 90));
        }
        synth.strike(Channel::DRUMS, on(Drum::Kick.pitch().number(), 90));
        let mut stereo = vec![0.0; 2 * rate as usize / 2];
        synth.render(&mut stereo);
        let level = decibels(&mono(&stereo));
        assert!((-19.0..-13.0).contains(&level), "{level} dB at {rate} Hz");
        synth.hush();
        synth.render(&mut stereo);
        assert!(synth.is_quiet(), "{rate} Hz");
    }
}

#[test]
fn the_loudest_there_can_be_stays_under_minus_one_decibel_true_peak() {
    let mut setups: Vec<ChannelSetup> =
        (0..16).filter(|&index| index != 9).map(|index| setup(index, Instrument::Melodic(PATCHES[index as usize]), 64, 127)).collect();
    setups.push(setup(9, Instrument::Drums, 64, 127));
    let mut synth = Synth::new(RATE, &setups);
    let mut stereo = Vec::new();
    for turn in 0..12u8 {
        for index in (0..16).filter(|&index| index != 9) {
            for step in [0, 4, 7, 12] {
                synth.strike(channel(index), on(36 + turn + step + index, 127));
            }
        }
        for drum in [Drum::Kick, Drum::Snare, Drum::Crash, Drum::OpenHat, Drum::SideStick] {
            synth.strike(Channel::DRUMS, on(drum.pitch().number(), 127));
        }
        stereo.extend(seconds(&mut synth, 0.23));
    }
    let most = 10f64.powf(-1.0 / 20.0);
    for side in 0..2 {
        let samples: Vec<f64> = stereo.iter().skip(side).step_by(2).map(|&sample| f64::from(sample)).collect();
        let peak = true_peak(&samples);
        assert!(peak < most && peak > 0.7, "{peak}");
        assert!(decibels(&samples) > -16.0, "{} dB: not the loudest at all", decibels(&samples));
    }
}

#[test]
fn a_band_has_no_direct_current_and_is_the_same_twice() {
    let performance = band(4, 110, 100);
    let stereo = rendered(&performance);
    for side in 0..2 {
        let mean = stereo.iter().skip(side).step_by(2).map(|&sample| f64::from(sample)).sum::<f64>() / (stereo.len() / 2) as f64;
        assert!(mean.abs() < 0.001, "{mean}");
    }
    let again = rendered(&performance);
    assert!(stereo.iter().map(|sample| sample.to_bits()).eq(again.iter().map(|sample| sample.to_bits())));
}

#[test]
fn a_rendered_stroke_falls_on_its_sample_and_the_file_ends_in_silence() {
    let mut performance = band(1, 100, 100);
    performance.cues.retain(|cue| cue.channel == Channel::DRUMS);
    performance.cues.truncate(2);
    performance.cues.iter_mut().for_each(|cue| cue.at = Tick(cue.at.0 + 777));
    let stereo = rendered(&performance);
    let at = Tick(777).sample(performance.tempo, RATE) as usize;
    let first = stereo.iter().position(|sample| sample.abs() > 1.0e-6).unwrap() / 2;
    assert!((at..at + 48).contains(&first), "{first} instead of {at}");
    assert!(stereo.len() / 2 >= performance.end.sample(performance.tempo, RATE) as usize);
    assert!(stereo[stereo.len() - 2000..].iter().all(|sample| sample.abs() < 1.0e-5));
}

#[test]
fn a_rendering_is_what_live_playing_gives() {
    let performance = band(2, 100, 90);
    let file = rendered(&performance);
    let mut synth = Synth::new(RATE, &performance.setups);
    let mut live = Vec::new();
    for cue in &performance.cues {
        let at = cue.at.sample(performance.tempo, RATE) as usize * 2;
        let from = live.len();
        live.resize(at, 0.0);
        synth.render(&mut live[from..]);
        synth.strike(cue.channel, cue.kind);
    }
    let live = &live[Synth::LATENCY_FRAMES * 2..];
    assert_eq!(live, &file[..live.len()]);
}

/// The greatest step from one sample to the next.
fn steepest(stereo: &[f32]) -> f32 {
    stereo.iter().zip(&stereo[2..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn hushing_and_stealing_do_not_click() {
    let mut synth = solo(Patch::VIBRAPHONE);
    synth.strike(channel(0), on(48, 110));
    let playing = seconds(&mut synth, 0.5);
    synth.hush();
    let hushed = seconds(&mut synth, 0.05);
    assert!(steepest(&hushed) < 1.1 * steepest(&playing), "{} after {}", steepest(&hushed), steepest(&playing));
    assert!(decibels(&mono(&hushed[hushed.len() / 2..])) < -70.0);
    seconds(&mut synth, 0.3);
    assert!(synth.is_quiet());

    let mut synth = solo(Patch::VIBRAPHONE);
    for _ in 0..96 {
        synth.strike(channel(0), on(48, 60));
    }
    let playing = seconds(&mut synth, 0.5);
    // Each of these takes the place of one that rings; they themselves are hardly heard.
    for _ in 0..32 {
        synth.strike(channel(0), on(48, 1));
    }
    let stolen = seconds(&mut synth, 0.2);
    assert!(steepest(&stolen) < 1.1 * steepest(&playing[playing.len() / 2..]), "{} after {}", steepest(&stolen), steepest(&playing));
}

#[test]
fn pan_moves_the_sound_and_keeps_its_power() {
    let [left, centre, right] = [0, 64, 127].map(|pan| {
        let mut synth = Synth::new(RATE, &[setup(9, Instrument::Drums, pan, 60)]);
        synth.strike(Channel::DRUMS, on(Drum::Kick.pitch().number(), 60));
        let stereo = seconds(&mut synth, 0.2);
        [0, 1].map(|side| stereo.iter().skip(side).step_by(2).map(|&sample| f64::from(sample) * f64::from(sample)).sum::<f64>())
    });
    assert!(left[0] > 100.0 * left[1] && right[1] > 100.0 * right[0]);
    assert!((centre[0] / centre[1] - 1.0).abs() < 0.05);
    assert!(((left[0] + left[1]) / (centre[0] + centre[1]) - 1.0).abs() < 0.1);
}
