//! Minor versions of CPython 3, and sets of them.

use std::fmt;
use std::str::FromStr;

/// A minor version of CPython 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// First and last minor version that the atlas speaks of: 3.8 to 3.14.
    pub const FIRST: Self = Self(8);
    pub const LAST: Self = Self(14);

    /// CPython 3.`minor`; `None` if the atlas does not speak of it.
    pub const fn new(minor: u8) -> Option<Self> {
        if minor >= Self::FIRST.0 && minor <= Self::LAST.0 { Some(Self(minor)) } else { None }
    }

    /// The version of bytecode that `(3, minor)` is; `None` if the atlas does not speak of it.
    pub const fn of((major, minor): (u8, u8)) -> Option<Self> {
        if major == 3 { Self::new(minor) } else { None }
    }

    pub const fn minor(self) -> u8 {
        self.0
    }

    /// All of them, the oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::FIRST.0..=Self::LAST.0).map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("3.{}", self.0))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version of CPython that the atlas knows; write 3.8 to 3.14")]
pub struct UnknownVersion(String);

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let minor = text.strip_prefix("3.").and_then(|minor| minor.parse().ok());
        minor.and_then(Self::new).ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

/// A set of versions. As text: `3.8`, `3.8-3.10`, `3.12-` (until the last), and such things with commas between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Versions(u16);

impl Versions {
    /// All of them from `first` to `last`.
    pub fn between(first: Version, last: Version) -> Self {
        Version::all().filter(|version| (first..=last).contains(version)).collect()
    }

    pub fn contains(self, version: Version) -> bool {
        self.0 >> version.0 & 1 == 1
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The oldest first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Version> {
        Version::all().filter(move |&version| self.contains(version))
    }

    pub fn first(self) -> Option<Version> {
        self.iter().next()
    }

    pub fn last(self) -> Option<Version> {
        self.iter().next_back()
    }

    /// What is in both.
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl FromIterator<Version> for Versions {
    fn from_iter<I: IntoIterator<Item = Version>>(versions: I) -> Self {
        Self(versions.into_iter().fold(0, |set, version| set | 1 << version.0))
    }
}

impl FromStr for Versions {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let mut versions = Self::default();
        for range in text.split(',') {
            let (first, last) = match range.split_once('-') {
                Some((first, "")) => (first.parse()?, Version::LAST),
                Some((first, last)) => (first.parse()?, last.parse()?),
                None => (range.parse()?, range.parse()?),
            };
            if last < first {
                return Err(UnknownVersion(range.to_owned()));
            }
            versions.0 |= Self::between(first, last).0;
        }
        Ok(versions)
    }
}

/// As short as can be: `3.8 to 3.10, 3.12`.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ranges: Vec<(Version, Version)> = Vec::new();
        for version in self.iter() {
            match ranges.last_mut() {
                Some((_, last)) if last.0 + 1 == version.0 => *last = version,
                _ => ranges.push((version, version)),
            }
        }
        let words = ranges.into_iter().map(|(first, last)| match last.0 - first.0 {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        });
        f.pad(&words.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_written() {
        for (text, written) in [
            ("3.8", "3.8"),
            ("3.8-3.10,3.12", "3.8 to 3.10, 3.12"),
            ("3.13-", "3.13, 3.14"),
            ("3.8,3.9,3.10,3.11,3.12,3.13,3.14", "3.8 to 3.14"),
        ] {
            assert_eq!(text.parse::<Versions>().unwrap().to_string(), written);
        }
        for wrong in ["", "3.7", "2.7", "3.15", "3.12-3.9", "3.8;3.9", "latest"] {
            assert!(wrong.parse::<Versions>().is_err(), "{wrong}");
        }
    }
}
