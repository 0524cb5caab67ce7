//! One track, event by event.

use std::collections::{BTreeMap, VecDeque};

use super::Defect;
use super::song::Song;

/// Channel 10, counted from 0: its program is the drum kit, which needs no naming.
const DRUMS: u8 = 9;
/// Channels of a port.
const A_PORT: u8 = 16;
/// Highest port whose channels are told apart: ports are out of use, and whoever has more than two has sixteen at most.
const LAST_PORT: u8 = 15;
/// Longest variable-length quantity (SMF 1.0).
const LONGEST_NUMBER: usize = 4;
/// Quarters per minute beyond which readers show or play something else; from the files that people
/// write, which keep well within.
const PLAUSIBLE_TEMPO: std::ops::RangeInclusive<f64> = 20.0..=300.0;

/// The track breaks off, or cannot be followed any further (the fault is noted already).
enum Stop {
    BreaksOff,
    Lost,
}

pub fn read(bytes: &[u8], number: u32, starts_at: usize, format: u16, song: &mut Song) {
    let mut track = Track {
        bytes,
        at: 0,
        starts_at,
        number,
        is_first: number == 0 || format != 1,
        now: 0,
        running: None,
        port: 0,
        sounding: BTreeMap::new(),
        has_name: false,
        has_end: false,
        song,
    };
    if let Err(Stop::BreaksOff) = track.events() {
        track.fault(Defect::BreaksOff);
    }
    track.finish();
}

struct Track<'a> {
    bytes: &'a [u8],
    at: usize,
    starts_at: usize,
    number: u32,
    /// Whether tempo, metre and markers belong here.
    is_first: bool,
    /// In ticks; a hostile file may tell of more than a `Tick` holds.
    now: u64,
    running: Option<u8>,
    /// The port its messages go to (`FF 21`). Its channels are other ones than those of the first.
    port: u8,
    /// Moments of the strokes not yet released, for each channel and pitch.
    sounding: BTreeMap<(u8, u8), VecDeque<u64>>,
    has_name: bool,
    has_end: bool,
    song: &'a mut Song,
}

