//! What a bar says of the program, in a few steps each: what a listener can tell, and what can be read back.

/// What a bar mostly does. Loading, storing, jumping are in every bar and lead none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Arithmetic and comparison.
    Reckon,
    /// Subscripts and slices.
    Index,
    /// Attributes and methods.
    Look,
    /// Building and iterating.
    Build,
    /// Calls and returns.
    Call,
    /// Generators and coroutines.
    Suspend,
    /// Exceptions.
    Fail,
}

impl Work {
    pub const ALL: [Self; 7] = [Self::Reckon, Self::Index, Self::Look, Self::Build, Self::Call, Self::Suspend, Self::Fail];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Reckon => "reckon",
            Self::Index => "index",
            Self::Look => "look",
            Self::Build => "build",
            Self::Call => "call",
            Self::Suspend => "suspend",
            Self::Fail => "fail",
        }
    }
}

/// The states of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// Turns of loops for each line visit: 0 none, 1 up to 0.15, 2 up to 0.3, 3 more.
    pub turning: u8,
    /// Mean frames above the thread's first: 0, 1, 2 (each to the nearest), 3 and more.
    pub frame_depth: u8,
    /// Frames entered for each line visit: 0 none, 1 under 0.1, 2 under 0.25, 3 under 0.5, 4 more.
    pub calling: u8,
    /// Functions in C called for each line visit: 0 none, or not told, 1 up to 0.05, 2 up to 0.15, 3 up to 0.4, 4 more.
    pub calling_c: u8,
    /// Memory blocks allocated for each instruction: 0 none (or three in all), 1 up to 0.02, 2 up to 0.08, 3 up to 0.25,
    /// 4 more. Where the interpreter does not tell, instructions of the family build stand for blocks.
    pub allocating: u8,
    /// Whether a gesture released 16 memory blocks or more beyond what it allocated.
    pub releases: bool,
    /// Highest generation that was collected, 0 to 2, if any was.
    pub collected: Option<u8>,
    /// Exceptions raised or passed on, 6 at most.
    pub raised: u8,
    /// Share of the instructions that ran specialised by then (PEP 659): 0 none, 1 up to 0.12, 2 up to 0.24, 3 up to
    /// 0.36, 4 more. Only a second run of the program tells; without one it is 0.
    pub warmth: u8,
    /// Specialised instructions that fell back to their general form, 4 at most.
    pub falls: u8,
    /// Instructions against those of the usual bar (the geometric mean of the piece; while the program runs, a mean
    /// that follows what is heard): 2 about as many, 3 and 4
    /// more by factors of 2.8, 1 and 0 fewer.
    pub activity: u8,
    /// The kind of work which leads; `None` where nothing of the first thread leads.
    pub work: Option<Work>,
}

/// A bar's states as JSON, under the names that they have everywhere. `bar` counts from 1.
pub fn state_json(bar: u32, state: &State) -> serde_json::Value {
    let State { turning, frame_depth, calling, calling_c, allocating, releases, collected, raised, warmth, falls, activity, work } = *state;
    serde_json::json!({
        "bar": bar,
        "turning": turning,
        "is_loop": turning > 0,
        "frame_depth": frame_depth,
        "calling": calling,
        "calling_c": calling_c,
        "allocating": allocating,
        "releases": releases,
        "collected": collected,
        "raised": raised,
        "warmth": warmth,
        "falls": falls,
        "activity": activity,
        "work": work.map(Work::name),
    })
}
