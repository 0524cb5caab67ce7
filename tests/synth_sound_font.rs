//! A SoundFont in place of our own instruments: it plays what was written, in the same room, as loud and never
//! louder; and what is no SoundFont is refused in words.

use evalody::live::{BLOCK_FRAMES, Player};
use evalody::music::{Instrument, Level, Pan, Patch, Pitch, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, CueKind};
use evalody::synth::{Noise, SoundFont, Synth, rendering, rendering_with};

#[path = "support/bands.rs"]
mod bands;
#[path = "support/meter.rs"]
mod meter;
#[path = "support/sound_fonts.rs"]
mod sound_fonts;
use bands::{BAR, RATE, STAGE, piece, rendered};
use meter::{decibels, loudness, mono, side, spectrum, true_peak};
use sound_fonts::general_midi;

fn setup(index: u8, patch: Patch, pan: u8, level: u8) -> ChannelSetup {
    ChannelSetup {
        channel: Channel::new(index).unwrap(),
        name: "line",
        instrument: Instrument::Melodic(patch),
        pan: Pan::new(pan).unwrap(),
        level: Level::new(level).unwrap(),
    }
}

fn stroke(number: u8, velocity: u8) -> CueKind {
    CueKind::On { pitch: Pitch::new(number).unwrap(), velocity: Velocity::new(velocity).unwrap(), note: 0 }
}

fn seconds(synth: &mut Synth, seconds: f64) -> Vec<f32> {
    let mut stereo = vec![0.0; 2 * (seconds * f64::from(RATE)) as usize];
    synth.render(&mut stereo);
    stereo
}

fn power(samples: &[f64]) -> f64 {
    samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64
}

#[test]
fn a_font_is_as_loud_as_our_own_band_soft_or_hard_and_as_tame() {
    let Some(font) = general_midi() else { return };
    for velocity in [50, 76, 105] {
        let performance = piece(&STAGE, &[velocity; 16]);
        let stereo = rendered(rendering_with(&performance, RATE, Some(&font)));
        let lufs = loudness(&stereo);
        assert!((-17.0..-14.5).contains(&lufs), "velocity {velocity}: {lufs:.2} LUFS");
        for number in 0..2 {
            let samples = side(&stereo, number);
            let peak = decibels(true_peak(&samples));
            assert!(peak < -1.2, "velocity {velocity}: {peak:.2} dBTP");
            let mean = samples.iter().sum::<f64>() / samples.len() as f64;
            assert!(mean.abs() < 0.003, "{mean} of direct current");
        }
        assert!(stereo[stereo.len() - 2000..].iter().all(|sample| sample.abs() < 1.0e-5));
        assert!(stereo.len() / 2 >= performance.end.sample(performance.tempo, RATE) as usize);
    }
}

#[test]
fn it_plays_the_patch_the_pitch_the_pan_and_the_level_of_each_channel() {
    let Some(font) = general_midi() else { return };
    let play = |patch, pan, level, number, velocity| {
        let mut synth = Synth::with_font(RATE, &[setup(3, patch, pan, level)], Some(&font));
        // A channel that was not set up stays silent.
        synth.strike(Channel::new(4).unwrap(), stroke(30, 127));
        synth.strike(Channel::new(3).unwrap(), stroke(number, velocity));
        let stereo = seconds(&mut synth, 0.5);
        [side(&stereo, 0), side(&stereo, 1)]
    };
    let [left, right] = play(Patch::FLUTE, 1, 90, 72, 90);
    assert!(power(&left) > 8.0 * power(&right), "{} left, {} right", power(&left), power(&right));
    let loud = power(&play(Patch::FLUTE, 64, 100, 72, 90)[0]);
    let soft = power(&play(Patch::FLUTE, 64, 50, 72, 90)[0]);
    // Half the level is a quarter of the amplitude; the mastering gives back a little.
    assert!((5.0..20.0).contains(&(loud / soft)), "{}", loud / soft);
    for (patch, number) in [(Patch::FLUTE, 72u8), (Patch::CLARINET, 60), (Patch::STRINGS, 69)] {
        let powers = spectrum(&play(patch, 64, 90, number, 90)[0][8000..8000 + 8192]);
        let fundamental = Pitch::new(number).unwrap().hertz() * 8192.0 / f64::from(RATE);
        let near = |times: f64| powers[(fundamental * times - 3.0) as usize..(fundamental * times + 4.0) as usize].iter().sum::<f64>();
        assert!(near(1.0) > 10.0 * near(1.2) && near(1.0) > 10.0 * near(0.8), "{}", patch.name());
    }
    let same = |patch| play(patch, 64, 90, 60, 90)[0].clone();
    assert_ne!(same(Patch::FLUTE), same(Patch::CLARINET));
}

