//! A style's text as a tree whose every value knows its line and how it stands there; what a file leaves out is
//! taken from the shipped style. Knows nothing of music.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong in a style's text: where, what stands there, and what may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {text}")]
pub struct Mistake {
    /// From 1.
    pub line: u32,
    pub text: String,
}

#[derive(Debug, Clone)]
enum Value {
    Text(String),
    Number { value: f64, is_whole: bool },
    Flag(bool),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
    Moment,
}

/// A value of the text.
#[derive(Debug, Clone)]
pub struct Node {
    line: u32,
    /// How it is written.
    shown: String,
    /// Whether it stands in the file itself, and not in the shipped style.
    is_own: bool,
    value: Value,
}

/// Keys that need not stand in any file, in the tables of parts.
const OPTIONAL: &str = "channel";

/// How much of a value is shown in a mistake, in characters.
const MOST_SHOWN: usize = 60;

impl Node {
    pub fn read(text: &str) -> Result<Self, Mistake> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self::table(text, 1, String::new(), table.get_ref())),
            Err(error) => {
                let line = line_of(text, error.span().unwrap_or_default());
                Err(Mistake { line, text: format!("is no TOML: {}", error.message().lines().collect::<Vec<_>>().join("; ")) })
            }
        }
    }

    fn table(text: &str, line: u32, shown: String, table: &DeTable) -> Self {
        let nodes = table.iter().map(|(key, value)| (key.get_ref().to_string(), Self::of(text, key.span(), value)));
        Self { line, shown, is_own: true, value: Value::Table(nodes.collect()) }
    }

    fn of(text: &str, key: Range<usize>, value: &Spanned<DeValue>) -> Self {
        let shown: String = text.get(value.span()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = match shown.char_indices().nth(MOST_SHOWN) {
            Some((end, _)) => format!("{}…", &shown[..end]),
            None => shown,
        };
        let line = line_of(text, key);
        let value = match value.get_ref() {
            DeValue::Table(table) => return Self::table(text, line, shown, table),
            DeValue::String(words) => Value::Text(words.to_string()),
            DeValue::Integer(number) => {
                let value = i64::from_str_radix(number.as_str(), number.radix()).map_or(f64::INFINITY, |number| number as f64);
                Value::Number { value, is_whole: value.is_finite() }
            }
            DeValue::Float(number) => Value::Number { value: number.as_str().parse().unwrap_or(f64::NAN), is_whole: false },
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Array(values) => Value::List(values.iter().map(|value| Self::of(text, value.span(), value)).collect()),
            DeValue::Datetime(_) => Value::Moment,
        };
        Self { line, shown, is_own: true, value }
    }

    /// The file `own` where it says something, and this one, a shipped style, where it does not.
    pub fn under(self, own: Self) -> Result<Self, Mistake> {
        self.merged(own, "")
    }

    fn merged(self, own: Self, key: &str) -> Result<Self, Mistake> {
        match (self.value, own.value) {
            (Value::Table(shipped), Value::Table(theirs)) => {
                let mut merged = shipped;
                merged.values_mut().for_each(Self::disown);
                let mut theirs: Vec<_> = theirs.into_iter().collect();
                theirs.sort_by_key(|(_, node)| node.line);
                for (name, node) in theirs {
                    let key = join(key, &name);
                    let node = match merged.remove(&name) {
                        Some(shipped) => shipped.merged(node, &key)?,
                        None if name == OPTIONAL && key.starts_with("parts.") => node,
                        None => {
                            let text = format!("{key} is unknown; {}", choose(&name, merged.keys().map(String::as_str)));
                            return Err(Mistake { line: node.line, text });
                        }
                    };
                    merged.insert(name, node);
                }
                Ok(Self { value: Value::Table(merged), ..own })
            }
            (Value::Table(shipped), _) => {
                let keys: Vec<&str> = shipped.keys().map(String::as_str).collect();
                Err(Mistake { line: own.line, text: format!("{key} is {}; it is a table of {}", own.shown, keys.join(", ")) })
            }
            (_, Value::Table(_)) => Err(Mistake { line: own.line, text: format!("{key} is a table; write a value: {key} = …") }),
            (_, value) => Ok(Self { value, ..own }),
        }
    }

    fn disown(&mut self) {
        self.is_own = false;
        if let Value::Table(nodes) = &mut self.value {
            nodes.values_mut().for_each(Self::disown);
        }
    }

    pub fn root(&self) -> At<'_> {
        At { key: String::new(), node: self }
    }
}

