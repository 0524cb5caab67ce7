//! Pieces that take over from each other while they play, repeat, and keep to a stretch, by a clock wound by
//! hand.

use std::time::Duration;

use evalody::live::{BLOCK_FRAMES, PieceId, Player, Stream, Stroke};
use evalody::music::{Pitch, TICKS_PER_BAR, TICKS_PER_SIXTEENTH, Tempo, Tick, Velocity};
use evalody::perform::{Channel, CueKind, Performance};
use evalody::synth::Synth;
use proptest::prelude::*;

#[path = "support/pieces.rs"]
mod pieces;
#[path = "support/scribe.rs"]
mod scribe;
use pieces::piece;
use scribe::{Scribe, assert_nothing_hangs, notes, wind, written};

const RATE: u32 = 48_000;

/// For properties, which are tried on many minutes of music: a sixth of the work.
const LOW_RATE: u32 = 8_000;

fn tempo(quarters: u16) -> Tempo {
    Tempo::new(quarters).unwrap()
}

/// A piece of whole bars in which some note begins every few sixteenths, and some are held over bar lines.
fn bars(bars: u32, quarters: u16) -> Performance {
    let short = vec![(30, 200); (bars * TICKS_PER_BAR / 230) as usize];
    let long = vec![(170, 1300); (bars * TICKS_PER_BAR / 1470) as usize];
    let made = piece(&[short, long], tempo(quarters), 0);
    Performance { end: Tick::of_bar(bars), ..made }
}

/// Strokes and releases by frame, those of one frame in order of channel and pitch, releases first.
fn sorted(mut strokes: Vec<(u64, Channel, CueKind)>) -> Vec<(u64, Channel, CueKind)> {
    strokes.sort_by_key(|(frame, channel, kind)| match kind {
        CueKind::Off { pitch } => (*frame, 0, *channel, *pitch),
        CueKind::On { pitch, .. } => (*frame, 1, *channel, *pitch),
    });
    strokes
}

/// What is struck if a piece is played between two of its ticks, beginning at a frame; what sounds at the end
/// is released there.
fn stretch(performance: &Performance, from: Tick, to: Tick, rate: u32, begins: u64) -> Vec<(u64, Channel, CueKind)> {
    let frame = |tick: Tick| begins + tick.sample(performance.tempo, rate) - from.sample(performance.tempo, rate);
    let mut strokes = Vec::new();
    let mut sounding = std::collections::BTreeSet::new();
    for cue in performance.cues.iter().filter(|cue| cue.at >= from && cue.at < to) {
        let is_heard = match cue.kind {
            CueKind::On { pitch, .. } => sounding.insert((cue.channel, pitch)),
            CueKind::Off { pitch } => sounding.remove(&(cue.channel, pitch)),
        };
        if is_heard {
            strokes.push((frame(cue.at), cue.channel, cue.kind));
        }
    }
    strokes.extend(sounding.into_iter().map(|(channel, pitch)| (frame(to), channel, CueKind::Off { pitch })));
    strokes
}

fn taken_down(recording: &mut evalody::live::Recording) -> Vec<(u64, Channel, CueKind)> {
    let mut strokes: Vec<Stroke> = Vec::new();
    recording.strokes(&mut strokes);
    strokes.into_iter().map(|stroke| (stroke.frame, stroke.channel, stroke.kind)).collect()
}

