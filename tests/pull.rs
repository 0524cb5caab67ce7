//! An endless program pulled for an hour: what is kept of it does not grow, and it runs no further ahead than a
//! bar needs.
#![cfg(feature = "embedded")]

#[path = "support/interpreters.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use evalody::compose::{Style, StyleName};
use evalody::feed::{Feed, records};
use evalody::fold::Zoom;
use evalody::interpreter::{self, Request};
use support::{pythons, request};

/// The system's allocator, which counts the bytes that are in use.
struct Counting;

static IN_USE: AtomicI64 = AtomicI64::new(0);

// Sound: every call is handed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        IN_USE.fetch_add(size as i64 - layout.size() as i64, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Bars of an hour: at 120 quarters per minute one takes two seconds.
const HOUR: u32 = 1800;

/// What may come and go with the bar that is made just then: 290 bytes for each bar that lies between the two halves.
const BREATH_BYTES: i64 = 256 * 1024;

/// How long a bar may wait for its instructions. It is called urgent, so that it is made of what has come: one as
/// long as `play` makes would take as many instructions as two seconds run.
const BRIEFLY: Duration = Duration::from_millis(1);

/// Bars until all that is made once is made.
const SETTLED: u32 = 100;

fn feed(python: &Path, source: &str, style: StyleName) -> Feed {
    let style = Style::of(style);
    let request = Request { is_paced: true, records: records(&style.mapping), ..request(python, source) };
    let zoom = if style.mapping.is_lossless() { Zoom::Opcode } else { Zoom::Auto };
    let mut feed = Feed::new(interpreter::start(&request).unwrap(), &request.program, style, zoom);
    feed.open(Instant::now() + Duration::from_millis(50)).unwrap();
    feed
}

/// Pulls on until `enough` bars are made, and no fewer than so many code objects were told; gives the least bytes that
/// were in use in the second half of it: what the reader holds, far ahead on a busy machine, comes and goes.
fn pull(feed: &mut Feed, enough: u32, codes: usize) -> i64 {
    let mut used = Vec::with_capacity(2 * enough as usize);
    while used.len() < enough as usize || feed.codes().len() < codes {
        assert!(!feed.is_over(), "{:?}", feed.outcome());
        while feed.said().is_some() {}
        if feed.more(BRIEFLY, true).unwrap().is_some() {
            used.push(IN_USE.load(Ordering::Relaxed));
        }
    }
    used[enough as usize / 2..].iter().copied().min().unwrap()
}

/// The only test of this file: what another did would be counted as the feed's.
#[test]
fn an_endless_program_is_pulled_for_an_hour_without_growing() {
    let calling = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nn = 0\nwhile True:\n    n += f(7)\n    print(n)\n";
    let new_code = "n = 0\nwhile True:\n    exec(f'x{n} = {n} + 1', {})\n    n += 1\n";
    // As many code objects as are told apart, and the program itself.
    const APART: usize = 4097;
    let Some((python, version)) = pythons().into_iter().next() else { return };
    for (source, style, codes) in [(calling, StyleName::Groove, 2), (calling, StyleName::Faithful, 2), (new_code, StyleName::Groove, APART)]
    {
        let mut feed = feed(&python, source, style);
        // Until all its code is told it grows, as it may.
        pull(&mut feed, SETTLED, codes);
        let early = pull(&mut feed, SETTLED, codes);
        let late = pull(&mut feed, HOUR, codes);
        eprintln!("{version:?} {style}: {} instructions, {early} then {late} bytes in use", feed.steps());
        assert!(late - early < BREATH_BYTES, "{version:?} {style}: {early} bytes were in use at first, {late} an hour later");
        // Each digit more in the source is another table of positions.
        assert!((codes..codes + 4).contains(&feed.codes().len()), "{version:?} {style}: {} code objects", feed.codes().len());
        let is_warned = feed.warnings().iter().any(|warning| warning.contains("told as one"));
        assert_eq!(is_warned, codes == APART, "{version:?} {style}: {:?}", feed.warnings());
    }
}
