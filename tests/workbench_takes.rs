//! Panic, recordings, the mixer and many evaluations after each other, at a workbench without a window.
#![cfg(all(feature = "window", target_os = "linux", target_env = "gnu"))]

#[path = "support/bench.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod bench;
#[path = "support/scribe.rs"]
#[allow(dead_code, reason = "other tests take more of it")]
mod scribe;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bench::{ENDLESS, Live, OTHER, RATE, TUNE, allocated_bytes, children};
use evalody::live::Voices;
use evalody::perform::CueKind;
use evalody::synth::Synth;
use evalody::trace::Family;
use evalody::workbench::{Change, Message, Strip, Wishes};
use midly::{MidiMessage, Smf, TrackEventKind};
use scribe::{Scribe, assert_nothing_hangs};

#[test]
fn panic_is_silence_at_once_and_no_child_is_left() {
    for text in [TUNE, ENDLESS] {
        let mut live = Live::<Synth>::new(bench::document(text), bench::wishes(), 48_000);
        live.hear();
        live.draw_seconds(1.0);
        // One waits for its bar line, and one has not begun.
        live.evaluate(OTHER);
        live.until("it to be ready", |bench| bench.position().awaits.is_some());
        live.evaluate("while True:\n    y = 1\n");
        live.bench.update(Message::Panic);
        live.draw_seconds(0.05);
        live.samples.clear();
        live.draw_seconds(1.0);
        let loudest = live.samples.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
        assert!(loudest < 1e-3, "{text}: {loudest} after 50 ms");
        live.until("the children to be gone", |bench| bench.evaluations_alive() == 0);
        assert_eq!(children(), Vec::<String>::new());
        live.samples.clear();
        live.draw_seconds(2.0);
        assert!(live.samples.iter().all(|sample| sample.abs() < 1e-4), "{text}: it stays silent");
        assert!(live.bench.stands_still());
        live.bench.update(Message::Pause(false));
        live.samples.clear();
        live.draw_seconds(1.0);
        assert!(live.samples.iter().any(|sample| sample.abs() > 0.01), "{text}: it goes on when it is asked to");
        live.evaluate(OTHER);
        live.draw_until("the next", |bench| bench.heard().is_some_and(|heard| heard.program.text == OTHER));
        live.samples.clear();
        live.draw_seconds(1.0);
        assert!(live.samples.iter().any(|sample| sample.abs() > 0.01), "{text}: it is heard");
        live.end();
    }
}

#[test]
fn a_recording_is_what_was_drawn_and_its_notes_are_released() {
    let folder = tempfile::tempdir().unwrap();
    let wishes = Wishes { folder: folder.path().to_owned(), ..bench::wishes() };
    let mut live = Live::<Synth>::new(bench::document(TUNE), wishes, 48_000);
    live.hear();
    live.draw_seconds(0.4);
    live.samples.clear();
    live.bench.update(Message::Record(true));
    assert!(live.bench.is_recording());
    live.draw_seconds(1.0);
    live.evaluate(OTHER);
    live.draw_until("the next", |bench| bench.heard().unwrap().program.text == OTHER);
    live.draw_seconds(1.3);
    live.bench.update(Message::Record(false));
    let drawn = live.samples.clone();
    live.draw_seconds(0.5);
    assert!(!live.bench.is_recording());
    println!("{:?}", live.bench.notices().collect::<Vec<_>>());
    let mut wav = hound::WavReader::open(folder.path().join("test-1.wav")).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate, wav.spec().bits_per_sample), (2, 48_000, 16));
    let written: Vec<i16> = wav.samples::<i16>().map(Result::unwrap).collect();
    let wanted: Vec<i16> = drawn.iter().map(|sample| (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16).collect();
    assert_eq!(written.len(), wanted.len());
    assert!(written == wanted && written.iter().any(|sample| *sample != 0));
    let bytes = std::fs::read(folder.path().join("test-1.mid")).unwrap();
    let mut sounding: BTreeMap<(u8, u8), i32> = BTreeMap::new();
    let mut strokes = 0;
    for track in Smf::parse(&bytes).unwrap().tracks {
        for event in track {
            let TrackEventKind::Midi { channel, message } = event.kind else { continue };
            match message {
                MidiMessage::NoteOn { key, vel } if vel > 0 => {
                    strokes += 1;
                    *sounding.entry((channel.into(), key.into())).or_default() += 1;
                }
                MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                    *sounding.entry((channel.into(), key.into())).or_default() -= 1;
                }
                _ => {}
            }
        }
    }
    assert!(strokes > 20 && sounding.values().all(|count| *count == 0), "{strokes} strokes, {sounding:?}");
    // A second one takes the next name, and nothing half-written lies about.
    live.bench.update(Message::Record(true));
    live.draw_seconds(0.1);
    live.bench.update(Message::Record(false));
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["test-1.mid", "test-1.wav", "test-2.mid", "test-2.wav"]);
    live.end();
}

