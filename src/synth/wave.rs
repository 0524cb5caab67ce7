//! Sounds that are held: a cycle of the wave in a table, read at the pitch. Tables hold only harmonics
//! which stay below the Nyquist frequency at the notes that use them, so nothing aliases.
//!
//! Each table holds its cycle twice, dark and bright; a voice mixes the two as it is blown or bowed
//! harder, which costs one multiplication and needs no filter.

use super::FRAMES;
use super::noise::Noise;

/// 1024 points: the highest of 64 harmonics still has 16 to its period, and errs by -70 dB of the tone.
const TABLE_BITS: u32 = 10;
const TABLE: usize = 1 << TABLE_BITS;
/// What is left of a phase below the table's index.
const FRACTION_BITS: u32 = 32 - TABLE_BITS;

/// Harmonics in each of the tables of one wave, half an octave apart. 64 reach 3.5 kHz on the lowest
/// note of a cello; more is heard as buzz.
const HARMONICS: [usize; 13] = [64, 45, 32, 23, 16, 11, 8, 6, 5, 4, 3, 2, 1];

/// Length of the breath noise, samples: 0.7 s, too long to be heard to repeat under a tone.
const BREATH: usize = 1 << 15;

/// What a held instrument's cycle is made of: amplitudes of harmonics from the first, dark and bright.
#[derive(Debug, Clone, Copy)]
pub struct Spectrum {
    pub dark: fn(usize) -> f64,
    pub bright: fn(usize) -> f64,
}

/// The tables of one instrument.
#[derive(Debug)]
pub struct Tables {
    /// For each of [`HARMONICS`] a cycle.
    cycles: Vec<[Row; TABLE]>,
}

/// A sample of the dark cycle, the way to the next; what the bright one adds, and the way to the next of that.
type Row = [f32; 4];

impl Tables {
    pub fn new(spectrum: &Spectrum) -> Self {
        let sines: Vec<f64> = (0..TABLE).map(|i| libm::sin(core::f64::consts::TAU * i as f64 / TABLE as f64)).collect();
        let cycles = HARMONICS
            .iter()
            .map(|&count| {
                let dark = wave(spectrum.dark, count, &sines);
                let mut more = wave(spectrum.bright, count, &sines);
                more.iter_mut().zip(&dark).for_each(|(bright, dark)| *bright -= dark);
                core::array::from_fn(|i| {
                    let next = (i + 1) % TABLE;
                    [dark[i], dark[next] - dark[i], more[i], more[next] - more[i]].map(|value| value as f32)
                })
            })
            .collect();
        Self { cycles }
    }

    fn cycle(&self, hertz: f64, sample_rate_hz: f64) -> usize {
        let top = (sample_rate_hz * 0.44).min(17_000.0);
        HARMONICS.iter().position(|&count| count as f64 * hertz < top).unwrap_or(HARMONICS.len() - 1)
    }
}

/// A cycle of `count` harmonics, at full count as loud as a sine: brightness must not be a volume control.
fn wave(amplitude: fn(usize) -> f64, count: usize, sines: &[f64]) -> Vec<f64> {
    let full: f64 = (1..=HARMONICS[0]).map(|n| amplitude(n) * amplitude(n)).sum();
    // Of a sound without a tone nothing is made louder.
    let scale = 1.0 / libm::sqrt(full.max(1.0e-12));
    let mut wave = vec![0.0; TABLE];
    for harmonic in 1..=count {
        let strength = amplitude(harmonic) * scale;
        // Quarter turns that grow with the square keep the peaks of a rich wave low.
        let turn = harmonic * harmonic * TABLE / 7;
        for (i, sample) in wave.iter_mut().enumerate() {
            *sample += strength * sines[(i * harmonic + turn) % TABLE];
        }
    }
    wave
}

/// Noise as of breath: white, with the lows and the highest highs taken off.
pub fn breath() -> Vec<f32> {
    let mut noise = Noise::new(0x0b5e_55ed);
    let (mut low, mut high) = (0.0f32, 0.0f32);
    (0..BREATH)
        .map(|_| {
            high += 0.45 * (noise.signed() - high);
            low += 0.12 * (high - low);
            high - low
        })
        .collect()
}

/// Samples after which a voice begins the breath again: where a block may begin.
const ROUND: usize = BREATH - FRAMES;

