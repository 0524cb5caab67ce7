//! The newest samples of the stream, for whoever draws the wave. Written by the audio thread over the
//! oldest, without regard to who reads.

use std::sync::atomic::{AtomicU32, Ordering};

/// A second or more of samples, mono.
#[derive(Debug)]
pub struct Scope {
    /// Bits of samples, each at its frame's number modulo the length, which is a power of two.
    slots: Box<[AtomicU32]>,
}

impl Scope {
    pub fn new(sample_rate_hz: u32) -> Self {
        let length = sample_rate_hz.max(super::stream::BLOCK_FRAMES as u32 * 4).next_power_of_two();
        Self { slots: (0..length).map(|_| AtomicU32::new(0)).collect() }
    }

    fn slot(&self, frame: u64) -> &AtomicU32 {
        &self.slots[(frame & (self.slots.len() as u64 - 1)) as usize]
    }

    /// Takes the stereo samples which begin with the frame of this number.
    pub fn write(&self, first_frame: u64, stereo: &[f32]) {
        for (frame, sides) in (first_frame..).zip(stereo.chunks_exact(2)) {
            self.slot(frame).store(f32::to_bits((sides[0] + sides[1]) / 2.0), Ordering::Relaxed);
        }
    }

    /// Fills `samples` with those before frame `end`, of which `written` have been written; zeros for what
    /// is not there any more, or not yet.
    pub fn read(&self, end: u64, written: u64, samples: &mut [f32]) {
        // The block after these may be on its way over the oldest.
        let oldest = (written + super::stream::BLOCK_FRAMES as u64).saturating_sub(self.slots.len() as u64);
        let first = i128::from(end) - samples.len() as i128;
        for (sample, frame) in samples.iter_mut().zip(first..) {
            let is_there = frame >= i128::from(oldest) && frame < i128::from(written);
            *sample = if is_there { f32::from_bits(self.slot(frame as u64).load(Ordering::Relaxed)) } else { 0.0 };
        }
    }
}