#[test]
fn a_recording_into_a_folder_that_is_not_there_is_one_notice() {
    let wishes = Wishes { folder: "/nowhere/at/all".into(), ..bench::wishes() };
    let mut live = Live::<Scribe>::new(bench::document(TUNE), wishes, RATE);
    live.hear();
    live.bench.update(Message::Record(true));
    live.draw_seconds(0.5);
    live.bench.update(Message::Record(false));
    let notices: Vec<_> = live.bench.notices().collect();
    assert!(matches!(notices[..], [only] if only.contains("nothing is recorded") && only.contains("/nowhere")), "{notices:?}");
    assert!(!live.bench.is_recording());
    let tick = live.bench.position().tick;
    live.draw_until("the music to go on", |bench| bench.position().tick.0 > tick.0 + 480);
    live.end();
}

/// Notes by number that are struck in a stretch of the piece, from a bench with these faders.
fn struck<V: Voices>(live: &mut Live<V>) -> BTreeSet<u32> {
    live.bench.update(Message::Seek(evalody::music::Tick(0)));
    live.draw(64);
    let from = live.drawn();
    live.draw_seconds(6.0);
    live.strokes
        .iter()
        .filter(|stroke| stroke.frame >= from)
        .filter_map(|stroke| match stroke.kind {
            CueKind::On { note, .. } => Some(note),
            CueKind::Off { .. } => None,
        })
        .collect()
}

#[test]
fn a_fader_silences_its_own_notes_and_no_others() {
    let song = evalody::songs::named("threads").unwrap();
    let mut live = Live::<Scribe>::hearing(song.source);
    let all = struck(&mut live);
    let heard = live.bench.heard().unwrap();
    let codes = heard.tape.codes().to_vec();
    let notes = heard.playhead.struck().to_vec();
    assert!(all.len() > 40, "{all:?}");
    // Cues name their notes in the order in which they are struck.
    let place = |number: &u32| notes.get(*number as usize).unwrap();
    // Notes of one cause may show several families; which fader such a note goes with is not told apart.
    let families = |note: &evalody::picture::Struck| {
        let key = |note: &evalody::picture::Struck| (note.cause.since, note.cause.code, note.cause.first);
        let of_cause = notes.iter().filter(|other| !other.cause.is_state && key(other) == key(note));
        let mut families: Vec<_> = of_cause.map(|other| other.family).collect();
        families.sort();
        families.dedup();
        families
    };
    let check = |live: &mut Live<Scribe>, strip: Strip, is_its: &dyn Fn(&evalody::picture::Struck) -> bool| {
        let meant: BTreeSet<u32> = all.iter().copied().filter(|number| is_its(place(number))).collect();
        live.bench.update(Message::Mix(strip.clone(), Change::Mute(true)));
        let left = struck(live);
        assert_eq!(left.intersection(&meant).count(), 0, "{strip:?} is muted");
        // What shows the whole bar goes with the family whose sound it is.
        let is_state = |number: &&u32| {
            let note = place(number);
            matches!(strip, Strip::Family(_)) && (note.cause.is_state || families(note).len() > 1)
        };
        let lost: Vec<_> = all.difference(&left).filter(|number| !meant.contains(number) && !is_state(number)).collect();
        // Where the stretch ends, a note may be in it or not.
        assert!(
            lost.len() <= 2,
            "{strip:?} is muted, and {lost:?} are silent too: {:?}",
            lost.iter().map(|number| place(number)).collect::<Vec<_>>()
        );
        live.bench.update(Message::Mix(strip.clone(), Change::Mute(false)));
        meant.len()
    };
    let mut silenced = 0;
    for family in Family::ALL {
        silenced += check(&mut live, Strip::Family(family), &|note| !note.cause.is_state && families(note) == [family]);
    }
    assert!(silenced > 0);
    let functions: BTreeSet<String> = codes.iter().map(|code| code.qualname.clone()).collect();
    for function in functions {
        check(&mut live, Strip::Function(function.clone()), &|note| {
            !note.cause.is_state && codes.get(note.cause.code.index()).is_some_and(|code| code.qualname == function)
        });
    }
    for thread in 0..3 {
        check(&mut live, Strip::Thread(thread), &|note| note.cause.thread == thread);
    }
    // A solo leaves its own.
    live.bench.update(Message::Mix(Strip::Thread(1), Change::Solo(true)));
    let left = struck(&mut live);
    assert!(left.iter().all(|number| place(number).cause.thread == 1), "solo of a thread");
    live.bench.update(Message::Mix(Strip::Thread(1), Change::Solo(false)));
    assert!(all.difference(&struck(&mut live)).count() <= 2, "as it was");
    live.end();
}

