//! The player by a clock wound by hand: the test draws the stream, and reads what its voices were told.

use std::cell::RefCell;
use std::collections::BTreeMap;

use evalody::live::{BLOCK_FRAMES, Output, Player, Stream, Voices};
use evalody::music::{Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};
use evalody::synth::{SoundFont, Synth};
use proptest::prelude::*;

#[path = "support/offline.rs"]
mod offline;
#[path = "support/pieces.rs"]
mod pieces;
use offline::offline;
use pieces::piece;

const RATE: u32 = 48_000;

/// For properties, which are tried on many minutes of music: a sixth of the work.
const LOW_RATE: u32 = 8_000;

/// Voices which write down what they are told, by the frame.
struct Scribe {
    frame: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Strike(Channel, CueKind),
    Hush,
}

thread_local! {
    /// The test draws the stream on its own thread, so this is what its voices wrote.
    static WRITTEN: RefCell<Vec<(u64, Told)>> = const { RefCell::new(Vec::new()) };
}

impl Voices for Scribe {
    const LATENCY_FRAMES: u64 = 0;

    fn new(_: u32, _: &[ChannelSetup], _: Option<&SoundFont>) -> Self {
        WRITTEN.with_borrow_mut(Vec::clear);
        Self { frame: 0 }
    }

    fn strike(&mut self, channel: Channel, kind: CueKind) {
        WRITTEN.with_borrow_mut(|written| written.push((self.frame, Told::Strike(channel, kind))));
    }

    fn render(&mut self, stereo: &mut [f32]) {
        stereo.fill(0.0);
        self.frame += stereo.len() as u64 / 2;
    }

    fn hush(&mut self) {
        WRITTEN.with_borrow_mut(|written| written.push((self.frame, Told::Hush)));
    }

    fn is_quiet(&self) -> bool {
        true
    }
}

fn written() -> Vec<(u64, Told)> {
    WRITTEN.with_borrow(Clone::clone)
}

fn strokes(told: &[(u64, Told)]) -> Vec<u32> {
    told.iter()
        .filter_map(|(_, told)| match told {
            Told::Strike(_, CueKind::On { note, .. }) => Some(*note),
            _ => None,
        })
        .collect()
}

/// Strokes and releases take turns for each pitch, and at the end none is left sounding.
fn assert_nothing_hangs(told: &[(u64, Told)]) {
    let mut sounding = BTreeMap::new();
    for (frame, told) in told {
        match told {
            Told::Hush => sounding.clear(),
            Told::Strike(channel, CueKind::On { pitch, .. }) => {
                assert_eq!(sounding.insert((*channel, *pitch), *frame), None, "struck twice, at frame {frame}");
            }
            Told::Strike(channel, CueKind::Off { pitch }) => {
                assert!(sounding.remove(&(*channel, *pitch)).is_some(), "released unstruck, at frame {frame}");
            }
        }
    }
    assert!(sounding.is_empty(), "left sounding: {sounding:?}");
}

fn wind<V: Voices>(player: &mut Player<V>, stream: &mut Stream<V>, blocks: u32) -> Vec<f32> {
    let mut samples = Vec::new();
    for _ in 0..blocks {
        player.advance();
        samples.extend(stream.take(BLOCK_FRAMES * 2));
    }
    player.advance();
    samples
}

/// Winds until the piece is over.
fn wind_to_the_end<V: Voices>(player: &mut Player<V>, stream: &mut Stream<V>) -> Vec<f32> {
    let mut samples = Vec::new();
    while !player.position().is_over {
        assert!(samples.len() < RATE as usize * 2 * 30, "the piece never ends: {:?}", player.position());
        samples.extend(wind(player, stream, 16));
    }
    samples
}

/// Notes as gaps and lengths in ticks, one after the other on each of a few strings.
fn pieces() -> impl Strategy<Value = Performance> {
    let string = prop::collection::vec((0u32..700, 1u32..900), 0..12);
    (prop::collection::vec(string, 1..5), Tempo::SLOWEST * 3..=Tempo::FASTEST, 0u32..500)
        .prop_map(|(strings, tempo, rest)| piece(&strings, Tempo::new(tempo).unwrap(), rest))
}