fn before(strokes: Vec<(u64, Channel, CueKind)>, frame: u64) -> Vec<(u64, Channel, CueKind)> {
    sorted(strokes.into_iter().filter(|stroke| stroke.0 < frame).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_queued_piece_takes_over_on_the_sample_of_the_next_bar_line(
        first in 60u16..=400,
        second in 60u16..=400,
        blocks in 1u32..300,
        late in 0u32..40,
    ) {
        let (one, other) = (bars(60, first), bars(4, second));
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        let mut recording = player.record();
        let one_id = player.play(&one);
        wind(&mut player, &mut stream, blocks);
        // As far as a device draws before the owner comes again.
        stream.by_ref().take(late as usize * BLOCK_FRAMES * 2).for_each(drop);
        let rendered = u64::from(blocks + late) * BLOCK_FRAMES as u64;
        let other_id = player.queue(&other, true, None);
        prop_assert_eq!(player.position().awaits, Some(other_id));
        let bar = (0..).find(|&bar| Tick::of_bar(bar).sample(one.tempo, LOW_RATE) >= rendered).unwrap();
        let line = Tick::of_bar(bar).sample(one.tempo, LOW_RATE);
        let until = line + other.end.sample(other.tempo, LOW_RATE);
        wind(&mut player, &mut stream, ((until - rendered) / BLOCK_FRAMES as u64) as u32 + 20);
        let mut begun = Vec::new();
        recording.pieces(&mut begun);
        prop_assert_eq!(begun, vec![(0, one_id), (line, other_id)]);
        let mut wanted = stretch(&one, Tick(0), Tick::of_bar(bar), LOW_RATE, 0);
        wanted.extend(stretch(&other, Tick(0), Tick(u32::MAX), LOW_RATE, line));
        prop_assert_eq!(before(taken_down(&mut recording), until), before(wanted, until));
        prop_assert_eq!(player.health().waited_ms, 0);
        prop_assert_eq!(player.position().awaits, None);
    }

    #[test]
    fn a_repeated_piece_begins_anew_on_the_sample_of_its_end(quarters in 60u16..=400, length in 1u32..4000) {
        let one = bars(4, quarters);
        let end = Tick(length.max(TICKS_PER_SIXTEENTH));
        let one = Performance { cues: one.cues.iter().filter(|cue| cue.at < end).copied().collect(), end, ..one };
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        player.set_repeat(true);
        let mut recording = player.record();
        player.play(&one);
        let round = end.sample(one.tempo, LOW_RATE);
        wind(&mut player, &mut stream, (round * 4 / BLOCK_FRAMES as u64) as u32 + 1);
        let wanted: Vec<_> = (0..4).flat_map(|number| stretch(&one, Tick(0), end, LOW_RATE, number * round)).collect();
        prop_assert_eq!(before(taken_down(&mut recording), round * 4), before(wanted, round * 4));
        prop_assert_eq!(player.health().waited_ms, 0);
        prop_assert!(!player.position().is_over);
        player.set_repeat(false);
        wind(&mut player, &mut stream, (round / BLOCK_FRAMES as u64) as u32 + 50);
        prop_assert!(player.position().is_over);
    }

    #[test]
    fn a_loop_jumps_on_the_sample_of_its_end(
        quarters in 60u16..=400,
        from in 0u32..3000,
        length in 1u32..4000,
        blocks in 0u32..100,
        draught in 1u32..8,
    ) {
        let one = bars(8, quarters);
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        player.play(&one);
        wind(&mut player, &mut stream, blocks);
        player.set_loop(Some(Tick(from)..Tick(from + length)));
        player.seek(Tick(from));
        // The stream follows with its next block.
        let mut recording = player.record();
        let to = Tick(from + length.max(TICKS_PER_SIXTEENTH));
        let round = to.sample(one.tempo, LOW_RATE) - Tick(from).sample(one.tempo, LOW_RATE);
        let mut drawn = 0;
        while drawn < round * 5 {
            player.advance();
            stream.by_ref().take(draught as usize * BLOCK_FRAMES * 2).for_each(drop);
            drawn += u64::from(draught) * BLOCK_FRAMES as u64;
            let tick = player.position().tick;
            prop_assert!((Tick(from)..=to).contains(&tick), "{tick:?} is outside");
        }
        let wanted: Vec<_> = (0..5).flat_map(|number| stretch(&one, Tick(from), to, LOW_RATE, number * round)).collect();
        // The first frames release what the seek has cut off, which the recording has not seen struck.
        prop_assert_eq!(before(taken_down(&mut recording), round * 5), before(wanted, round * 5));
        prop_assert_eq!(player.health().waited_ms, 0);
    }
}

#[derive(Debug, Clone)]
enum Act {
    Wind(u32),
    Draw(u32),
    Pause(bool),
    Seek(Tick),
    Retime(Tempo),
    Stop,
    Play,
    Begin,
    Queue(bool, Option<Tempo>),
    Append,
    Close,
    Repeat(bool),
    Keep(Option<(u32, u32)>),
    Mix(f32),
    Try(u8, u64),
    Record,
}

fn act() -> impl Strategy<Value = Act> {
    let tempi = (60u16..=400).prop_map(tempo);
    prop_oneof![
        8 => (0u32..200).prop_map(Act::Wind),
        // Never as long as what is sent ahead.
        1 => (0u32..30).prop_map(Act::Draw),
        2 => any::<bool>().prop_map(Act::Pause),
        2 => (0u32..12_000).prop_map(|tick| Act::Seek(Tick(tick))),
        2 => tempi.clone().prop_map(Act::Retime),
        1 => Just(Act::Stop),
        1 => Just(Act::Play),
        1 => Just(Act::Begin),
        6 => (any::<bool>(), prop::option::of(tempi)).prop_map(|(is_whole, tempo)| Act::Queue(is_whole, tempo)),
        2 => Just(Act::Append),
        1 => Just(Act::Close),
        2 => any::<bool>().prop_map(Act::Repeat),
        3 => prop::option::of((0u32..8000, 0u32..3000)).prop_map(Act::Keep),
        2 => (0f32..2.0).prop_map(Act::Mix),
        2 => (55u8..75, 0u64..500).prop_map(|(pitch, ms)| Act::Try(pitch, ms)),
        1 => Just(Act::Record),
    ]
}

fn obey(player: &mut Player<Scribe>, stream: &mut Stream<Scribe>, act: &Act, one: &Performance, last: &mut PieceId) {
    let beginning = Performance { end: Tick::of_bar(1), cues: stretch_cues(one, Tick::of_bar(1)), ..one.clone() };
    match *act {
        Act::Wind(blocks) => drop(wind(player, stream, blocks)),
        Act::Draw(blocks) => {
            player.advance();
            stream.take(blocks as usize * BLOCK_FRAMES * 2).for_each(drop);
        }
        Act::Pause(paused) => player.pause(paused),
        Act::Seek(to) => player.seek(to),
        Act::Retime(tempo) => player.set_tempo(tempo),
        Act::Stop => player.stop(),
        Act::Play => *last = player.play(one),
        Act::Begin => *last = player.begin(&beginning),
        Act::Queue(true, tempo) => *last = player.queue(one, true, tempo),
        Act::Queue(false, tempo) => *last = player.queue(&beginning, false, tempo),
        Act::Append => player.append_to(*last, one),
        Act::Close => player.close_piece(*last),
        Act::Repeat(repeats) => player.set_repeat(repeats),
        Act::Keep(span) => player.set_loop(span.map(|(from, length)| Tick(from)..Tick(from + length))),
        Act::Mix(gain) => player.set_mix(Box::new(move |_, _, _, pitch, _| if pitch.number() % 3 == 0 { gain } else { 1.0 })),
        Act::Try(pitch, ms) => {
            player.audition(Channel::new(0).unwrap(), Pitch::new(pitch).unwrap(), Velocity::nearest(80.0), Duration::from_millis(ms))
        }
        Act::Record => {}
    }
}

fn stretch_cues(one: &Performance, to: Tick) -> Vec<evalody::perform::Cue> {
    one.cues.iter().filter(|cue| cue.at < to).copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hangs_whatever_is_commanded(acts in prop::collection::vec(act(), 0..40), quarters in 60u16..=400) {
        scribe::begin();
        let one = bars(5, quarters);
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        let mut recording = player.record();
        let mut last = player.play(&one);
        let mut strokes = Vec::new();
        let all_whole = !acts.iter().any(|act| matches!(act, Act::Begin | Act::Queue(false, _) | Act::Append));
        for act in &acts {
            obey(&mut player, &mut stream, act, &one, &mut last);
            if let Act::Record = act {
                recording = player.record();
                strokes.clear();
            }
            recording.strokes(&mut strokes);
        }
        if all_whole {
            prop_assert_eq!(player.health().waited_ms, 0, "it starved");
        }
        player.stop();
        wind(&mut player, &mut stream, 100);
        assert_nothing_hangs();
        prop_assert!(player.position().is_over);
        recording.stop();
        recording.strokes(&mut strokes);
        let mut sounding = std::collections::BTreeSet::new();
        for stroke in &strokes {
            match stroke.kind {
                CueKind::On { pitch, .. } => prop_assert!(sounding.insert((stroke.channel, pitch))),
                CueKind::Off { pitch } => prop_assert!(sounding.remove(&(stroke.channel, pitch))),
            }
        }
        prop_assert!(sounding.is_empty());
        prop_assert!(strokes.is_sorted_by_key(|stroke| stroke.frame));
        // It plays as ever afterwards.
        player.set_repeat(false);
        player.play(&one);
        wind(&mut player, &mut stream, 4);
        prop_assert!(player.position().tick <= one.end && !player.position().is_over);
        wind(&mut player, &mut stream, (one.end.sample(one.tempo, LOW_RATE) / BLOCK_FRAMES as u64) as u32 + 50);
        prop_assert!(player.position().is_over);
        assert_nothing_hangs();
        drop((player, stream));
        prop_assert_eq!(scribe::alive(), 0);
    }

    #[test]
    fn no_note_is_struck_twice_and_the_position_goes_on_from_piece_to_piece(acts in prop::collection::vec(act(), 0..40)) {
        scribe::begin();
        let one = bars(40, 240);
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        let mut last = player.play(&one);
        let mut was = player.position();
        for act in &acts {
            let act = if let Act::Mix(_) = act { &Act::Mix(1.0) } else { act };
            if let Act::Wind(_) | Act::Draw(_) | Act::Pause(_) | Act::Retime(_) | Act::Queue(true, _) | Act::Mix(_) = act {
                obey(&mut player, &mut stream, act, &one, &mut last);
                let now = player.position();
                prop_assert!((now.piece, now.tick) >= (was.piece, was.tick), "from {:?} back to {:?}", was, now);
                was = now;
            }
        }
        for told in written() {
            let struck = notes(&told);
            prop_assert_eq!(&struck, &(0..struck.len() as u32).collect::<Vec<_>>());
        }
        prop_assert_eq!(player.health().waited_ms, 0);
    }
}

#[test]
fn a_piece_is_heard_only_when_its_sound_has_come_through() {
    let one = bars(8, 120);
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    let first = player.play(&one);
    wind(&mut player, &mut stream, 100);
    let second = player.queue(&one, true, None);
    let line = Tick::of_bar(1).sample(one.tempo, RATE);
    let blocks = (line / BLOCK_FRAMES as u64) as u32 - 100 + 1;
    wind(&mut player, &mut stream, blocks);
    let position = player.position();
    assert_eq!((position.piece, position.awaits), (first, Some(second)));
    // Rendered 64 frames past the bar line, and heard 500 later.
    assert!(position.tick < Tick::of_bar(1) && position.tick > Tick(TICKS_PER_BAR - 20), "{position:?}");
    wind(&mut player, &mut stream, 8);
    let position = player.position();
    assert_eq!((position.piece, position.awaits), (second, None));
    assert!(position.tick < Tick(10));
}

#[test]
fn a_queued_piece_begins_at_once_where_nothing_plays_and_stays_paused() {
    let one = bars(2, 120);
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    let first = player.queue(&one, true, Some(tempo(100)));
    wind(&mut player, &mut stream, 20);
    let position = player.position();
    assert_eq!((position.piece, position.tempo, position.awaits), (first, tempo(100), None));
    assert!(position.tick > Tick(0));
    player.pause(true);
    wind(&mut player, &mut stream, 20);
    let second = player.queue(&one, true, None);
    wind(&mut player, &mut stream, 20);
    let position = player.position();
    assert_eq!((position.piece, position.tick, position.is_paused), (second, Tick(0), true));
    player.pause(false);
    wind(&mut player, &mut stream, 20);
    assert!(player.position().tick > Tick(0));
    player.stop();
    wind(&mut player, &mut stream, 1);
    let third = player.queue(&one, true, None);
    wind(&mut player, &mut stream, 1);
    assert_eq!(player.position().piece, third);
}

#[test]
fn a_queued_piece_does_not_wait_for_a_bar_line_after_the_end() {
    // Ends on a second beat and rings on.
    let one = Performance { end: Tick(600), ..piece(&[vec![(0, 590)]], tempo(120), 0) };
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&one);
    wind(&mut player, &mut stream, 475);
    let position = player.position();
    assert!(position.tick > Tick(590) && !position.is_over, "{position:?}");
    let id = player.queue(&one, true, None);
    wind(&mut player, &mut stream, 10);
    assert_eq!(player.position().piece, id);
}

