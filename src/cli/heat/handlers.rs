//! From the opcodes that ran to the C code that ran them: under an instruction trace an opcode of a version has one
//! handler, since nothing specialises.

use std::sync::Arc;

use crate::atlas::{Checked, Handler, Place, Version};
use crate::picture::Tally;

/// C code, and how many instructions it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfHandler {
    /// `None` where the atlas has no anchor of this opcode in this version.
    pub place: Option<Place>,
    /// Where it is put together of parts, their anchors.
    pub parts: Vec<&'static str>,
    pub checked: Option<Checked>,
    /// Opcodes that it runs, those first that ran most.
    pub opcodes: Vec<Arc<str>>,
    pub count: u64,
}

/// The handlers of what ran, those first that ran most. The counts add up to all instructions.
pub fn handlers(tally: &Tally, version: Option<Version>) -> Vec<OfHandler> {
    let mut rows: Vec<OfHandler> = Vec::new();
    for row in tally.opcodes() {
        let handler = version.and_then(|version| Handler::in_version(&row.opcode, version));
        let place = handler.map(|handler| handler.place);
        let same = rows.iter_mut().find(|of_handler| place.is_some() && of_handler.place == place);
        match same {
            Some(of_handler) => {
                of_handler.opcodes.push(row.opcode);
                of_handler.count += row.count;
            }
            None => rows.push(OfHandler {
                place,
                parts: handler.map(|handler| handler.parts.clone()).unwrap_or_default(),
                checked: handler.zip(version).map(|(handler, version)| handler.checked.of(version)),
                opcodes: vec![row.opcode],
                count: row.count,
            }),
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
}
