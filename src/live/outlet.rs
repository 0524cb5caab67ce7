//! What a player plays through: a device, the silent clock, or whoever has its stream; and how late that is
//! heard.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::LiveError;
use super::midi_out::FrameClock;
use super::silent::{SAMPLE_RATE_HZ, SilentSink};
use super::speaker::Speaker;
use super::stream::Voices;
use super::supply::Supply;

/// What to play through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The system's default device; silence where there is none.
    Default,
    /// The device of this name, and no other.
    Device(String),
    Silent,
}

/// Longest time without a pull before a speaker counts as lost. Shorter, and a machine that is busy
/// loading would lose its sound; longer, and the music stands still before the user is told.
const LOST_AFTER: Duration = Duration::from_secs(3);

pub enum Outlet<V: Voices> {
    Speaker(Speaker),
    Silent(Box<SilentSink<V>>),
    /// Whoever has the stream draws from it.
    Elsewhere,
}

/// The last time the device was seen to have drawn.
pub struct Pull {
    at: Instant,
    /// Frames drawn until then, and those that came at once.
    drawn_frames: u64,
    burst_frames: u64,
}

impl<V: Voices> Outlet<V> {
    /// Opens the output, and the notice why it is silent, if it was not to be.
    pub fn open(output: &Output) -> Result<(Self, Supply<V>, Option<String>), LiveError> {
        let name = match output {
            Output::Silent => {
                let (outlet, supply) = Self::silent(SAMPLE_RATE_HZ);
                return Ok((outlet, supply, None));
            }
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
            (Ok(speaker), Some(supply)) => Ok((Self::Speaker(speaker), supply, None)),
            (Err(error), _) if name.is_none() => {
                let (outlet, supply) = Self::silent(SAMPLE_RATE_HZ);
                Ok((outlet, supply, Some(format!("no sound: {}", causes(&error)))))
            }
            (Err(error), _) => Err(error),
            (Ok(_), None) => unreachable!("a speaker that opens has asked for its stream"),
        }
    }

    pub fn silent(sample_rate_hz: u32) -> (Self, Supply<V>) {
        let (supply, stream) = Supply::new(sample_rate_hz);
        (Self::Silent(Box::new(SilentSink::new(stream))), supply)
    }

    /// Silence, at the pace of another clock.
    pub fn wound(clock: Arc<dyn FrameClock>) -> (Self, Supply<V>) {
        let (supply, stream) = Supply::new(clock.sample_rate_hz());
        (Self::Silent(Box::new(SilentSink::wound(stream, clock))), supply)
    }

    /// Why the device plays no more, if it has drawn so many frames and does not.
    pub fn loss(&self, drawn_frames: u64, pull: &mut Pull) -> Option<String> {
        let Self::Speaker(speaker) = self else { return None };
        if drawn_frames != pull.drawn_frames {
            *pull = Pull { at: Instant::now(), drawn_frames, burst_frames: drawn_frames - pull.drawn_frames };
        }
        let stalled = || (pull.at.elapsed() > LOST_AFTER).then(|| "the audio device draws no more".to_owned());
        speaker.loss().or_else(stalled)
    }

    /// How often the device had nothing to play, as far as it says so.
    pub fn xruns(&self) -> u64 {
        match self {
            Self::Speaker(speaker) => speaker.xruns(),
            Self::Silent(_) | Self::Elsewhere => 0,
        }
    }

    /// Frames drawn which are not heard yet, as well as can be known. A device draws a whole buffer at once and
    /// plays it on; so that the position does not jump, the last draught counts as heard by and by.
    pub fn unheard_frames(&self, drawn_frames: u64, sample_rate_hz: u32, pull: &Pull) -> u64 {
        let Self::Speaker(speaker) = self else { return 0 };
        let unseen = drawn_frames - pull.drawn_frames;
        let played = pull.at.elapsed().as_micros() as u64 * u64::from(sample_rate_hz) / 1_000_000;
        speaker.latency_frames() + unseen + pull.burst_frames.saturating_sub(played)
    }
}

impl Pull {
    /// Nothing was drawn yet.
    pub fn none() -> Self {
        Self { at: Instant::now(), drawn_frames: 0, burst_frames: 0 }
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
