//! Pieces made for a test.

use evalody::music::{Instrument, Key, Level, Mode, Pan, Patch, Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};

/// A piece in which each string is a pitch of its own, plucked after each gap for its length; it ends
/// `rest` after the last release.
pub fn piece(strings: &[Vec<(u32, u32)>], tempo: Tempo, rest: u32) -> Performance {
    let channel = Channel::new(0).unwrap();
    let mut cues = Vec::new();
    for (number, string) in strings.iter().enumerate() {
        let pitch = Pitch::new(60 + 4 * number as u8).unwrap();
        let mut now = 0;
        for &(gap, length) in string {
            now += gap;
            cues.push(Cue { at: Tick(now), channel, kind: CueKind::On { pitch, velocity: Velocity::nearest(90.0), note: 0 } });
            now += length;
            cues.push(Cue { at: Tick(now), channel, kind: CueKind::Off { pitch } });
        }
    }
    cues.sort_by_key(|cue| (cue.at, matches!(cue.kind, CueKind::On { .. })));
    let mut notes = 0..;
    for cue in &mut cues {
        if let CueKind::On { note, .. } = &mut cue.kind {
            *note = notes.next().unwrap();
        }
    }
    let end = Tick(cues.last().map_or(0, |cue: &Cue| cue.at.0) + rest);
    Performance {
        title: "A test".into(),
        tempo,
        key: Key::new(0, Mode::Major).unwrap(),
        setups: vec![ChannelSetup {
            channel,
            name: "melody",
            instrument: Instrument::Melodic(Patch::ELECTRIC_PIANO),
            pan: Pan::CENTRE,
            level: Level::new(100).unwrap(),
        }],
        cues,
        causes: Vec::new(),
        harmony: Vec::new(),
        markers: Vec::new(),
        remarks: Vec::new(),
        states: Vec::new(),
        end,
    }
}
