//! The sound of questions: a player of their own, so that the piece on the workbench stays where it was.

use std::collections::VecDeque;

use crate::live::{Output, Player};
use crate::perform::Performance;

/// Plays one performance after the other.
#[derive(Default)]
pub struct Sounds {
    player: Option<Player>,
    waiting: VecDeque<Performance>,
    /// Why nothing is heard.
    pub trouble: Option<String>,
}

impl Sounds {
    /// Plays these in place of what plays.
    pub fn play<'a>(&mut self, performances: impl IntoIterator<Item = &'a Performance>) {
        self.stop();
        self.waiting = performances.into_iter().cloned().collect();
        self.start();
    }

    pub fn stop(&mut self) {
        self.waiting.clear();
        if let Some(player) = &mut self.player {
            player.stop();
        }
        self.player = None;
    }

    pub fn is_playing(&self) -> bool {
        self.player.is_some()
    }

    /// Keeps it going: called at each picture.
    pub fn advance(&mut self) {
        let Some(player) = &mut self.player else { return };
        player.advance();
        if player.position().is_over {
            self.player = None;
            self.start();
        }
    }

    /// Starts the next that waits. The device is opened for each anew: what is missing may be there the next time.
    fn start(&mut self) {
        let Some(performance) = self.waiting.pop_front() else { return };
        match Player::open(Output::Default) {
            Ok((mut player, None)) => {
                player.play(&performance);
                player.close();
                self.trouble = None;
                self.player = Some(player);
            }
            Ok((_, Some(notice))) => self.trouble = Some(notice),
            Err(error) => self.trouble = Some(error.to_string()),
        }
    }
}
