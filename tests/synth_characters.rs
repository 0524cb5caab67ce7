//! No two instruments of a style can be taken for each other: what tells them apart is measured (the spectrum
//! just after the stroke and later, and how the level moves), and held against how far an instrument is from itself
//! when it is played a little harder.

use evalody::music::{Drum, Instrument, Level, Pan, Patch, Pitch, Velocity};
use evalody::perform::{Channel, ChannelSetup, CueKind};
use evalody::synth::Synth;

#[path = "support/meter.rs"]
mod meter;
use meter::{mono, spectrum};

const RATE: u32 = 48_000;

/// The groove's, the faithful style's and the ambient one's.
const STAGE: [Patch; 22] = [
    Patch::ELECTRIC_PIANO,
    Patch::CELESTA,
    Patch::GLOCKENSPIEL,
    Patch::MUSIC_BOX,
    Patch::VIBRAPHONE,
    Patch::MARIMBA,
    Patch::XYLOPHONE,
    Patch::NYLON_GUITAR,
    Patch::FINGERED_BASS,
    Patch::FRETLESS_BASS,
    Patch::PIZZICATO,
    Patch::HARP,
    Patch::STRINGS,
    Patch::BRASS,
    Patch::OBOE,
    Patch::CLARINET,
    Patch::FLUTE,
    Patch::SHAKUHACHI,
    Patch::WARM_PAD,
    Patch::KALIMBA,
    Patch::STEEL_DRUMS,
    Patch::REVERSE_CYMBAL,
];