#[derive(Debug, Clone)]
enum Act {
    Wind(u32),
    Pause(bool),
    Seek(Tick),
    Retime(Tempo),
    Stop,
    Play,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0u32..400).prop_map(Act::Wind),
        2 => any::<bool>().prop_map(Act::Pause),
        2 => (0u32..12_000).prop_map(|tick| Act::Seek(Tick(tick))),
        2 => (Tempo::SLOWEST * 3..=Tempo::FASTEST).prop_map(|quarters| Act::Retime(Tempo::new(quarters).unwrap())),
        1 => Just(Act::Stop),
        1 => Just(Act::Play),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hangs_whatever_is_commanded(performance in pieces(), acts in prop::collection::vec(act(), 0..20)) {
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        player.play(&performance);
        for act in acts {
            match act {
                Act::Wind(blocks) => drop(wind(&mut player, &mut stream, blocks)),
                Act::Pause(paused) => player.pause(paused),
                Act::Seek(to) => player.seek(to),
                Act::Retime(tempo) => player.set_tempo(tempo),
                Act::Stop => player.stop(),
                Act::Play => drop(player.play(&performance)),
            }
        }
        player.pause(false);
        wind_to_the_end(&mut player, &mut stream);
        assert_nothing_hangs(&written());
    }

    #[test]
    fn pauses_and_changes_of_tempo_lose_no_note_and_double_none(performance in pieces(), acts in prop::collection::vec(act(), 0..20)) {
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        player.play(&performance);
        for act in acts {
            match act {
                Act::Wind(blocks) => drop(wind(&mut player, &mut stream, blocks)),
                Act::Pause(paused) => player.pause(paused),
                Act::Retime(tempo) => player.set_tempo(tempo),
                _ => {}
            }
        }
        player.pause(false);
        wind_to_the_end(&mut player, &mut stream);
        prop_assert_eq!(strokes(&written()), strokes(&asked_at(&performance, LOW_RATE)));
        prop_assert_eq!(player.position().tick, performance.end);
    }

    #[test]
    fn the_position_never_steps_back_while_playing(performance in pieces(), acts in prop::collection::vec(act(), 0..30)) {
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        player.play(&performance);
        let mut last = player.position().tick;
        for act in acts {
            match act {
                Act::Wind(blocks) => drop(wind(&mut player, &mut stream, blocks)),
                Act::Pause(paused) => player.pause(paused),
                Act::Retime(tempo) => player.set_tempo(tempo),
                Act::Stop => player.stop(),
                Act::Seek(to) => {
                    player.seek(to);
                    last = to.min(performance.end);
                    prop_assert_eq!(player.position().tick, last);
                }
                Act::Play => {
                    player.play(&performance);
                    last = Tick(0);
                }
            }
            let now = player.position().tick;
            prop_assert!(now >= last, "from {last:?} back to {now:?}");
            last = now;
        }
    }

    #[test]
    fn cues_fall_on_their_samples(performance in pieces()) {
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        player.play(&performance);
        wind_to_the_end(&mut player, &mut stream);
        prop_assert_eq!(written(), asked_at(&performance, LOW_RATE));
    }

    /// Appended in time or too late, as the bars alone or as the whole piece so far.
    #[test]
    fn a_piece_that_grows_while_it_sounds_is_heard_once(
        performance in pieces(),
        steps in prop::collection::vec((1u32..3000, 0u32..600), 1..8),
        cumulative: bool,
    ) {
        let (mut player, mut stream) = Player::<Scribe>::unplugged(LOW_RATE);
        let mut end = Tick(0);
        player.begin(&cut(&performance, Tick(0), end));
        for (ticks, blocks) in steps {
            let from = if cumulative { Tick(0) } else { end };
            end = Tick(end.0 + ticks).min(performance.end);
            player.append(&cut(&performance, from, end));
            wind(&mut player, &mut stream, blocks);
            prop_assert!(!player.position().is_over);
        }
        player.append(&cut(&performance, if cumulative { Tick(0) } else { end }, performance.end));
        player.close();
        wind_to_the_end(&mut player, &mut stream);
        assert_nothing_hangs(&written());
        prop_assert_eq!(strokes(&written()), strokes(&asked_at(&performance, LOW_RATE)));
    }
}

