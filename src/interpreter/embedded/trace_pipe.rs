//! The pipe that the trace goes out by. Once it is closed, what is still told goes nowhere.

use std::fs::File;
use std::io::{self, Write};

pub struct TracePipe(Option<File>);

impl TracePipe {
    pub fn new(pipe: File) -> Self {
        Self(Some(pipe))
    }

    /// Who listens finds the trace at its end.
    pub fn close(&mut self) {
        self.0 = None;
    }
}

impl Write for TracePipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(pipe) => pipe.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
