//! What is sent, and that nothing is left hanging, by a port that only writes down.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::port::{MidiPort, Opened};
use super::sender::{LOOK_AHEAD, Sender, Status, Timebase};
use super::sent::MidiBytes;
use crate::live::{BLOCK_FRAMES, Player, Stream};
use crate::music::{Instrument, Level, Pan, Patch, Pitch, Tick, Velocity};
use crate::perform::{Channel, ChannelSetup, Cue, CueKind, Performance, Port, perform};
use crate::score::Score;
use crate::synth::Synth;

const RATE: u32 = 8_000;

/// When a message was due, and its bytes.
type Note = (i64, Vec<u8>);

/// What a port wrote down, and what moves it.
#[derive(Clone, Default)]
struct Desk {
    now: Arc<AtomicI64>,
    sent: Arc<Mutex<Vec<Note>>>,
    is_away: Arc<AtomicBool>,
}

struct Scribe(Desk);

impl MidiPort for Scribe {
    fn units_per_second(&self) -> u32 {
        RATE
    }

    fn now(&self) -> i64 {
        self.0.now.load(Ordering::Relaxed)
    }

    fn at(&self, _moment: Instant) -> Option<i64> {
        None
    }

    fn stamps(&self) -> bool {
        true
    }

    fn margin(&self) -> i64 {
        0
    }

    fn send(&mut self, due: i64, _cable: Port, bytes: MidiBytes) -> bool {
        self.0.sent.lock().unwrap().push((due, bytes.to_vec()));
        true
    }

    fn mind(&mut self) -> bool {
        !self.0.is_away.load(Ordering::Relaxed)
    }

    fn name(&self) -> &str {
        "scribe"
    }
}

impl Desk {
    fn sent(&self) -> Vec<Note> {
        self.sent.lock().unwrap().clone()
    }

    /// Strokes whose release was not sent.
    fn hanging(&self) -> BTreeSet<(u8, u8)> {
        let mut hanging = BTreeSet::new();
        for (_, bytes) in self.sent() {
            match bytes[..] {
                [on @ 0x90..=0x9f, pitch, _] => assert!(hanging.insert((on & 15, pitch)), "struck twice"),
                [off @ 0x80..=0x8f, pitch, _] => assert!(hanging.remove(&(off & 15, pitch)), "released twice"),
                _ => {}
            }
        }
        hanging
    }

    /// That nothing hangs, and that both channels were told to be silent at last.
    fn assert_silent(&self) {
        assert_eq!(self.hanging(), BTreeSet::new());
        for channel in 0..2 {
            let last: Vec<Vec<u8>> = self.sent().into_iter().map(|(_, bytes)| bytes).filter(|bytes| bytes[0] & 15 == channel).collect();
            assert_eq!(last[last.len() - 2..], [vec![0xb0 | channel, 123, 0], vec![0xb0 | channel, 120, 0]]);
        }
    }
}

/// Chords which sound nearly all the time, on two channels.
fn chords() -> Performance {
    let mut cues = Vec::new();
    for chord in 0..32u32 {
        for (channel, number) in [(0, 60), (0, 64), (1, 67)] {
            let (channel, pitch) = (Channel::new(channel).unwrap(), Pitch::new(number).unwrap());
            let at = Tick(chord * 480 + u32::from(number) % 7);
            cues.push(Cue { at, channel, kind: CueKind::On { pitch, velocity: Velocity::nearest(80.0), note: 0 } });
            cues.push(Cue { at: Tick(chord * 480 + 471), channel, kind: CueKind::Off { pitch } });
        }
    }
    cues.sort_by_key(|cue| cue.at);
    let setup = |index| ChannelSetup {
        channel: Channel::new(index).unwrap(),
        name: "chords",
        instrument: Instrument::Melodic(Patch::STRINGS),
        pan: Pan::CENTRE,
        level: Level::USUAL,
    };
    Performance { setups: vec![setup(0), setup(1)], cues, end: Tick(32 * 480), ..perform(&Score::silence("chords")) }
}

/// A player whose stream is drawn by hand, and who sends for it, without a thread.
struct Room {
    player: Player<Synth>,
    stream: Option<Stream>,
    sender: Sender,
    desk: Desk,
    status: Arc<Mutex<Status>>,
}

impl Room {
    fn new() -> Self {
        let (mut player, stream) = Player::<Synth>::unplugged(RATE);
        let (desk, status) = (Desk::default(), Arc::new(Mutex::new(Status::default())));
        let mut sender = Sender::new(Box::new(Scribe(desk.clone())), Arc::clone(&status), LOOK_AHEAD);
        sender.take_wire(player.supply.wire.take().unwrap(), Timebase::Exact { first: 0 }, RATE);
        Self { player, stream: Some(stream), sender, desk, status }
    }

    fn play(&mut self) {
        let id = self.player.play(&chords());
        self.sender.learn(id, self.player.setups(id).unwrap().to_vec());
    }

