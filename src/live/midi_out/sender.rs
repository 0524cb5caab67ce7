//! Who sends: takes what comes over the wire, works out when it is heard, and gives it to the port then. It knows
//! what sounds at the other end, and lets nothing hang there.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::follower::Follower;
use super::port::MidiPort;
use super::sent::{MidiBytes, Sent, on_channel};
use super::wire::{Stamped, WireEnd};
use crate::live::piece::PieceId;
use crate::music::Pitch;
use crate::perform::{Channel, ChannelSetup, CueKind, Port, midi};

/// Longest sleep. Shorter, and it wakes for nothing; longer, and a device is seen late to have drawn.
pub const GLANCE: Duration = Duration::from_millis(4);

/// How much later than it is rendered a frame is sent where no device holds it back: whoever owns the player draws
/// every 16 ms, and later when the machine is busy. Longer answers later to a hand; shorter, and notes are late.
pub const LOOK_AHEAD: Duration = Duration::from_millis(80);

/// Time without a frame, or with the music waiting for notes, after which what sounds is released: longer than any
/// device draws at a time, shorter than one would listen to a note that hangs.
const STALLED: Duration = Duration::from_secs(2);

/// What counts as late, as a part of a second: five milliseconds, more than a thread oversleeps on a machine that has
/// nothing else to do.
const LATE: u32 = 200;

/// Pieces whose channels are remembered: those that a player knows, and some that are on their way out.
const PIECES: usize = 16;

/// Where the moments of frames come from.
pub enum Timebase {
    /// The port's own clock winds the music: frame 0 was on this unit.
    Exact { first: i64 },
    /// The system's clock winds it, from this moment.
    Since(Instant),
    /// A device draws the frames, and plays them so many later.
    Drawn { latency_frames: u64 },
}

/// What the player may ask of it at any time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Where the port is gone: that in one line.
    pub loss: Option<String>,
    /// Messages that came after their moment, and were sent at once.
    pub late: u64,
}

pub struct Sender {
    port: Box<dyn MidiPort>,
    is_there: bool,
    wire: Option<Line>,
    waiting: VecDeque<Stamped>,
    pieces: VecDeque<(PieceId, Vec<ChannelSetup>)>,
    piece: PieceId,
    /// Which pitches sound at the other end, a bit each, by channel.
    sounding: [u128; Channel::COUNT],
    /// Channels that were used since the port was opened.
    used: [bool; Channel::COUNT],
    /// Given to the port last: what follows is not before that.
    last_due: i64,
    /// Whoever follows our clock was told to go.
    clock_runs: bool,
    status: Arc<Mutex<Status>>,
    look_ahead: Duration,
}

/// A wire, and how its frames are timed.
struct Line {
    end: WireEnd,
    timebase: Timebase,
    sample_rate_hz: u32,
    follower: Follower,
    drawn_frames: u64,
    drew: Instant,
}

impl Sender {
    pub fn new(port: Box<dyn MidiPort>, status: Arc<Mutex<Status>>, look_ahead: Duration) -> Self {
        Self {
            port,
            is_there: true,
            wire: None,
            waiting: VecDeque::new(),
            pieces: VecDeque::new(),
            piece: PieceId::default(),
            sounding: [0; Channel::COUNT],
            used: [false; Channel::COUNT],
            last_due: i64::MIN,
            clock_runs: false,
            status,
            look_ahead,
        }
    }

    pub fn learn(&mut self, piece: PieceId, setups: Vec<ChannelSetup>) {
        if self.pieces.len() == PIECES {
            self.pieces.pop_front();
        }
        self.pieces.push_back((piece, setups));
    }

    /// Takes a new wire; what sounds by the old one is silenced.
    pub fn take_wire(&mut self, end: WireEnd, timebase: Timebase, sample_rate_hz: u32) {
        self.silence();
        self.stop_clock();
        self.waiting.clear();
        end.listen();
        let follower = Follower::new(self.port.units_per_second(), sample_rate_hz);
        let drawn_frames = end.shared.rendered.load(Ordering::Acquire);
        self.wire = Some(Line { end, timebase, sample_rate_hz, follower, drawn_frames, drew: Instant::now() });
    }

