//! MIDI clock: a foreign one is followed through jitter, loss and other tempos, and ours does not drift. The clocks
//! are wound by hand.

use evalody::live::{ClockMessage, Player, Stream, Voices};
use evalody::music::{Tempo, Tick};
use evalody::perform::{Channel, ChannelSetup, CueKind, Performance, perform};
use evalody::score::Score;
use evalody::synth::SoundFont;

const RATE: u32 = 48_000;
/// How often the owner of a player comes by, in frames: every ten milliseconds and sometimes later.
const PASSES: [usize; 5] = [480, 500, 460, 960, 530];
/// A MIDI clock, a twenty-fourth of a quarter, is so many ticks.
const CLOCK: u32 = 20;

/// Silent voices, so that ten minutes pass quickly.
struct Mute;

impl Voices for Mute {
    const LATENCY_FRAMES: u64 = 0;

    fn new(_: u32, _: &[ChannelSetup], _: Option<&SoundFont>) -> Self {
        Self
    }

    fn strike(&mut self, _: Channel, _: CueKind) {}

    fn render(&mut self, stereo: &mut [f32]) {
        stereo.fill(0.0);
    }

    fn hush(&mut self) {}

    fn is_quiet(&self) -> bool {
        true
    }
}

/// A piece without notes, of so many bars.
fn bars(bars: u32, quarters_per_minute: u16) -> Performance {
    let tempo = Tempo::new(quarters_per_minute).unwrap();
    Performance { end: Tick::of_bar(bars), tempo, ..perform(&Score::silence("bars")) }
}

fn draw(stream: &mut Stream<Mute>, frames: usize) {
    stream.take(frames * 2).for_each(drop);
}

/// Moments of the clocks of tempos that follow each other, each for so many quarters, in seconds from the first.
fn clocks(tempos: impl IntoIterator<Item = (f64, u32)>) -> Vec<f64> {
    let mut now = 0.0;
    let mut moments = vec![0.0];
    for (quarters_per_minute, quarters) in tempos {
        let began = now;
        for clock in 1..=quarters * 24 {
            now = began + f64::from(clock) * 60.0 / 24.0 / quarters_per_minute;
            moments.push(now);
        }
    }
    moments
}

/// What befalls the clocks on their way.
enum Way {
    Straight,
    /// So many seconds early or late.
    Jitter(f64),
    /// Cut down to whole milliseconds.
    Milliseconds,
}

/// When each arrives: none twice, none before the one before it.
fn arrivals(moments: &[f64], way: &Way) -> Vec<f64> {
    by_chance(moments, way, 7)
}

fn by_chance(moments: &[f64], way: &Way, seed: u64) -> Vec<f64> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut last = 0.0_f64;
    let arrive = |&moment: &f64| {
        let at = match way {
            Way::Straight => moment,
            Way::Jitter(most) => moment + most * (chance.f64() * 2.0 - 1.0),
            Way::Milliseconds => ((moment + 0.000_4) * 1000.0).floor() / 1000.0,
        };
        last = last.max(at);
        last
    };
    moments.iter().map(arrive).collect()
}

/// Plays along with clocks that arrive at these moments after a start, and gives for each of the foreign ones by how
/// many clocks we are ahead of it.
fn followed(moments: &[f64], arrivals: &[f64], written: u16) -> Vec<f64> {
    let (mut player, mut stream) = Player::<Mute>::unplugged(RATE);
    player.follow_clock();
    player.play(&bars(8_000, written));
    // A while of its own before.
    draw(&mut stream, RATE as usize);
    player.advance();
    let begins = 1.05;
    player.hear_clock(ClockMessage::Start, begins);
    let mut arriving = arrivals.iter().map(|at| at + begins).peekable();
    let mut ahead = Vec::new();
    let mut frames = RATE as usize;
    let mut last = (begins, 0.0);
    for pass in PASSES.iter().cycle() {
        draw(&mut stream, *pass);
        frames += pass;
        let now = frames as f64 / f64::from(RATE);
        while let Some(at) = arriving.next_if(|&at| at <= now) {
            player.hear_clock(ClockMessage::Clock, at);
        }
        player.advance();
        let here = (now, f64::from(player.position().tick.0) / f64::from(CLOCK));
        while let Some(moment) = moments.get(ahead.len()).map(|at| at + begins).filter(|&at| at <= now) {
            let ours = last.1 + (here.1 - last.1) * (moment - last.0) / (here.0 - last.0);
            ahead.push(ours - ahead.len() as f64);
        }
        last = here;
        if ahead.len() == moments.len() {
            return ahead;
        }
    }
    unreachable!("passes go round and round")
}