impl Track<'_> {
    fn fault(&mut self, defect: Defect) {
        self.song.fault_at(self.starts_at + self.at, self.number, self.now, defect);
    }

    fn events(&mut self) -> Result<(), Stop> {
        while self.at < self.bytes.len() {
            if self.has_end {
                self.fault(Defect::BehindEndOfTrack);
                return Err(Stop::Lost);
            }
            self.now = self.now.saturating_add(self.number()?);
            let status = self.peek()?;
            match status {
                0xff => self.meta()?,
                0xf0 | 0xf7 => self.sysex(status)?,
                0xf1..=0xfe => {
                    self.fault(Defect::Status { status });
                    return Err(Stop::Lost);
                }
                _ => self.message(status)?,
            }
        }
        Ok(())
    }

    fn peek(&self) -> Result<u8, Stop> {
        self.bytes.get(self.at).copied().ok_or(Stop::BreaksOff)
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, Stop> {
        let end = self.at.checked_add(length).ok_or(Stop::BreaksOff)?;
        let taken = self.bytes.get(self.at..end).ok_or(Stop::BreaksOff)?.to_vec();
        self.at = end;
        Ok(taken)
    }

    /// A variable-length quantity: seven bits a byte, the last one without the top bit.
    fn number(&mut self) -> Result<u64, Stop> {
        let (start, mut value) = (self.at, 0u64);
        loop {
            let byte = self.byte()?;
            value = (value << 7) | u64::from(byte & 0x7f);
            if byte < 0x80 {
                break;
            }
        }
        if self.at - start > LONGEST_NUMBER {
            self.fault(Defect::LongNumber);
        }
        Ok(value)
    }

    fn length(&mut self) -> Result<usize, Stop> {
        usize::try_from(self.number()?).map_err(|_| Stop::BreaksOff)
    }

    fn sysex(&mut self, status: u8) -> Result<(), Stop> {
        self.at += 1;
        self.running = None;
        let length = self.length()?;
        let content = self.take(length)?;
        if status == 0xf0 && content.last() != Some(&0xf7) {
            self.fault(Defect::OpenSysex);
        }
        Ok(())
    }

    fn meta(&mut self) -> Result<(), Stop> {
        self.at += 1;
        self.running = None;
        let kind = self.byte()?;
        let length = self.length()?;
        let content = self.take(length)?;
        let due = match kind {
            0x00 | 0x59 => Some(2),
            0x20 | 0x21 => Some(1),
            0x2f => Some(0),
            0x51 => Some(3),
            0x54 => Some(5),
            0x58 => Some(4),
            _ => None,
        };
        if let Some(due) = due
            && due != length
        {
            self.fault(Defect::MetaLength { kind, length, due });
        }
        match (kind, content.as_slice()) {
            (0x01..=0x0f, text) => self.text(kind, text),
            (0x21, &[port]) => self.port = port.min(LAST_PORT),
            (0x2f, _) => self.has_end = true,
            (0x51, tempo) => self.tempo(tempo),
            (0x58, &[numerator, denominator_power, _, _]) => {
                if numerator == 0 || denominator_power > 6 {
                    self.fault(Defect::TimeSignature { numerator, denominator_power });
                }
                self.song.has_first_time_signature |= self.now == 0;
                self.keep_to_first_track("a time signature");
            }
            (0x59, &[sharps, mode]) => {
                let sharps = i8::from_be_bytes([sharps]);
                if !(-7..=7).contains(&sharps) || mode > 1 {
                    self.fault(Defect::KeySignature { sharps, mode });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, kind: u8, text: &[u8]) {
        if let Some(&byte) = text.iter().find(|byte| !matches!(byte, b' '..=b'~' | b'\n' | b'\r')) {
            self.fault(Defect::Text { byte });
        }
        self.has_name |= kind == 0x03;
        if kind == 0x06 {
            self.keep_to_first_track("a marker");
        }
    }

    fn tempo(&mut self, content: &[u8]) {
        self.keep_to_first_track("a tempo");
        self.song.has_first_tempo |= self.now == 0;
        let &[high, middle, low] = content else { return };
        let microseconds = u32::from_be_bytes([0, high, middle, low]);
        if microseconds == 0 {
            self.fault(Defect::TempoZero);
        } else if !PLAUSIBLE_TEMPO.contains(&(60e6 / f64::from(microseconds))) {
            self.fault(Defect::OddTempo { microseconds });
        }
    }

    fn keep_to_first_track(&mut self, what: &'static str) {
        if !self.is_first {
            self.fault(Defect::OutsideFirstTrack { what });
        }
    }

    fn message(&mut self, first: u8) -> Result<(), Stop> {
        if first >= 0x80 {
            self.running = Some(first);
            self.at += 1;
        }
        let Some(status) = self.running else {
            self.fault(Defect::NoStatus);
            return Err(Stop::Lost);
        };
        let (kind, channel) = (status >> 4, (status & 0x0f) + self.port * A_PORT);
        let is_short = matches!(kind, 0xc | 0xd);
        let data = self.take(if is_short { 1 } else { 2 })?;
        if let Some(&byte) = data.iter().find(|byte| **byte > 127) {
            self.fault(Defect::DataByte { byte });
            return Err(Stop::Lost);
        }
        match (kind, data.as_slice()) {
            (0xc, &[program]) => self.program(channel, program),
            (0x9, &[pitch, velocity]) if velocity > 0 => self.strike(channel, pitch),
            (0x8 | 0x9, &[pitch, _]) => self.release(channel, pitch),
            _ => {}
        }
        Ok(())
    }

    fn program(&mut self, channel: u8, program: u8) {
        if let Some(before) = self.song.programs.insert(channel, program)
            && before != program
            && channel % A_PORT != DRUMS
        {
            self.fault(Defect::ProgramChanged { channel, from: before, to: program });
        }
    }

    fn strike(&mut self, channel: u8, pitch: u8) {
        self.song.strikers.entry(channel).or_default().insert(self.number);
        if channel % A_PORT != DRUMS && !self.song.programs.contains_key(&channel) {
            self.fault(Defect::NoProgram { channel });
            // Once is enough for a channel.
            self.song.programs.insert(channel, 0);
        }
        if self.sounding.get(&(channel, pitch)).is_some_and(|strokes| !strokes.is_empty()) {
            self.fault(Defect::Overlap { channel, pitch });
        }
        self.sounding.entry((channel, pitch)).or_default().push_back(self.now);
    }

    fn release(&mut self, channel: u8, pitch: u8) {
        match self.sounding.get_mut(&(channel, pitch)).and_then(VecDeque::pop_front) {
            None => self.fault(Defect::OrphanRelease { channel, pitch }),
            Some(struck) if struck == self.now => self.fault(Defect::ZeroLength { channel, pitch }),
            Some(_) => {}
        }
    }

    fn finish(mut self) {
        if !self.has_end {
            self.fault(Defect::NoEndOfTrack);
        }
        let hanging: Vec<(u8, u8)> =
            self.sounding.iter().flat_map(|(string, strokes)| std::iter::repeat_n(*string, strokes.len())).collect();
        for (channel, pitch) in hanging {
            self.fault(Defect::Hanging { channel, pitch });
        }
        if !self.has_name {
            self.fault(Defect::NoTrackName);
        }
        self.song.ends.push(self.now);
    }
}
