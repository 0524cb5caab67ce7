//! The child's end of the control pipe: instructions that are granted, and what is to be done when no more will be.

use std::fs::File;
use std::io::{ErrorKind, Read};

/// The word that is no number of instructions: the program is to go on unheard.
const DETACH: u32 = u32::MAX;

/// What came of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// So many more.
    Steps(u64),
    /// As many as it likes: the program has closed the pipe.
    Freely,
    /// It is to go on unheard.
    LetGo,
    /// Nobody will grant any more.
    NoMore,
}

/// What is granted by a pipe.
pub struct Grants {
    control: Option<File>,
    /// What was read behind grants that were not used up then.
    last: Option<Granted>,
}

impl Grants {
    pub fn new(control: Option<File>) -> Self {
        Self { control, last: None }
    }

    pub fn are_needed(&self) -> bool {
        self.control.is_some()
    }

    /// Takes what was granted, and waits for it if nothing was.
    pub fn wait(&mut self) -> Granted {
        let Some(control) = &mut self.control else { return Granted::Freely };
        let mut words = [0; 512];
        let mut steps = 0;
        while steps == 0 && self.last.is_none() {
            match control.read(&mut words) {
                Ok(0) => self.last = Some(Granted::NoMore),
                // A pipe gives no part of a word that was written whole.
                Ok(came) => {
                    for word in words[..came].chunks_exact(4).filter_map(|word| Some(u32::from_le_bytes(word.try_into().ok()?))) {
                        if word == DETACH {
                            self.last = Some(Granted::LetGo);
                            break;
                        }
                        steps += u64::from(word);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.last = Some(Granted::Freely),
            }
        }
        if steps > 0 { Granted::Steps(steps) } else { self.last.unwrap_or(Granted::Freely) }
    }

    /// Reads no more: a forked child would take what is granted to its parent.
    pub fn close(&mut self) {
        self.control = None;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::OwnedFd;

    use super::*;

    fn granted(words: &[u32]) -> Grants {
        let (reading, mut writing) = std::io::pipe().unwrap();
        for word in words {
            writing.write_all(&word.to_le_bytes()).unwrap();
        }
        Grants::new(Some(File::from(OwnedFd::from(reading))))
    }

    #[test]
    fn what_is_granted_adds_up_and_the_last_word_waits_until_it_is_used_up() {
        let mut grants = granted(&[3, 0, 4, DETACH, 9]);
        assert_eq!((grants.wait(), grants.wait(), grants.wait()), (Granted::Steps(7), Granted::LetGo, Granted::LetGo));
        let mut grants = granted(&[0, 5, 0]);
        assert_eq!((grants.wait(), grants.wait()), (Granted::Steps(5), Granted::NoMore));
    }

    #[test]
    fn without_a_pipe_there_is_nothing_to_wait_for() {
        let mut grants = granted(&[1]);
        assert!(grants.are_needed());
        grants.close();
        assert!(!grants.are_needed());
        assert_eq!(grants.wait(), Granted::Freely);
    }
}
