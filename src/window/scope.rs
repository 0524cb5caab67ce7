//! What is heard, as a wave or as a spectrum.

use nannou::prelude::egui::{Rect, Sense, Stroke, Ui, pos2, vec2};

use super::theme::Theme;
use super::view::{View, panel};
use crate::live::Voices;
use crate::trace::Family;
use crate::workbench::Workbench;

/// Samples of a wave: 21 ms at 48 kHz, two turns of a low A.
const WAVE: usize = 1024;
/// Samples of a spectrum (a power of two): 12 Hz apart at 48 kHz.
const SPECTRUM: usize = 4096;
/// Bars of the spectrum, and where they begin and end.
const BARS: usize = 36;
const LOWEST_HZ: f32 = 40.0;
const HIGHEST_HZ: f32 = 12_000.0;
/// Range of the spectrum in decibels.
const RANGE_DB: f32 = 70.0;

pub fn draw<V: Voices>(ui: &mut Ui, rect: Rect, bench: &Workbench<V>, view: &mut View) {
    let theme = view.theme;
    let inside = panel(ui, rect, &theme, if view.shows_spectrum { "spectrum" } else { "wave" });
    if ui.interact(rect, ui.id().with("scope"), Sense::click()).on_hover_text("Wave or spectrum").clicked() {
        view.shows_spectrum = !view.shows_spectrum;
    }
    if view.shows_spectrum { spectrum(ui, inside, bench, &theme) } else { wave(ui, inside, bench, &theme) }
}

fn wave<V: Voices>(ui: &Ui, inside: Rect, bench: &Workbench<V>, theme: &Theme) {
    let mut samples = [0.0; WAVE * 2];
    bench.player().scope(&mut samples);
    // It stands still where it begins with a rise through nothing.
    let start = (1..WAVE).find(|&at| samples[at - 1] < 0.0 && samples[at] >= 0.0).unwrap_or(0);
    let middle = inside.center().y;
    let points = samples[start..start + WAVE]
        .iter()
        .enumerate()
        .step_by(4)
        .map(|(at, sample)| {
            let x = inside.left() + inside.width() * at as f32 / WAVE as f32;
            pos2(x, middle - sample.clamp(-1.0, 1.0) * inside.height() * 0.48)
        })
        .collect();
    ui.painter().hline(inside.x_range(), middle, Stroke::new(1.0, theme.rule));
    ui.painter().line(points, Stroke::new(1.5, theme.family(Family::Load)));
}

fn spectrum<V: Voices>(ui: &Ui, inside: Rect, bench: &Workbench<V>, theme: &Theme) {
    let mut samples = vec![0.0; SPECTRUM];
    bench.player().scope(&mut samples);
    let rate_hz = bench.player().sample_rate_hz() as f32;
    let width = inside.width() / BARS as f32;
    for bar in 0..BARS {
        let hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(bar as f32 / (BARS - 1) as f32);
        let level_db = 20.0 * strength(&samples, hz / rate_hz).max(1.0e-6).log10();
        let share = (1.0 + level_db / RANGE_DB).clamp(0.0, 1.0);
        let left = inside.left() + bar as f32 * width;
        let place = Rect::from_min_max(
            pos2(left + 1.0, inside.bottom() - inside.height() * share - 1.0),
            pos2(left + width - 1.0, inside.bottom()),
        );
        ui.painter().rect_filled(place, 1.0, theme.veil(theme.family(Family::Load), 0.35 + 0.65 * share));
    }
    ui.painter().hline(inside.x_range(), inside.bottom() + vec2(0.0, 0.5).y, Stroke::new(1.0, theme.rule));
}

/// How strong one frequency is, 1 for a full sine: Goertzel's way (1958), under a Hann window. A few bars cost
/// less so than a whole transform.
fn strength(samples: &[f32], cycles_per_sample: f32) -> f32 {
    let turn = std::f32::consts::TAU * cycles_per_sample;
    let factor = 2.0 * turn.cos();
    let (mut before, mut last) = (0.0_f32, 0.0_f32);
    let count = samples.len() as f32;
    for (at, sample) in samples.iter().enumerate() {
        let window = 0.5 - 0.5 * (std::f32::consts::TAU * at as f32 / count).cos();
        let next = sample * window + factor * last - before;
        (before, last) = (last, next);
    }
    let power = (last * last + before * before - factor * last * before).max(0.0);
    power.sqrt() * 4.0 / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_is_as_strong_as_it_is_and_alone() {
        let cycles = 1000.0 / 48_000.0;
        let samples: Vec<f32> = (0..SPECTRUM).map(|at| 0.5 * (std::f32::consts::TAU * cycles * at as f32).sin()).collect();
        assert!((strength(&samples, cycles) - 0.5).abs() < 0.02, "{}", strength(&samples, cycles));
        assert!(strength(&samples, cycles * 1.5) < 0.001);
    }
}
