//! Lines that somebody types or pipes in, awaited while music plays: read beside, so that Ctrl-C and the player need not
//! wait for them.

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Longest line that is read; what is behind it is thrown away.
const LONGEST: usize = 4000;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Text(String),
    /// A command, without its colon.
    Command(String),
    /// There are no more lines.
    End,
    /// Ctrl-C.
    Interrupted,
}

pub struct Input {
    lines: Receiver<String>,
    interrupted: Arc<AtomicBool>,
    /// Whether somebody types.
    pub is_typed: bool,
}

impl Input {
    pub fn new(interrupted: Arc<AtomicBool>) -> Self {
        // One line ahead: what is typed before it is asked for is not lost, and a pipe is not read into memory.
        let (sender, lines) = sync_channel(1);
        thread::spawn(move || {
            let mut stdin = io::stdin().lock();
            let mut bytes = Vec::new();
            loop {
                bytes.clear();
                match stdin.read_until(b'\n', &mut bytes) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {
                        let line: String = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).chars().take(LONGEST).collect();
                        if sender.send(line).is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Self { lines, interrupted, is_typed: io::stdin().is_terminal() }
    }

    /// The next line; meanwhile `beat` is called again and again, and says how long to wait until the next time.
    pub fn line(&self, mut beat: impl FnMut() -> Duration) -> Line {
        loop {
            if self.interrupted.load(Ordering::Relaxed) {
                return Line::Interrupted;
            }
            match self.lines.recv_timeout(beat()) {
                Ok(text) => return read(text),
                Err(RecvTimeoutError::Disconnected) => return Line::End,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

fn read(text: String) -> Line {
    match text.trim().strip_prefix(':') {
        Some(command) => Line::Command(command.trim().to_lowercase()),
        None => Line::Text(text),
    }
}