#[test]
fn the_last_of_the_pieces_queued_in_a_bar_takes_over() {
    scribe::begin();
    let one = bars(8, 240);
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&one);
    let mut last = PieceId::default();
    let blocks = (Tick::of_bar(1).sample(one.tempo, RATE) / BLOCK_FRAMES as u64) as u32;
    for _ in 0..blocks - 10 {
        wind(&mut player, &mut stream, 1);
        last = player.queue(&bars(8, 100), true, None);
    }
    wind(&mut player, &mut stream, 30);
    assert_eq!(player.position().piece, last);
    assert_eq!(player.health().waited_ms, 0);
    assert!(scribe::alive() < 12);
    wind(&mut player, &mut stream, 100);
    // Its notes alone came after those of the first.
    let told = written();
    assert!(told[1..told.len() - 1].iter().all(Vec::is_empty) && !told.last().unwrap().is_empty());
}

#[test]
fn a_change_of_tempo_moves_the_bar_line_and_not_the_queued_piece() {
    let (one, other) = (bars(8, 120), bars(8, 90));
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    let mut recording = player.record();
    player.play(&one);
    wind(&mut player, &mut stream, 300);
    let other_id = player.queue(&other, true, None);
    player.set_tempo(tempo(240));
    wind(&mut player, &mut stream, 2000);
    let mut begun = Vec::new();
    recording.pieces(&mut begun);
    let done = 300 * BLOCK_FRAMES as u64;
    assert_eq!(begun[1], (done + (Tick::of_bar(1).sample(one.tempo, RATE) - done) / 2, other_id));
    assert_eq!(player.position().tempo, tempo(90));
}

