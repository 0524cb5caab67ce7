//! What a piece should sound like.

use evalody::perform::Performance;
use evalody::synth::rendering;

/// All samples of a piece, rendered without a player.
pub fn offline(performance: &Performance, sample_rate_hz: u32) -> Vec<f32> {
    let mut rendering = rendering(performance, sample_rate_hz);
    let mut samples = Vec::new();
    while let Some(block) = rendering.next_block() {
        samples.extend_from_slice(block);
    }
    samples
}
