//! What is struck, out of a MIDI file or a performance. Knows no styles.

use std::collections::BTreeSet;

use midly::{Format, MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};

use crate::music::{Pitch, TICKS_PER_QUARTER, Tempo, Tick, Velocity};
use crate::perform::{Channel, CueKind, Performance};

/// A note that is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck {
    /// In our own ticks, whatever the file's resolution.
    pub at: Tick,
    pub channel: Channel,
    pub pitch: Pitch,
    pub velocity: Velocity,
}

/// All that is heard of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Song {
    /// Sorted by moment, then channel, pitch and velocity.
    pub notes: Vec<Struck>,
    /// The first there is; 120 quarters a minute where the file names none (SMF 1.0).
    pub tempo: Tempo,
    /// Where the last track ends.
    pub end: Tick,
}

/// Why a file cannot be heard, in words that follow the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HearError {
    #[error("is not a MIDI file")]
    NotMidi,
    /// The words are those of the reader.
    #[error("is a damaged MIDI file: {0}")]
    Damaged(String),
    #[error("is a MIDI file that is cut off: a track has no end")]
    CutOff,
    #[error("counts its time in film frames (SMPTE), not in beats")]
    FilmFrames,
    #[error("holds several songs (MIDI format 2), not one")]
    SeveralSongs,
    #[error("is longer than any music")]
    Endless,
    #[error("plays on several MIDI ports, as two programs side by side do")]
    SeveralPorts,
    #[error("has no notes in it")]
    NoNotes,
}

/// Reads what is struck in a Standard MIDI File of any resolution, its tracks merged or not.
pub fn song(bytes: &[u8]) -> Result<Song, HearError> {
    // A MIDI file in a RIFF envelope is one, too.
    if !bytes.starts_with(b"MThd") && !bytes.starts_with(b"RIFF") {
        return Err(HearError::NotMidi);
    }
    let file = Smf::parse(bytes).map_err(|error| HearError::Damaged(error.to_string()))?;
    let ticks_per_quarter = match file.header.timing {
        Timing::Metrical(ticks) if ticks.as_int() > 0 => u64::from(ticks.as_int()),
        Timing::Metrical(_) => return Err(HearError::Damaged("a beat of no ticks".to_owned())),
        Timing::Timecode(..) => return Err(HearError::FilmFrames),
    };
    if file.header.format == Format::Sequential {
        return Err(HearError::SeveralSongs);
    }
    let is_whole = |track: &Vec<midly::TrackEvent>| {
        track.last().is_some_and(|last| matches!(last.kind, TrackEventKind::Meta(MetaMessage::EndOfTrack)))
    };
    // The reader passes over what it cannot make out at the end of a file.
    let promised = if bytes.starts_with(b"MThd") { bytes.get(10..12) } else { None };
    let is_short = promised.is_some_and(|count| file.tracks.len() < usize::from(u16::from_be_bytes([count[0], count[1]])));
    if is_short || !file.tracks.iter().all(is_whole) {
        return Err(HearError::CutOff);
    }

    let mut notes = Vec::new();
    let mut ports = BTreeSet::new();
    let mut tempo: Option<(u64, Tempo)> = None;
    let mut end = Tick::default();
    for track in &file.tracks {
        let mut now = 0u64;
        let mut port = 0;
        for event in track {
            now += u64::from(event.delta.as_int());
            let in_ours = (now.saturating_mul(u64::from(TICKS_PER_QUARTER)) + ticks_per_quarter / 2) / ticks_per_quarter;
            let at = Tick(u32::try_from(in_ours).map_err(|_| HearError::Endless)?);
            end = end.max(at);
            match event.kind {
                // A stroke of velocity 0 is a release (MIDI 1.0), and no `Velocity`.
                TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { key, vel } } => {
                    let parts = (Channel::new(channel.as_int()), Pitch::new(key.as_int()), Velocity::new(vel.as_int()));
                    if let (Some(channel), Some(pitch), Some(velocity)) = parts {
                        notes.push(Struck { at, channel, pitch, velocity });
                        ports.insert(port);
                    }
                }
                TrackEventKind::Meta(MetaMessage::MidiPort(number)) => port = number.as_int(),
                TrackEventKind::Meta(MetaMessage::Tempo(microseconds)) if tempo.is_none_or(|(first, _)| now < first) => {
                    tempo = Some((now, Tempo::nearest(60_000_000.0 / f64::from(microseconds.as_int().max(1)))));
                }
                _ => {}
            }
        }
    }
    if notes.is_empty() {
        return Err(HearError::NoNotes);
    }
    if ports.len() > 1 {
        return Err(HearError::SeveralPorts);
    }
    sort(&mut notes);
    let tempo = tempo.map_or(Tempo::nearest(120.0), |(_, tempo)| tempo);
    Ok(Song { notes, tempo, end })
}

/// What is struck in a performance: the same as in the file it is written to.
pub fn song_of(performance: &Performance) -> Song {
    let mut notes: Vec<Struck> = performance
        .cues
        .iter()
        .filter_map(|cue| match cue.kind {
            CueKind::On { pitch, velocity, .. } => Some(Struck { at: cue.at, channel: cue.channel, pitch, velocity }),
            CueKind::Off { .. } => None,
        })
        .collect();
    sort(&mut notes);
    Song { notes, tempo: performance.tempo, end: performance.end }
}

fn sort(notes: &mut [Struck]) {
    notes.sort_by_key(|note| (note.at, note.channel, note.pitch, note.velocity));
}
