//! The player: takes commands, keeps the stream supplied with cues, and tells where it is. It has never
//! heard of who commands it.

use std::cell::Cell;
use std::ops::Range;
use std::time::Duration;

use super::LiveError;
use super::agenda::{self, Agenda, Queued};
use super::band::Audition;
use super::following::Following;
use super::listening::Listening;
use super::midi_out::MidiOut;
use super::outlet::{Outlet, Output, Pull};
use super::pace::in_tempo;
use super::piece::{Piece, PieceId};
use super::position::Heard;
use super::recording::{Recording, Stop, recording};
use super::shared::{Snapshot, Start};
use super::shelf::Shelf;
use super::stream::{Stream, Voices};
use super::supply::{Mix, Supply};
use crate::music::{Pitch, Tempo, Tick, Velocity};
use crate::perform::{Channel, ChannelSetup, Performance};
use crate::synth::{SoundFont, Synth};

pub struct Player<V: Voices = Synth> {
    pub(super) outlet: Outlet<V>,
    pub(super) supply: Supply<V>,
    pub(super) shelf: Shelf<V>,
    pub(super) agenda: Agenda,
    font: Option<SoundFont>,
    /// Of the piece that plays.
    pub(super) tempo: Tempo,
    pub(super) is_paused: bool,
    /// Set while the stream has not yet followed the last command: where it will go on.
    pub(super) target: Option<Start>,
    /// The stream has taken the synth of the piece that plays.
    pub(super) has_begun: bool,
    recorded: Option<Stop>,
    pub(super) loss: Option<String>,
    pub(super) pull: Pull,
    pub(super) following: Option<Following>,
    pub(super) listening: Option<Box<Listening>>,
    pub(super) heard: Cell<Heard>,
    pub(super) midi: Option<MidiOut>,
    /// Seconds from rendering to the MIDI port, where no device plays.
    pub(super) midi_ahead_s: f64,
}

impl Player<Synth> {
    /// Opens the output. Where the default is asked for and there is none, a silent clock plays instead,
    /// and the notice says why in one line.
    pub fn open(output: Output) -> Result<(Self, Option<String>), LiveError> {
        let (outlet, supply, notice) = Outlet::open(&output)?;
        let mut player = Self::with(outlet, supply);
        player.loss.clone_from(&notice);
        Ok((player, notice))
    }
}

impl<V: Voices> Player<V> {
    /// A player and its stream, drawn by the caller: a clock that is wound by hand.
    pub fn unplugged(sample_rate_hz: u32) -> (Self, Stream<V>) {
        let (supply, stream) = Supply::new(sample_rate_hz);
        (Self::with(Outlet::Elsewhere, supply), stream)
    }

    fn with(outlet: Outlet<V>, supply: Supply<V>) -> Self {
        Self {
            outlet,
            supply,
            shelf: Shelf::new(),
            agenda: Agenda::default(),
            font: None,
            tempo: Tempo::nearest(120.0),
            is_paused: false,
            target: None,
            has_begun: false,
            recorded: None,
            loss: None,
            pull: Pull::none(),
            following: None,
            listening: None,
            heard: Cell::default(),
            midi: None,
            midi_ahead_s: 0.0,
        }
    }

    pub fn sample_rate_hz(&self) -> u32 {
        self.supply.sample_rate_hz
    }

    /// Plays pieces that begin from now on by a SoundFont; without one by our own instruments.
    pub fn set_font(&mut self, font: Option<SoundFont>) {
        self.font = font;
    }

    /// Plays a whole piece from its start, in place of what plays.
    pub fn play(&mut self, performance: &Performance) -> PieceId {
        let id = self.learn(performance, true);
        self.begin_piece(id, performance.tempo, false);
        id
    }

    /// Plays the beginning of a piece that will be appended to, in place of what plays.
    pub fn begin(&mut self, performance: &Performance) -> PieceId {
        let id = self.learn(performance, false);
        self.begin_piece(id, performance.tempo, false);
        id
    }

    pub(super) fn learn(&mut self, performance: &Performance, is_whole: bool) -> PieceId {
        let piece = Piece::new(performance, is_whole);
        let synth = self.synth(&piece.setups);
        let id = self.shelf.add(piece, synth);
        if let (Some(midi), Some(setups)) = (&self.midi, self.shelf.setups(id)) {
            midi.learn(id, setups);
        }
        id
    }

    pub(super) fn synth(&self, setups: &[ChannelSetup]) -> Box<V> {
        Box::new(V::new(self.supply.sample_rate_hz, setups, self.font.as_ref()))
    }

    fn begin_piece(&mut self, piece: PieceId, tempo: Tempo, is_paused: bool) {
        self.shelf.playing = Some(piece);
        self.has_begun = false;
        self.tempo = tempo;
        (self.agenda.queued, self.agenda.keeps_to) = (None, None);
        self.set_paused(is_paused);
        self.go_on_from(Start { frame: 0, tempo, first_cue: 0, piece });
    }