/// Noise as of a cymbal: many sines at no harmonic distances. Each fits into a round a whole number of
/// times, so that there is no seam.
pub fn metal() -> Vec<f32> {
    /// Sines: fewer can be heard one by one, more take time to make.
    const SINES: u32 = 96;
    /// At 48 kHz 1.5 kHz and 13.5 kHz, in periods a round.
    const LOWEST: f64 = 1024.0;
    const HIGHEST: f64 = 9216.0;
    let mut chance = Noise::new(0x00c7_ba15);
    let mut metal = vec![0.0f64; BREATH];
    for number in 0..SINES {
        let place = (f64::from(number) + 0.5 + 0.5 * f64::from(chance.signed())) / f64::from(SINES);
        let turns = libm::floor(LOWEST * libm::pow(HIGHEST / LOWEST, place));
        let step = core::f64::consts::TAU * turns / ROUND as f64;
        let start = core::f64::consts::PI * f64::from(chance.signed());
        for (i, sample) in metal.iter_mut().enumerate() {
            *sample += libm::sin(start + step * i as f64);
        }
    }
    // As strong as breath is.
    let scale = 0.35 / libm::sqrt(f64::from(SINES) / 2.0);
    metal.into_iter().map(|sample| (sample * scale) as f32).collect()
}

/// Which noise a held voice has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Air {
    Breath,
    Metal,
}

/// Noises of held voices; metal only where one is made of it.
#[derive(Debug)]
pub struct Airs {
    pub breath: Vec<f32>,
    pub metal: Vec<f32>,
}

/// A tone that does not move.
pub const STEADY: Motion = Motion {
    vibrato_cents: 0.0,
    vibrato_hz: 5.0,
    vibrato_after_s: 1.0,
    apart_cents: 0.0,
    air: Air::Breath,
    breath: 0.0,
    breath_at_start: 1.0,
    bright_at_start: 1.0,
    bright_after_s: 0.1,
    bend_cents: 0.0,
    bend_s: 0.01,
};

/// How a held voice moves.
#[derive(Debug, Clone, Copy)]
pub struct Motion {
    /// Depth of the vibrato, in cents to either side, and its rate.
    pub vibrato_cents: f64,
    pub vibrato_hz: f64,
    /// Seconds until the vibrato is fully there.
    pub vibrato_after_s: f64,
    /// Cents between the two oscillators; 0 means one oscillator.
    pub apart_cents: f64,
    pub air: Air,
    /// That noise against the tone.
    pub breath: f32,
    /// What it is at the start, against that.
    pub breath_at_start: f32,
    /// Brightness at the start, against that of the held tone.
    pub bright_at_start: f32,
    /// Seconds for most of the way from the one to the other, of brightness and of breath.
    pub bright_after_s: f64,
    /// How far off the pitch a note begins, and the seconds in which a third of that is left.
    pub bend_cents: f64,
    pub bend_s: f64,
}

/// A cent is the 1200th root of two: ln(2) / 1200 for small bends.
const NEPERS_PER_CENT: f64 = 0.000_577_622_65;

/// One held voice.
#[derive(Debug, Clone)]
pub struct Wave {
    instrument: usize,
    cycle: usize,
    phase: [u32; 2],
    step: [f64; 2],
    is_twin: bool,
    vibrato: f64,
    vibrato_step: f64,
    vibrato_depth: f64,
    vibrato_full: f64,
    vibrato_rise: f64,
    bend: f64,
    bend_keep: f64,
    air: Air,
    breath: f32,
    breath_goal: f32,
    breath_at: usize,
    bright: f32,
    bright_goal: f32,
    bright_pull: f32,
}

