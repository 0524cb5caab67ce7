//! What is wrong with a MIDI file, read byte by byte: whatever makes some reader refuse it, and what is
//! legal but makes players, sequencers or notation programs stumble. Leans on no MIDI library: most of
//! them forgive what this has to find.

mod defect;
mod song;
mod track;

pub use defect::{Defect, Fault, Severity};

use song::Song;

/// Length of `MThd`, its length field and the three numbers in it.
const HEADER_LENGTH: usize = 14;
/// Length of a chunk's tag and length field.
const CHUNK_HEAD_LENGTH: usize = 8;
/// A resolution that this divides has exact triplets and thirty-seconds, and fits the MIDI clock.
const CLOCKS_PER_QUARTER: u16 = 24;

/// Every fault of the file, in the order in which a reader meets them.
pub fn lint(bytes: &[u8]) -> Vec<Fault> {
    let mut song = Song::default();
    let Some(header) = header(bytes, &mut song) else {
        return song.into_faults();
    };
    let mut at = header.chunks_at;
    let mut tracks: u32 = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let Some((head, body)) = rest.split_at_checked(CHUNK_HEAD_LENGTH) else {
            song.fault(at, Defect::TrailingBytes { count: rest.len() });
            break;
        };
        let tag = [head[0], head[1], head[2], head[3]];
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let content = &body[..length.min(body.len())];
        if tag == *b"MTrk" {
            if length > body.len() {
                song.fault(at, Defect::ChunkPastEnd { length, there: body.len() });
            }
            track::read(content, tracks, at + CHUNK_HEAD_LENGTH, header.format, &mut song);
            tracks += 1;
        } else if !tag.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            song.fault(at, Defect::Garbage);
            break;
        } else if length > body.len() {
            song.fault(at, Defect::ChunkPastEnd { length, there: body.len() });
        } else {
            song.fault(at, Defect::AlienChunk { tag });
        }
        at += CHUNK_HEAD_LENGTH + content.len();
    }
    if tracks != u32::from(header.tracks) {
        song.fault(10, Defect::TrackCount { told: header.tracks, found: tracks });
    }
    song.finish(bytes.len(), header.format);
    song.into_faults()
}

struct Header {
    format: u16,
    tracks: u16,
    /// Where the first chunk behind the header begins.
    chunks_at: usize,
}

/// The header; `None` if this is no MIDI file at all.
fn header(bytes: &[u8], song: &mut Song) -> Option<Header> {
    if bytes.len() < HEADER_LENGTH || !bytes.starts_with(b"MThd") {
        song.fault(0, Defect::NoHeader);
        return None;
    }
    let length = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
    let number = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let (format, tracks, division) = (number(8), number(10), number(12));
    if length != 6 {
        song.fault(4, Defect::HeaderLength { length });
    }
    if format > 1 {
        song.fault(8, Defect::Format { format });
    }
    if format == 0 && tracks != 1 {
        song.fault(10, Defect::TracksInFormatZero { tracks });
    }
    if division == 0 {
        song.fault(12, Defect::DivisionZero);
    } else if division & 0x8000 != 0 {
        song.fault(12, Defect::TimecodeDivision);
    } else if !division.is_multiple_of(CLOCKS_PER_QUARTER) {
        song.fault(12, Defect::CoarseDivision { division });
    }
    Some(Header { format, tracks, chunks_at: CHUNK_HEAD_LENGTH.saturating_add(length as usize) })
}