    fn draw(&mut self, blocks: usize) {
        for _ in 0..blocks {
            self.player.advance();
            if let Some(stream) = &mut self.stream {
                stream.take(BLOCK_FRAMES * 2).for_each(drop);
            }
            self.desk.now.fetch_add(BLOCK_FRAMES as i64, Ordering::Relaxed);
            self.sender.step();
        }
    }

    /// One in the middle of a chord.
    fn sounding() -> Self {
        let mut room = Self::new();
        room.play();
        room.draw(20);
        assert_eq!(room.desk.hanging().len(), 3);
        room
    }
}

#[test]
fn each_cue_is_sent_on_its_frame_and_each_channel_is_set_before() {
    let mut room = Room::new();
    room.play();
    room.draw(32 * 63 + 100);
    let sent = room.desk.sent();
    let first = |status: u8| sent.iter().position(|(_, bytes)| bytes[0] & 0xf0 == status).unwrap();
    assert!(first(0xc0) < first(0x90) && first(0xb0) < first(0x90));
    let notes: Vec<i64> = sent.iter().filter(|(_, bytes)| [0x80, 0x90].contains(&(bytes[0] & 0xf0))).map(|(due, _)| *due).collect();
    let performance = chords();
    let ahead = LOOK_AHEAD.as_millis() as i64 * i64::from(RATE) / 1000;
    let wanted: Vec<i64> = performance.cues.iter().map(|cue| cue.at.sample(performance.tempo, RATE) as i64 + ahead).collect();
    assert_eq!(notes, wanted);
    assert_eq!(room.desk.hanging(), BTreeSet::new());
    assert_eq!(*room.status.lock().unwrap(), Status::default());
}

#[test]
fn nothing_hangs_whatever_breaks_the_music_off() {
    type Break = (&'static str, fn(&mut Room));
    let breaks: [Break; 6] = [
        ("stop", |room| room.player.stop()),
        ("pause", |room| room.player.pause(true)),
        ("the stream is lost", |room| room.stream = None),
        ("the sender ends", |room| room.sender.finish()),
        ("another port", |room| room.sender.take_port(Box::new(Scribe(Desk::default())), Timebase::Exact { first: 0 })),
        ("another stream", |room| {
            let (mut other, stream) = Player::<Synth>::unplugged(RATE);
            room.sender.take_wire(other.supply.wire.take().unwrap(), Timebase::Exact { first: 0 }, RATE);
            room.stream = Some(stream);
        }),
    ];
    for (what, breaks_off) in breaks {
        let mut room = Room::sounding();
        breaks_off(&mut room);
        if what != "the sender ends" {
            room.draw(2);
        }
        eprintln!("{what}");
        room.desk.assert_silent();
    }
}

#[test]
fn a_seek_silences_what_sounds_and_goes_on() {
    let mut room = Room::sounding();
    let before = room.desk.sent().len();
    room.player.seek(Tick(480 * 8 + 100));
    room.draw(3);
    let sent: Vec<u8> = room.desk.sent()[before..].iter().map(|(_, bytes)| bytes[0] & 0xf0).collect();
    assert_eq!(sent, [0x80, 0x80, 0x80, 0xb0, 0xb0, 0xb0, 0xb0]);
    room.draw(100);
    assert!(room.desk.sent().len() > before + 7);
}

#[test]
fn when_the_port_is_back_its_channels_are_set_again_and_it_is_told_once() {
    let mut room = Room::sounding();
    room.desk.is_away.store(true, Ordering::Relaxed);
    room.draw(1);
    let before = room.desk.sent().len();
    let loss = room.status.lock().unwrap().loss.clone().unwrap();
    assert_eq!(loss, "the MIDI port scribe is gone; the music goes on, and to it when it is back");
    room.draw(200);
    assert_eq!(room.desk.sent().len(), before, "nobody is there");
    room.desk.is_away.store(false, Ordering::Relaxed);
    room.draw(200);
    assert_eq!(room.status.lock().unwrap().loss, None);
    let since: Vec<u8> = room.desk.sent()[before..].iter().map(|(_, bytes)| bytes[0]).collect();
    assert_eq!(since[..8], [0xc0, 0xb0, 0xb0, 0xb0, 0xc1, 0xb1, 0xb1, 0xb1]);
    assert!(since.contains(&0x90));
}

#[test]
fn where_the_thread_that_plays_panics_nothing_hangs() {
    let desk = Desk::default();
    let theirs = desk.clone();
    let player = std::thread::spawn(move || {
        let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
        let opened = Opened { port: Box::new(Scribe(theirs.clone())), clock: None, line: String::new() };
        player.connect_opened(opened, LOOK_AHEAD).unwrap();
        player.play(&chords());
        let began = Instant::now();
        // Until the thread that sends has told of a chord.
        while theirs.hanging().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(60), "nothing was sent");
            player.advance();
            stream.by_ref().take(BLOCK_FRAMES * 2).for_each(drop);
            std::thread::yield_now();
        }
        std::panic::resume_unwind(Box::new("the thread that plays is no more"));
    });
    assert!(player.join().is_err());
    assert!(desk.sent().iter().any(|(_, bytes)| bytes[0] & 0xf0 == 0x90));
    desk.assert_silent();
}
