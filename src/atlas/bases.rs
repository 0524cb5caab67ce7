//! From which types a type implemented in C inherits (`assets/atlas/bases.tsv`).

use std::sync::LazyLock;

use super::{Version, Versions};

struct Bases {
    kind: &'static str,
    versions: Versions,
    /// Its method resolution order less itself and `object`.
    bases: Vec<&'static str>,
}

static BASES: LazyLock<Vec<Bases>> = LazyLock::new(|| {
    super::rows(include_str!("../../assets/atlas/bases.tsv"))
        .filter_map(|row| {
            let [kind, versions, bases, _] = row[..] else { return None };
            Some(Bases { kind, versions: versions.parse().ok()?, bases: bases.split(',').collect() })
        })
        .collect()
});

/// The types that a type inherits from, nearest first, without `object`.
pub fn of(kind: &str, version: Version) -> impl Iterator<Item = &'static str> {
    let first = BASES.partition_point(|bases| bases.kind < kind);
    let rows = BASES[first..].iter().take_while(move |bases| bases.kind == kind);
    // The borrowed name may go before what is found under it.
    let found: Vec<_> = rows.filter(|bases| bases.versions.contains(version)).flat_map(|bases| bases.bases.iter().copied()).collect();
    found.into_iter()
}

#[cfg(test)]
pub(super) fn rows_read() -> usize {
    BASES.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_found_by_binary_search() {
        assert!(BASES.is_sorted_by_key(|bases| (bases.kind, bases.versions.first())));
        assert_eq!(of("bool", Version::LAST).collect::<Vec<_>>(), ["int"]);
        assert_eq!(of("ModuleNotFoundError", Version::FIRST).collect::<Vec<_>>(), ["ImportError", "Exception", "BaseException"]);
        assert_eq!(of("int", Version::LAST).count(), 0);
    }
}
