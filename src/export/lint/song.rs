//! What the tracks of one file have to agree on, and the faults found so far.

use std::collections::{BTreeMap, BTreeSet};

use super::{Defect, Fault};

#[derive(Default)]
pub struct Song {
    faults: Vec<Fault>,
    /// The program each channel was set to last.
    pub programs: BTreeMap<u8, u8>,
    /// The tracks which strike notes on each channel.
    pub strikers: BTreeMap<u8, BTreeSet<u32>>,
    pub has_first_tempo: bool,
    pub has_first_time_signature: bool,
    /// The tick on which each track ends.
    pub ends: Vec<u64>,
}

impl Song {
    /// Notes a fault of the file as a whole.
    pub fn fault(&mut self, byte: usize, defect: Defect) {
        self.faults.push(Fault { byte, place: None, defect });
    }

    /// Notes a fault within a track.
    pub fn fault_at(&mut self, byte: usize, track: u32, tick: u64, defect: Defect) {
        self.faults.push(Fault { byte, place: Some((track, tick)), defect });
    }

    /// What only shows when all tracks are read.
    pub fn finish(&mut self, length: usize, format: u16) {
        if self.strikers.is_empty() {
            self.fault(length, Defect::NoNotes);
        }
        if !self.has_first_tempo {
            self.fault(length, Defect::NoTempo);
        }
        if !self.has_first_time_signature {
            self.fault(length, Defect::NoTimeSignature);
        }
        let shared: Vec<(u8, usize)> = self.strikers.iter().map(|(channel, tracks)| (*channel, tracks.len())).collect();
        for (channel, tracks) in shared.into_iter().filter(|(_, tracks)| *tracks > 1) {
            self.fault(length, Defect::SharedChannel { channel, tracks });
        }
        if let (Some(&first), Some(&last)) = (self.ends.first(), self.ends.iter().max())
            && format == 1
            && last > first
        {
            self.fault(length, Defect::FirstTrackEndsEarly { first, last });
        }
    }

    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}
