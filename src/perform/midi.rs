//! A performance in the words of MIDI 1.0: what sets a channel, and what strikes and releases on it. Knows
//! neither files nor ports: both say the same.

use midly::MidiMessage;
use midly::num::u7;

use super::{ChannelSetup, CueKind};
use crate::music::Instrument;

/// Share of every channel that goes to the reverb (controller 91). More blurs fast passages, less
/// sounds dry; 40 is what General MIDI 2 presets.
const REVERB: u8 = 40;
/// Velocity of every release: MIDI 1.0 names 64 for senders that do not measure it.
const RELEASE_VELOCITY: u8 = 64;

const CHANNEL_VOLUME: u8 = 7;
const PAN: u8 = 10;
const REVERB_SEND: u8 = 91;
const ALL_SOUND_OFF: u8 = 120;
const ALL_NOTES_OFF: u8 = 123;

/// What sets a channel before its first note: its sound, its volume, its place, its reverb.
pub fn setting(setup: &ChannelSetup) -> [MidiMessage; 4] {
    let patch = match setup.instrument {
        Instrument::Melodic(patch) => patch.number(),
        // The standard drum kit.
        Instrument::Drums | Instrument::NoiseDrums => 0,
    };
    [
        MidiMessage::ProgramChange { program: data_byte(patch) },
        controller(CHANNEL_VOLUME, setup.level.value()),
        controller(PAN, setup.pan.value()),
        controller(REVERB_SEND, REVERB),
    ]
}

/// The stroke or release of a cue.
pub fn stroke(kind: CueKind) -> MidiMessage {
    match kind {
        CueKind::On { pitch, velocity, .. } => MidiMessage::NoteOn { key: data_byte(pitch.number()), vel: data_byte(velocity.value()) },
        CueKind::Off { pitch } => MidiMessage::NoteOff { key: data_byte(pitch.number()), vel: data_byte(RELEASE_VELOCITY) },
    }
}

/// What silences a channel, whatever is struck or rings there.
pub fn silence() -> [MidiMessage; 2] {
    [controller(ALL_NOTES_OFF, 0), controller(ALL_SOUND_OFF, 0)]
}

fn controller(number: u8, value: u8) -> MidiMessage {
    MidiMessage::Controller { controller: data_byte(number), value: data_byte(value) }
}

/// The types of music hold nothing above 127, so that the mask cuts nothing off.
fn data_byte(value: u8) -> u7 {
    debug_assert!(value <= 127);
    u7::from_int_lossy(value)
}
