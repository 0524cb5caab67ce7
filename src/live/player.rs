//! The player: takes commands, keeps the stream supplied with cues, and tells where it is. It has never
//! heard of who commands it.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::Health;
use super::LiveError;
use super::piece::{Piece, tick_at};
use super::shared::{Body, Snapshot, Start};
use super::silent::{SAMPLE_RATE_HZ, SilentSink};
use super::speaker::Speaker;
use super::stream::{Stream, Voices, in_tempo};
use super::supply::Supply;
use crate::music::{Tempo, Tick};
use crate::perform::Performance;
use crate::synth::{SoundFont, Synth};

/// What to play through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The system's default device; silence where there is none.
    Default,
    /// The device of this name, and no other.
    Device(String),
    Silent,
}

/// Where the music is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The moment that is heard now.
    pub tick: Tick,
    pub tempo: Tempo,
    /// Frames the device has drawn since it was opened, music or none.
    pub drawn_frames: u64,
    pub is_paused: bool,
    /// The next cues are not there yet: the music stands still and goes on when they come.
    pub is_starved: bool,
    /// Nothing is left to be played, and all has rung out.
    pub is_over: bool,
}

/// Longest time without a pull before a speaker counts as lost. Shorter, and a machine that is busy
/// loading would lose its sound; longer, and the music stands still before the user is told.
const LOST_AFTER: Duration = Duration::from_secs(3);

/// Longest time given to the last sound when the player is dropped: twice what it takes on a device that
/// works.
const FAREWELL: Duration = Duration::from_millis(300);

/// Time in which voices fade when they are hushed, in milliseconds: what `Synth::hush` promises, and the
/// synth's own latency.
const FADING_MS: u64 = 30;

pub struct Player<V: Voices = Synth> {
    outlet: Outlet<V>,
    supply: Supply<V>,
    piece: Option<Piece>,
    font: Option<SoundFont>,
    tempo: Tempo,
    is_paused: bool,
    /// Set while the stream has not yet followed the last command: where it will go on.
    target: Option<Start>,
    /// The piece has not begun with a synth of its own yet.
    owes_a_synth: bool,
    loss: Option<String>,
    pull: Pull,
    /// The last position told since the music was last sent elsewhere: however unevenly a device draws, and
    /// when the tempo changes, it does not step back.
    heard: Cell<Tick>,
}

/// The last time the device was seen to have drawn.
struct Pull {
    at: Instant,
    /// Frames drawn until then, and those that came at once.
    drawn_frames: u64,
    burst_frames: u64,
}

enum Outlet<V: Voices> {
    Speaker(Speaker),
    Silent(Box<SilentSink<V>>),
    /// Whoever has the stream draws from it.
    Elsewhere,
}

impl Player<Synth> {
    /// Opens the output. Where the default is asked for and there is none, a silent clock plays instead,
    /// and the notice says why in one line.
    pub fn open(output: Output) -> Result<(Self, Option<String>), LiveError> {
        let name = match &output {
            Output::Silent => return Ok((Self::silent(None), None)),
            Output::Default => None,
            Output::Device(name) => Some(name.as_str()),
        };
        let mut supply = None;
        let opened = Speaker::open(name, |sample_rate_hz| {
            let (made, stream) = Supply::new(sample_rate_hz);
            supply = Some(made);
            stream
        });
        match (opened, supply) {
            (Ok(speaker), Some(supply)) => Ok((Self::with(Outlet::Speaker(speaker), supply), None)),
            (Err(error), _) if name.is_none() => {
                let notice = format!("no sound: {}", causes(&error));
                Ok((Self::silent(Some(notice.clone())), Some(notice)))
            }
            (Err(error), _) => Err(error),
            (Ok(_), None) => unreachable!("a speaker that opens has asked for its stream"),
        }
    }

