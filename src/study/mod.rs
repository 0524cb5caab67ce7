//! Learning that lasts: what somebody has learnt, what is due, what comes next. Days are arguments; knows no clock, no
//! file and no screen.
//!
//! ```text
//! Record + deck + today -> Session -> card after card -> Record
//! Record + today -> Progress
//! ```

mod lessons;
mod paths;
mod progress;
mod record;
mod schedule;
mod session;
pub mod text;

pub use lessons::Lesson;
pub use paths::{Path, Step};
pub use progress::{OfGoal, OfOpcode, OfPath, OfPep, Onward, Progress, Share, page_name, version_of};
pub use record::{Day, Memory, Note, Record};
pub use schedule::{Rating, Weights, recall, review, review_by};
pub use session::{MOST_QUESTIONS, Next, Session, Why};
