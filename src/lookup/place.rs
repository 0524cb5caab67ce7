//! A place on the line that is looked at: an attribute, or a call.

use serde::Deserialize;

/// What is done there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Load,
    Store,
    Delete,
    /// `x.name += 1`: a load and a store.
    Augmented,
    /// A call of something that is no attribute: that of an attribute is told with its load.
    Call,
}

/// An attribute or a call as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Site {
    /// The whole expression.
    pub text: String,
    /// The expression of the object whose attribute it is, or which is called.
    pub object: String,
    /// The attribute's name; a private one as the compiler writes it.
    pub name: Option<String>,
    pub access: Access,
    /// Whether what is found is called at once.
    pub is_called: bool,
}
