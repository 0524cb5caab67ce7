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
    let mut chance = fastrand::Rng::with_seed(7);
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

/// Clocks until the music is within a clock of a foreign one and stays there.
fn settled_after(ahead: &[f64]) -> usize {
    ahead.iter().rposition(|ahead| ahead.abs() >= 1.0).map_or(0, |last| last + 1)
}

/// Clocks in which who starts at a written tempo that is another has the tempo and the place.
const LOCKED_IN: usize = 48;

#[test]
fn a_clock_is_followed_within_a_clock_for_ten_minutes_through_jitter() {
    for (quarters_per_minute, quarters) in [(120.0, 1_200), (97.3, 973)] {
        for (way, bound) in [(Way::Straight, 0.2), (Way::Jitter(0.003), 1.0), (Way::Milliseconds, 1.0)] {
            let moments = clocks([(quarters_per_minute, quarters)]);
            let ahead = followed(&moments, &arrivals(&moments, &way), 110);
            println!("{quarters_per_minute} {} {} {}", settled_after(&ahead), largest(&ahead[LOCKED_IN..]), ahead.last().unwrap());
            assert!(largest(&ahead[LOCKED_IN..]) < bound, "{quarters_per_minute}");
        }
    }
}

#[test]
fn a_tempo_that_changes_is_followed() {
    let steps = [(120.0, 64), (140.0, 64), (90.0, 64)];
    let ritardando = (0..128).map(|quarter| (120.0 - 60.0 * f64::from(quarter) / 128.0, 1));
    let held = [(120.0, 32)].into_iter().chain(ritardando).chain([(60.0, 32)]);
    for (tempos, changes) in [(steps.to_vec(), vec![64 * 24, 128 * 24]), (held.collect(), vec![])] {
        for way in [Way::Straight, Way::Jitter(0.003), Way::Milliseconds] {
            let moments = clocks(tempos.clone());
            let ahead = followed(&moments, &arrivals(&moments, &way), 120);
            let mut from = LOCKED_IN;
            for &change in &changes {
                println!("{} then {}", largest(&ahead[from..change]), largest(&ahead[change..]));
                from = change;
            }
            println!("{}", largest(&ahead[LOCKED_IN..]));
        }
    }
}
