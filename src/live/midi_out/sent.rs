//! What passes from the audio thread to who sends it, and its bytes on the cable. Knows no moments.

use std::ops::Deref;

use midly::MidiMessage;
use midly::live::{LiveEvent, SystemCommon, SystemRealtime};
use midly::num::{u4, u14};

use crate::live::PieceId;
use crate::perform::{Channel, CueKind, midi};

/// One thing that happened on the audio thread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sent {
    /// This piece plays from here on: its channels are to be set.
    Piece(PieceId),
    Cue {
        channel: Channel,
        kind: CueKind,
    },
    /// All that sounds is to be silent.
    Hush,
    /// A twenty-fourth of a quarter is over (MIDI timing clock).
    Clock,
    /// The music begins with the next clock.
    Start,
    Stop,
    /// It goes on with the next clock, from the song position.
    Continue,
    /// In sixteenths from the beginning of the song, of which there are 16384.
    SongPosition(u16),
}

impl Sent {
    /// Its bytes, if it is one message; pieces and silence are several, and others by what was before.
    pub fn bytes(self) -> Option<MidiBytes> {
        let said = match self {
            Self::Piece(_) | Self::Hush => return None,
            Self::Cue { channel, kind } => return Some(on_channel(channel, midi::stroke(kind))),
            Self::Clock => LiveEvent::Realtime(SystemRealtime::TimingClock),
            Self::Start => LiveEvent::Realtime(SystemRealtime::Start),
            Self::Stop => LiveEvent::Realtime(SystemRealtime::Stop),
            Self::Continue => LiveEvent::Realtime(SystemRealtime::Continue),
            // A song that is longer has no positions behind that.
            Self::SongPosition(sixteenths) => {
                LiveEvent::Common(SystemCommon::SongPosition(u14::from_int_lossy(sixteenths.min(u14::max_value().as_int()))))
            }
        };
        Some(MidiBytes::of(&said))
    }
}

/// A message of a channel. Which port's it is, the bytes do not say.
pub fn on_channel(channel: Channel, message: MidiMessage) -> MidiBytes {
    MidiBytes::of(&LiveEvent::Midi { channel: u4::from_int_lossy(channel.in_port()), message })
}

/// One MIDI message: three bytes at most.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MidiBytes {
    bytes: [u8; 3],
    length: u8,
}

impl MidiBytes {
    /// Says only that the cable is there: a message that nobody plays.
    pub fn active_sensing() -> Self {
        Self::of(&LiveEvent::Realtime(SystemRealtime::ActiveSensing))
    }

    fn of(said: &LiveEvent<'_>) -> Self {
        let mut bytes = [0; 3];
        let mut rest = &mut bytes[..];
        // Nothing that is said here is longer.
        let is_whole = said.write_std(&mut rest).is_ok();
        debug_assert!(is_whole);
        let length = (3 - rest.len()) as u8;
        Self { bytes, length }
    }
}

impl Deref for MidiBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl std::fmt::Debug for MidiBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02x?}", &**self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::{Instrument, Level, Pan, Patch, Pitch, Velocity};
    use crate::perform::{ChannelSetup, Port};

    fn bytes(sent: Sent) -> Vec<u8> {
        sent.bytes().unwrap().to_vec()
    }

    #[test]
    fn each_message_has_the_bytes_that_midi_gives_it() {
        let channel = Channel::new(2).unwrap();
        let pitch = Pitch::new(60).unwrap();
        let on = CueKind::On { pitch, velocity: Velocity::new(100).unwrap(), note: 7 };
        assert_eq!(bytes(Sent::Cue { channel, kind: on }), [0x92, 60, 100]);
        assert_eq!(bytes(Sent::Cue { channel: channel.on(Port::B), kind: CueKind::Off { pitch } }), [0x82, 60, 64]);
        assert_eq!(bytes(Sent::Clock), [0xf8]);
        assert_eq!(bytes(Sent::Start), [0xfa]);
        assert_eq!(bytes(Sent::Continue), [0xfb]);
        assert_eq!(bytes(Sent::Stop), [0xfc]);
        // The lower seven bits come first.
        assert_eq!(bytes(Sent::SongPosition(0x81)), [0xf2, 1, 1]);
        assert_eq!(bytes(Sent::SongPosition(u16::MAX)), [0xf2, 127, 127]);
    }

    #[test]
    fn a_channel_is_set_and_silenced() {
        let channel = Channel::new(1).unwrap();
        let setup = ChannelSetup {
            channel,
            name: "lead",
            instrument: Instrument::Melodic(Patch::FLUTE),
            pan: Pan::CENTRE,
            level: Level::new(90).unwrap(),
        };
        let said: Vec<Vec<u8>> =
            midi::setting(&setup).into_iter().chain(midi::silence()).map(|message| on_channel(channel, message).to_vec()).collect();
        assert_eq!(
            said,
            [vec![0xc1, 73], vec![0xb1, 7, 90], vec![0xb1, 10, 64], vec![0xb1, 91, 40], vec![0xb1, 123, 0], vec![0xb1, 120, 0]]
        );
    }
}
