//! Where a foreign MIDI clock is: what it says put together to a tempo and a place in its song. Arithmetic: it is
//! told the moments, in seconds on any one clock.

use super::clock_filter::{ClockFilter, SILENCE_S};
use super::pulse::{CLOCKS_PER_SIXTEENTH, ClockMessage};

/// What who follows is to do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Go on from this clock of the song, which falls now.
    Go {
        from: u32,
    },
    /// Go on from where it stands.
    GoOn,
    /// Be at this clock of the song, without going on.
    Wait {
        at: u32,
    },
    Halt,
}

#[derive(Debug, Clone)]
pub struct Follower {
    filter: ClockFilter,
    /// The last clock that fell, from the beginning of the song; from the first that arrived, where none was told.
    clock: i64,
    state: State,
    knows_song: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// The next clock is this one of the song, or where it does not say so, the one after the last.
    AboutToRun(Option<u32>),
    /// Clocks that come now only tell the tempo. It will be continued there.
    Stopped(Option<u32>),
}

impl Follower {
    pub fn new() -> Self {
        Self { filter: ClockFilter::new(), clock: -1, state: State::Running, knows_song: false }
    }

    /// Takes what arrived at this moment.
    pub fn hear(&mut self, said: ClockMessage, at: f64) -> Option<Order> {
        match said {
            ClockMessage::Clock => self.clock(at),
            ClockMessage::Start => {
                self.state = State::AboutToRun(Some(0));
                None
            }
            ClockMessage::Continue => {
                let at = if let State::Stopped(at) = self.state { at } else { None };
                self.state = State::AboutToRun(at);
                None
            }
            ClockMessage::Stop => {
                let was_stopped = std::mem::replace(&mut self.state, State::Stopped(None));
                (!matches!(was_stopped, State::Stopped(_))).then_some(Order::Halt)
            }
            ClockMessage::SongPosition(sixteenths) => {
                let at = u32::from(sixteenths) * CLOCKS_PER_SIXTEENTH;
                if matches!(self.state, State::Stopped(_)) {
                    self.state = State::Stopped(Some(at));
                    Some(Order::Wait { at })
                } else {
                    self.state = State::AboutToRun(Some(at));
                    None
                }
            }
        }
    }

    fn clock(&mut self, at: f64) -> Option<Order> {
        let passed = self.filter.take(at);
        match self.state {
            State::Stopped(_) => None,
            State::Running => {
                self.clock += passed;
                None
            }
            // One that came twice is not the first.
            State::AboutToRun(_) if passed == 0 => None,
            State::AboutToRun(from) => {
                self.state = State::Running;
                self.clock = from.map_or(self.clock + 1, i64::from);
                self.knows_song |= from.is_some();
                let from = u32::try_from(self.clock).ok().filter(|_| self.knows_song);
                Some(from.map_or(Order::GoOn, |from| Order::Go { from }))
            }
        }
    }

    /// The place in its song at this moment, in clocks; none while it stands, or where that is not known yet.
    pub fn place(&self, now: f64) -> Option<f64> {
        let is_going = self.state == State::Running && !self.is_silent(now) && self.filter.quarters_per_minute().is_some();
        is_going.then(|| self.clock as f64 + self.filter.since(now))
    }

    /// Whether it was told where in its song it is.
    pub fn knows_song(&self) -> bool {
        self.knows_song
    }

    pub fn quarters_per_minute(&self) -> Option<f64> {
        self.filter.quarters_per_minute()
    }

    /// Whether it ceased to arrive without being stopped.
    pub fn is_lost(&self, now: f64) -> bool {
        self.state == State::Running && self.is_silent(now)
    }

    fn is_silent(&self, now: f64) -> bool {
        self.filter.arrived().is_some_and(|arrived| now - arrived > SILENCE_S)
    }
}
