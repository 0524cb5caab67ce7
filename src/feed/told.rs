//! Who is told the trace of a running program.

use std::sync::Arc;

use crate::fold::{Folder, Threads};
use crate::trace::{Code, Listener, Mark, NameId, Step};

/// Three who are told the same.
pub struct All<'a, W>(pub &'a mut Folder, pub Option<&'a mut Threads>, pub &'a mut W);

impl<W: Listener> Listener for All<'_, W> {
    fn code(&mut self, code: Arc<Code>) {
        self.0.code(Arc::clone(&code));
        if let Some(whole) = &mut self.1 {
            whole.code(Arc::clone(&code));
        }
        self.2.code(code);
    }

    fn name(&mut self, id: NameId, name: Arc<str>) {
        self.0.name(id, Arc::clone(&name));
        if let Some(whole) = &mut self.1 {
            whole.name(id, Arc::clone(&name));
        }
        self.2.name(id, name);
    }

    fn step(&mut self, step: Step) {
        self.0.step(step);
        if let Some(whole) = &mut self.1 {
            whole.step(step);
        }
        self.2.step(step);
    }

    fn mark(&mut self, mark: Mark) {
        self.0.mark(mark.clone());
        if let Some(whole) = &mut self.1 {
            whole.mark(mark.clone());
        }
        self.2.mark(mark);
    }
}

/// A witness who wants to know nothing.
#[derive(Debug, Default)]
pub struct Nobody;

impl Listener for Nobody {
    fn code(&mut self, _: Arc<Code>) {}
    fn step(&mut self, _: Step) {}
    fn mark(&mut self, _: Mark) {}
}
