//! A short score played while its lines are written: what `styles` and `explain` have in common.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::error::Failure;
use super::record;
use super::sound_font::Sound;
use crate::live::{Output, Player, Position};
use crate::perform::perform;
use crate::score::Score;
use crate::synth::SoundFont;

/// Time between two looks at the player: shorter than a note of the examples.
const BEAT: Duration = Duration::from_millis(16);

/// Plays a score to its end, or until Ctrl-C, telling where it is; `false` where there is no sound, which is said unless
/// all is to be quiet.
pub fn play(
    score: &Score,
    sound: &Sound,
    font: Option<SoundFont>,
    is_quiet: bool,
    mut told: impl FnMut(Position) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let (mut player, notice) = Player::open(Output::Default).map_err(|error| Failure::Sound(error.to_string()))?;
    if let Some(notice) = notice {
        if !is_quiet {
            eprintln!("evalody: {notice}");
        }
        return Ok(false);
    }
    sound.check_rate(player.sample_rate_hz())?;
    player.set_font(font);
    let interrupted = record::interruption();
    player.begin(&perform(score));
    player.close();
    loop {
        player.advance();
        let position = player.position();
        told(position)?;
        if position.is_over || interrupted.load(Ordering::Relaxed) {
            player.stop();
            return Ok(true);
        }
        std::thread::sleep(BEAT);
    }
}
