//! The terminal itself: taken over on opening, given back when dropped or on a panic. Knows nothing of
//! what is drawn.

use std::io::{self, IsTerminal};
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::terminal::is_raw_mode_enabled;

use super::{Colours, Command, Scene, View, command, draw};

/// A terminal in raw mode, on its alternate screen.
pub struct Terminal {
    screen: DefaultTerminal,
    view: View,
}

impl Terminal {
    /// Takes over the terminal on standard output. It is given back on drop, and before the message of a
    /// panic is printed. `NO_COLOR` is respected.
    pub fn open() -> io::Result<Self> {
        if !io::stdout().is_terminal() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "standard output is not a terminal"));
        }
        // A failure half way would leave the terminal in raw mode.
        let screen = ratatui::try_init().inspect_err(|_| drop(ratatui::try_restore()))?;
        Ok(Self { screen, view: View::new(Colours::of_environment()) })
    }

    pub fn draw(&mut self, scene: &Scene) -> io::Result<()> {
        let Self { screen, view } = self;
        screen.draw(|frame| draw(frame, scene, view)).map(drop)
    }

    /// What the listener asked for, in order: waits up to `wait` for the first key, and for no other. An
    /// error means that the terminal has gone.
    pub fn commands(&mut self, wait: Duration) -> io::Result<Vec<Command>> {
        let mut commands = Vec::new();
        let mut wait = wait;
        while event::poll(wait)? {
            wait = Duration::ZERO;
            if let Event::Key(key) = event::read()? {
                commands.extend(command(key));
            }
        }
        Ok(commands)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // After a panic the hook has given it back; leaving the alternate screen twice would put the cursor
        // back over the message. Nobody is left to tell if it fails.
        if is_raw_mode_enabled().unwrap_or(true) {
            drop(ratatui::try_restore());
        }
    }
}