#[test]
fn an_hour_of_swaps_needs_no_more_than_a_minute() {
    scribe::begin();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
    let first = player.play(&bars(4, 192));
    let mut last = first;
    for swap in 0..720 {
        let mut next = bars(4, 192 + swap % 7);
        player.set_repeat(true);
        last = player.queue(&next, false, None);
        next.end = Tick::of_bar(5);
        player.append_to(last, &next);
        player.close_piece(last);
        for _ in 0..5 {
            player.advance();
            // A tenth of what is sent ahead at a time.
            for _ in 0..20 {
                stream.by_ref().take(LOW_RATE as usize / 20 * 2).for_each(drop);
                player.advance();
            }
        }
        assert_eq!(player.position().piece, last);
        assert!(scribe::alive() <= 4, "{} synths", scribe::alive());
    }
    assert_eq!(player.setups(first), None);
    assert!(player.setups(last).is_some());
    assert_eq!(player.health().waited_ms, 0);
}

fn steps(samples: &[f32]) -> f32 {
    samples.chunks_exact(2).zip(samples.chunks_exact(2).skip(1)).map(|(a, b)| (b[0] - a[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn a_held_tone_rings_out_over_the_bar_line_without_a_jump() {
    // Held over the line; the next piece rests at first.
    let held = piece(&[vec![(0, 7000)], vec![(0, 7000)]], tempo(120), 0);
    let rests = piece(&[vec![(7000, 240)]], tempo(120), 0);
    let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
    player.play(&held);
    let mut samples = wind(&mut player, &mut stream, 200);
    player.queue(&rests, true, None);
    samples.extend(wind(&mut player, &mut stream, 2300));
    let line = Tick::of_bar(1).sample(held.tempo, RATE) as usize * 2;
    let peak = |samples: &[f32]| samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let held_on = &samples[line - 20_000..line];
    assert!(peak(held_on) > 0.01, "it sounds");
    assert!(steps(&samples[line - 2..]) <= steps(held_on) * 1.05, "{} against {}", steps(&samples[line..]), steps(held_on));
    assert!(peak(&samples[line + 1000..line + 5000]) > peak(held_on) / 4.0, "it is cut off");
    assert!(peak(&samples[line + RATE as usize / 3 * 2..]) == 0.0, "it never ends");
}

#[test]
fn pieces_that_follow_each_other_bar_by_bar_stay_under_full_scale() {
    let strings = vec![vec![(0, 400); 8]; 12];
    let loud = piece(&strings, tempo(400), 0);
    let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
    player.play(&loud);
    let mut loudest = 0.0f32;
    for _ in 0..12 {
        player.queue(&loud, true, None);
        let samples = wind(&mut player, &mut stream, 450);
        loudest = samples.iter().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
    }
    assert!((0.3..=0.98).contains(&loudest), "{loudest}");
    assert_eq!(player.health().waited_ms, 0);
}

/// The device draws on a thread of its own, so commands come at any moment of it.
#[test]
fn commands_from_another_thread_lose_neither_the_music_nor_its_place() {
    let one = bars(2, 400);
    let (mut player, mut stream) = Player::<Synth>::unplugged(LOW_RATE);
    let is_done = std::sync::atomic::AtomicBool::new(false);
    let (mut player, mut stream) = std::thread::scope(|scope| {
        let device = scope.spawn(|| {
            while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                stream.by_ref().take(BLOCK_FRAMES * 2 * 8).for_each(drop);
                std::thread::yield_now();
            }
            stream
        });
        let mut last = player.play(&one);
        let mut chance = 12345u32;
        for round in 0..400 {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = chance >> 16;
            match number % 8 {
                0..3 => last = player.queue(&one, true, None),
                3 => player.set_tempo(tempo(100 + (number % 300) as u16)),
                4 => player.seek(Tick(number % 4000)),
                5 => player.set_loop((!number.is_multiple_of(3)).then(|| Tick(number % 2000)..Tick(number % 2000 + 300))),
                6 => player.set_repeat(number.is_multiple_of(2)),
                _ => player.set_mix(Box::new(|_, _, _, _, _| 0.7)),
            }
            let until = player.position().drawn_frames + u64::from(number % 1500);
            while player.position().drawn_frames < until {
                player.advance();
                std::thread::yield_now();
            }
            if round % 20 == 0 {
                last = player.queue(&one, true, None);
                let until = player.position().drawn_frames + u64::from(LOW_RATE) * 100;
                while player.position().piece != last {
                    player.advance();
                    assert!(player.position().drawn_frames < until, "never heard: {:?}", player.position());
                }
            }
        }
        assert!(player.position().piece <= last);
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
        (player, device.join().unwrap())
    });
    player.set_repeat(false);
    let id = player.play(&one);
    wind(&mut player, &mut stream, 200);
    assert_eq!(player.position().piece, id);
    wind(&mut player, &mut stream, (one.end.sample(one.tempo, LOW_RATE) / BLOCK_FRAMES as u64) as u32 + LOW_RATE / 10);
    assert!(player.position().is_over, "{:?}", player.position());
}
