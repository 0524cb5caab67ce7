//! The player's side of the rings: begins sections and keeps the stream half a second ahead of what
//! is heard. Knows nothing of devices.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::agenda::{Agenda, Turn};
use super::band::{Audition, FADING, Returns};
use super::legs::{Before, Legs};
use super::midi_out::{WireEnd, wire};
use super::pace::{Pace, Stride, in_tempo};
use super::piece::{Piece, PieceId};
use super::recording::Tap;
use super::shared::{Body, Message, Section, Shared, Snapshot, Start, TimedCue};
use super::shelf::Shelf;
use super::stream::{Ends, Stream, Voices};
use crate::music::{Pitch, Tempo, Velocity};
use crate::perform::{Channel, CueKind};
use crate::score::Cause;

/// How far ahead cues are sent, as a part of a second: half of one. Commands do not wait for it, so
/// longer would only take room in the ring; shorter, and the owner of the player must call more often.
const AHEAD: u32 = 2;

/// Messages that fit into the ring: 50 times what dense music sends in half a second.
const MESSAGES: usize = 4096;

/// Synths that may be with the stream at a time: one plays, some fade, some on their way.
const SYNTHS: usize = FADING + 5;

/// Recordings that may be with the stream at a time: one that ends, one that begins, and as many again.
const TAPS: usize = 4;

/// Notes to try that may be on their way. There are more only while nobody draws; those are lost.
const AUDITIONS: usize = 64;

/// Legs that may be told ahead of the stream, fewer than its word can tell apart. In half a second there
/// are 14 at most; more only if commands follow each other within a period of the device.
const LEGS_AHEAD: u32 = 128;

/// How loud a note is, against what is written: asked for each by its piece, its number in it, its channel, pitch
/// and cause.
pub type Mix = Box<dyn Fn(PieceId, u32, Channel, Pitch, &Cause) -> f32 + Send>;

pub struct Supply<V: Voices> {
    pub sample_rate_hz: u32,
    pub mix: Option<Mix>,
    messages: rtrb::Producer<Message>,
    synths: rtrb::Producer<(PieceId, Box<V>)>,
    auditions: rtrb::Producer<Audition>,
    taps: rtrb::Producer<Box<Tap>>,
    returning: rtrb::Consumer<Box<V>>,
    returning_taps: rtrb::Consumer<Box<Tap>>,
    /// Those with the stream or on their way.
    synths_out: usize,
    taps_out: usize,
    unsent_tap: Option<Box<Tap>>,
    /// Until it is given to who sends MIDI.
    pub wire: Option<WireEnd>,
    shared: Arc<Shared>,
    section: Section,
    /// What begins the section, until it is sent.
    first: Option<Body>,
    is_halted: bool,
    pub legs: Legs,
    /// Where the section begins: its first leg, and the frame in it.
    base: Base,
    /// The leg whose cues are being sent, and the number of the next.
    told_leg: u32,
    next_cue: usize,
    /// Frame up to which the stream knows all cues of that leg, and whether it knows that to be the end.
    told: Option<(u64, bool)>,
}

#[derive(Clone, Copy)]
struct Base {
    leg: u32,
    frame: u64,
}

impl<V: Voices> Supply<V> {
    pub fn new(sample_rate_hz: u32) -> (Self, Stream<V>) {
        let (messages, their_messages) = rtrb::RingBuffer::new(MESSAGES);
        let (synths, their_synths) = rtrb::RingBuffer::new(SYNTHS);
        let (auditions, their_auditions) = rtrb::RingBuffer::new(AUDITIONS);
        let (taps, their_taps) = rtrb::RingBuffer::new(TAPS);
        let (leaving, returning) = rtrb::RingBuffer::new(SYNTHS);
        let (leaving_taps, returning_taps) = rtrb::RingBuffer::new(TAPS);
        let tempo = Tempo::nearest(120.0);
        let at_rest = Snapshot { section: 0, leg: 0, tempo, frame: 0, is_starved: false, is_over: true };
        let shared = Arc::new(Shared::new(at_rest, sample_rate_hz));
        let ends = Ends {
            messages: their_messages,
            synths: their_synths,
            auditions: their_auditions,
            taps: their_taps,
            shared: Arc::clone(&shared),
        };
        let (wire, wire_end) = wire(Arc::clone(&shared));
        let stream = Stream::new(sample_rate_hz, ends, wire, Returns { synths: leaving, taps: leaving_taps });
        let supply = Self {
            sample_rate_hz,
            mix: None,
            messages,
            synths,
            auditions,
            taps,
            returning,
            returning_taps,
            synths_out: 0,
            taps_out: 0,
            unsent_tap: None,
            wire: Some(wire_end),
            shared,
            section: 0,
            first: None,
            is_halted: true,
            legs: Legs::new(),
            base: Base { leg: 0, frame: 0 },
            told_leg: 0,
            next_cue: 0,
            told: None,
        };
        (supply, stream)
    }

