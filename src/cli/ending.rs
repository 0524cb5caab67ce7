//! How the program ended, in words and as an exit status.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::trace::Outcome;

pub const RAISED: u8 = 10;
pub const EXITED: u8 = 11;
pub const CUT_SHORT: u8 = 12;
pub const DIED: u8 = 13;
pub const INTERRUPTED: u8 = 130;

pub fn status(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Finished => 0,
        Outcome::Raised { .. } => RAISED,
        Outcome::Exited { .. } => EXITED,
        Outcome::CutShort { .. } => CUT_SHORT,
        Outcome::Died { .. } => DIED,
    }
}

/// The program's own status, as a shell would tell it.
pub fn own(status: ExitStatus) -> u8 {
    let number = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(number).unwrap_or(DIED)
}

/// Says on standard error how it ended, if it did not simply finish. The traceback is the program's own
/// and was printed by its interpreter.
pub fn tell(name: &str, outcome: &Outcome, steps: u64) {
    tell_of(name, outcome, steps, "the music is");
}

/// The same, where what is made of the instructions is called otherwise.
pub fn tell_of(name: &str, outcome: &Outcome, steps: u64, what: &str) {
    match outcome {
        Outcome::Finished => {}
        Outcome::Died { .. } => eprintln!("evalody: {name}: {outcome}; {what} of the {steps} instructions that came"),
        _ => eprintln!("evalody: {name}: {outcome}"),
    }
}