    fn silent(loss: Option<String>) -> Self {
        let (supply, stream) = Supply::new(SAMPLE_RATE_HZ);
        let mut player = Self::with(Outlet::Silent(Box::new(SilentSink::new(stream))), supply);
        player.loss = loss;
        player
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
            piece: None,
            font: None,
            tempo: Tempo::nearest(120.0),
            is_paused: false,
            target: None,
            owes_a_synth: false,
            loss: None,
            pull: Pull { at: Instant::now(), drawn_frames: 0, burst_frames: 0 },
            heard: Cell::new(Tick(0)),
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
    pub fn play(&mut self, performance: &Performance) {
        self.begin_piece(Piece::new(performance, true), performance.tempo);
    }

    /// Plays the beginning of a piece that will be appended to, in place of what plays.
    pub fn begin(&mut self, performance: &Performance) {
        self.begin_piece(Piece::new(performance, false), performance.tempo);
    }

    fn begin_piece(&mut self, piece: Piece, tempo: Tempo) {
        self.piece = Some(piece);
        self.tempo = tempo;
        self.set_paused(false);
        self.owes_a_synth = true;
        self.go_on_from(Start { frame: 0, tempo, first_cue: 0, is_new_piece: true });
    }

    /// Adds what comes after the present end: the cues of `performance` from there on. Its tempo and
    /// setups are those that the piece began with. Without a piece, it begins one.
    pub fn append(&mut self, performance: &Performance) {
        match &mut self.piece {
            Some(piece) => {
                piece.append(performance);
                piece.is_whole = false;
                self.advance();
            }
            None => self.begin(performance),
        }
    }

    /// Nothing more will be appended: the piece ends at its end and rings out.
    pub fn close(&mut self) {
        if let Some(piece) = &mut self.piece {
            piece.is_whole = true;
        }
        self.advance();
    }

    /// Halts the music where it is and silences it, or goes on from there.
    pub fn pause(&mut self, paused: bool) {
        self.set_paused(paused);
        self.advance();
    }

    fn set_paused(&mut self, paused: bool) {
        self.is_paused = paused;
        self.supply.set_paused(paused);
    }

    /// Goes on from `to`, which is brought within the piece. Notes that began before it are not heard.
    pub fn seek(&mut self, to: Tick) {
        self.note_what_was_followed();
        let Some(piece) = &self.piece else { return };
        let to = to.min(piece.end);
        let first_cue = piece.first_cue_from(to) as u32;
        let frame = to.sample(self.tempo, self.sample_rate_hz());
        let is_new_piece = self.owes_a_synth;
        self.go_on_from(Start { frame, tempo: self.tempo, first_cue, is_new_piece });
    }

    /// Plays on in another tempo from where the music is; what sounds goes on sounding.
    pub fn set_tempo(&mut self, tempo: Tempo) {
        self.note_what_was_followed();
        let heard = self.position().tick;
        let old = std::mem::replace(&mut self.tempo, tempo);
        if old == tempo || self.piece.is_none() || self.supply.is_halted() {
            return;
        }
        match self.unfollowed() {
            // Told again: the stream may never see the first telling.
            Some(start) => self.go_on_from(Start { frame: in_tempo(start.frame, start.tempo, tempo), tempo, ..start }),
            None => {
                let now = self.supply.snapshot();
                let rate = self.sample_rate_hz();
                let first_cue = self.piece.as_ref().map_or(0, |piece| piece.first_cue_from_frame(now.frame, now.tempo, rate));
                let frame = in_tempo(now.frame, now.tempo, tempo);
                self.supply.begin(Body::Retime(tempo), first_cue, frame, tempo, None);
                self.advance();
            }
        }
        self.heard.set(heard);
    }

    /// Silences what sounds and plays no more, until the next `play` or `seek`.
    pub fn stop(&mut self) {
        self.note_what_was_followed();
        let at = self.position().tick;
        self.set_paused(false);
        self.target = None;
        self.supply.begin(Body::Halt, 0, at.sample(self.tempo, self.sample_rate_hz()), self.tempo, None);
        self.advance();
    }

    fn go_on_from(&mut self, start: Start) {
        let Some(piece) = &self.piece else { return };
        self.heard.set(Tick(0));
        let synth = start.is_new_piece.then(|| Box::new(V::new(self.supply.sample_rate_hz, &piece.setups, self.font.as_ref())));
        self.target = Some(start);
        self.supply.begin(Body::Start(start), start.first_cue as usize, start.frame, start.tempo, synth);
        self.advance();
    }

    /// The start which the stream has been told of and has not followed yet.
    fn unfollowed(&self) -> Option<Start> {
        self.target.filter(|_| !self.supply.is_followed())
    }

    fn note_what_was_followed(&mut self) {
        if self.supply.is_followed() {
            let followed = self.target.take();
            self.owes_a_synth &= !followed.is_some_and(|start| start.is_new_piece);
        }
    }

    /// Keeps the stream supplied. To be called every few milliseconds, by whoever owns the player; if it
    /// is not for half a second, the music waits.
    pub fn advance(&mut self) {
        self.note_what_was_followed();
        self.supply.send(self.piece.as_ref());
        if let Outlet::Silent(sink) = &mut self.outlet {
            let mut due = sink.due_frames();
            while due > 0 {
                let now = due.min(u64::from(self.supply.sample_rate_hz / 8));
                sink.draw(now);
                due -= now;
                self.supply.send(self.piece.as_ref());
            }
        }
        self.watch_the_speaker();
    }

    fn watch_the_speaker(&mut self) {
        let Outlet::Speaker(speaker) = &self.outlet else { return };
        let drawn = self.supply.rendered_frames();
        if drawn != self.pull.drawn_frames {
            self.pull = Pull { at: Instant::now(), drawn_frames: drawn, burst_frames: drawn - self.pull.drawn_frames };
        }
        let stalled = || (self.pull.at.elapsed() > LOST_AFTER).then(|| "the audio device draws no more".to_owned());
        if let Some(loss) = speaker.loss().or_else(stalled) {
            self.go_silent(format!("{loss}; the music goes on unheard"));
        }
    }

    /// Goes on by a silent clock, from where the music was.
    fn go_silent(&mut self, why: String) {
        let at = self.position().tick;
        let (supply, stream) = Supply::new(self.sample_rate_hz());
        let was_halted = self.supply.is_halted();
        self.supply = supply;
        self.outlet = Outlet::Silent(Box::new(SilentSink::new(stream)));
        self.loss = Some(why);
        self.supply.set_paused(self.is_paused);
        if let (Some(piece), false) = (&self.piece, was_halted) {
            let (frame, first_cue) = (at.sample(self.tempo, self.supply.sample_rate_hz), piece.first_cue_from(at) as u32);
            self.go_on_from(Start { frame, tempo: self.tempo, first_cue, is_new_piece: true });
        }
    }

    pub fn position(&self) -> Position {
        let now = self.supply.snapshot();
        let (frame, tempo, is_followed) = match self.unfollowed() {
            Some(start) => (start.frame, start.tempo, false),
            None => (self.heard_frame(now), now.tempo, self.supply.is_followed()),
        };
        let tick = tick_at(frame, tempo, self.sample_rate_hz()).max(self.heard.get());
        self.heard.set(tick);
        Position {
            tick,
            tempo: self.tempo,
            drawn_frames: self.supply.rendered_frames(),
            is_paused: self.is_paused,
            is_starved: now.is_starved && is_followed,
            is_over: now.is_over && is_followed,
        }
    }

    /// The frame of the piece that leaves the device now, as well as can be known: what is rendered, less
    /// what the synth and the device hold back. A device draws a whole buffer at once and plays it on; so
    /// that the position does not jump, the last draught counts as heard by and by.
    fn heard_frame(&self, now: Snapshot) -> u64 {
        let device = match &self.outlet {
            Outlet::Speaker(speaker) => {
                let unseen = self.supply.rendered_frames() - self.pull.drawn_frames;
                let played = self.pull.at.elapsed().as_micros() as u64 * u64::from(self.sample_rate_hz()) / 1_000_000;
                speaker.latency_frames() + unseen + self.pull.burst_frames.saturating_sub(played)
            }
            Outlet::Silent(_) | Outlet::Elsewhere => 0,
        };
        let held_back = if now.is_over { 0 } else { (V::LATENCY_FRAMES + device).saturating_sub(self.supply.standing_frames()) };
        now.frame.saturating_sub(held_back).max(self.supply.begins_at().min(now.frame))
    }

    pub fn health(&self) -> Health {
        let xruns = match &self.outlet {
            Outlet::Speaker(speaker) => speaker.xruns(),
            Outlet::Silent(_) | Outlet::Elsewhere => 0,
        };
        let waited_ms = self.supply.waited_frames() * 1000 / u64::from(self.sample_rate_hz());
        Health { loss: self.loss.clone(), xruns, waited_ms }
    }
}

impl<V: Voices> Drop for Player<V> {
    /// Silences what sounds and lets the device play the fading, so that nothing clicks; a device which
    /// is dead is not waited for.
    fn drop(&mut self) {
        let Outlet::Speaker(speaker) = &self.outlet else { return };
        if self.supply.snapshot().is_over {
            return;
        }
        let fading_frames = FADING_MS * u64::from(self.sample_rate_hz()) / 1000 + speaker.latency_frames() * 2;
        self.supply.begin(Body::Halt, 0, 0, self.tempo, None);
        let began = Instant::now();
        let mut halted_at = None;
        while began.elapsed() < FAREWELL && speaker.loss().is_none() {
            self.supply.send(None);
            let drawn = self.supply.rendered_frames();
            if self.supply.is_followed() && drawn >= *halted_at.get_or_insert(drawn) + fading_frames {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// An error with all that caused it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        line = format!("{line}: {source}");
        cause = source.source();
    }
    line.lines().collect::<Vec<_>>().join(" ")
}
