//! What is scheduled: a maker of questions and what it asks about. The question itself is made anew each time.

use std::fmt;
use std::str::FromStr;

/// `maker/subject`, as records write it: both are never renamed, since records outlive releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Card {
    pub maker: String,
    pub subject: String,
}

impl Card {
    pub fn new(maker: &str, subject: &str) -> Self {
        Self { maker: maker.to_owned(), subject: subject.to_owned() }
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.maker, self.subject)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no card; one is written MAKER/SUBJECT")]
pub struct NoCard(String);

impl FromStr for Card {
    type Err = NoCard;

    fn from_str(text: &str) -> Result<Self, NoCard> {
        match text.split_once('/') {
            Some((maker, subject)) if !maker.is_empty() && !subject.is_empty() => Ok(Self::new(maker, subject)),
            _ => Err(NoCard(text.to_owned())),
        }
    }
}
