//! Voices that write down what they are told, each synth by its own frames, and are counted.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use evalody::live::{BLOCK_FRAMES, Player, Stream, Voices};
use evalody::music::Pitch;
use evalody::perform::{Channel, ChannelSetup, CueKind};
use evalody::synth::SoundFont;

/// Rings on for some time after the last stroke or release, in frames.
const RINGS_FRAMES: u64 = 1500;

pub struct Scribe {
    number: usize,
    frame: u64,
    last_told: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Told {
    Strike(Channel, CueKind),
    Hush,
}

thread_local! {
    /// The test draws the stream on its own thread. For each synth made, what it was told and when.
    static WRITTEN: RefCell<Vec<Vec<(u64, Told)>>> = const { RefCell::new(Vec::new()) };
    static ALIVE: Cell<usize> = const { Cell::new(0) };
}

impl Voices for Scribe {
    const LATENCY_FRAMES: u64 = 500;

    fn new(_: u32, _: &[ChannelSetup], _: Option<&SoundFont>) -> Self {
        ALIVE.set(ALIVE.get() + 1);
        WRITTEN.with_borrow_mut(|written| {
            written.push(Vec::new());
            Self { number: written.len() - 1, frame: 0, last_told: 0 }
        })
    }

    fn strike(&mut self, channel: Channel, kind: CueKind) {
        self.last_told = self.frame;
        WRITTEN.with_borrow_mut(|written| written[self.number].push((self.frame, Told::Strike(channel, kind))));
    }

    fn render(&mut self, stereo: &mut [f32]) {
        stereo.fill(0.0);
        self.frame += stereo.len() as u64 / 2;
    }

    fn hush(&mut self) {
        WRITTEN.with_borrow_mut(|written| written[self.number].push((self.frame, Told::Hush)));
    }

    fn is_quiet(&self) -> bool {
        self.frame >= self.last_told + RINGS_FRAMES
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

pub fn begin() {
    WRITTEN.with_borrow_mut(Vec::clear);
}

pub fn written() -> Vec<Vec<(u64, Told)>> {
    WRITTEN.with_borrow(Clone::clone)
}

pub fn alive() -> usize {
    ALIVE.get()
}

/// Numbers of the notes that were struck.
pub fn notes(told: &[(u64, Told)]) -> Vec<u32> {
    told.iter()
        .filter_map(|(_, told)| match told {
            Told::Strike(_, CueKind::On { note, .. }) => Some(*note),
            _ => None,
        })
        .collect()
}

/// Strokes and releases take turns for each pitch of each synth, and at the end none is left sounding.
pub fn assert_nothing_hangs() {
    for (number, told) in written().iter().enumerate() {
        let mut sounding = BTreeSet::<(Channel, Pitch)>::new();
        for (frame, told) in told {
            match *told {
                Told::Hush => sounding.clear(),
                Told::Strike(channel, CueKind::On { pitch, .. }) => {
                    assert!(sounding.insert((channel, pitch)), "struck twice, synth {number}, frame {frame}");
                }
                Told::Strike(channel, CueKind::Off { pitch }) => {
                    assert!(sounding.remove(&(channel, pitch)), "released unstruck, synth {number}, frame {frame}");
                }
            }
        }
        assert!(sounding.is_empty(), "left sounding by synth {number}: {sounding:?}");
    }
}

pub fn wind<V: Voices>(player: &mut Player<V>, stream: &mut Stream<V>, blocks: u32) -> Vec<f32> {
    let mut samples = Vec::new();
    for _ in 0..blocks {
        player.advance();
        samples.extend(stream.take(BLOCK_FRAMES * 2));
    }
    player.advance();
    samples
}