    /// Goes on to another port; at the one before nothing sounds on.
    pub fn take_port(&mut self, port: Box<dyn MidiPort>, timebase: Timebase) {
        self.finish();
        self.port = port;
        self.is_there = true;
        self.tell_loss(None);
        (self.used, self.last_due) = ([false; Channel::COUNT], i64::MIN);
        if let Some(line) = &mut self.wire {
            line.timebase = timebase;
            line.follower = Follower::new(self.port.units_per_second(), line.sample_rate_hz);
        }
        self.tell_clock_anew();
        self.set_channels();
    }

    /// Does what is to be done now, and tells how long it may be left alone.
    pub fn step(&mut self) -> Duration {
        self.mind_port();
        self.mind_wire();
        while let Some(stamped) = self.waiting.front().copied() {
            let due = self.due(stamped.frame);
            if !self.port.stamps() && due > self.port.now() {
                let units = (due - self.port.now()).max(0) as u64;
                let nanos = u128::from(units) * 1_000_000_000 / u128::from(self.port.units_per_second());
                return GLANCE.min(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)));
            }
            if !self.say(stamped.sent, due) {
                break;
            }
            self.waiting.pop_front();
        }
        GLANCE
    }

    /// When a frame is heard, on the port's clock; never before what was sent last.
    fn due(&self, frame: u64) -> i64 {
        let now = self.port.now();
        let Some(line) = &self.wire else { return now.max(self.last_due) };
        let units = i128::from(self.port.units_per_second());
        let of = |frames: u64| (i128::from(frames) * units / i128::from(line.sample_rate_hz)) as i64;
        let ahead = (self.look_ahead.as_nanos() as i128 * units / 1_000_000_000) as i64 + self.port.margin();
        let due = match line.timebase {
            Timebase::Exact { first } => first + of(frame) + ahead,
            Timebase::Since(moment) => match self.port.at(moment) {
                Some(first) => first + of(frame) + ahead,
                // It goes by a clock of its own, which is followed as a device's is.
                None => line.follower.at(frame).map_or(now, |at| at + ahead),
            },
            Timebase::Drawn { latency_frames } => line.follower.at(frame).map_or(now, |at| at + of(latency_frames)),
        };
        due.max(self.last_due)
    }

    fn mind_port(&mut self) {
        let is_there = self.port.mind();
        if is_there == self.is_there {
            return;
        }
        self.is_there = is_there;
        if is_there {
            self.tell_loss(None);
            self.set_channels();
            self.tell_clock_anew();
        } else {
            // What sounded there is gone with it.
            self.sounding = [0; Channel::COUNT];
            self.tell_loss(Some(format!("the MIDI port {} is gone; the music goes on, and to it when it is back", self.port.name())));
        }
    }

    /// Empties the wire, and sees whether anybody still draws at its other end.
    fn mind_wire(&mut self) {
        let Some(line) = &mut self.wire else { return };
        let drawn_frames = line.end.shared.rendered.load(Ordering::Acquire);
        if drawn_frames != line.drawn_frames {
            line.follower.drew(line.drawn_frames, self.port.now());
            (line.drawn_frames, line.drew) = (drawn_frames, Instant::now());
        }
        // Looked up first: what was said before the end is then there.
        let is_over = line.end.ring.is_abandoned();
        while let Ok(stamped) = line.end.ring.pop() {
            self.waiting.push_back(stamped);
        }
        let waits = u128::from(line.end.shared.standing.load(Ordering::Relaxed)) * 1000 / u128::from(line.sample_rate_hz);
        let is_stalled = line.drew.elapsed() > STALLED || line.end.shared.snapshot().is_starved && waits > STALLED.as_millis();
        if is_over {
            self.wire = None;
            self.finish();
        } else if is_stalled && self.sounding != [0; Channel::COUNT] {
            let now = self.port.now().max(self.last_due);
            self.release_all(now);
        }
    }

    /// Says it at the port; false where that takes no more now.
    fn say(&mut self, sent: Sent, due: i64) -> bool {
        match sent {
            Sent::Piece(piece) => {
                self.piece = piece;
                self.set_channels_at(due);
            }
            Sent::Hush => self.silence_at(due),
            Sent::Cue { channel, kind } => {
                let (pitch, is_stroke) = match kind {
                    CueKind::On { pitch, .. } => (pitch, true),
                    CueKind::Off { pitch } => (pitch, false),
                };
                let bit = 1 << pitch.number();
                let sounds = self.sounding[usize::from(channel.index())] & bit != 0;
                if sounds && !self.send(due, channel, Sent::Cue { channel, kind: CueKind::Off { pitch } }.bytes()) {
                    return false;
                }
                self.sounding[usize::from(channel.index())] &= !bit;
                if is_stroke {
                    if !self.send(due, channel, sent.bytes()) {
                        return false;
                    }
                    self.sounding[usize::from(channel.index())] |= bit;
                }
            }
            Sent::Clock | Sent::Start | Sent::Stop | Sent::Continue | Sent::SongPosition(_) => {
                let is_sent = sent.bytes().is_none_or(|bytes| self.give(due, Port::A, bytes));
                match sent {
                    Sent::Start | Sent::Continue if is_sent => self.clock_runs = true,
                    Sent::Stop if is_sent => self.clock_runs = false,
                    _ => {}
                }
                return is_sent;
            }
        }
        true
    }

    fn send(&mut self, due: i64, channel: Channel, bytes: Option<MidiBytes>) -> bool {
        let is_sent = bytes.is_none_or(|bytes| self.give(due, channel.port(), bytes));
        self.used[usize::from(channel.index())] |= is_sent;
        is_sent
    }

    /// Gives a message to the port. Where that is gone, there is nobody to hear it, and it counts as sent.
    fn give(&mut self, due: i64, cable: Port, bytes: MidiBytes) -> bool {
        if !self.is_there {
            return true;
        }
        if due < self.port.now() - i64::from(self.port.units_per_second() / LATE) {
            self.status().late += 1;
        }
        let is_sent = self.port.send(due, cable, bytes);
        if is_sent {
            self.last_due = due;
        }
        is_sent
    }

    fn set_channels(&mut self) {
        let now = self.port.now().max(self.last_due);
        self.set_channels_at(now);
    }

    fn set_channels_at(&mut self, due: i64) {
        let Some((_, setups)) = self.pieces.iter().find(|(piece, _)| *piece == self.piece) else { return };
        let mut is_set = [false; Channel::COUNT];
        for setup in setups.clone() {
            // Where parts share a channel the first one sets it.
            if !std::mem::replace(&mut is_set[usize::from(setup.channel.index())], true) {
                for message in midi::setting(&setup) {
                    self.send(due, setup.channel, Some(on_channel(setup.channel, message)));
                }
            }
        }
    }

    fn release_all(&mut self, due: i64) {
        let sounding = std::mem::replace(&mut self.sounding, [0; Channel::COUNT]);
        for (channel, mut pitches) in (0..Channel::COUNT as u8).filter_map(Channel::new).zip(sounding) {
            while pitches != 0 {
                if let Some(pitch) = Pitch::new(pitches.trailing_zeros() as u8) {
                    self.send(due, channel, Sent::Cue { channel, kind: CueKind::Off { pitch } }.bytes());
                }
                pitches &= pitches - 1;
            }
        }
    }

    fn silence_at(&mut self, due: i64) {
        self.release_all(due);
        for channel in (0..Channel::COUNT as u8).filter_map(Channel::new) {
            if self.used[usize::from(channel.index())] {
                for message in midi::silence() {
                    self.send(due, channel, Some(on_channel(channel, message)));
                }
            }
        }
    }

    fn silence(&mut self) {
        let now = self.port.now().max(self.last_due);
        self.silence_at(now);
    }

    /// Lets nothing sound on; what was not sent yet never will be.
    pub fn finish(&mut self) {
        self.waiting.clear();
        self.silence();
        self.stop_clock();
        self.port.settle();
    }

    fn stop_clock(&mut self) {
        if std::mem::take(&mut self.clock_runs) {
            let now = self.port.now().max(self.last_due);
            self.say(Sent::Stop, now);
        }
    }

    /// Who follows our clock at a port that was just taken is to be told where it is.
    fn tell_clock_anew(&self) {
        if let Some(line) = &self.wire {
            line.end.shared.tells_clock_anew.store(true, Ordering::Release);
        }
    }

    fn tell_loss(&self, loss: Option<String>) {
        self.status().loss = loss;
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sender {
    /// However it comes to its end.
    fn drop(&mut self) {
        self.finish();
    }
}
