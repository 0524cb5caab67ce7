//! A performance as a Standard MIDI File (format 1) that every reader takes without a word. Knows
//! nothing of seconds: the file carries ticks and a tempo, as the performance does.

use std::fmt::Write as _;
use std::io::{self, Write};

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Timing, TrackEvent, TrackEventKind};

use super::lyrics::Lyric;
use crate::music::{Key, Mode, TICKS_PER_QUARTER, Tempo, Tick};
use crate::perform::{Channel, ChannelSetup, CueKind, Performance, Port, midi};

/// Longest wait that fits a delta time: four bytes of seven bits (SMF 1.0, variable-length quantity).
const LONGEST_DELTA: u32 = (1 << 28) - 1;

/// What a file says of its own making, as text events at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Version of evalody.
    pub evalody: String,
    pub style: String,
    /// As the trace's dialect tells it: `CPython 3.14.0`.
    pub interpreter: String,
    /// Instructions of the whole trace.
    pub steps: u64,
}

/// Writes the performance as a MIDI file: a conductor track with the title, the words, the keys and the tempo,
/// then one track for each channel. Same performance, same bytes.
///
/// Where a channel of port B plays, each track names its port: by the prefix `FF 21`, which is what sequencers
/// read though the standard never had it, and by the device name `FF 09` (RP-019), which replaced it.
///
/// A performance without notes is a file of rests. Fails only when `out` does, or when a cue's channel
/// has no setup, which no performance of [`perform`](crate::perform::perform) has.
pub fn write_midi(performance: &Performance, about: &About, out: impl Write) -> io::Result<()> {
    write_midi_with(performance, about, &[], out)
}

/// The same, with words under the notes of each track; they are sorted by moment, and none is longer than
/// [`LONGEST_LYRIC`](super::LONGEST_LYRIC).
pub fn write_midi_with(performance: &Performance, about: &About, lyrics: &[Lyric], out: impl Write) -> io::Result<()> {
    let words = Words::of(performance, about);
    let mut tracks = vec![conductor(performance, &words)?];
    let names = track_names(performance);
    if performance.cues.iter().any(|cue| names.iter().all(|(channel, _)| *channel != cue.channel)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a note sounds on a channel that was never set up"));
    }
    for (channel, name) in &names {
        tracks.push(channel_track(performance, *channel, name, lyrics)?);
    }
    let resolution = u15::try_from(TICKS_PER_QUARTER as u16).ok_or_else(|| unwritable("resolution"))?;
    let header = Header::new(Format::Parallel, Timing::Metrical(resolution));
    midly::write_std(&header, &tracks, out)
}

/// Text with everything but printable ASCII escaped as Python's `ascii()` does it. The standard wants
/// ASCII, and readers disagree about anything else.
pub fn printable_ascii(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let code = u32::from(character);
        // Writing to a string cannot fail.
        let _ = match character {
            ' '..='~' => escaped.write_char(character),
            '\n' => escaped.write_str("\\n"),
            '\r' => escaped.write_str("\\r"),
            '\t' => escaped.write_str("\\t"),
            _ if code <= 0xff => write!(escaped, "\\x{code:02x}"),
            _ if code <= 0xffff => write!(escaped, "\\u{code:04x}"),
            _ => write!(escaped, "\\U{code:08x}"),
        };
    }
    escaped
}

/// The texts of the conductor track, escaped. They live here since the track only borrows them.
struct Words {
    title: String,
    about: Vec<String>,
    /// Sorted by moment.
    timed: Vec<(Tick, Word)>,
}

enum Word {
    Key(Key),
    Marker(String),
    Remark(String),
}

impl Words {
    fn of(performance: &Performance, about: &About) -> Self {
        // A word behind the end would make the piece longer than it is.
        let within = |at: Tick| at.min(performance.end);
        let mut timed: Vec<(Tick, Word)> = keys(performance)
            .map(|(at, key)| (within(at), Word::Key(key)))
            .chain(performance.markers.iter().map(|marker| (within(marker.at), Word::Marker(printable_ascii(&marker.text)))))
            .chain(performance.remarks.iter().map(|remark| (within(remark.at), Word::Remark(printable_ascii(&remark.text)))))
            .collect();
        timed.sort_by_key(|(at, _)| *at);
        let about = [
            format!("made by evalody {}", about.evalody),
            format!("style: {}", about.style),
            format!("interpreter: {}", about.interpreter),
            format!("{} instructions", about.steps),
        ];
        Self { title: printable_ascii(&performance.title), about: about.iter().map(|line| printable_ascii(line)).collect(), timed }
    }
}

fn conductor<'a>(performance: &Performance, words: &'a Words) -> io::Result<Vec<TrackEvent<'a>>> {
    let mut track = Track::default();
    track.meta(Tick(0), MetaMessage::TrackName(words.title.as_bytes()));
    track.meta(Tick(0), MetaMessage::Tempo(microseconds_per_quarter(performance.tempo)?));
    // 4/4; the metronome ticks every 24 MIDI clocks, a quarter; 8 thirty-seconds in a quarter.
    track.meta(Tick(0), MetaMessage::TimeSignature(4, 2, 24, 8));
    track.meta(Tick(0), key_signature(first_key(performance)));
    for line in &words.about {
        track.meta(Tick(0), MetaMessage::Text(line.as_bytes()));
    }
    for (at, word) in &words.timed {
        match word {
            Word::Key(key) => track.meta(*at, key_signature(*key)),
            Word::Marker(text) => track.meta(*at, MetaMessage::Marker(text.as_bytes())),
            Word::Remark(text) => track.meta(*at, MetaMessage::Text(text.as_bytes())),
        }
    }
    // Readers take the length of the piece from this track.
    let end = performance.cues.last().map_or(performance.end, |cue| cue.at.max(performance.end));
    track.meta(end, MetaMessage::EndOfTrack);
    Ok(track.events)
}