fn largest(ahead: &[f64]) -> f64 {
    ahead.iter().fold(0.0, |largest: f64, ahead| largest.max(ahead.abs()))
}

/// Clocks in which who starts at a written tempo that is another has the tempo and the place: two quarters.
const LOCKED_IN: usize = 48;
/// Clocks in which a tempo that steps is followed to within a clock: one quarter.
const FOLLOWS_IN: usize = 24;

#[test]
fn a_clock_is_followed_within_a_clock_for_ten_minutes_through_jitter() {
    for (quarters_per_minute, quarters) in [(120.0, 1_200), (97.3, 973)] {
        for (way, bound) in [(Way::Straight, 0.2), (Way::Jitter(0.003), 1.0), (Way::Milliseconds, 1.0)] {
            let moments = clocks([(quarters_per_minute, quarters)]);
            let ahead = followed(&moments, &arrivals(&moments, &way), 110);
            let (most, end) = (largest(&ahead[LOCKED_IN..]), ahead.last().unwrap().abs());
            assert!(most < bound && end < bound / 2.0, "{quarters_per_minute}: {most} clocks at most, {end} at the end");
        }
    }
}

#[test]
fn a_tempo_that_steps_is_followed_within_a_quarter() {
    let (first, second) = (64 * 24, 128 * 24);
    let moments = clocks([(120.0, 64), (140.0, 64), (90.0, 64)]);
    let jittered = (0..12).map(|seed| (Way::Jitter(0.003), seed));
    for (way, seed) in jittered.chain([(Way::Straight, 0), (Way::Milliseconds, 0)]) {
        let ahead = followed(&moments, &by_chance(&moments, &way, seed), 120);
        for settled in [LOCKED_IN..first, first + FOLLOWS_IN..second, second + FOLLOWS_IN..moments.len()] {
            let most = largest(&ahead[settled.clone()]);
            assert!(most < 1.0, "{most} at {settled:?}");
        }
        // Not even on the way is it far off.
        assert!(largest(&ahead[LOCKED_IN..]) < 4.0);
    }
}

#[test]
fn a_ritardando_is_followed_all_the_way() {
    let ritardando = (0..128).map(|quarter| (120.0 - 60.0 * f64::from(quarter) / 128.0, 1));
    let moments = clocks([(120.0, 32)].into_iter().chain(ritardando).chain([(60.0, 32)]));
    for way in [Way::Straight, Way::Jitter(0.003), Way::Milliseconds] {
        let ahead = followed(&moments, &arrivals(&moments, &way), 120);
        let most = largest(&ahead[LOCKED_IN..]);
        assert!(most < 1.0, "{most}");
    }
}

#[test]
fn clocks_that_are_lost_or_come_twice_are_counted_as_what_they_are() {
    let moments = clocks([(120.0, 240)]);
    for way in [Way::Straight, Way::Jitter(0.003)] {
        let mut arriving = arrivals(&moments, &way);
        for lost in [4_000, 3_001, 2_000, 500] {
            arriving.remove(lost);
        }
        for twice in [5_000, 3_500, 1_000] {
            arriving.insert(twice, arriving[twice - 1] + 0.000_4);
        }
        let ahead = followed(&moments, &arriving, 120);
        let (most, end) = (largest(&ahead[LOCKED_IN..]), ahead.last().unwrap().abs());
        assert!(most < 1.0 && end < 0.2, "{most} clocks at most, {end} at the end");
    }
}

/// A player that has followed a clock at 120 from its start for so many clocks, and when that was.
fn following(clocks: u32) -> (Player<Mute>, Stream<Mute>, f64) {
    let (mut player, mut stream) = Player::<Mute>::unplugged(RATE);
    player.follow_clock();
    player.play(&bars(200, 120));
    player.hear_clock(ClockMessage::Start, 0.0);
    for _ in 0..clocks {
        player.hear_clock(ClockMessage::Clock, now(&player));
        // A clock at 120 lasts 1000 frames.
        for _ in 0..2 {
            draw(&mut stream, 500);
            player.advance();
        }
    }
    let now = now(&player);
    (player, stream, now)
}

