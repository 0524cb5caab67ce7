//! JACK's frame clock without its wrapping, which goes on when JACK does not. Knows nothing of ports.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::live::midi_out::FrameClock;

/// Time in which a server that works begins a period, and then some: the longest in use is a fifth of a second.
const STUCK: Duration = Duration::from_millis(500);

/// Counts from where it is made, whatever JACK counts from, and on over servers that die.
#[derive(Debug)]
pub struct JackClock {
    rate_hz: u32,
    /// Frames at the beginning of the period.
    pub frames: AtomicI64,
    pub period: AtomicU32,
    pub is_running: AtomicBool,
    /// When the period began, in microseconds since this was made.
    began_us: AtomicU64,
    made: Instant,
    /// What was told last, and when it changed.
    told: Mutex<(Instant, i64)>,
}

impl JackClock {
    pub fn new(rate_hz: u32, period: u32) -> Self {
        Self {
            rate_hz,
            frames: AtomicI64::new(0),
            period: AtomicU32::new(period),
            is_running: AtomicBool::new(false),
            began_us: AtomicU64::new(0),
            made: Instant::now(),
            told: Mutex::new((Instant::now(), 0)),
        }
    }

    /// A period begins now, with this frame.
    pub fn begin(&self, frame: i64, period: u32) {
        self.began_us.store(self.made.elapsed().as_micros() as u64, Ordering::Relaxed);
        self.frames.store(frame, Ordering::Release);
        self.period.store(period, Ordering::Relaxed);
        self.is_running.store(true, Ordering::Release);
    }
}

impl FrameClock for JackClock {
    fn sample_rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn seconds(&self) -> f64 {
        let rate = f64::from(self.rate_hz);
        let period_s = f64::from(self.period.load(Ordering::Relaxed)) / rate;
        let begun = self.frames() as f64 / rate;
        let since_us = (self.made.elapsed().as_micros() as u64).saturating_sub(self.began_us.load(Ordering::Relaxed));
        let runs = self.is_running.load(Ordering::Acquire);
        if runs { begun + (since_us as f64 / 1e6).min(period_s) } else { begun }
    }

    fn frames(&self) -> u64 {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (changed, last) = *told;
        let counted = self.frames.load(Ordering::Acquire);
        let runs = self.is_running.load(Ordering::Acquire);
        if runs && counted > last {
            *told = (Instant::now(), counted);
            return counted as u64;
        }
        let since = changed.elapsed();
        if runs && since < STUCK {
            return last as u64;
        }
        // The music goes on by the system's clock.
        let passed = (since.as_nanos() * u128::from(self.rate_hz) / 1_000_000_000) as i64;
        *told = (changed + since, last + passed);
        (last + passed) as u64
    }
}

/// A 32-bit count of frames that wraps after a day, as a count that does not: `near` is one that is less than half a
/// day off, and `shift` what lies between the two.
pub fn unwrapped(count: u32, near: i64, shift: i64) -> i64 {
    let near_count = (near - shift) as u32;
    near + i64::from(count.wrapping_sub(near_count) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_count_goes_on_where_it_wraps(start: u32, begins in 0i64..1 << 40, steps in proptest::collection::vec(1u32..1 << 20, 1..200)) {
            let shift = begins - i64::from(start);
            let (mut count, mut total) = (start, begins);
            for step in steps {
                count = count.wrapping_add(step);
                let next = unwrapped(count, total, shift);
                prop_assert_eq!(next - total, i64::from(step));
                total = next;
            }
            // A little earlier is found as well.
            prop_assert_eq!(unwrapped(count.wrapping_sub(1), total, shift), total - 1);
        }
    }

    #[test]
    fn where_the_server_is_gone_the_clock_goes_on_and_never_back() {
        let clock = JackClock::new(48_000, 256);
        clock.is_running.store(true, Ordering::Release);
        clock.frames.store(4_800, Ordering::Release);
        assert_eq!(clock.frames(), 4_800);
        clock.is_running.store(false, Ordering::Release);
        let gone = clock.frames();
        assert!(gone >= 4_800);
        clock.is_running.store(true, Ordering::Release);
        assert!(clock.frames() >= gone);
    }
}