const CHIP: [Patch; 9] = [
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

/// How far any two must be from each other, dB. Struck a little harder (90 against 80) an instrument is at most
/// 0.95 dB from itself; the nearest two that are meant to be alike, a square wave and a square wave that swells and
/// shakes, are 4 to 6 apart. Below 3.5 lay only pairs that were told apart by nothing but their register.
const APART_DB: f64 = 3.5;

/// What is heard of one note: parts in dB, all on one scale.
struct Character(Vec<f64>);

/// Samples in which a spectrum is taken: 85 ms.
const WINDOW: usize = 4096;
/// Softest that counts beside the loudest, dB.
const FLOOR_DB: f64 = -45.0;

impl Character {
    fn of(instrument: Instrument, pitch: Pitch, velocity: u8) -> Self {
        let channel = if instrument.is_drums() { Channel::DRUMS } else { Channel::new(0).unwrap() };
        let setup = ChannelSetup { channel, name: "alone", instrument, pan: Pan::CENTRE, level: Level::new(80).unwrap() };
        let mut synth = Synth::new(RATE, &[setup]);
        synth.strike(channel, CueKind::On { pitch, velocity: Velocity::new(velocity).unwrap(), note: 0 });
        let mut stereo = vec![0.0; 2 * (Synth::LATENCY_FRAMES + RATE as usize)];
        synth.render(&mut stereo);
        let samples = mono(&stereo[2 * Synth::LATENCY_FRAMES..]);
        let mut parts = Vec::new();
        // Third octaves after the stroke and when the tone stands; the whole at one strength.
        for from in [0, 12_000] {
            let powers = thirds(&spectrum(&samples[from..from + WINDOW]));
            parts.extend(levels(&powers));
        }
        // The level in sixteenths of the first half second and in the four that follow.
        let tenths: Vec<f64> =
            samples.chunks(RATE as usize / 32).take(20).map(|chunk| chunk.iter().map(|sample| sample * sample).sum()).collect();
        parts.extend(levels(&tenths));
        Self(parts)
    }

    /// Root of the mean square of the differences, dB.
    fn distance(&self, other: &Self) -> f64 {
        let sum: f64 = self.0.iter().zip(&other.0).map(|(a, b)| (a - b) * (a - b)).sum();
        (sum / self.0.len() as f64).sqrt()
    }
}

fn levels(powers: &[f64]) -> impl Iterator<Item = f64> {
    let most = powers.iter().copied().fold(1.0e-20, f64::max);
    powers.iter().map(move |power| (10.0 * (power / most + 1.0e-20).log10()).max(FLOOR_DB)).collect::<Vec<_>>().into_iter()
}

/// Power in thirds of octaves from 50 Hz to 16 kHz.
fn thirds(spectrum: &[f64]) -> Vec<f64> {
    (0..25)
        .map(|third| {
            let low = 50.0 * 2f64.powf(f64::from(third) / 3.0);
            let bin = |hertz: f64| (hertz * WINDOW as f64 / f64::from(RATE)) as usize;
            spectrum[bin(low)..bin(low * 2f64.powf(1.0 / 3.0)).max(bin(low) + 1)].iter().sum()
        })
        .collect()
}

/// The two that are most alike, and how far the one that differs most from itself does so.
fn nearest(characters: &[(String, Character, Character)]) -> (f64, String, f64) {
    let itself = characters.iter().map(|(_, soft, hard)| soft.distance(hard)).fold(0.0, f64::max);
    let mut nearest = (f64::INFINITY, String::new());
    for (number, (name, one, _)) in characters.iter().enumerate() {
        for (other_name, other, _) in &characters[number + 1..] {
            let distance = one.distance(other);
            if distance < nearest.0 {
                nearest = (distance, format!("{name} and {other_name}"));
            }
        }
    }
    (nearest.0, nearest.1, itself)
}

fn patches(patches: &[Patch]) -> Vec<(String, Character, Character)> {
    let played = |patch: Patch, velocity| Character::of(Instrument::Melodic(patch), Pitch::new(60).unwrap(), velocity);
    patches.iter().map(|&patch| (patch.name().to_owned(), played(patch, 80), played(patch, 90))).collect()
}

fn drums(kit: Instrument) -> Vec<(String, Character, Character)> {
    Drum::ALL
        .iter()
        .map(|&drum| (format!("{drum:?}"), Character::of(kit, drum.pitch(), 80), Character::of(kit, drum.pitch(), 90)))
        .collect()
}

#[test]
fn no_two_instruments_of_a_style_can_be_taken_for_each_other() {
    for (set, characters) in [
        ("stage", patches(&STAGE)),
        ("chip", patches(&CHIP)),
        ("drums", drums(Instrument::Drums)),
        ("noise drums", drums(Instrument::NoiseDrums)),
    ] {
        let (distance, names, itself) = nearest(&characters);
        assert!(distance > APART_DB, "{set}: {names} are {distance:.2} dB apart");
        assert!(distance > 3.0 * itself, "{set}: {names} are {distance:.2} dB apart, and one is {itself:.2} dB from itself");
    }
}

/// The strongest pitch in the tenth of a second after a stroke, Hz.
fn tone(kit: Instrument, drum: Drum) -> f64 {
    let setup = ChannelSetup { channel: Channel::DRUMS, name: "drums", instrument: kit, pan: Pan::CENTRE, level: Level::new(80).unwrap() };
    let mut synth = Synth::new(RATE, &[setup]);
    synth.strike(Channel::DRUMS, CueKind::On { pitch: drum.pitch(), velocity: Velocity::new(90).unwrap(), note: 0 });
    let mut stereo = vec![0.0; 2 * (Synth::LATENCY_FRAMES + 2 * WINDOW)];
    synth.render(&mut stereo);
    let powers = spectrum(&mono(&stereo[2 * Synth::LATENCY_FRAMES..])[..WINDOW]);
    let strongest = powers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    strongest as f64 * f64::from(RATE) / WINDOW as f64
}

#[test]
fn a_run_down_the_hand_drums_and_down_the_toms_is_heard_to_fall() {
    for kit in [Instrument::Drums, Instrument::NoiseDrums] {
        let hands = [Drum::HighBongo, Drum::LowBongo, Drum::OpenHighConga, Drum::LowConga];
        let toms = [Drum::HighTom, Drum::MidTom, Drum::LowTom, Drum::HighFloorTom, Drum::LowFloorTom];
        for (run, most) in [(&hands[..], 0.82), (&toms[..], 0.95)] {
            let tones: Vec<f64> = run.iter().map(|&drum| tone(kit, drum)).collect();
            assert!(tones.windows(2).all(|pair| pair[1] < most * pair[0]), "{kit:?}: {tones:?}");
        }
    }
}

/// Sounds that are held on a chip: their harmonics, and nothing between them, which is what folded back would be.
#[test]
fn waves_of_the_chip_do_not_alias_and_leave_the_top_alone() {
    // C6 and near: a wave with its harmonics to the end would fold most of them.
    for patch in CHIP {
        let channel = Channel::new(0).unwrap();
        let setup = ChannelSetup {
            channel,
            name: "alone",
            instrument: Instrument::Melodic(patch),
            pan: Pan::CENTRE,
            level: Level::new(60).unwrap(),
        };
        let mut synth = Synth::new(RATE, &[setup]);
        let pitch = Pitch::new(85).unwrap();
        synth.strike(channel, CueKind::On { pitch, velocity: Velocity::new(110).unwrap(), note: 0 });
        let mut stereo = vec![0.0; 2 * (2048 + WINDOW)];
        synth.render(&mut stereo);
        let powers = spectrum(&mono(&stereo)[2048..]);
        let (mut tone, mut between, mut top) = (0.0, 0.0, 0.0);
        for (bin, power) in powers.iter().enumerate().skip(10) {
            let hertz = bin as f64 * f64::from(RATE) / WINDOW as f64;
            let times = hertz / pitch.hertz();
            // Near a harmonic lies what shakes or fades quickly.
            let is_tone = (times - times.round()).abs() < 0.25;
            *if is_tone { &mut tone } else { &mut between } += power;
            if hertz > 8000.0 {
                top += power;
            }
        }
        let decibels = |power: f64| 10.0 * (power / tone).log10();
        assert!(decibels(between) < -40.0, "{}: {:.1} dB between its harmonics", patch.name(), decibels(between));
        assert!(decibels(top) < -12.0, "{}: {:.1} dB above 8 kHz", patch.name(), decibels(top));
    }
}
