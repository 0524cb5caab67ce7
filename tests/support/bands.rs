//! Pieces for listening to the synth: a band, bar by bar at the velocities that are asked for.

#![allow(dead_code, reason = "each test plays some of them")]

use evalody::music::{Drum, Instrument, Level, Pan, Patch, Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};
use evalody::synth::Rendering;

pub const RATE: u32 = 48_000;
pub const BAR: u32 = 1920;

/// Who plays: percussion, bass, keys and lead.
pub struct Cast {
    pub drums: Instrument,
    pub melodic: [Patch; 3],
}

pub const STAGE: Cast = Cast { drums: Instrument::Drums, melodic: [Patch::FINGERED_BASS, Patch::ELECTRIC_PIANO, Patch::VIBRAPHONE] };
pub const CHIP: Cast = Cast { drums: Instrument::NoiseDrums, melodic: [Patch::SYNTH_BASS, Patch::BASS_LEAD, Patch::SQUARE_LEAD] };

/// Without drums, as ambient pieces are.
pub const AMBIENT: Cast = Cast { drums: Instrument::Drums, melodic: [Patch::FRETLESS_BASS, Patch::WARM_PAD, Patch::HARP] };

/// Bars of a band, each at its velocity.
pub fn piece(cast: &Cast, velocities: &[u8]) -> Performance {
    let channel = |index| Channel::new(index).unwrap();
    let setup = |channel, instrument, pan, level| ChannelSetup {
        channel,
        name: "line",
        instrument,
        pan: Pan::new(pan).unwrap(),
        level: Level::new(level).unwrap(),
    };
    let mut setups = vec![setup(Channel::DRUMS, cast.drums, 64, 100)];
    for ((&patch, index), (pan, level)) in cast.melodic.iter().zip(0..).zip([(64, 104), (44, 88), (74, 100)]) {
        setups.push(setup(channel(index), Instrument::Melodic(patch), pan, level));
    }
    let mut cues = Vec::new();
    let mut note = |channel: Channel, at: u32, lasts: u32, number: u8, velocity: u8| {
        let pitch = Pitch::new(number).unwrap();
        cues.push(Cue { at: Tick(at), channel, kind: CueKind::On { pitch, velocity: Velocity::new(velocity).unwrap(), note: 0 } });
        cues.push(Cue { at: Tick(at + lasts), channel, kind: CueKind::Off { pitch } });
    };
    for (bar, &velocity) in (0u32..).zip(velocities) {
        let root = [45, 41, 36, 43][bar as usize % 4];
        for sixteenth in 0..16 {
            let at = bar * BAR + sixteenth * 120;
            let drum = match sixteenth {
                0 | 8 => Drum::Kick,
                4 | 12 => Drum::Snare,
                _ => Drum::ClosedHat,
            };
            note(Channel::DRUMS, at, 60, drum.pitch().number(), if drum == Drum::ClosedHat { velocity - velocity / 4 } else { velocity });
            if sixteenth % 3 == 0 {
                note(channel(0), at, 110, root, velocity);
                note(channel(2), at, 220, root + 24 + [0, 7, 12, 3, 10, 15][sixteenth as usize / 3], velocity);
            }
        }
        for step in [0, 7, 12, 16] {
            note(channel(1), bar * BAR, 900, root + 12 + step, velocity - velocity / 4);
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
        end: Tick(velocities.len() as u32 * BAR),
    }
}

/// All that a rendering gives.
pub fn rendered(mut rendering: Rendering<'_>) -> Vec<f32> {
    let mut stereo = Vec::new();
    while let Some(block) = rendering.next_block() {
        stereo.extend_from_slice(block);
    }
    stereo
}

/// Frames of bars, counted from the start.
pub fn bars(stereo: &[f32], from: u32, to: u32) -> &[f32] {
    let frame = |bar: u32| 2 * Tick(bar * BAR).sample(Tempo::new(110).unwrap(), RATE) as usize;
    &stereo[frame(from)..frame(to)]
}
