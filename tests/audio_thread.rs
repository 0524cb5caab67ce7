//! The stream allocates and frees nothing while a device draws from it, whatever is commanded meanwhile.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use evalody::live::{Player, Stream};
use evalody::music::{Pitch, Tempo, Tick, Velocity};
use evalody::perform::Channel;

#[path = "support/pieces.rs"]
mod pieces;

thread_local! {
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

struct Watching;

fn count() {
    if IS_WATCHED.get() {
        CALLS.set(CALLS.get() + 1);
    }
}

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory but two
// constant-initialised cells without destructors.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// Draws frames as the audio thread would.
fn draw(stream: &mut Stream, frames: usize) {
    IS_WATCHED.set(true);
    for _ in 0..frames * 2 {
        std::hint::black_box(stream.next());
    }
    IS_WATCHED.set(false);
}

#[test]
fn drawing_from_the_stream_allocates_and_frees_nothing() {
    let (mut player, mut stream) = Player::unplugged(48_000);
    let strings = vec![vec![(10, 100); 60]; 12];
    let dense = pieces::piece(&strings, Tempo::nearest(240.0), 100);
    let mut position = Tick(0);
    draw(&mut stream, 1000);
    for round in 0..6 {
        player.play(&dense);
        for step in 0..200 {
            match (round, step) {
                (_, 20) => player.pause(true),
                (_, 25) => player.pause(false),
                (_, 40) => player.set_tempo(Tempo::nearest(97.0)),
                (_, 60) => player.seek(Tick(300)),
                (5, 190) => player.stop(),
                // Starved for a while: nobody advances.
                (_, 80..160) => {}
                _ => player.advance(),
            }
            draw(&mut stream, 500);
        }
        position = position.max(player.position().tick);
    }
    assert!(position > Tick(0), "something was played");
    assert_eq!(CALLS.get(), 0, "allocations and releases while drawing");
}

#[test]
fn neither_swaps_nor_loops_nor_recordings_allocate_or_free_while_drawing() {
    let (mut player, mut stream) = Player::unplugged(48_000);
    let strings = vec![vec![(10, 100); 60]; 12];
    let dense = pieces::piece(&strings, Tempo::nearest(400.0), 100);
    player.set_repeat(true);
    player.play(&dense);
    let mut last = None;
    for step in 0..600u32 {
        match step % 100 {
            0 | 30 | 33 | 36 => last = Some(player.queue(&dense, true, None)),
            10 | 50 => {
                let mut recording = player.record();
                draw(&mut stream, 3000);
                recording.samples(&mut Vec::new());
            }
            40 => player.set_loop(Some(Tick(100)..Tick(220))),
            60 => player.set_loop(None),
            70..76 => player.audition(
                Channel::new(0).unwrap(),
                Pitch::new(60 + (step % 10) as u8).unwrap(),
                Velocity::nearest(90.0),
                std::time::Duration::from_millis(30),
            ),
            80 => player.set_mix(Box::new(|_, _, _, _, _| 0.5)),
            90 => player.pause(true),
            92 => player.pause(false),
            _ => player.advance(),
        }
        draw(&mut stream, 1500);
    }
    assert_eq!(Some(player.position().piece), last, "it was taken over");
    assert_eq!(CALLS.get(), 0, "allocations and releases while drawing");
}

#[test]
fn the_watch_itself_sees_an_allocation() {
    IS_WATCHED.set(true);
    drop(std::hint::black_box(vec![1u8; 100]));
    IS_WATCHED.set(false);
    assert_eq!(CALLS.replace(0), 2);
}
