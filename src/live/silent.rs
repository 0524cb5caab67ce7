//! The silent sink: draws from the stream as fast as a speaker would, by the monotonic clock, and
//! throws the samples away. So a piece lasts as long, and tells its position the same way, unheard.

use std::time::Instant;

use super::stream::{Stream, Voices};

/// Rate of a stream that no device draws from, in hertz: what most devices have.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

pub struct SilentSink<V: Voices> {
    stream: Stream<V>,
    opened: Instant,
    drawn_frames: u64,
}

impl<V: Voices> SilentSink<V> {
    pub fn new(stream: Stream<V>) -> Self {
        Self { stream, opened: Instant::now(), drawn_frames: 0 }
    }

    /// Frames that a speaker would have drawn since the last time.
    pub fn due_frames(&self) -> u64 {
        let due = self.opened.elapsed().as_nanos() * u128::from(self.stream.sample_rate_hz()) / 1_000_000_000;
        (due as u64).saturating_sub(self.drawn_frames)
    }

    /// Seconds since it began to draw.
    pub fn open_s(&self) -> f64 {
        self.opened.elapsed().as_secs_f64()
    }

    pub fn draw(&mut self, frames: u64) {
        for _ in 0..frames * 2 {
            let _ = self.stream.next();
        }
        self.drawn_frames += frames;
    }
}