    /// Makes what was sent before invalid and begins anew from there. Of synths under way those of `wanted`
    /// and later pieces are still of use.
    pub fn start(&mut self, to: Start, wanted: PieceId) {
        let leg = self.legs.next_number();
        self.legs.open(to.piece, to.frame, to.tempo, None);
        self.begin(Body::Start(to), Base { leg, frame: to.frame }, to.first_cue as usize, wanted);
    }

    /// Makes what was sent before invalid and goes on where the stream is now, at this tempo.
    pub fn tell_again(&mut self, now: Snapshot, tempo: Tempo, piece: &Piece, wanted: PieceId) {
        let Some(&leg) = self.legs.of(now) else { return };
        self.legs.renew(leg, tempo);
        let first_cue = piece.first_cue_from_frame(now.frame, now.tempo, self.sample_rate_hz);
        let base = Base { leg: self.legs.next_number() - 1, frame: in_tempo(now.frame, now.tempo, tempo) };
        self.begin(Body::Retime { tempo, root: leg.root }, base, first_cue, wanted);
    }

    /// Makes what was sent before invalid; nothing more is played.
    pub fn halt(&mut self, wanted: PieceId) {
        self.begin(Body::Halt, self.base, 0, wanted);
    }

    fn begin(&mut self, first: Body, base: Base, next_cue: usize, wanted: PieceId) {
        self.section = self.section.wrapping_add(1);
        self.first = Some(first);
        self.is_halted = matches!(first, Body::Halt);
        self.base = base;
        (self.told_leg, self.next_cue, self.told) = (base.leg, next_cue, None);
        self.shared.wanted.store(wanted.0, Ordering::Release);
    }

    /// Whether a section is begun which the stream has not been told of.
    pub fn has_news(&self) -> bool {
        self.first.is_some()
    }

    /// Sends what fits and is due.
    pub fn send(&mut self, shelf: &mut Shelf<V>, agenda: &Agenda) {
        while self.returning.pop().is_ok() {
            self.synths_out -= 1;
        }
        while self.returning_taps.pop().is_ok() {
            self.taps_out -= 1;
        }
        if self.taps_out < TAPS
            && let Some(tap) = self.unsent_tap.take()
        {
            match self.taps.push(tap) {
                Ok(()) => self.taps_out += 1,
                Err(rtrb::PushError::Full(tap)) => self.unsent_tap = Some(tap),
            }
        }
        if self.send_first(shelf) && !self.is_halted {
            self.send_legs(shelf, agenda);
        }
        // Only now that the section is there, as far as it goes: the stream need not wait for it.
        self.shared.section.store(self.section, Ordering::Release);
    }

    fn send_first(&mut self, shelf: &mut Shelf<V>) -> bool {
        let Some(first) = self.first else { return true };
        let has_synth = match first {
            Body::Start(to) => self.send_synth(shelf, to.piece),
            _ => true,
        };
        let is_sent = has_synth && self.push(self.base.leg, first);
        if is_sent {
            self.first = None;
        }
        is_sent
    }

    /// Sends the synth of a piece, if it has not been sent; tells whether it is there.
    fn send_synth(&mut self, shelf: &mut Shelf<V>, piece: PieceId) -> bool {
        let Some(slot) = shelf.synth(piece) else { return false };
        let Some(synth) = slot.take_if(|_| self.synths_out < SYNTHS) else { return slot.is_none() };
        match self.synths.push((piece, synth)) {
            Ok(()) => {
                self.synths_out += 1;
                true
            }
            Err(rtrb::PushError::Full((_, synth))) => {
                *slot = Some(synth);
                false
            }
        }
    }

    fn send_legs(&mut self, shelf: &mut Shelf<V>, agenda: &Agenda) {
        while let Some(turn) = self.send_leg(shelf, agenda) {
            let Some(&leg) = self.legs.get(self.told_leg) else { return };
            let number = self.legs.next_number();
            let ends = turn.at.sample(leg.tempo, self.sample_rate_hz);
            let is_sent =
                self.send_synth(shelf, turn.to.piece) && self.push(number, Body::Turn { from: leg.number, at: ends, to: turn.to });
            if !is_sent {
                return;
            }
            let before = Before { leg: leg.number, ends, tempo: leg.tempo };
            self.legs.open(turn.to.piece, turn.to.frame, turn.to.tempo, Some(before));
            (self.told_leg, self.next_cue, self.told) = (number, turn.to.first_cue as usize, None);
        }
    }

