//! Sounds made of decaying sines: bars, tines, plucked strings. No aliasing is possible (each sine is
//! below the Nyquist frequency or is left out), and the pitch is exact in every register.
//!
//! A decaying sine obeys y\[n+S\] = 2 r^S cos(S w) y\[n\] - r^2S y\[n-S\] for any stride S. Stepping by
//! [`STRIDE`] instead of by one makes the samples between two steps independent of each other, which is
//! what a vector unit wants: two multiplications, a subtraction and an addition for each sample.

use super::FRAMES;

const STRIDE: usize = 16;

/// Most sines in one voice. More would colour the attack of low strings only, and cost everywhere.
pub const MOST_PARTIALS: usize = 20;

/// Where |sin(S w)| is smaller than this, the recurrence loses its precision (the two poles meet). A
/// partial that falls there is moved: by 2 cents at most, at 1500 Hz and a rate of 48000.
const LEAST_SINE: f64 = 0.004;

/// Amplitude at which a sine is left out, against that of a whole voice; a voice is some 4 dB under full
/// scale at most once mastered, so this is -84 dB. More can be heard to stop on a bare last note.
const INAUDIBLE: f64 = 1.0e-4;

/// One sine at its start.
#[derive(Debug, Clone, Copy, Default)]
pub struct Partial {
    pub hertz: f64,
    pub amplitude: f64,
    /// Seconds in which it falls by 60 dB.
    pub fall_s: f64,
}

/// A voice's sines, the longest-lived first.
#[derive(Debug, Clone)]
pub struct Modal {
    now: [[f32; STRIDE]; MOST_PARTIALS],
    next: [[f32; STRIDE]; MOST_PARTIALS],
    turn: [f32; MOST_PARTIALS],
    fade: [f32; MOST_PARTIALS],
    /// The block after which each partial can no longer be heard.
    blocks_left: [u32; MOST_PARTIALS],
    live: usize,
    block: u32,
}

impl Modal {
    /// Sines which all start upwards from zero on sample `offset` of the block that is rendered next.
    pub fn new(partials: &mut [Partial], sample_rate_hz: f64, offset: usize) -> Self {
        let mut modal = Self {
            now: [[0.0; STRIDE]; MOST_PARTIALS],
            next: [[0.0; STRIDE]; MOST_PARTIALS],
            turn: [0.0; MOST_PARTIALS],
            fade: [0.0; MOST_PARTIALS],
            blocks_left: [0; MOST_PARTIALS],
            live: 0,
            block: 0,
        };
        // Unstable is fine: equal lifetimes may come in any order, and the order is a function of the
        // values alone.
        partials.sort_unstable_by(|a, b| lifetime_s(b).total_cmp(&lifetime_s(a)));
        for partial in partials.iter().take(MOST_PARTIALS) {
            let lifetime_s = lifetime_s(partial);
            if lifetime_s > 0.0 && partial.hertz < sample_rate_hz * 0.45 {
                modal.add(partial, lifetime_s, sample_rate_hz, offset);
            }
        }
        modal
    }

    fn add(&mut self, partial: &Partial, lifetime_s: f64, sample_rate_hz: f64, offset: usize) {
        let stride = STRIDE as f64;
        let mut angle = core::f64::consts::TAU * partial.hertz / sample_rate_hz;
        let strode = angle * stride;
        let nearest = libm::round(strode / core::f64::consts::PI) * core::f64::consts::PI;
        let distance = strode - nearest;
        if distance.abs() < LEAST_SINE {
            angle = (nearest + if distance < 0.0 { -LEAST_SINE } else { LEAST_SINE }) / stride;
        }
        // ln(1000) = 6.9078: 60 dB.
        let decay = libm::exp(-6.907_755_278_982_137 / (partial.fall_s * sample_rate_hz));
        let (sine, cosine) = libm::sincos(angle);
        let (turn_re, turn_im) = (decay * cosine, decay * sine);
        // Before `offset` the sine is there too, but the envelope is shut.
        let back = offset as f64;
        let start = partial.amplitude * libm::exp(6.907_755_278_982_137 * back / (partial.fall_s * sample_rate_hz)).min(4.0);
        let (back_sine, back_cosine) = libm::sincos(-angle * back);
        let (mut re, mut im) = (start * back_cosine, start * back_sine);
        let slot = self.live;
        for sample in self.now[slot].iter_mut().chain(self.next[slot].iter_mut()) {
            *sample = im as f32;
            (re, im) = (re * turn_re - im * turn_im, re * turn_im + im * turn_re);
        }
        let strode = libm::pow(decay, stride);
        self.turn[slot] = (2.0 * strode * libm::cos(angle * stride)) as f32;
        self.fade[slot] = (strode * strode) as f32;
        self.blocks_left[slot] = (lifetime_s * sample_rate_hz / FRAMES as f64) as u32 + 2;
        self.live += 1;
    }

    /// Adds the next block to `out`.
    pub fn render(&mut self, out: &mut [f32; FRAMES]) {
        self.block += 1;
        while self.live > 0 && self.blocks_left[self.live - 1] < self.block {
            self.live -= 1;
        }
        for slot in 0..self.live {
            let (turn, fade) = (self.turn[slot], self.fade[slot]);
            let (mut now, mut next) = (self.now[slot], self.next[slot]);
            for chunk in out.chunks_exact_mut(STRIDE) {
                for lane in 0..STRIDE {
                    chunk[lane] += now[lane];
                    let later = turn * next[lane] - fade * now[lane];
                    now[lane] = next[lane];
                    next[lane] = later;
                }
            }
            (self.now[slot], self.next[slot]) = (now, next);
        }
    }

    pub fn is_over(&self) -> bool {
        self.live == 0
    }
}

/// Seconds until a partial is inaudible; none if it is so from the start.
fn lifetime_s(partial: &Partial) -> f64 {
    let loudness = partial.amplitude.abs();
    if loudness <= INAUDIBLE { 0.0 } else { partial.fall_s * libm::log10(loudness / INAUDIBLE) / 3.0 }
}

/// What is left of a partial: lets them go out softly between 11 and 17 kHz (or where the rate ends), so that a scale which
/// runs up loses its shimmer by and by instead of at one note.
pub fn top_taper(hertz: f64, sample_rate_hz: f64) -> f64 {
    let top = (sample_rate_hz * 0.44).min(17_000.0);
    let knee = top * 0.65;
    ((top - hertz) / (top - knee)).clamp(0.0, 1.0)
}
