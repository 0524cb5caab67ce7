//! How a user names a MIDI port: `PORT`, `virtual` or `virtual:NAME`, and behind `jack:` the same through
//! JACK. Knows no ports: whether there is one of that name is seen when it is opened.

use std::fmt;
use std::str::FromStr;

/// A port as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortName {
    pub system: System,
    pub way: Way,
}

/// Through what it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// The system's own MIDI, or JACK where there is none.
    Any,
    Jack,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The port of this name, or the only one whose name has this in it.
    Named(String),
    /// A port of our own, which others connect to.
    Virtual(String),
}

/// The name of a port of our own where none is given.
pub const OWN_NAME: &str = "out";

const JACK: &str = "jack:";
const VIRTUAL: &str = "virtual";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write PORT, virtual or virtual:NAME, or the same behind jack: (see: evalody devices)")]
pub struct NoPortName;

impl FromStr for PortName {
    type Err = NoPortName;

    fn from_str(text: &str) -> Result<Self, NoPortName> {
        let (system, name) = match text.trim().strip_prefix(JACK) {
            Some(name) => (System::Jack, name.trim()),
            None => (System::Any, text.trim()),
        };
        let way = match name.strip_prefix(VIRTUAL).map(|rest| (rest, rest.strip_prefix(':'))) {
            Some(("", _)) => Way::Virtual(OWN_NAME.to_owned()),
            Some((_, Some(own))) => Way::Virtual(own.trim().to_owned()),
            Some((_, None)) | None => Way::Named(name.to_owned()),
        };
        let (Way::Named(name) | Way::Virtual(name)) = &way;
        // The systems take text without ends, and cut it at them.
        if name.is_empty() || name.contains(char::is_control) { Err(NoPortName) } else { Ok(Self { system, way }) }
    }
}

impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.system == System::Jack {
            f.write_str(JACK)?;
        }
        match &self.way {
            Way::Named(name) => f.write_str(name),
            Way::Virtual(name) => write!(f, "{VIRTUAL}:{name}"),
        }
    }
}

/// Why a name leads to no port, of those there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    None,
    Several,
}

/// Which of the ports is meant: the one called so, or the only one whose name has it in it, however large the
/// letters are. Systems put numbers into names that are others the next time.
pub fn matching<'a>(wanted: &str, names: &'a [String]) -> Result<&'a String, Unmatched> {
    if let Some(name) = names.iter().find(|name| *name == wanted) {
        return Ok(name);
    }
    let wanted = wanted.to_lowercase();
    let mut found = names.iter().filter(|name| name.to_lowercase().contains(&wanted));
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => Err(Unmatched::None),
        (Some(_), Some(_)) => Err(Unmatched::Several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> PortName {
        text.parse().unwrap()
    }

    #[test]
    fn a_port_is_named_in_all_these_ways() {
        let any = |way| PortName { system: System::Any, way };
        let jack = |way| PortName { system: System::Jack, way };
        assert_eq!(read("FLUID Synth:0"), any(Way::Named("FLUID Synth:0".to_owned())));
        assert_eq!(read("virtual"), any(Way::Virtual("out".to_owned())));
        assert_eq!(read("virtual:band"), any(Way::Virtual("band".to_owned())));
        assert_eq!(read("virtually"), any(Way::Named("virtually".to_owned())));
        assert_eq!(read("jack:fluidsynth:midi_00"), jack(Way::Named("fluidsynth:midi_00".to_owned())));
        assert_eq!(read("jack:virtual:a b"), jack(Way::Virtual("a b".to_owned())));
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in ["", " ", "jack:", "virtual:", "jack:virtual: ", "a\nb", "jack:a\0b"] {
            assert_eq!(text.parse::<PortName>(), Err(NoPortName), "{text:?}");
        }
    }

    #[test]
    fn the_only_port_that_has_the_name_in_it_is_meant() {
        let names = ["FLUID Synth (41):0", "Piano", "Grand Piano"].map(str::to_owned);
        assert_eq!(matching("fluid", &names), Ok(&names[0]));
        assert_eq!(matching("Piano", &names), Ok(&names[1]));
        assert_eq!(matching("piano", &names), Err(Unmatched::Several));
        assert_eq!(matching("organ", &names), Err(Unmatched::None));
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_it_is_written(text in "(jack:)?(virtual:?)?[a-zA-Z0-9: ]{0,12}") {
            if let Ok(name) = text.parse::<PortName>() {
                prop_assert_eq!(name.to_string().parse(), Ok(name));
            }
        }
    }
}
