//! What can be wrong with a MIDI file, in words, and how bad it is.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Against the standard (SMF 1.0), or some reader refuses the file or loses notes over it.
    Reject,
    /// Legal, but players, sequencers or notation programs stumble.
    Warn,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Bytes from the start of the file.
    pub byte: usize,
    /// Track, counted from 0, and tick, where the fault lies within one.
    pub place: Option<(u32, u64)>,
    pub defect: Defect,
}

impl Fault {
    pub fn severity(&self) -> Severity {
        self.defect.severity()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity() {
            Severity::Reject => "error",
            Severity::Warn => "warning",
        };
        match self.place {
            Some((track, tick)) => write!(f, "byte {}, track {track}, tick {tick}: {severity}: {}", self.byte, self.defect),
            None => write!(f, "byte {}: {severity}: {}", self.byte, self.defect),
        }
    }
}

/// Channels print as 1 to 16, as people count them, those of a second port as 17 to 32.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    #[error("no MThd header")]
    NoHeader,
    #[error("the header is {length} bytes long, not 6")]
    HeaderLength { length: u32 },
    #[error("format {format}; only 0 and 1 are widely read")]
    Format { format: u16 },
    #[error("format 0 with {tracks} tracks")]
    TracksInFormatZero { tracks: u16 },
    #[error("0 ticks per quarter")]
    DivisionZero,
    #[error("time counts in SMPTE frames")]
    TimecodeDivision,
    #[error("{division} ticks per quarter is no multiple of 24: no exact triplets or thirty-seconds")]
    CoarseDivision { division: u16 },
    #[error("{count} bytes behind the last chunk")]
    TrailingBytes { count: usize },
    #[error("neither a chunk nor the end of the file")]
    Garbage,
    #[error("chunk {:?}, which most readers refuse", String::from_utf8_lossy(tag))]
    AlienChunk { tag: [u8; 4] },
    #[error("a chunk of {length} bytes where the file has only {there} more")]
    ChunkPastEnd { length: usize, there: usize },
    #[error("the header tells of {told} tracks, the file has {found}")]
    TrackCount { told: u16, found: u32 },
    #[error("the track breaks off in the middle of an event")]
    BreaksOff,
    #[error("bytes behind the end of the track")]
    BehindEndOfTrack,
    #[error("the track has no end")]
    NoEndOfTrack,
    #[error("a number longer than 4 bytes")]
    LongNumber,
    #[error("status {status:#04x} has no place in a file")]
    Status { status: u8 },
    #[error("a data byte without a status: running status does not last across meta events and sysex")]
    NoStatus,
    #[error("data byte {byte:#04x} is above 127")]
    DataByte { byte: u8 },
    #[error("meta event {kind:#04x} of {length} bytes, not {due}")]
    MetaLength { kind: u8, length: usize, due: usize },
    #[error("a tempo of 0")]
    TempoZero,
    #[error("a tempo of {:.1} quarters per minute", 60e6 / f64::from(*microseconds))]
    OddTempo { microseconds: u32 },
    #[error("time signature {numerator}/2^{denominator_power}")]
    TimeSignature { numerator: u8, denominator_power: u8 },
    #[error("key signature with {sharps} sharps, mode {mode}")]
    KeySignature { sharps: i8, mode: u8 },
    #[error("text with byte {byte:#04x}, which is no printable ASCII")]
    Text { byte: u8 },
    #[error("{what} outside the first track")]
    OutsideFirstTrack { what: &'static str },
    #[error("sysex without its final F7")]
    OpenSysex,
    #[error("note {pitch} on channel {} is released but was not struck", channel + 1)]
    OrphanRelease { channel: u8, pitch: u8 },
    #[error("note {pitch} on channel {} has no length", channel + 1)]
    ZeroLength { channel: u8, pitch: u8 },
    #[error("note {pitch} on channel {} is struck while it sounds", channel + 1)]
    Overlap { channel: u8, pitch: u8 },
    #[error("note {pitch} on channel {} is never released", channel + 1)]
    Hanging { channel: u8, pitch: u8 },
    #[error("channel {} changes its program from {from} to {to}", channel + 1)]
    ProgramChanged { channel: u8, from: u8, to: u8 },
    #[error("channel {} plays before any program change", channel + 1)]
    NoProgram { channel: u8 },
    #[error("the track has no name")]
    NoTrackName,
    #[error("no notes")]
    NoNotes,
    #[error("no tempo at tick 0")]
    NoTempo,
    #[error("no time signature at tick 0")]
    NoTimeSignature,
    #[error("channel {} is used by {tracks} tracks", channel + 1)]
    SharedChannel { channel: u8, tracks: usize },
    #[error("the first track ends at tick {first}, the last sounding one at {last}: readers take the length from the first")]
    FirstTrackEndsEarly { first: u64, last: u64 },
}

impl Defect {
    pub fn severity(&self) -> Severity {
        match self {
            Self::HeaderLength { .. }
            | Self::TimecodeDivision
            | Self::CoarseDivision { .. }
            | Self::AlienChunk { .. }
            | Self::OddTempo { .. }
            | Self::Text { .. }
            | Self::OutsideFirstTrack { .. }
            | Self::OpenSysex
            | Self::Overlap { .. }
            | Self::ProgramChanged { .. }
            | Self::NoProgram { .. }
            | Self::NoTrackName
            | Self::NoTempo
            | Self::NoTimeSignature
            | Self::SharedChannel { .. }
            | Self::FirstTrackEndsEarly { .. } => Severity::Warn,
            Self::NoHeader
            | Self::Format { .. }
            | Self::TracksInFormatZero { .. }
            | Self::DivisionZero
            | Self::TrailingBytes { .. }
            | Self::Garbage
            | Self::ChunkPastEnd { .. }
            | Self::TrackCount { .. }
            | Self::BreaksOff
            | Self::BehindEndOfTrack
            | Self::NoEndOfTrack
            | Self::LongNumber
            | Self::Status { .. }
            | Self::NoStatus
            | Self::DataByte { .. }
            | Self::MetaLength { .. }
            | Self::TempoZero
            | Self::TimeSignature { .. }
            | Self::KeySignature { .. }
            | Self::OrphanRelease { .. }
            | Self::ZeroLength { .. }
            | Self::Hanging { .. }
            | Self::NoNotes => Severity::Reject,
        }
    }
}
