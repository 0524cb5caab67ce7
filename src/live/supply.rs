//! The player's side of the rings: begins sections and keeps the stream half a second ahead of what
//! is heard. Knows nothing of devices.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::piece::Piece;
use super::shared::{Body, Message, Section, Shared, Snapshot, TimedCue};
use super::stream::{Ends, Stream, Voices};
use crate::music::Tempo;

/// How far ahead cues are sent, as a part of a second: half of one. Commands do not wait for it, so
/// longer would only take room in the ring; shorter, and the owner of the player must call more often.
const AHEAD: u32 = 2;

/// Messages that fit into the ring: 50 times what dense music sends in half a second.
const MESSAGES: usize = 4096;

/// Synths that may be with the stream at a time: one plays, one fades, two on their way.
const SYNTHS: usize = 4;

pub struct Supply<V: Voices> {
    pub sample_rate_hz: u32,
    messages: rtrb::Producer<Message>,
    departing: rtrb::Producer<(Section, Box<V>)>,
    returning: rtrb::Consumer<Box<V>>,
    /// Synths with the stream or on their way.
    synths_out: usize,
    shared: Arc<Shared>,
    section: Section,
    /// What begins the section and is not sent yet.
    unsent: VecDeque<Unsent<V>>,
    is_halted: bool,
    /// Number of the next cue to send.
    next_cue: usize,
    tempo: Tempo,
    /// Frame where the section begins.
    begins_at: u64,
    /// Frame up to which the stream knows all cues, and whether it knows that to be the end.
    told: Option<(u64, bool)>,
}

enum Unsent<V> {
    Synth(Box<V>),
    First(Body),
}

impl<V: Voices> Supply<V> {
    pub fn new(sample_rate_hz: u32) -> (Self, Stream<V>) {
        let (messages, their_messages) = rtrb::RingBuffer::new(MESSAGES);
        let (departing, arriving) = rtrb::RingBuffer::new(SYNTHS);
        let (leaving, returning) = rtrb::RingBuffer::new(SYNTHS);
        let tempo = Tempo::nearest(120.0);
        let at_rest = Snapshot { section: 0, tempo, frame: 0, is_starved: false, is_over: true };
        let shared = Arc::new(Shared::new(at_rest));
        let stream = Stream::new(sample_rate_hz, Ends { messages: their_messages, arriving, leaving, shared: Arc::clone(&shared) });
        let supply = Self {
            sample_rate_hz,
            messages,
            departing,
            returning,
            synths_out: 0,
            shared,
            section: 0,
            unsent: VecDeque::new(),
            is_halted: true,
            next_cue: 0,
            tempo,
            begins_at: 0,
            told: None,
        };
        (supply, stream)
    }

    /// Makes what was sent before invalid and begins anew with `first`.
    pub fn begin(&mut self, first: Body, next_cue: usize, frame: u64, tempo: Tempo, synth: Option<Box<V>>) {
        self.section = self.section.wrapping_add(1);
        self.shared.section.store(self.section, Ordering::Release);
        self.unsent.clear();
        self.unsent.extend(synth.map(Unsent::Synth));
        self.unsent.push_back(Unsent::First(first));
        self.is_halted = matches!(first, Body::Halt);
        (self.next_cue, self.begins_at, self.tempo, self.told) = (next_cue, frame, tempo, None);
    }

    /// Sends what fits and is due.
    pub fn send(&mut self, piece: Option<&Piece>) {
        while self.returning.pop().is_ok() {
            self.synths_out -= 1;
        }
        while let Some(unsent) = self.unsent.pop_front() {
            let back = match unsent {
                Unsent::Synth(synth) if self.synths_out < SYNTHS => match self.departing.push((self.section, synth)) {
                    Ok(()) => {
                        self.synths_out += 1;
                        None
                    }
                    Err(rtrb::PushError::Full((_, synth))) => Some(Unsent::Synth(synth)),
                },
                Unsent::Synth(synth) => Some(Unsent::Synth(synth)),
                Unsent::First(body) => (!self.push(body)).then_some(Unsent::First(body)),
            };
            if let Some(unsent) = back {
                self.unsent.push_front(unsent);
                return;
            }
        }
        if let (Some(piece), false) = (piece, self.is_halted) {
            self.send_cues(piece);
        }
    }

    fn send_cues(&mut self, piece: &Piece) {
        let now = if self.is_followed() { self.snapshot().frame } else { self.begins_at };
        let horizon = now + u64::from(self.sample_rate_hz / AHEAD);
        let mut known_until = piece.end.sample(self.tempo, self.sample_rate_hz);
        let mut knows_all = true;
        while let Some(&cue) = piece.cues.get(self.next_cue) {
            let at = cue.at.sample(self.tempo, self.sample_rate_hz);
            let body = Body::Cue(TimedCue { number: self.next_cue as u32, at, channel: cue.channel, kind: cue.kind });
            if at > horizon || !self.push(body) {
                (known_until, knows_all) = (at, false);
                break;
            }
            self.next_cue += 1;
        }
        let is_end = knows_all && piece.is_whole && known_until <= horizon;
        let tell = (known_until.min(horizon), is_end);
        if self.told != Some(tell) && self.push(Body::Until { frame: tell.0, is_end }) {
            self.told = Some(tell);
        }
    }

    fn push(&mut self, body: Body) -> bool {
        self.messages.push(Message { section: self.section, body }).is_ok()
    }

    pub fn set_paused(&self, paused: bool) {
        self.shared.is_paused.store(paused, Ordering::Relaxed);
    }

    /// Frame where the section begins.
    pub fn begins_at(&self) -> u64 {
        self.begins_at
    }

    pub fn is_halted(&self) -> bool {
        self.is_halted
    }

    /// Whether the stream has entered the section begun last.
    pub fn is_followed(&self) -> bool {
        self.snapshot().section == self.section
    }

    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    pub fn rendered_frames(&self) -> u64 {
        self.shared.rendered.load(Ordering::Acquire)
    }

    pub fn standing_frames(&self) -> u64 {
        self.shared.standing.load(Ordering::Relaxed)
    }

    pub fn waited_frames(&self) -> u64 {
        self.shared.waited.load(Ordering::Relaxed)
    }
}
