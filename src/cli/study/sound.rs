//! What is heard of a question, or seen of it where nothing is heard. Played beside, a piece after the other, until
//! somebody answers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::super::error::Failure;
use super::super::sound_font::Sound;
use crate::live::{Output, Player};
use crate::perform::Performance;
use crate::synth::SoundFont;

/// Time between two looks at a player that plays, and at one that does not: the stream is supplied at each.
const BEAT: Duration = Duration::from_millis(16);
const IDLE: Duration = Duration::from_millis(100);

pub struct Ears {
    /// Opened when there is something to play; `None` where nothing is to sound, or can.
    player: Option<Player>,
    waits_for: Option<(Sound, Option<SoundFont>)>,
    has_captions: bool,
    is_quiet: bool,
    queue: VecDeque<Arc<Performance>>,
    plays: bool,
}

impl Ears {
    /// With instruments to play by, or without.
    pub fn new(sound: Option<(&Sound, Option<SoundFont>)>, has_captions: bool, is_quiet: bool) -> Self {
        let waits_for = sound.map(|(sound, font)| (sound.clone(), font));
        Self { player: None, waits_for, has_captions, is_quiet, queue: VecDeque::new(), plays: false }
    }

    /// Whether music sounds; opens the speaker when that is asked first.
    pub fn hear(&mut self) -> Result<bool, Failure> {
        let Some((sound, font)) = self.waits_for.take() else { return Ok(self.player.is_some()) };
        let notice = match Player::open(Output::Default) {
            Ok((mut player, None)) => {
                sound.check_rate(player.sample_rate_hz())?;
                player.set_font(font);
                self.player = Some(player);
                return Ok(true);
            }
            Ok((_, Some(notice))) => notice,
            Err(error) => error.to_string(),
        };
        if !self.is_quiet {
            eprintln!("evalody: {notice}; music is shown as signs");
        }
        Ok(false)
    }

    /// Whether signs are shown in place of music, or beside it.
    pub fn shows_captions(&mut self) -> Result<bool, Failure> {
        Ok(!self.hear()? || self.has_captions)
    }

    /// Plays pieces, one after the other, in place of what plays.
    pub fn play(&mut self, pieces: impl IntoIterator<Item = Arc<Performance>>) {
        self.stop();
        self.queue = pieces.into_iter().collect();
        self.begin_next();
    }

    pub fn stop(&mut self) {
        self.queue.clear();
        if let (Some(player), true) = (&mut self.player, self.plays) {
            player.stop();
        }
        self.plays = false;
    }

    /// Goes on with the music; says how long to wait until the next time.
    pub fn beat(&mut self) -> Duration {
        let Some(player) = &mut self.player else { return IDLE };
        if !self.plays {
            return IDLE;
        }
        player.advance();
        if player.position().is_over {
            self.plays = false;
            self.begin_next();
        }
        BEAT
    }

    fn begin_next(&mut self) {
        let Some(player) = &mut self.player else { return };
        if let Some(piece) = self.queue.pop_front() {
            player.play(&piece);
            self.plays = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::phrase;
    use crate::live::{BLOCK_FRAMES, Stream};
    use crate::perform::perform;
    use crate::synth::Synth;
    use crate::trace::Family;

    /// A sixth of what a device draws.
    const RATE: u32 = 8_000;

    /// Ears with a speaker that draws when it is told to.
    fn ears() -> (Ears, Stream<Synth>) {
        let (player, stream) = Player::unplugged(RATE);
        let ears =
            Ears { player: Some(player), waits_for: None, has_captions: false, is_quiet: true, queue: VecDeque::new(), plays: false };
        (ears, stream)
    }

    fn piece() -> Arc<Performance> {
        Arc::new(perform(&phrase(&[Some((Family::Load, 2)), Some((Family::Store, 1))])))
    }

    /// Seconds until nothing plays any more, and whether anything sounded.
    fn drawn(ears: &mut Ears, stream: &mut Stream<Synth>) -> (f64, bool) {
        let (mut frames, mut sounded) = (0, false);
        while ears.plays && frames < 60 * RATE as usize {
            for _ in 0..2 * BLOCK_FRAMES {
                sounded |= stream.next().is_some_and(|sample| sample.abs() > 1e-3);
            }
            frames += BLOCK_FRAMES;
            ears.beat();
        }
        (frames as f64 / f64::from(RATE), sounded)
    }

    #[test]
    fn pieces_play_one_after_the_other_and_again() {
        let (mut ears, mut stream) = ears();
        ears.play([piece()]);
        let (one, sounded) = drawn(&mut ears, &mut stream);
        assert!(sounded && one > 0.5 && one < 60.0, "{one} s");
        ears.play([piece(), piece()]);
        let (two, _) = drawn(&mut ears, &mut stream);
        assert!(two > 1.5 * one && two < 2.5 * one, "{two} s and {one} s");
    }

    #[test]
    fn an_answer_silences_what_plays_and_what_was_to_come() {
        let (mut ears, mut stream) = ears();
        ears.play([piece(), piece()]);
        ears.stop();
        assert_eq!(drawn(&mut ears, &mut stream).0, 0.0);
        assert_eq!(ears.beat(), IDLE);
    }
}
