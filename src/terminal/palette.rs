//! The one palette: a hue and a mark for each family.
//!
//! The hues are those of Okabe and Ito ("Color Universal Design", 2008), which people with any kind of
//! colour vision tell apart, as the nearest of the 256 indexed colours. Seven hues and grey serve
//! fourteen families: two which are kin share a hue and differ by their mark. Words always keep the
//! terminal's own foreground; only marks are coloured, so it reads on dark and light backgrounds, and
//! whatever a colour says is said by a mark, bold or reversed letters too.
//!
//! | hue | index | square | diamond |
//! |---|---|---|---|
//! | sky blue | 74 | load | store |
//! | grey | 245 | scope | stack |
//! | orange | 214 | arith | test |
//! | bluish green | 36 | jump | loop |
//! | blue | 32 | call | gen |
//! | yellow | 185 | build | subscr |
//! | reddish purple | 175 | attr | |
//! | vermillion | 166 | except | |

use ratatui::style::{Color, Style};
use ratatui::text::Span;

use crate::trace::Family;

const SQUARE: &str = "■";
const DIAMOND: &str = "◆";

/// Whether the terminal may be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// Hues and modifiers.
    #[default]
    All,
    /// Bold, dim, reversed and underlined only.
    None,
}

impl Colours {
    /// After <https://no-color.org>: none if `NO_COLOR` is set and not empty.
    pub fn of_environment() -> Self {
        Self::asked(std::env::var_os("NO_COLOR").as_deref())
    }

    fn asked(no_color: Option<&std::ffi::OsStr>) -> Self {
        if no_color.is_some_and(|value| !value.is_empty()) { Self::None } else { Self::All }
    }

    /// The mark of a family, in its hue.
    pub(super) fn mark(self, family: Family) -> Span<'static> {
        let (index, mark) = match family {
            Family::Load => (74, SQUARE),
            Family::Store => (74, DIAMOND),
            Family::Scope => (245, SQUARE),
            Family::Stack => (245, DIAMOND),
            Family::Arith => (214, SQUARE),
            Family::Test => (214, DIAMOND),
            Family::Jump => (36, SQUARE),
            Family::Loop => (36, DIAMOND),
            Family::Call => (32, SQUARE),
            Family::Gen => (32, DIAMOND),
            Family::Build => (185, SQUARE),
            Family::Subscr => (185, DIAMOND),
            Family::Attr => (175, SQUARE),
            Family::Except => (166, SQUARE),
            Family::Rest => return Span::raw("·"),
        };
        match self {
            Self::All => Span::styled(mark, Style::new().fg(Color::Indexed(index))),
            Self::None => Span::raw(mark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_families_look_alike() {
        for family in Family::ALL {
            for other in Family::ALL.into_iter().filter(|&other| other != family) {
                assert_ne!(Colours::All.mark(family), Colours::All.mark(other), "{family} and {other}");
            }
        }
    }

    #[test]
    fn no_color_counts_when_it_is_set_to_anything() {
        assert_eq!(Colours::asked(None), Colours::All);
        assert_eq!(Colours::asked(Some("".as_ref())), Colours::All);
        assert_eq!(Colours::asked(Some("0".as_ref())), Colours::None);
        assert!(Family::ALL.into_iter().all(|family| Colours::None.mark(family).style == Style::new()));
    }
}