#[test]
fn only_my_code_silences_the_library() {
    let wishes = Wishes { only: evalody::interpreter::options::Only::All, ..bench::wishes() };
    let text = "import textwrap\nfor i in range(3):\n    print(textwrap.fill('one two three four', 9))\n";
    let mut live = Live::<Scribe>::new(bench::document(text), wishes, RATE);
    live.hear();
    let heard = live.bench.heard().unwrap();
    let codes = heard.tape.codes().to_vec();
    let is_library =
        |cause: &evalody::score::Cause| codes.get(cause.code.index()).is_some_and(|code| code.origin == evalody::trace::Origin::Library);
    assert!(heard.playhead.struck().iter().any(|note| is_library(&note.cause)), "the library is heard");
    let notes = heard.playhead.struck().to_vec();
    live.bench.update(Message::OnlyMine(true));
    let left = struck(&mut live);
    assert!(left.iter().all(|number| !is_library(&notes[*number as usize].cause)), "{left:?}");
    live.bench.update(Message::OnlyMine(false));
    live.until("it runs again, with the library", |bench| bench.position().awaits.is_some());
    live.end();
}

/// As many as fit into the time: an hour of live coding with one every five seconds is 720.
#[test]
fn evaluations_after_each_other_leave_no_child_and_no_memory() {
    /// A tape that is full and its notes come to this at most, and one may just be heard. Were each piece kept, the
    /// endless ones alone would soon be more.
    const MOST_GROWTH_MIB: u64 = 48;
    scribe::begin();
    let songs = evalody::songs::all();
    let mut live = Live::<Scribe>::hearing(TUNE);
    let (began, mut count) = (Instant::now(), 0u32);
    let mut resident = Vec::new();
    while count < 720 && began.elapsed() < Duration::from_secs(25) {
        let text = match count % 5 {
            0 => ENDLESS.to_owned(),
            1 => format!("x = {count}\nraise ValueError(x)\n"),
            2 => songs[count as usize % songs.len()].source.to_owned(),
            3 => format!("{TUNE}print({count})\n"),
            _ => "def f(:\n".to_owned(),
        };
        live.evaluate(&text);
        if count % 3 != 0 {
            live.until("it to be ready", |bench| bench.position().awaits.is_some() || bench.trouble.is_some());
        }
        // A bar, in which it may take over.
        live.draw_seconds(2.0);
        live.strokes.clear();
        live.samples.clear();
        count += 1;
        if count.is_multiple_of(30) {
            live.evaluate(&format!("{OTHER}print({count})\n"));
            let text = live.bench.document.text.clone();
            live.draw_until("it", |bench| bench.heard().unwrap().program.text == text && !bench.is_waiting());
            live.until("the others to be gone", |bench| bench.evaluations_alive() == 0);
            assert_eq!(children(), Vec::<String>::new());
            resident.push(allocated_bytes() >> 20);
        }
    }
    println!("{count} evaluations, MiB in use after every thirty: {resident:?}");
    assert!(count > 60, "{count}");
    let (early, late) = (resident[1], resident[resident.len() - 1]);
    assert!(late < early + MOST_GROWTH_MIB, "{resident:?} MiB");
    live.evaluate(OTHER);
    live.draw_until("the last", |bench| bench.heard().unwrap().program.text == OTHER && !bench.is_waiting());
    live.until("all to be gone", |bench| bench.evaluations_alive() == 0);
    assert_eq!(children(), Vec::<String>::new());
    assert!(scribe::alive() < 8, "{} synths", scribe::alive());
    live.bench.update(Message::Repeat(false));
    live.draw_until("the end", |bench| bench.position().is_over);
    assert_nothing_hangs();
    live.end();
}
