//! What of an answer nobody looked up in the version that it is told of. Knows no question.

use crate::atlas::{Checked, Version};

/// What is inferred where a fact is told of a version; `None` if it was checked against a release of it.
pub fn doubt(checked: Checked, version: Version) -> Option<String> {
    match checked {
        _ if checked.covers(version) => None,
        Checked::Against(releases) => Some(format!("that it is so in {version}: it was checked against {}", releases.replace(',', ", "))),
        Checked::Inferred => Some(format!("that it is so in {version}")),
    }
}

/// Several doubts in one; `None` if there is none.
pub fn doubts(all: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let mut told: Vec<String> = Vec::new();
    for doubt in all.into_iter().flatten() {
        if !told.contains(&doubt) {
            told.push(doubt);
        }
    }
    (!told.is_empty()).then(|| told.join("; "))
}
