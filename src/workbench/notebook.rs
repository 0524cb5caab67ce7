//! What was done at the bench that a learner's record keeps: opcodes that were heard in programs of one's own, and pages
//! of the atlas that were opened. Knows nothing of records.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Rendition, Workbench};
use crate::live::Voices;
use crate::trace::Origin;

/// Kept by whoever opened the bench: a window takes the bench with it when it is closed.
#[derive(Debug, Default)]
pub struct Notebook {
    pub opcodes: BTreeSet<Arc<str>>,
    /// By the names that records give them.
    pub pages: BTreeSet<String>,
}

impl<V: Voices> Workbench<V> {
    pub fn notebook(&self) -> Arc<Mutex<Notebook>> {
        Arc::clone(&self.notebook)
    }

    /// A page of the atlas was opened.
    pub fn visited(&self, page: String) {
        self.open_notebook().pages.insert(page);
    }

    fn open_notebook(&self) -> MutexGuard<'_, Notebook> {
        self.notebook.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what ran of what is heard, before it gives way.
    pub(super) fn note_heard(&self) {
        // Songs are called so.
        if let Some(heard) = self.heard.as_ref().filter(|heard| !heard.program.name.starts_with('@')) {
            self.open_notebook().opcodes.extend(opcodes(heard));
        }
    }
}

/// Opcodes of the user's code that ran.
fn opcodes(heard: &Rendition) -> BTreeSet<Arc<str>> {
    let heat = heard.tape.heat();
    let own = heard.tape.codes().iter().filter(|code| code.origin == Origin::User);
    let ran = own.flat_map(|code| code.instructions().iter().filter(|instruction| heat.at(code.id, instruction.offset) > 0));
    ran.map(|instruction| Arc::clone(&instruction.opcode)).collect()
}