/// What the voices should have been told.
fn asked(performance: &Performance) -> Vec<(u64, Told)> {
    asked_at(performance, RATE)
}

fn asked_at(performance: &Performance, sample_rate_hz: u32) -> Vec<(u64, Told)> {
    performance.cues.iter().map(|cue| (cue.at.sample(performance.tempo, sample_rate_hz), Told::Strike(cue.channel, cue.kind))).collect()
}

/// The bars of a piece from one moment until before another. A note which sounds over the end is released
/// there, as where a piece ends; its true release comes with the next bars, in vain.
fn cut(performance: &Performance, from: Tick, end: Tick) -> Performance {
    let mut cues: Vec<Cue> = Vec::new();
    let mut sounding = BTreeMap::new();
    for cue in performance.cues.iter().filter(|cue| cue.at >= from && (cue.at < end || cue.at == end && end == performance.end)) {
        match cue.kind {
            CueKind::On { pitch, .. } => {
                sounding.insert((cue.channel, pitch), ());
            }
            CueKind::Off { pitch } => {
                sounding.remove(&(cue.channel, pitch));
            }
        }
        cues.push(*cue);
    }
    cues.extend(sounding.into_keys().map(|(channel, pitch)| Cue { at: end, channel, kind: CueKind::Off { pitch } }));
    cues.sort_by_key(|cue| (cue.at, matches!(cue.kind, CueKind::On { .. })));
    Performance { cues, end, ..performance.clone() }
}

fn scale() -> Performance {
    piece(&[vec![(0, 240); 8], vec![(480, 960), (0, 480)]], Tempo::nearest(140.0), 240)
}

#[test]
fn playing_gives_the_samples_of_the_offline_rendering() {
    let performance = scale();
    let (mut player, mut stream) = Player::<Synth>::unplugged(44_100);
    player.play(&performance);
    let heard = wind_to_the_end(&mut player, &mut stream);
    let latency = Synth::LATENCY_FRAMES * 2;
    let wanted = offline(&performance, 44_100);
    let common = wanted.len().min(heard.len() - latency);
    assert!(common > 44_100 * 2, "a piece of more than a second");
    assert!(wanted[..common].iter().any(|sample| sample.abs() > 0.01), "it sounds");
    assert!(heard[latency..latency + common] == wanted[..common], "differs");
    assert!(wanted[common..].iter().chain(&heard[latency + common..]).all(|sample| sample.abs() < 1e-4), "the rest is silence");
}

#[test]
fn where_the_cues_do_not_come_in_time_the_music_waits_and_loses_none() {
    let performance = scale();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.begin(&cut(&performance, Tick(0), Tick(480)));
    wind(&mut player, &mut stream, 600);
    let position = player.position();
    assert_eq!((position.tick, position.is_starved, position.is_over), (Tick(480), true, false));
    assert!(player.health().waited_ms > 0);
    assert_nothing_hangs(&written());
    player.append(&cut(&performance, Tick(480), performance.end));
    wind(&mut player, &mut stream, 2);
    assert!(!player.position().is_starved);
    player.close();
    wind_to_the_end(&mut player, &mut stream);
    assert_eq!(strokes(&written()), strokes(&asked(&performance)));
}

#[test]
fn an_owner_that_comes_too_seldom_hears_everything_later() {
    let performance = scale();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&performance);
    while !player.position().is_over {
        stream.by_ref().take(RATE as usize * 2).for_each(drop);
        player.advance();
    }
    assert_eq!(strokes(&written()), strokes(&asked(&performance)));
    assert!(player.health().line().unwrap().contains("waited"));
}

#[test]
fn a_pause_keeps_its_place() {
    let performance = scale();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&performance);
    wind(&mut player, &mut stream, 200);
    player.pause(true);
    wind(&mut player, &mut stream, 1);
    let place = player.position();
    assert!(place.is_paused && place.tick > Tick(0));
    wind(&mut player, &mut stream, 1000);
    assert_eq!(player.position().tick, place.tick);
    assert_nothing_hangs(&written());
    player.pause(false);
    wind(&mut player, &mut stream, 50);
    assert!(player.position().tick > place.tick && !player.position().is_paused);
}

