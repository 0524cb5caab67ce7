//! The silent sink: draws from the stream as fast as a speaker would, by the monotonic clock or one that
//! others go by, and throws the samples away. So a piece lasts as long, and tells its position the same way, unheard.

use std::sync::Arc;
use std::time::Instant;

use super::midi_out::FrameClock;
use super::stream::{Stream, Voices};

/// Rate of a stream that no device draws from, in hertz: what most devices have.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

pub struct SilentSink<V: Voices> {
    stream: Stream<V>,
    opened: Instant,
    /// In place of the system's clock, and where it stood when the sink was opened.
    clock: Option<(Arc<dyn FrameClock>, u64)>,
    drawn_frames: u64,
}

impl<V: Voices> SilentSink<V> {
    pub fn new(stream: Stream<V>) -> Self {
        Self { stream, opened: Instant::now(), clock: None, drawn_frames: 0 }
    }

    /// One that another clock winds, of the stream's rate.
    pub fn wound(stream: Stream<V>, clock: Arc<dyn FrameClock>) -> Self {
        let first = clock.frames();
        Self { stream, opened: Instant::now(), clock: Some((clock, first)), drawn_frames: 0 }
    }

    pub fn opened(&self) -> Instant {
        self.opened
    }

    /// Where this clock stood when the sink was opened, if it winds it.
    pub fn first_of(&self, clock: &Arc<dyn FrameClock>) -> Option<u64> {
        self.clock.as_ref().filter(|(ours, _)| Arc::ptr_eq(ours, clock)).map(|(_, first)| *first)
    }

    /// Frames that a speaker would have drawn since the last time.
    pub fn due_frames(&self) -> u64 {
        let due = match &self.clock {
            Some((clock, first)) => clock.frames().saturating_sub(*first),
            None => (self.opened.elapsed().as_nanos() * u128::from(self.stream.sample_rate_hz()) / 1_000_000_000) as u64,
        };
        due.saturating_sub(self.drawn_frames)
    }

    /// Seconds since it was opened, by the clock that winds it.
    pub fn open_s(&self) -> f64 {
        match &self.clock {
            Some((clock, first)) => clock.seconds() - *first as f64 / f64::from(clock.sample_rate_hz()),
            None => self.opened.elapsed().as_secs_f64(),
        }
    }

    pub fn draw(&mut self, frames: u64) {
        for _ in 0..frames * 2 {
            let _ = self.stream.next();
        }
        self.drawn_frames += frames;
    }
}