fn microseconds_per_quarter(tempo: Tempo) -> io::Result<u24> {
    u24::try_from(60_000_000 / u32::from(tempo.quarters_per_minute())).ok_or_else(|| unwritable("tempo"))
}

/// The key that the piece begins in: the harmony tells it, if it begins there.
fn first_key(performance: &Performance) -> Key {
    performance.harmony.first().filter(|harmony| harmony.at == Tick(0)).map_or(performance.key, |harmony| harmony.key)
}

/// Where the key changes after the beginning. Keys with the same signature look the same in a file, but a change is
/// told all the same: it says where a section lies.
fn keys(performance: &Performance) -> impl Iterator<Item = (Tick, Key)> {
    let mut last = first_key(performance);
    performance
        .harmony
        .iter()
        .filter(move |harmony| core::mem::replace(&mut last, harmony.key) != harmony.key)
        .map(|harmony| (harmony.at, harmony.key))
}

fn key_signature(key: Key) -> MetaMessage<'static> {
    MetaMessage::KeySignature(key.sharps(), key.mode == Mode::Minor)
}

/// The channels with notes and their tracks' names: an instrument that keeps silent would be an empty
/// track in everybody's mixer. Parts which share a channel (two parts of drums) share its track.
///
/// Where two ports play, names begin with the port's: both bands have a bass.
fn track_names(performance: &Performance) -> Vec<(Channel, String)> {
    let mut names: Vec<(Channel, String)> = Vec::new();
    let is_pair = has_two_ports(performance);
    let plays = |setup: &&ChannelSetup| performance.cues.iter().any(|cue| cue.channel == setup.channel);
    for setup in performance.setups.iter().filter(plays) {
        let name = printable_ascii(setup.name);
        match names.iter_mut().find(|(channel, _)| *channel == setup.channel) {
            Some((_, shared)) => {
                shared.push_str(" + ");
                shared.push_str(&name);
            }
            None if is_pair => names.push((setup.channel, format!("{} {name}", setup.channel.port().name()))),
            None => names.push((setup.channel, name)),
        }
    }
    names
}

fn has_two_ports(performance: &Performance) -> bool {
    performance.setups.iter().any(|setup| setup.channel.port() == Port::B)
}

fn channel_track<'a>(performance: &Performance, channel: Channel, name: &'a str, lyrics: &'a [Lyric]) -> io::Result<Vec<TrackEvent<'a>>> {
    let mut track = Track::default();
    track.meta(Tick(0), MetaMessage::TrackName(name.as_bytes()));
    if has_two_ports(performance) {
        let port = channel.port();
        track.meta(Tick(0), MetaMessage::MidiPort(data_byte(port.index())?));
        track.meta(Tick(0), MetaMessage::DeviceName(port.name().as_bytes()));
    }
    // Where parts share a channel the first one sets it.
    if let Some(setup) = performance.setups.iter().find(|setup| setup.channel == channel) {
        for message in midi::setting(setup) {
            track.message(Tick(0), channel, message)?;
        }
    }
    let mut lyrics = lyrics.iter().filter(|lyric| lyric.channel == channel).peekable();
    for cue in performance.cues.iter().filter(|cue| cue.channel == channel) {
        if let CueKind::On { .. } = cue.kind {
            // Before the notes of its moment, as they are sung.
            while let Some(lyric) = lyrics.next_if(|lyric| lyric.at <= cue.at) {
                track.meta(lyric.at, MetaMessage::Lyric(lyric.text.as_bytes()));
            }
        }
        track.message(cue.at, channel, midi::stroke(cue.kind))?;
    }
    let last = track.now;
    track.meta(last, MetaMessage::EndOfTrack);
    Ok(track.events)
}

/// A track in the making, which turns moments into waits.
#[derive(Default)]
struct Track<'a> {
    now: Tick,
    events: Vec<TrackEvent<'a>>,
}

impl<'a> Track<'a> {
    fn meta(&mut self, at: Tick, message: MetaMessage<'a>) {
        self.push(at, TrackEventKind::Meta(message));
    }

    fn message(&mut self, at: Tick, channel: Channel, message: MidiMessage) -> io::Result<()> {
        let channel = u4::try_from(channel.in_port()).ok_or_else(|| unwritable("channel"))?;
        self.push(at, TrackEventKind::Midi { channel, message });
        Ok(())
    }

    fn push(&mut self, at: Tick, kind: TrackEventKind<'a>) {
        let mut wait = (at - self.now).0;
        self.now = self.now.max(at);
        // A wait of days is cut into several, with a word of no letters between them.
        while wait > LONGEST_DELTA {
            self.events.push(TrackEvent { delta: u28::max_value(), kind: TrackEventKind::Meta(MetaMessage::Text(b"")) });
            wait -= LONGEST_DELTA;
        }
        // Masking is harmless here: `wait` has just been brought below the mask.
        self.events.push(TrackEvent { delta: u28::from_int_lossy(wait), kind });
    }
}

/// A data byte. midly's own `into` would wrap a number above 127 to another one.
fn data_byte(value: u8) -> io::Result<u7> {
    u7::try_from(value).ok_or_else(|| unwritable("data byte"))
}

/// Cannot happen while the types of `music` refuse what MIDI cannot say; told rather than wrapped.
fn unwritable(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("a {what} lies outside what a MIDI file can say"))
}