/// The line of a span, from 1.
fn line_of(text: &str, span: Range<usize>) -> u32 {
    let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count() as u32
}

fn join(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}

/// The names there are, the nearest first where one is near.
pub fn choose<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    /// Likeness (Jaro and Winkler) from which a name may have been meant; by trial with mistypings.
    const LIKE: f64 = 0.8;
    /// More names than these are no help in a line.
    const MOST: usize = 24;
    let names: Vec<&str> = names.collect();
    let wrong = wrong.to_lowercase();
    let mut near: Vec<(f64, &str)> =
        names.iter().map(|name| (strsim::jaro_winkler(&wrong, name), *name)).filter(|(likeness, _)| *likeness >= LIKE).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.truncate(3);
    let near: Vec<&str> = near.into_iter().map(|(_, name)| name).collect();
    match (near.is_empty(), names.len() <= MOST) {
        (false, true) => format!("did you mean {}? There are {}", near.join(" or "), names.join(", ")),
        (false, false) => format!("did you mean {}?", near.join(" or ")),
        (true, true) => format!("there are {}", names.join(", ")),
        (true, false) => format!("there are {}, and more", names[..MOST].join(", ")),
    }
}

/// A value with the way to it.
#[derive(Debug, Clone)]
pub struct At<'a> {
    pub key: String,
    node: &'a Node,
}

impl<'a> At<'a> {
    pub fn find(&self, name: &str) -> Option<At<'a>> {
        let Value::Table(nodes) = &self.node.value else { return None };
        nodes.get(name).map(|node| At { key: join(&self.key, name), node })
    }

    pub fn get(&self, name: &str) -> Result<At<'a>, Mistake> {
        self.find(name).ok_or_else(|| Mistake { line: self.node.line, text: format!("{} is missing", join(&self.key, name)) })
    }

    pub fn is_own(&self) -> bool {
        self.node.is_own
    }

    /// What stands here is wrong, with the remedy.
    pub fn wrong(&self, remedy: impl Display) -> Mistake {
        Mistake { line: self.node.line, text: format!("{} is {}; {remedy}", self.key, self.node.shown) }
    }

    pub fn text(&self) -> Result<&'a str, Mistake> {
        match &self.node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong("write words in quotes")),
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(self.node.value, Value::Number { .. })
    }

    pub fn whole(&self, range: RangeInclusive<i32>) -> Result<i32, Mistake> {
        match self.node.value {
            Value::Number { value, is_whole: true } if (f64::from(*range.start())..=f64::from(*range.end())).contains(&value) => {
                Ok(value as i32)
            }
            _ => Err(self.wrong(format!("write a whole number from {} to {}", range.start(), range.end()))),
        }
    }

    pub fn number(&self, range: RangeInclusive<f64>) -> Result<f64, Mistake> {
        match self.node.value {
            Value::Number { value, .. } if range.contains(&value) => Ok(value),
            _ => Err(self.wrong(format!("write a number from {} to {}", range.start(), range.end()))),
        }
    }

    pub fn flag(&self) -> Result<bool, Mistake> {
        match self.node.value {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.wrong("write true or false")),
        }
    }

    /// The values of a list; `of` says what it is a list of.
    pub fn list(&self, of: &str) -> Result<Vec<At<'a>>, Mistake> {
        match &self.node.value {
            Value::List(nodes) => Ok(nodes.iter().map(|node| At { key: self.key.clone(), node }).collect()),
            _ => Err(self.wrong(format!("write a list of {of}"))),
        }
    }

    /// Whole numbers, each greater than the one before.
    pub fn rising(&self, range: RangeInclusive<i32>) -> Result<Vec<i32>, Mistake> {
        let of = format!("whole numbers from {} to {}", range.start(), range.end());
        let numbers = self.list(&of)?.iter().map(|value| value.whole(range.clone())).collect::<Result<Vec<i32>, Mistake>>()?;
        if numbers.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(self.wrong("each number must be greater than the one before"));
        }
        Ok(numbers)
    }
}
