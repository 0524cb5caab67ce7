//! A MIDI port as who sends sees it, whichever system it is of, and a clock that may wind the music.

use std::sync::Arc;
use std::time::Instant;

use super::sent::MidiBytes;
use crate::perform::Port as Cable;

/// A way out, and its clock. Its units are its own: nanoseconds, or frames.
pub trait MidiPort: Send {
    fn units_per_second(&self) -> u32;

    fn now(&self) -> i64;

    /// A moment of the system's clock on its own, if it goes by that.
    fn at(&self, moment: Instant) -> Option<i64>;

    /// Whether it takes messages long before they are due, and sends them on their very unit.
    fn stamps(&self) -> bool;

    /// How long before it is due a message must be there at least.
    fn margin(&self) -> i64;

    /// Sends, or will when it is due; false where it takes no more now.
    fn send(&mut self, due: i64, cable: Cable, bytes: MidiBytes) -> bool;

    /// Whether it is there. Takes it again when it is back. Called all the time, it looks about once a second.
    fn mind(&mut self) -> bool;

    /// How users know it.
    fn name(&self) -> &str;

    /// Waits until what was given has left, if that is a matter of milliseconds.
    fn settle(&mut self) {}
}

/// A clock that counts frames for all who listen to it.
pub trait FrameClock: Send + Sync {
    fn sample_rate_hz(&self) -> u32;

    /// Frames by now, in whole periods. They go on, by the system's clock, where it stops.
    fn frames(&self) -> u64;

    /// Seconds by now, within a period too.
    fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.sample_rate_hz())
    }
}

/// A port that was opened.
pub struct Opened {
    pub port: Box<dyn MidiPort>,
    /// Whether one clock winds the port and the music, where no device does: its units are frames of this clock.
    pub clock: Option<Arc<dyn FrameClock>>,
    /// Where the notes go, in one line.
    pub line: String,
}
