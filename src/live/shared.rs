//! What passes between the player and its stream: numbered messages one way, one word of counters the
//! other. Neither side ever waits for the other.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use super::pace::Pace;
use super::piece::PieceId;
use super::scope::Scope;
use crate::music::Tempo;
use crate::perform::{Channel, CueKind};

/// Counts the commands that make what was sent before invalid. Only compared for equality, so that it
/// may wrap: 256 commands within one period of a device do not happen.
pub type Section = u8;

/// One thing the stream is told. Those of an older section are thrown away unread, and so are those of a
/// leg which it is not in: what was told before is told again after a command, and it may have gone on
/// meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    pub section: Section,
    /// The leg it belongs to; of a start or a turn the one that begins with it.
    pub leg: u32,
    pub body: Body,
}

#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// Silence what sounds and go on from here.
    Start(Start),
    /// Go on where you are, in this tempo: what sounds goes on sounding. If it is where the player believed,
    /// on the leg which had this number first, that has another now.
    Retime {
        tempo: Tempo,
        root: u32,
    },
    /// Silence what sounds and play no more.
    Halt,
    Cue(TimedCue),
    /// All cues before `frame` have been sent. If it is the end, there are no others either.
    Until {
        frame: u64,
        is_end: bool,
    },
    /// At frame `at` of the leg `from` release what is struck and go on there, on the very sample.
    Turn {
        from: u32,
        at: u64,
        to: Start,
    },
}

#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Counted from the start of the piece at `tempo`.
    pub frame: u64,
    pub tempo: Tempo,
    /// Number of the first cue to be heard.
    pub first_cue: u32,
    /// If it is not the one that plays, a synth for it has been sent.
    pub piece: PieceId,
}

#[derive(Debug, Clone, Copy)]
pub struct TimedCue {
    pub number: u32,
    /// Frame it falls on, from the start of the piece.
    pub at: u64,
    pub channel: Channel,
    pub kind: CueKind,
}

/// What both sides see.
#[derive(Debug)]
pub struct Shared {
    /// The section which the player has begun.
    pub section: AtomicU8,
    pub is_paused: AtomicBool,
    /// Number of the first piece whose synth may still be wanted; those of pieces before it, if they have
    /// not been taken yet, never will be. Read when a section is entered.
    pub wanted: AtomicU64,
    /// Frames handed to the device since it was opened; the master clock.
    pub rendered: AtomicU64,
    /// Frames during which the music stood still, for want of cues.
    pub waited: AtomicU64,
    /// Frames rendered since the music came to stand still; none while it runs. What was rendered before
    /// that leaves the device in this time.
    pub standing: AtomicU64,
    /// Frames that the music has gone, each times the quarters per minute of the tempo it was counted at: sixty
    /// times the sample rate is a quarter. Jumps are no part of it.
    pub travelled: AtomicU64,
    /// The MIDI clock is to be sent along.
    pub wants_clock: AtomicBool,
    /// Somebody hears that clock who was not told yet where it is.
    pub tells_clock_anew: AtomicBool,
    pub scope: Scope,
    snapshot: AtomicU64,
    pace: AtomicU64,
}

/// Where the stream is, in one word so that it can be read while it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// The last section it has followed.
    pub section: Section,
    /// The last bits of the number of the leg it is in.
    pub leg: u8,
    pub tempo: Tempo,
    /// Frames of the piece rendered so far, counted at `tempo`.
    pub frame: u64,
    /// The cues came too late, and the music waits for them.
    pub is_starved: bool,
    /// The last cue is played, and all has rung out.
    pub is_over: bool,
}

/// Bits of the frame counter: a piece of 8 days at 192 kHz.
const FRAME_BITS: u32 = 37;
const TEMPO_SHIFT: u32 = FRAME_BITS;
const TEMPO_BITS: u32 = 9;
const SECTION_SHIFT: u32 = TEMPO_SHIFT + TEMPO_BITS;
const LEG_SHIFT: u32 = SECTION_SHIFT + 8;
const STARVED: u64 = 1 << 62;
const OVER: u64 = 1 << 63;

const _: () = assert!(Tempo::FASTEST < 1 << TEMPO_BITS && LEG_SHIFT + 8 <= 62);

impl Snapshot {
    fn pack(self) -> u64 {
        let flags = if self.is_starved { STARVED } else { 0 } | if self.is_over { OVER } else { 0 };
        flags
            | u64::from(self.leg) << LEG_SHIFT
            | u64::from(self.section) << SECTION_SHIFT
            | u64::from(self.tempo.quarters_per_minute()) << TEMPO_SHIFT
            | self.frame & ((1 << FRAME_BITS) - 1)
    }

    fn unpack(word: u64) -> Self {
        let quarters_per_minute = (word >> TEMPO_SHIFT) & ((1 << TEMPO_BITS) - 1);
        Self {
            section: (word >> SECTION_SHIFT) as u8,
            leg: (word >> LEG_SHIFT) as u8,
            tempo: Tempo::nearest(quarters_per_minute as f64),
            frame: word & ((1 << FRAME_BITS) - 1),
            is_starved: word & STARVED != 0,
            is_over: word & OVER != 0,
        }
    }
}

impl Shared {
    /// Nothing is played yet, and nothing is missing.
    pub fn new(at_rest: Snapshot, sample_rate_hz: u32) -> Self {
        Self {
            section: AtomicU8::new(at_rest.section),
            is_paused: AtomicBool::new(false),
            wanted: AtomicU64::new(0),
            rendered: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            standing: AtomicU64::new(0),
            travelled: AtomicU64::new(0),
            wants_clock: AtomicBool::new(false),
            tells_clock_anew: AtomicBool::new(false),
            scope: Scope::new(sample_rate_hz),
            snapshot: AtomicU64::new(at_rest.pack()),
            pace: AtomicU64::new(Pace::bits(None)),
        }
    }

    /// None where the music is heard as it is written.
    pub fn pace(&self) -> Option<Pace> {
        Pace::from_bits(self.pace.load(Ordering::Relaxed))
    }

    pub fn set_pace(&self, pace: Option<Pace>) {
        self.pace.store(Pace::bits(pace), Ordering::Relaxed);
    }

    pub fn publish(&self, snapshot: Snapshot) {
        self.snapshot.store(snapshot.pack(), Ordering::Release);
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot::unpack(self.snapshot.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_snapshot_survives_its_word(section: u8, leg: u8, quarters in Tempo::SLOWEST..=Tempo::FASTEST, frame in 0u64..1 << 37, is_starved: bool, is_over: bool) {
            let snapshot = Snapshot { section, leg, tempo: Tempo::new(quarters).unwrap(), frame, is_starved, is_over };
            prop_assert_eq!(Snapshot::unpack(snapshot.pack()), snapshot);
        }
    }
}