    /// Lets a piece take over at the next bar line of what plays, as far as that is not rendered yet (or
    /// where what plays begins anew, if that is earlier), from its start and in its own tempo or this one.
    /// What sounds then rings out under it. If nothing plays, at once; while paused it takes its place at
    /// once and stays paused. A piece queued before that has not begun is forgotten.
    pub fn queue(&mut self, performance: &Performance, is_whole: bool, tempo: Option<Tempo>) -> PieceId {
        let piece = self.learn(performance, is_whole);
        let tempo = tempo.unwrap_or(performance.tempo);
        let now = self.look();
        let is_over = now.is_over && self.supply.is_followed_by(now);
        if is_over || self.is_paused || self.shelf.playing.is_none() || self.supply.is_halted() {
            self.begin_piece(piece, tempo, self.is_paused);
        } else {
            self.agenda.queued = Some(Queued { piece, tempo, at: Tick(0) });
            self.tell_again(now, self.tempo);
        }
        piece
    }

    /// Adds what comes after the present end: the cues of `performance` from there on. Its tempo and
    /// setups are those that the piece began with. Without a piece, it begins one.
    pub fn append(&mut self, performance: &Performance) {
        self.look();
        match self.shelf.playing {
            Some(piece) => self.append_to(piece, performance),
            None => drop(self.begin(performance)),
        }
    }

    /// The same to the piece that plays or the one that is queued; nothing to others.
    pub fn append_to(&mut self, id: PieceId, performance: &Performance) {
        let now = self.look();
        let Some(piece) = self.growing(id) else { return };
        piece.append(performance);
        if std::mem::take(&mut piece.is_whole) && self.agenda.repeats {
            // It was told to begin anew at its old end.
            self.tell_again(now, self.tempo);
        }
        self.advance();
    }

    /// Nothing more will be appended: the piece ends at its end and rings out.
    pub fn close(&mut self) {
        self.look();
        if let Some(piece) = self.shelf.playing {
            self.close_piece(piece);
        }
    }

    /// The same for the piece that plays or the one that is queued.
    pub fn close_piece(&mut self, id: PieceId) {
        self.look();
        if let Some(piece) = self.growing(id) {
            piece.is_whole = true;
        }
        self.advance();
    }

    fn growing(&mut self, id: PieceId) -> Option<&mut Piece> {
        let grows = [self.shelf.playing, self.agenda.queued.map(|queued| queued.piece)].contains(&Some(id));
        self.shelf.get_mut(id).filter(|_| grows)
    }

    /// The channels of a piece which plays, is queued, or was until lately.
    pub fn setups(&self, piece: PieceId) -> Option<&[ChannelSetup]> {
        self.shelf.setups(piece)
    }

    /// Halts the music where it is and silences it, or goes on from there.
    pub fn pause(&mut self, paused: bool) {
        self.set_paused(paused);
        self.advance();
    }

    pub(super) fn set_paused(&mut self, paused: bool) {
        self.is_paused = paused;
        self.supply.set_paused(paused);
    }

    /// Goes on from `to`, which is brought within the piece, and within the stretch it keeps to. Notes that
    /// began before it are not heard.
    pub fn seek(&mut self, to: Tick) {
        self.look();
        let Some((id, piece)) = self.shelf.playing() else { return };
        let to = match &self.agenda.keeps_to {
            Some((whose, span)) if *whose == id => Some(to).filter(|to| span.contains(to)).unwrap_or(span.start),
            _ => to.min(piece.end),
        };
        let frame = to.sample(self.tempo, self.sample_rate_hz());
        let first_cue = piece.first_cue_from(to) as u32;
        self.go_on_from(Start { frame, tempo: self.tempo, first_cue, piece: id });
    }

    /// Plays on in another tempo from where the music is; what sounds goes on sounding. A queued piece keeps
    /// its own. Nothing while a foreign clock leads.
    pub fn set_tempo(&mut self, tempo: Tempo) {
        let now = self.look();
        if self.tempo == tempo || self.led().is_some() {
            return;
        }
        // Told before, so that it does not step back.
        self.position();
        self.tempo = tempo;
        self.tell_again(now, tempo);
    }

    /// Whether whole pieces start again from their first tick when they reach their end.
    pub fn set_repeat(&mut self, repeats: bool) {
        let now = self.look();
        if self.agenda.repeats != repeats {
            self.agenda.repeats = repeats;
            self.tell_again(now, self.tempo);
        }
    }

