//! What is played, taken down while it plays: the audio thread's end writes, the other is drained by
//! whoever keeps it. Knows no file formats.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::piece::PieceId;
use crate::music::Pitch;
use crate::perform::{Channel, CueKind};

/// Seconds of samples which wait to be drained. More only takes room; less, and an owner that is busy
/// loses some.
const HELD_S: usize = 5;

/// Strokes which wait to be drained: a minute of dense music.
const HELD_STROKES: usize = 16_384;

/// Pieces which wait to be drained: one a bar for two minutes and more.
const HELD_PIECES: usize = 256;

/// A stroke or release, as the instruments were told it. Its sound comes as late as their latency is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Frames since the recording began.
    pub frame: u64,
    pub channel: Channel,
    /// Its note is numbered within its piece.
    pub kind: CueKind,
}

/// A recording in progress. It ends when it is stopped or dropped, when another begins, or with the player.
pub struct Recording {
    sample_rate_hz: u32,
    samples: rtrb::Consumer<f32>,
    strokes: rtrb::Consumer<Stroke>,
    pieces: rtrb::Consumer<(u64, PieceId)>,
    progress: Arc<Progress>,
    sounding: BTreeSet<(Channel, Pitch)>,
    /// All that sounded at the end has been given as released.
    is_closed: bool,
}

#[derive(Debug, Default)]
struct Progress {
    frames: AtomicU64,
    lost: AtomicU64,
    is_stopped: AtomicBool,
}

/// The audio thread's end.
pub struct Tap {
    samples: rtrb::Producer<f32>,
    strokes: rtrb::Producer<Stroke>,
    pieces: rtrb::Producer<(u64, PieceId)>,
    progress: Arc<Progress>,
    frames: u64,
}

/// Says that a recording is to end, from where it was begun.
pub struct Stop(Arc<Progress>);

impl Stop {
    pub fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::Release);
    }
}

pub fn recording(sample_rate_hz: u32) -> (Recording, Box<Tap>, Stop) {
    let (samples, their_samples) = rtrb::RingBuffer::new(HELD_S * 2 * sample_rate_hz as usize);
    let (strokes, their_strokes) = rtrb::RingBuffer::new(HELD_STROKES);
    let (pieces, their_pieces) = rtrb::RingBuffer::new(HELD_PIECES);
    let progress = Arc::new(Progress::default());
    let recording = Recording {
        sample_rate_hz,
        samples: their_samples,
        strokes: their_strokes,
        pieces: their_pieces,
        progress: Arc::clone(&progress),
        sounding: BTreeSet::new(),
        is_closed: false,
    };
    let stop = Stop(Arc::clone(&progress));
    (recording, Box::new(Tap { samples, strokes, pieces, progress, frames: 0 }), stop)
}

impl Recording {
    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// Appends the samples rendered since, left and right by turns.
    pub fn samples(&mut self, samples: &mut Vec<f32>) {
        let there = self.samples.slots();
        if let Ok(chunk) = self.samples.read_chunk(there) {
            samples.extend(chunk);
        }
    }

    /// Appends the strokes and releases since. They take turns for each channel and pitch; when the recording
    /// has ended, what still sounded is released with its last frame.
    pub fn strokes(&mut self, strokes: &mut Vec<Stroke>) {
        // Looked up first: what was struck before the end is then there.
        let is_over = self.is_over();
        while let Ok(stroke) = self.strokes.pop() {
            if self.is_closed {
                continue;
            }
            let (is_on, pitch) = match stroke.kind {
                CueKind::On { pitch, .. } => (true, pitch),
                CueKind::Off { pitch } => (false, pitch),
            };
            let was_sounding = self.sounding.remove(&(stroke.channel, pitch));
            if was_sounding {
                strokes.push(Stroke { kind: CueKind::Off { pitch }, ..stroke });
            }
            if is_on {
                self.sounding.insert((stroke.channel, pitch));
                strokes.push(stroke);
            }
        }
        if is_over && !self.is_closed {
            self.is_closed = true;
            let frame = self.frames();
            let left = std::mem::take(&mut self.sounding);
            strokes.extend(left.into_iter().map(|(channel, pitch)| Stroke { frame, channel, kind: CueKind::Off { pitch } }));
        }
    }

    /// Appends the pieces which began to play since, each with the frame where it did; first the one that
    /// played when the recording began.
    pub fn pieces(&mut self, pieces: &mut Vec<(u64, PieceId)>) {
        while let Ok(piece) = self.pieces.pop() {
            pieces.push(piece);
        }
    }

    /// Frames recorded so far, those included which did not fit.
    pub fn frames(&self) -> u64 {
        self.progress.frames.load(Ordering::Acquire)
    }

    /// Frames whose samples did not fit, and strokes and pieces that did not: the owner came too seldom.
    pub fn lost(&self) -> u64 {
        self.progress.lost.load(Ordering::Relaxed)
    }

    /// Ends it. What it holds can still be drained.
    pub fn stop(&mut self) {
        self.progress.is_stopped.store(true, Ordering::Release);
    }

    /// Whether nothing more is recorded.
    pub fn is_over(&self) -> bool {
        self.progress.is_stopped.load(Ordering::Acquire) || self.strokes.is_abandoned()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Tap {
    pub fn is_stopped(&self) -> bool {
        self.progress.is_stopped.load(Ordering::Acquire)
    }

    pub fn samples(&mut self, stereo: &[f32]) {
        let frames = stereo.len() / 2;
        if self.samples.push_entire_slice(stereo).is_err() {
            self.lose(frames as u64);
        }
        self.frames += frames as u64;
        self.progress.frames.store(self.frames, Ordering::Release);
    }

    pub fn stroke(&mut self, channel: Channel, kind: CueKind) {
        if self.strokes.push(Stroke { frame: self.frames, channel, kind }).is_err() {
            self.lose(1);
        }
    }

    pub fn piece(&mut self, piece: PieceId) {
        if self.pieces.push((self.frames, piece)).is_err() {
            self.lose(1);
        }
    }

    fn lose(&self, count: u64) {
        self.progress.lost.fetch_add(count, Ordering::Relaxed);
    }
}
