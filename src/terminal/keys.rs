//! Which key means what. Knows nothing of what the player makes of it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What the listener asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Pause, or go on.
    Pause,
    /// So many bars forwards, or backwards if negative.
    Seek(i32),
    Faster,
    Slower,
    /// The music ends, the program goes on.
    Detach,
    /// Open the atlas at what sounds, or close it.
    Atlas,
    /// So many pages on in the atlas, or back if negative.
    Turn(i32),
    /// So many steps of the knob that is chosen, or back if negative.
    Knob(i32),
    /// Choose the next knob.
    NextKnob,
    /// Out of what is open: the atlas, or else the piece.
    Leave,
    Quit,
}

/// Bars of a long leap: two phrases of four, about fifteen seconds.
const LEAP_BARS: i32 = 8;

/// What a key asks for; `None` if nothing.
pub fn command(key: KeyEvent) -> Option<Command> {
    // Terminals which tell releases too would do everything twice.
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(key.code, KeyCode::Char('c' | 'C')).then_some(Command::Quit);
    }
    match key.code {
        KeyCode::Char(' ') => Some(Command::Pause),
        KeyCode::Right => Some(Command::Seek(1)),
        KeyCode::Left => Some(Command::Seek(-1)),
        KeyCode::Up => Some(Command::Seek(LEAP_BARS)),
        KeyCode::Down => Some(Command::Seek(-LEAP_BARS)),
        // "=" is "+" without the shift key.
        KeyCode::Char('+' | '=') => Some(Command::Faster),
        KeyCode::Char('-' | '_') => Some(Command::Slower),
        KeyCode::Char('d' | 'D') => Some(Command::Detach),
        KeyCode::Char('a' | 'A') => Some(Command::Atlas),
        KeyCode::Char(']') => Some(Command::Knob(1)),
        KeyCode::Char('[') => Some(Command::Knob(-1)),
        KeyCode::Char('k' | 'K') => Some(Command::NextKnob),
        KeyCode::PageDown => Some(Command::Turn(1)),
        KeyCode::PageUp => Some(Command::Turn(-1)),
        KeyCode::Esc => Some(Command::Leave),
        KeyCode::Char('q' | 'Q') => Some(Command::Quit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_help_line_does_what_it_says() {
        let table = [
            (KeyCode::Char(' '), Some(Command::Pause)),
            (KeyCode::Right, Some(Command::Seek(1))),
            (KeyCode::Left, Some(Command::Seek(-1))),
            (KeyCode::Up, Some(Command::Seek(8))),
            (KeyCode::Down, Some(Command::Seek(-8))),
            (KeyCode::Char('+'), Some(Command::Faster)),
            (KeyCode::Char('='), Some(Command::Faster)),
            (KeyCode::Char('-'), Some(Command::Slower)),
            (KeyCode::Char('d'), Some(Command::Detach)),
            (KeyCode::Char('q'), Some(Command::Quit)),
            (KeyCode::Char('a'), Some(Command::Atlas)),
            (KeyCode::Char(']'), Some(Command::Knob(1))),
            (KeyCode::Char('['), Some(Command::Knob(-1))),
            (KeyCode::Char('k'), Some(Command::NextKnob)),
            (KeyCode::PageDown, Some(Command::Turn(1))),
            (KeyCode::PageUp, Some(Command::Turn(-1))),
            (KeyCode::Esc, Some(Command::Leave)),
            (KeyCode::Char('x'), None),
            (KeyCode::Enter, None),
        ];
        for (code, meant) in table {
            assert_eq!(command(KeyEvent::new(code, KeyModifiers::NONE)), meant, "{code:?}");
        }
    }

    #[test]
    fn control_c_quits_and_no_other_control_key_does_anything() {
        assert_eq!(command(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Command::Quit));
        assert_eq!(command(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL)), None);
        assert_eq!(command(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE)), None);
    }

    #[test]
    fn letting_a_key_go_asks_for_nothing() {
        let release = KeyEvent::new_with_kind(KeyCode::Char(' '), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(command(release), None);
    }
}
