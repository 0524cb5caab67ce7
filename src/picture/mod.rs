//! What is to be seen of the interpreter at a moment of the music. Pure: it draws nothing.

mod stage;

pub use stage::Stage;