    /// Sends cues of the leg that is being told; gives the turn at its end if that is all and the turn is due.
    fn send_leg(&mut self, shelf: &Shelf<V>, agenda: &Agenda) -> Option<Turn> {
        let rate = self.sample_rate_hz;
        let leg = *self.legs.get(self.told_leg)?;
        let piece = shelf.get(leg.piece)?;
        let now = self.snapshot();
        let (from, frame) =
            if self.is_followed_by(now) { (self.legs.of(now)?.number, now.frame) } else { (self.base.leg, self.base.frame) };
        let ahead = Stride::of(self.pace(), leg.tempo).scaled(u64::from(rate / AHEAD)) as i64 - self.legs.way(from, frame, leg.number)?;
        let horizon = leg.begins.checked_add_signed(ahead).filter(|_| ahead >= 0)?;
        let turn = agenda.turn(&leg, piece, rate);
        let mut known_until = turn.map_or(piece.end, |turn| turn.at).sample(leg.tempo, rate);
        let mut knows_all = true;
        while let Some(&cue) = piece.cues.get(self.next_cue).filter(|cue| turn.is_none_or(|turn| cue.at < turn.at)) {
            let at = cue.at.sample(leg.tempo, rate);
            let kind = self.mixed(leg.piece, piece, cue.channel, cue.kind);
            let is_told = at <= horizon
                && kind.is_none_or(|kind| {
                    let cue = TimedCue { number: self.next_cue as u32, at, channel: cue.channel, kind };
                    self.push(leg.number, Body::Cue(cue))
                });
            if !is_told {
                (known_until, knows_all) = (at, false);
                break;
            }
            self.next_cue += 1;
        }
        let is_due = knows_all && known_until <= horizon;
        if let Some(turn) = turn.filter(|_| is_due && self.legs.ahead_of(now) < LEGS_AHEAD) {
            return Some(turn);
        }
        let is_end = is_due && piece.is_whole && turn.is_none();
        let tell = (known_until.min(horizon), is_end);
        if self.told != Some(tell) && self.push(leg.number, Body::Until { frame: tell.0, is_end }) {
            self.told = Some(tell);
        }
        None
    }

    /// A cue as loud as the mix has it; none if it is not struck.
    fn mixed(&self, id: PieceId, piece: &Piece, channel: Channel, kind: CueKind) -> Option<CueKind> {
        let (Some(mix), CueKind::On { pitch, velocity, note }) = (&self.mix, kind) else { return Some(kind) };
        let cause = piece.causes.get(note as usize).copied().unwrap_or_default();
        let gain = mix(id, note, channel, pitch, &cause);
        let velocity = Velocity::nearest(f64::from(velocity.value()) * f64::from(gain));
        (gain > 0.0).then_some(CueKind::On { pitch, velocity, note })
    }

    fn push(&mut self, leg: u32, body: Body) -> bool {
        self.messages.push(Message { section: self.section, leg, body }).is_ok()
    }

    /// Sends a note to be tried.
    pub fn audition(&mut self, audition: Audition) {
        let _ = self.auditions.push(audition);
    }

    /// Sends the end of a recording that takes the place of the one before.
    pub fn record(&mut self, tap: Box<Tap>) {
        self.unsent_tap = Some(tap);
    }

    /// The ends of recordings that are not with a stream.
    pub fn idle_taps(&mut self) -> impl Iterator<Item = Box<Tap>> {
        let returned = std::iter::from_fn(|| self.returning_taps.pop().ok());
        returned.chain(self.unsent_tap.take())
    }

    pub fn set_paused(&self, paused: bool) {
        self.shared.is_paused.store(paused, Ordering::Relaxed);
    }

    pub fn pace(&self) -> Option<Pace> {
        self.shared.pace()
    }

    pub fn set_pace(&self, pace: Option<Pace>) {
        self.shared.set_pace(pace);
    }

    pub fn wants_clock(&self) -> bool {
        self.shared.wants_clock.load(Ordering::Relaxed)
    }

    /// Whether the MIDI clock is sent with the music.
    pub fn want_clock(&self, wants: bool) {
        self.shared.wants_clock.store(wants, Ordering::Relaxed);
    }

    /// The leg with which the section begins.
    pub fn base_leg(&self) -> u32 {
        self.base.leg
    }

    pub fn is_halted(&self) -> bool {
        self.is_halted
    }

    /// Whether the stream has entered the section begun last.
    pub fn is_followed_by(&self, now: Snapshot) -> bool {
        now.section == self.section
    }

    /// Whether the stream, when it entered the section, was on a leg which the section does not know: it
    /// had turned just before.
    pub fn is_astray(&self, now: Snapshot) -> bool {
        let here = self.legs.of(now).map_or(0, |leg| leg.number);
        !self.is_halted && self.is_followed_by(now) && here < self.base.leg
    }

    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// Where the stream is and how far it has travelled, a block apart at most.
    pub fn way_gone(&self) -> (Snapshot, u64) {
        (self.snapshot(), self.shared.travelled.load(Ordering::Relaxed))
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

    /// The samples before frame `end`, counted as [`Self::rendered_frames`] counts.
    pub fn scope(&self, end: u64, samples: &mut [f32]) {
        self.shared.scope.read(end, self.rendered_frames(), samples);
    }
}