fn now(player: &Player<Mute>) -> f64 {
    player.clock_s(std::time::Instant::now())
}

#[test]
fn the_clock_starts_stops_and_places_the_music() {
    let (mut player, mut stream, at) = following(240);
    assert!(player.position().tick.0.abs_diff(240 * CLOCK) < CLOCK);
    player.hear_clock(ClockMessage::Stop, at);
    assert!(player.position().is_paused);
    let halted = player.position().tick;
    draw(&mut stream, 10_000);
    player.advance();
    assert_eq!(player.position().tick, halted);

    // Bar 9, of 16 sixteenths each.
    player.hear_clock(ClockMessage::SongPosition(128), now(&player));
    draw(&mut stream, 100);
    player.advance();
    assert_eq!((player.position().tick, player.position().is_paused), (Tick::of_bar(8), true));
    player.hear_clock(ClockMessage::Continue, now(&player));
    // It goes on with the clock, not before.
    draw(&mut stream, 1000);
    assert!(player.position().is_paused);
    player.hear_clock(ClockMessage::Clock, now(&player));
    assert!(!player.position().is_paused);
    draw(&mut stream, 1000);
    player.advance();
    assert!(player.position().tick.0.abs_diff(Tick::of_bar(8).0 + CLOCK) <= CLOCK / 2);

    player.hear_clock(ClockMessage::Start, now(&player));
    player.hear_clock(ClockMessage::Clock, now(&player));
    draw(&mut stream, 1000);
    player.advance();
    assert!(player.position().tick < Tick(CLOCK * 2));
}

#[test]
fn while_a_clock_leads_it_has_the_tempo_and_where_it_falls_silent_the_music_goes_on() {
    let (mut player, mut stream, _) = following(240);
    assert!(player.position().is_led);
    assert_eq!(player.position().tempo, Tempo::nearest(120.0));
    player.set_tempo(Tempo::nearest(160.0));
    assert_eq!(player.position().tempo, Tempo::nearest(120.0));
    assert_eq!(player.health().line(), None);
    let before = player.position().tick;
    for _ in 0..100 {
        draw(&mut stream, 480);
        player.advance();
    }
    assert!(player.health().line().unwrap().contains("silent"), "{:?}", player.health().line());
    // A second at 120 is two quarters.
    assert!((player.position().tick.0 - before.0).abs_diff(960) < CLOCK);
    player.hear_clock(ClockMessage::Clock, now(&player));
    player.advance();
    assert_eq!(player.health().line(), None);
}

#[test]
fn turns_and_jumps_of_our_own_leave_the_beat_where_it_is() {
    let (mut player, mut stream, _) = following(240);
    // Round and round a bar and a quarter, then somewhere else by hand.
    player.set_loop(Some(Tick(0)..Tick(2_400)));
    for clock in 0..2_000u32 {
        if clock == 1_003 {
            player.set_loop(None);
            player.seek(Tick(480 * 100));
        }
        player.hear_clock(ClockMessage::Clock, now(&player));
        for _ in 0..2 {
            draw(&mut stream, 500);
            player.advance();
        }
        // Both were at a quarter together when it began: after the clock has lasted, one more has passed.
        let foreign = (clock + 1) % 24;
        let ours = player.position().tick.0 % 480 / CLOCK;
        let apart = (ours + 24 - foreign) % 24;
        let has_settled = !(1_000..1_100).contains(&clock);
        assert!(!has_settled || [0, 1, 23].contains(&apart), "{apart} clocks apart at {clock}");
    }
}

/// What came before anybody listened counts: the music goes to where the clock is by now.
#[test]
fn who_comes_late_to_a_start_goes_after_it() {
    let (mut player, mut stream) = Player::<Mute>::unplugged(RATE);
    player.follow_clock();
    player.play(&bars(200, 120));
    draw(&mut stream, 100 * 1000);
    for clock in 0..100u32 {
        if clock == 0 {
            player.hear_clock(ClockMessage::Start, 0.0);
        }
        player.hear_clock(ClockMessage::Clock, f64::from(clock) / 48.0);
    }
    for clock in 100..300u32 {
        player.hear_clock(ClockMessage::Clock, f64::from(clock) / 48.0);
        draw(&mut stream, 1000);
        player.advance();
    }
    assert!(player.position().tick.0.abs_diff(300 * CLOCK) < CLOCK, "{}", player.position().tick);
}