    /// Keeps to a stretch of the piece that plays, round and round, until another piece takes over. If the
    /// music is outside, it goes to its start at once. `None` lets it go on. A stretch shorter than a
    /// sixteenth is made that long.
    pub fn set_loop(&mut self, span: Option<Range<Tick>>) {
        let now = self.look();
        let Some(id) = self.shelf.playing else { return };
        self.agenda.keeps_to = span.map(|span| (id, agenda::span(span)));
        let (frame, tempo) = self.unfollowed(now).map_or((now.frame, now.tempo), |start| (start.frame, start.tempo));
        match &self.agenda.keeps_to {
            Some((_, span)) if !self.supply.is_halted() => {
                let [first, last] = [span.start, span.end].map(|tick| tick.sample(tempo, self.sample_rate_hz()));
                if (first..=last).contains(&frame) { self.tell_again(now, self.tempo) } else { self.seek(span.start) }
            }
            _ => self.tell_again(now, self.tempo),
        }
    }

    /// How loud each note is against what is written: 1 as written, 0 not struck. Asked whenever a cue is
    /// sent, and once more when this is called.
    pub fn set_mix(&mut self, mix: Mix) {
        self.supply.mix = Some(mix);
        let now = self.look();
        self.tell_again(now, self.tempo);
    }

    /// Sounds a note on the synth of the piece that plays, now, also while paused.
    pub fn audition(&mut self, channel: Channel, pitch: Pitch, velocity: Velocity, lasts: Duration) {
        let frames = lasts.as_nanos() * u128::from(self.sample_rate_hz()) / 1_000_000_000;
        self.supply.audition(Audition { channel, pitch, velocity, frames: u64::try_from(frames).unwrap_or(u64::MAX) });
    }

    /// From now on all that sounds is also given to this recording. One at a time: it ends the one before.
    pub fn record(&mut self) -> Recording {
        let (recording, tap, stop) = recording(self.sample_rate_hz());
        if let Some(before) = self.recorded.replace(stop) {
            before.stop();
        }
        self.supply.record(tap);
        self.advance();
        recording
    }

    /// Silences what sounds and plays no more, until the next `play`, `queue` or `seek`. A queued piece is
    /// forgotten.
    pub fn stop(&mut self) {
        self.look();
        self.position();
        self.set_paused(false);
        self.target = None;
        self.agenda.queued = None;
        self.supply.halt(self.wanted());
        self.advance();
    }

    pub(super) fn go_on_from(&mut self, start: Start) {
        self.target = Some(start);
        self.lose_the_beat();
        self.place_queued(start.frame, start.tempo);
        self.supply.start(start, self.wanted());
        self.advance();
    }

    /// Tells the stream what is to come once more, since it is another now or in another tempo; the music
    /// goes on where it is.
    pub(super) fn tell_again(&mut self, now: Snapshot, tempo: Tempo) {
        if self.shelf.playing.is_none() || self.supply.is_halted() {
            return;
        }
        if let Some(start) = self.unfollowed(now) {
            // Once more from there: the stream may never see the first telling.
            self.go_on_from(Start { frame: in_tempo(start.frame, start.tempo, tempo), tempo, ..start });
            let heard = self.heard.get();
            if heard.piece == start.piece {
                self.heard.set(Heard { leg: self.supply.base_leg(), ..heard });
            }
            return;
        }
        self.place_queued(in_tempo(now.frame, now.tempo, tempo), tempo);
        let wanted = self.wanted();
        if let Some((_, piece)) = self.shelf.playing() {
            self.supply.tell_again(now, tempo, piece, wanted);
        }
        self.advance();
    }

    pub(super) fn place_queued(&mut self, frame: u64, tempo: Tempo) {
        let rate = self.sample_rate_hz();
        if let Some((id, piece)) = self.shelf.playing() {
            self.agenda.place_queued(id, piece, frame, tempo, rate);
        }
        self.shelf.drop_synths_but([self.shelf.playing, self.agenda.queued.map(|queued| queued.piece)]);
    }

    /// The first piece whose synth the stream may still have to take.
    fn wanted(&self) -> PieceId {
        let playing = self.shelf.playing.filter(|_| !self.has_begun);
        playing.or(self.agenda.queued.map(|queued| queued.piece)).unwrap_or(PieceId(u64::MAX))
    }

    /// The start which the stream has been told of and has not followed yet.
    pub(super) fn unfollowed(&self, now: Snapshot) -> Option<Start> {
        self.target.filter(|_| !self.supply.is_followed_by(now))
    }

    /// Looks where the stream is, and notes what it has followed.
    pub(super) fn look(&mut self) -> Snapshot {
        let now = self.supply.snapshot();
        if self.unfollowed(now).is_some() {
            return now;
        }
        self.target = None;
        self.supply.legs.forget(now);
        let Some(&leg) = self.supply.legs.of(now) else { return now };
        // A piece that takes over is always a later one. One before that is where the stream was when it
        // was halted, before it got to see the piece that plays.
        if self.shelf.playing.is_some_and(|playing| leg.piece > playing) {
            self.shelf.playing = Some(leg.piece);
            self.tempo = leg.tempo;
            self.agenda.queued.take_if(|queued| queued.piece <= leg.piece);
            self.agenda.keeps_to = None;
        }
        self.has_begun |= self.shelf.playing == Some(leg.piece);
        now
    }
}