impl Wave {
    /// `bright` from 0 (dark) to 1; `chance` decides where in the cycle the oscillators start.
    pub fn new(
        instrument: usize,
        tables: &Tables,
        hertz: f64,
        motion: &Motion,
        bright: f32,
        sample_rate_hz: f64,
        chance: &mut Noise,
    ) -> Self {
        let step = |cents: f64| hertz * libm::exp2(cents / 1200.0) / sample_rate_hz * 4_294_967_296.0;
        let blocks_per_second = sample_rate_hz / FRAMES as f64;
        let start = chance.whole();
        // Within an eighth of a turn: two players who began against each other would begin with silence.
        let other = start.wrapping_add(chance.whole() >> 3);
        Self {
            instrument,
            cycle: tables.cycle(hertz * 1.03 * libm::exp2(motion.bend_cents.max(0.0) / 1200.0), sample_rate_hz),
            phase: [start, other],
            step: [step(-motion.apart_cents / 2.0), step(motion.apart_cents / 2.0)],
            is_twin: motion.apart_cents > 0.0,
            vibrato: f64::from(chance.signed()),
            vibrato_step: 2.0 * motion.vibrato_hz / blocks_per_second,
            vibrato_depth: 0.0,
            vibrato_full: motion.vibrato_cents * NEPERS_PER_CENT,
            vibrato_rise: 1.0 / (motion.vibrato_after_s * blocks_per_second).max(1.0),
            bend: motion.bend_cents * NEPERS_PER_CENT,
            bend_keep: libm::exp(-1.0 / (motion.bend_s * blocks_per_second).max(1.0)),
            air: motion.air,
            breath: motion.breath * motion.breath_at_start,
            breath_goal: motion.breath,
            breath_at: chance.whole() as usize % ROUND,
            bright: bright * motion.bright_at_start,
            bright_goal: bright,
            bright_pull: (1.0 - libm::exp(-2.0 / (motion.bright_after_s * blocks_per_second).max(1.0))) as f32,
        }
    }

    pub fn is_twin(&self) -> bool {
        self.is_twin
    }

    /// Writes the next block; `twin` only where [`Wave::is_twin`].
    pub fn render(&mut self, tables: &[Option<Tables>], airs: &Airs, out: &mut [f32; FRAMES], twin: &mut [f32; FRAMES]) {
        let Some(tables) = tables[self.instrument].as_ref() else { return };
        self.vibrato += self.vibrato_step;
        if self.vibrato >= 1.0 {
            self.vibrato -= 2.0;
        }
        self.vibrato_depth = (self.vibrato_depth + self.vibrato_full * self.vibrato_rise).min(self.vibrato_full);
        // A parabola each half turn: near enough to a sine for a finger or a breath.
        let sway = self.vibrato_depth * 4.0 * self.vibrato * (1.0 - self.vibrato.abs());
        let bend = 1.0 + self.bend;
        self.bend *= self.bend_keep;
        let bright = self.bright;
        self.bright += (self.bright_goal - self.bright) * self.bright_pull;
        let bright_step = (self.bright - bright) / FRAMES as f32;
        let cycle = &tables.cycles[self.cycle];
        read(cycle, &mut self.phase[0], (self.step[0] * (bend + sway)) as u32, bright, bright_step, out);
        if self.is_twin {
            // The two never bend alike, or they would be one player.
            read(cycle, &mut self.phase[1], (self.step[1] * (bend - sway)) as u32, bright, bright_step, twin);
        }
        if self.breath > 0.0 {
            let breath = match self.air {
                Air::Breath => &airs.breath,
                Air::Metal => &airs.metal,
            };
            for (sample, noise) in out.iter_mut().zip(&breath[self.breath_at..self.breath_at + FRAMES]) {
                *sample += noise * self.breath;
            }
            self.breath_at = (self.breath_at + FRAMES) % ROUND;
            self.breath += (self.breath_goal - self.breath) * self.bright_pull;
        }
    }
}

/// Four samples at a time, so that the arithmetic on them can go abreast; only the rows are fetched singly.
fn read(cycle: &[Row; TABLE], phase: &mut u32, step: u32, bright: f32, bright_step: f32, out: &mut [f32; FRAMES]) {
    const UNIT: f32 = 1.0 / (1u32 << FRACTION_BITS) as f32;
    let mut at: [u32; 4] = core::array::from_fn(|lane| phase.wrapping_add(step.wrapping_mul(lane as u32)));
    let mut mix: [f32; 4] = core::array::from_fn(|lane| bright + bright_step * lane as f32);
    for four in out.chunks_exact_mut(4) {
        let rows = at.map(|at| cycle[(at >> FRACTION_BITS) as usize]);
        // Below 2^22, so that the signed conversion, which is one instruction, is right.
        let between = at.map(|at| (at & ((1 << FRACTION_BITS) - 1)) as i32 as f32 * UNIT);
        let column = |number: usize| -> [f32; 4] { core::array::from_fn(|lane| rows[lane][number]) };
        let (dark, dark_rise, bright, bright_rise) = (column(0), column(1), column(2), column(3));
        for lane in 0..4 {
            four[lane] = dark[lane] + between[lane] * dark_rise[lane] + mix[lane] * (bright[lane] + between[lane] * bright_rise[lane]);
            mix[lane] += 4.0 * bright_step;
            at[lane] = at[lane].wrapping_add(step.wrapping_mul(4));
        }
    }
    *phase = at[0];
}
