//! The MIDI clock that the music gives while it is played: 24 to a quarter, and where it begins, halts and goes
//! on. Each falls on its own tick of the piece, counted from the start, so that rounding has nowhere to gather.
//! Knows nothing of who hears it.

use super::midi_out::Sent;
use crate::music::{TICKS_PER_QUARTER, Tempo, Tick};

/// Clocks to a quarter (MIDI 1.0, timing clock).
pub const CLOCKS_PER_QUARTER: u32 = 24;
/// Ticks from one clock to the next: a whole number.
pub const TICKS_PER_CLOCK: u32 = TICKS_PER_QUARTER / CLOCKS_PER_QUARTER;
/// Clocks to a sixteenth, in which song positions are told (MIDI 1.0, song position pointer).
pub const CLOCKS_PER_SIXTEENTH: u32 = CLOCKS_PER_QUARTER / 4;
/// Song positions there are: 1024 bars. A longer piece begins to count anew there, so that bars stay bars.
const SONG_POSITIONS: u32 = 1 << 14;

/// What a MIDI clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockMessage {
    /// A twenty-fourth of a quarter has passed.
    Clock,
    /// The next clock is the first of the song.
    Start,
    /// The next clock is at the song position.
    Continue,
    Stop,
    /// In sixteenths from the beginning.
    SongPosition(u16),
}

impl From<ClockMessage> for Sent {
    fn from(said: ClockMessage) -> Self {
        match said {
            ClockMessage::Clock => Self::Clock,
            ClockMessage::Start => Self::Start,
            ClockMessage::Continue => Self::Continue,
            ClockMessage::Stop => Self::Stop,
            ClockMessage::SongPosition(sixteenths) => Self::SongPosition(sixteenths),
        }
    }
}

pub struct Pulse {
    /// Whether anybody is to hear it.
    is_wanted: bool,
    /// The next clock, counted from the start of the piece.
    next: u32,
    /// The frame on which it falls.
    at: u64,
    /// Whether those who listen were told to go.
    is_running: bool,
}

impl Pulse {
    pub fn new() -> Self {
        Self { is_wanted: false, next: 0, at: 0, is_running: false }
    }

    /// From now on somebody is to hear it, or nobody.
    pub fn want(&mut self, is_wanted: bool, say: impl FnMut(ClockMessage)) {
        if !is_wanted {
            self.halt(say);
        }
        self.is_wanted = is_wanted;
    }

    /// Tells again where it is, as soon as that can be told.
    pub fn tell_anew(&mut self) {
        self.is_running = false;
    }

    /// The music goes on at `frame`, from somewhere else.
    pub fn enter(&mut self, frame: u64, tempo: Tempo, rate: u32, say: impl FnMut(ClockMessage)) {
        self.halt(say);
        let clocks_per_minute = u128::from(tempo.quarters_per_minute()) * u128::from(CLOCKS_PER_QUARTER);
        let guess = u128::from(frame) * clocks_per_minute / (u128::from(rate) * 60);
        self.next = u32::try_from(guess).unwrap_or(u32::MAX);
        self.place(tempo, rate);
        while self.at < frame {
            self.pass(tempo, rate);
        }
    }

    /// The music goes on where it is, in another tempo.
    pub fn place(&mut self, tempo: Tempo, rate: u32) {
        // Behind the last tick there is none.
        self.at = self.next.checked_mul(TICKS_PER_CLOCK).map_or(u64::MAX, |tick| Tick(tick).sample(tempo, rate));
    }

    fn pass(&mut self, tempo: Tempo, rate: u32) {
        self.next = self.next.saturating_add(1);
        self.place(tempo, rate);
    }

    /// Frames of the piece until the next clock.
    pub fn gap(&self, frame: u64) -> u64 {
        self.at.saturating_sub(frame)
    }

    /// Says what falls on `frame`, while the music is played there. Who is to go on from within a sixteenth goes
    /// on at the next: there is no finer song position.
    pub fn fall(&mut self, frame: u64, tempo: Tempo, rate: u32, mut say: impl FnMut(ClockMessage)) {
        while self.at <= frame {
            if !self.is_wanted {
                self.pass(tempo, rate);
                continue;
            }
            if !self.is_running && self.next.is_multiple_of(CLOCKS_PER_SIXTEENTH) {
                self.is_running = true;
                match self.next / CLOCKS_PER_SIXTEENTH {
                    0 => say(ClockMessage::Start),
                    sixteenths => {
                        say(ClockMessage::SongPosition((sixteenths % SONG_POSITIONS) as u16));
                        say(ClockMessage::Continue);
                    }
                }
            }
            say(ClockMessage::Clock);
            self.pass(tempo, rate);
        }
    }

    /// The music is not played on.
    pub fn halt(&mut self, mut say: impl FnMut(ClockMessage)) {
        if std::mem::take(&mut self.is_running) {
            say(ClockMessage::Stop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_clock_after_a_jump_is_the_first_that_is_not_before_it(frame in 0u64..1 << 37, quarters in 20u16..=400, rate in 8_000u32..192_000) {
            let tempo = Tempo::new(quarters).unwrap();
            let mut pulse = Pulse::new();
            pulse.enter(frame, tempo, rate, |_| {});
            prop_assume!(pulse.next < u32::MAX / TICKS_PER_CLOCK);
            let at = |clock: u32| Tick(clock * TICKS_PER_CLOCK).sample(tempo, rate);
            prop_assert_eq!(at(pulse.next), frame + pulse.gap(frame));
            prop_assert!(pulse.next == 0 || at(pulse.next - 1) < frame);
        }
    }

    #[test]
    fn a_jump_into_a_sixteenth_is_continued_at_the_next() {
        let (tempo, rate) = (Tempo::nearest(120.0), 48_000);
        let mut said = Vec::new();
        let mut pulse = Pulse::new();
        pulse.want(true, |_| {});
        pulse.enter(Tick(50).sample(tempo, rate), tempo, rate, |message| said.push(message));
        pulse.fall(Tick(120).sample(tempo, rate), tempo, rate, |message| said.push(message));
        pulse.halt(|message| said.push(message));
        pulse.halt(|message| said.push(message));
        use ClockMessage::{Clock, Continue, SongPosition, Stop};
        // At ticks 60, 80, 100 and 120.
        assert_eq!(said, [Clock, Clock, Clock, SongPosition(1), Continue, Clock, Stop]);
    }
}
