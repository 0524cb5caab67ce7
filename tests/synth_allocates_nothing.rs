//! Once made, the synth touches the allocator no more: it may live on the audio thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use evalody::music::{Drum, Instrument, Level, Pan, Patch, Pitch, Velocity};
use evalody::perform::{Channel, ChannelSetup, CueKind, Port};
use evalody::synth::Synth;

#[path = "support/sound_fonts.rs"]
mod sound_fonts;

/// The system's allocator, which counts what is asked of it.
struct Counting;

static CALLS: AtomicU64 = AtomicU64::new(0);

// Sound: every call is handed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CALLS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The only test of this file: another thread's allocations would be counted as the synth's.
#[test]
fn striking_rendering_and_hushing_allocate_and_free_nothing() {
    let font = sound_fonts::general_midi();
    watch(&[Port::A], |setups| Synth::new(48_000, setups), 96);
    watch(&Port::ALL, |setups| Synth::new(48_000, setups), 192);
    if let Some(font) = &font {
        // Notes that are held; rustysynth does not tell its voices.
        watch(&[Port::A], |setups| Synth::with_font(48_000, setups, Some(font)), 64);
        watch(&Port::ALL, |setups| Synth::with_font(48_000, setups, Some(font)), 128);
    }
}

/// A band on each port.
fn watch(ports: &[Port], synth: impl FnOnce(&[ChannelSetup]) -> Synth, full: usize) {
    let patches = [Patch::ELECTRIC_PIANO, Patch::STRINGS, Patch::SHAKUHACHI, Patch::BASS_LEAD, Patch::REVERSE_CYMBAL];
    let mut setups: Vec<ChannelSetup> = patches
        .iter()
        .zip(0..)
        .map(|(&patch, index)| ChannelSetup {
            channel: Channel::new(index).unwrap(),
            name: "line",
            instrument: Instrument::Melodic(patch),
            pan: Pan::CENTRE,
            level: Level::new(100).unwrap(),
        })
        .collect();
    setups.push(ChannelSetup {
        channel: Channel::DRUMS,
        name: "drums",
        instrument: Instrument::Drums,
        pan: Pan::CENTRE,
        level: Level::new(100).unwrap(),
    });
    let setups: Vec<ChannelSetup> = ports
        .iter()
        .flat_map(|&port| setups.iter().map(move |setup| ChannelSetup { channel: setup.channel.on(port), ..setup.clone() }))
        .collect();
    let mut synth = synth(&setups);
    let mut out = vec![0.0; 2 * 480];
    let before = CALLS.load(Ordering::Relaxed);
    let mut most_voices = 0;
    for turn in 0..600u32 {
        // Far more strokes than there are voices, so that stealing is covered too.
        for (&port, index) in ports.iter().flat_map(|port| (0..5).map(move |index| (port, index))) {
            let channel = Channel::new(index).unwrap().on(port);
            let pitch = Pitch::new(36 + (turn * 7 + u32::from(index) * 5) as u8 % 60).unwrap();
            synth.strike(channel, CueKind::On { pitch, velocity: Velocity::nearest(f64::from(turn % 127)), note: turn });
            if turn % 3 == 0 {
                synth.strike(channel, CueKind::Off { pitch });
            }
        }
        let drum = if turn % 2 == 0 { Drum::ClosedHat } else { Drum::OpenHat };
        for &port in ports {
            synth.strike(Channel::DRUMS.on(port), CueKind::On { pitch: drum.pitch(), velocity: Velocity::nearest(90.0), note: turn });
        }
        synth.render(&mut out[..(2 * (1 + turn as usize % 480))]);
        most_voices = most_voices.max(synth.voices_sounding());
        if turn % 100 == 99 {
            synth.hush();
        }
    }
    let after = CALLS.load(Ordering::Relaxed);
    assert!(most_voices >= full, "only {most_voices} voices: the test has not reached stealing");
    assert_eq!(after - before, 0);
}