#[test]
fn after_a_change_of_tempo_each_cue_falls_where_that_tempo_puts_it() {
    let performance = scale();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&performance);
    // A thousand changes, each with its rounding, must not add up.
    for change in 0..1000 {
        wind(&mut player, &mut stream, 1);
        player.set_tempo(Tempo::nearest([71.0, 67.0][change % 2]));
    }
    wind_to_the_end(&mut player, &mut stream);
    // 1000 blocks at 71 and 67 by turns, the first at 140, the rest at 67, in quarters:
    let block = BLOCK_FRAMES as f64 / f64::from(RATE) / 60.0;
    let quarters = block * (140.0 + 500.0 * 71.0 + 499.0 * 67.0);
    let rest = performance.end.seconds(Tempo::nearest(60.0)) - quarters;
    let frames = 1000.0 * BLOCK_FRAMES as f64 + rest * 60.0 / 67.0 * f64::from(RATE);
    // The last stroke is known to the frame; each change may cost one.
    let last = performance.cues.last().unwrap().at;
    let wanted = frames - (performance.end - last).0 as f64 / 480.0 * 60.0 / 67.0 * f64::from(RATE);
    let heard = written().last().unwrap().0 as f64;
    assert!((0.0..=1001.0).contains(&(heard - wanted)), "{heard} against {wanted}");
    assert_eq!(strokes(&written()), strokes(&asked(&performance)));
}

#[test]
fn a_stop_silences_and_a_seek_goes_on() {
    let performance = scale();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&performance);
    wind(&mut player, &mut stream, 300);
    player.stop();
    wind(&mut player, &mut stream, 1);
    assert!(player.position().is_over);
    assert_eq!(written().last().unwrap().1, Told::Hush);
    let told = written().len();
    wind(&mut player, &mut stream, 1000);
    assert_eq!(written().len(), told, "nothing is played after a stop");
    player.seek(Tick(480));
    wind(&mut player, &mut stream, 1);
    assert!(!player.position().is_over && player.position().tick >= Tick(480));
    wind_to_the_end(&mut player, &mut stream);
}

#[test]
fn the_next_piece_replaces_the_one_that_plays_without_a_jump_in_the_wave() {
    let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
    let mut samples = Vec::new();
    for _ in 0..4 {
        player.play(&scale());
        samples.extend(wind(&mut player, &mut stream, 311));
    }
    player.stop();
    samples.extend(wind_to_the_end(&mut player, &mut stream));
    let left: Vec<f32> = samples.iter().step_by(2).copied().collect();
    let steps = |wave: &[f32]| wave.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    let undisturbed: Vec<f32> = offline(&scale(), RATE).iter().step_by(2).copied().collect();
    assert!(steps(&left) < steps(&undisturbed) * 1.5, "{} against {}", steps(&left), steps(&undisturbed));
}

#[test]
fn an_empty_piece_is_over_at_once() {
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&piece(&[], Tempo::nearest(120.0), 0));
    wind(&mut player, &mut stream, 2);
    assert!(player.position().is_over);
}

#[test]
fn the_silent_sink_keeps_time_by_the_clock() {
    let (mut player, notice) = Player::open(Output::Silent).unwrap();
    assert_eq!(notice, None);
    let sixteenth = piece(&[vec![(0, 30)]], Tempo::nearest(400.0), 0);
    let began = std::time::Instant::now();
    player.play(&sixteenth);
    while !player.position().is_over {
        player.advance();
        assert!(began.elapsed().as_secs() < 60, "never over: {:?}", player.position());
    }
    assert!(began.elapsed().as_secs_f64() >= sixteenth.end.seconds(sixteenth.tempo));
    assert_eq!(player.health().line(), None);
}

#[test]
fn a_velocity_reaches_the_voices_as_it_was_written() {
    let performance = scale();
    let struck = performance.cues.iter().find_map(|cue| match cue.kind {
        CueKind::On { velocity, pitch, .. } => Some((velocity, pitch)),
        CueKind::Off { .. } => None,
    });
    assert_eq!(struck, Some((Velocity::nearest(90.0), Pitch::new(60).unwrap())));
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&performance);
    wind(&mut player, &mut stream, 1);
    assert_eq!(written().first(), asked(&performance).first());
}