#[test]
fn hushing_a_font_does_not_click_and_leaves_what_follows_alone() {
    let Some(font) = general_midi() else { return };
    let channel = Channel::new(0).unwrap();
    let mut synth = Synth::with_font(RATE, &[setup(0, Patch::VIBRAPHONE, 64, 100)], Some(&font));
    synth.strike(channel, stroke(60, 110));
    let steepest = |stereo: &[f32]| stereo.iter().zip(&stereo[2..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let playing = seconds(&mut synth, 0.4);
    synth.hush();
    let hushed = seconds(&mut synth, 0.05);
    assert!(steepest(&hushed) < 1.1 * steepest(&playing), "{} after {}", steepest(&hushed), steepest(&playing));
    assert!(decibels(power(&mono(&hushed[hushed.len() / 2..])).sqrt()) < -70.0);
    seconds(&mut synth, 0.3);
    assert!(synth.is_quiet());
    synth.strike(channel, stroke(60, 110));
    synth.hush();
    synth.strike(channel, stroke(72, 110));
    assert!(decibels(power(&mono(&seconds(&mut synth, 0.4))).sqrt()) > -30.0);
    assert!(!synth.is_quiet());
    synth.strike(channel, CueKind::Off { pitch: Pitch::new(72).unwrap() });
    (0..60).for_each(|_| drop(seconds(&mut synth, 0.1)));
    assert!(synth.is_quiet());
}

#[test]
fn live_and_into_a_file_a_font_plays_the_same_samples() {
    let Some(font) = general_midi() else { return };
    let performance = piece(&STAGE, &[90; 2]);
    let file = rendered(rendering_with(&performance, RATE, Some(&font)));
    let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
    player.set_font(Some(font));
    player.play(&performance);
    let mut live = Vec::new();
    while live.len() < file.len() {
        player.advance();
        live.extend(stream.by_ref().take(BLOCK_FRAMES * 2));
    }
    let end = Tick(2 * BAR).sample(performance.tempo, RATE) as usize * 2;
    assert_eq!(live[Synth::LATENCY_FRAMES * 2..end], file[..end - Synth::LATENCY_FRAMES * 2]);
    assert_ne!(file, rendered(rendering(&performance, RATE)), "our own band was played");
}

#[test]
fn what_is_no_sound_font_is_refused_in_words() {
    for bytes in [&b""[..], b"RIFF", b"MThd\0\0\0\x06", &[0; 4000]] {
        let refusal = SoundFont::read(bytes).unwrap_err().to_string();
        assert!(refusal.contains("SoundFont"), "{refusal}");
    }
    let Some(whole) = sound_fonts::bytes() else { return };
    for kept in (0..whole.len()).step_by(whole.len() / 40) {
        assert!(SoundFont::read(&whole[..kept]).is_err(), "{kept} of {} bytes", whole.len());
    }
    assert!(!SoundFont::read(&whole).unwrap().name().is_empty());
}

#[test]
fn a_font_with_broken_bytes_is_refused_or_plays_finite_samples() {
    let Some(whole) = sound_fonts::bytes() else { return };
    let tables = whole.windows(4).rposition(|name| name == b"pdta").unwrap();
    let mut chance = Noise::new(77);
    let (mut refused, mut played) = (0, 0);
    for _ in 0..100 {
        let mut bytes = whole.clone();
        for _ in 0..1 + chance.whole() % 8 {
            let from = if chance.whole().is_multiple_of(6) { 0..400 } else { tables..whole.len() };
            bytes[from.start + chance.whole() as usize % from.len()] = chance.whole() as u8;
        }
        let Ok(font) = SoundFont::read(&bytes) else {
            refused += 1;
            continue;
        };
        let setups: Vec<ChannelSetup> = (0..16).map(|index| setup(index, Patch::new(index * 8).unwrap(), 64, 100)).collect();
        let mut synth = Synth::with_font(RATE, &setups, Some(&font));
        for index in 0..16 {
            for number in [30, 40, 60, 80] {
                synth.strike(Channel::new(index).unwrap(), stroke(number, 90));
            }
        }
        assert!(seconds(&mut synth, 0.1).iter().all(|sample| sample.is_finite()));
        played += 1;
    }
    assert!(refused > 5 && played > 5, "{refused} refused, {played} played");
}
