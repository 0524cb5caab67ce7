//! How an attribute is found, and what a call calls: the values in which a probe tells it, and their wording in
//! steps, each with the C function that takes it, and as a line of sound that goes down through the types.
//!
//! Facts about CPython's objects only; knows nothing of how a program is run to see them.

mod callable;
mod descent;
mod page;
mod place;
mod probed;
mod steps;
mod way;

pub use callable::{Callable, CallableKind};
pub use descent::{Fall, descent};
pub use page::page;
pub use place::{Access, Site};
pub use probed::{Probed, ProbedPlace, SeenWay};
pub use steps::{Anchor, Step, steps};
pub use way::{DictState, Found, Load, Outcome, Search, SearchOf, Store, Subject, Way, What};
