//! What a sitting in the window begins with: the program in the editor, the learner's folder, today.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{Datelike, Local};

use crate::interpreter::options::{Launch, Only, Recorder};
use crate::interpreter::{Choice, Limits};
use crate::kept::Data;
use crate::live::Voices;
use crate::songs;
use crate::tutor::{First, Manner, Order, Own, Plan};
use crate::workbench::Workbench;

/// What does not change while the window is open.
#[derive(Debug, Clone)]
pub struct Studying {
    /// The learner's folder, if one was named.
    pub data: Option<PathBuf>,
    pub choice: Choice,
    pub arguments: Vec<std::ffi::OsString>,
    pub confines_own: bool,
    /// The evalody executable, which is also the embedded interpreter.
    pub own_executable: PathBuf,
}

/// How long a sitting takes, in minutes.
const MINUTES: f64 = 15.0;

impl Studying {
    /// What the tutor is to do with the program that is in the editor.
    pub fn order<V: Voices>(&self, bench: &Workbench<V>, plan: Plan) -> Result<(Order, Data), String> {
        let data = Data::open(self.data.as_deref()).map_err(|error| error.to_string())?;
        let today = Local::now().date_naive();
        let document = &bench.document;
        let song = songs::named(&document.name).ok().filter(|song| document.name.starts_with('@') && song.source == document.text);
        let first = match song {
            Some(song) => First::Song(song),
            None => First::Own(Own {
                program: document.program(),
                path: document.path.clone(),
                launch: Launch::Script,
                arguments: self.arguments.clone(),
            }),
        };
        let manner = Manner {
            choice: self.choice.clone(),
            recorder: Recorder::Auto,
            only: Only::User,
            limits: Limits::default(),
            confines_own: self.confines_own,
            own_executable: self.own_executable.clone(),
            interrupted: Arc::new(AtomicBool::new(false)),
        };
        let seed = u64::from(today.num_days_from_ce().unsigned_abs());
        Ok((Order { first, plan, manner, today, seed, minutes: MINUTES }, data))
    }
}
