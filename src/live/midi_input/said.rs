//! What others say over MIDI, as far as somebody here listens to it: clocks and controllers. Notes are nothing to
//! us. Knows no ports.

use midly::MidiMessage;
use midly::live::{LiveEvent, SystemCommon, SystemRealtime};

use crate::live::ClockMessage;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Clock(ClockMessage),
    Control(Control),
}

/// A knob or fader was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub controller: u8,
    /// 0 to 127.
    pub value: u8,
}

impl Said {
    /// Reads one whole message; nothing for those which nobody listens to.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let clock = match LiveEvent::parse(bytes).ok()? {
            LiveEvent::Midi { channel, message: MidiMessage::Controller { controller, value } } => {
                return Some(Self::Control(Control { channel: channel.as_int(), controller: controller.as_int(), value: value.as_int() }));
            }
            LiveEvent::Realtime(SystemRealtime::TimingClock) => ClockMessage::Clock,
            LiveEvent::Realtime(SystemRealtime::Start) => ClockMessage::Start,
            LiveEvent::Realtime(SystemRealtime::Continue) => ClockMessage::Continue,
            LiveEvent::Realtime(SystemRealtime::Stop) => ClockMessage::Stop,
            LiveEvent::Common(SystemCommon::SongPosition(sixteenths)) => ClockMessage::SongPosition(sixteenths.as_int()),
            LiveEvent::Midi { .. } | LiveEvent::Common(_) | LiveEvent::Realtime(_) => return None,
        };
        Some(Self::Clock(clock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Sent;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_bytes_come_are_read_or_left(bytes in proptest::collection::vec(any::<u8>(), 0..6)) {
            Said::read(&bytes);
        }
    }

    #[test]
    fn clocks_are_read_as_they_are_sent() {
        let clocks = [
            (Sent::Clock, ClockMessage::Clock),
            (Sent::Start, ClockMessage::Start),
            (Sent::Continue, ClockMessage::Continue),
            (Sent::Stop, ClockMessage::Stop),
            (Sent::SongPosition(0x1234), ClockMessage::SongPosition(0x1234)),
        ];
        for (sent, said) in clocks {
            assert_eq!(Said::read(&sent.bytes().unwrap()), Some(Said::Clock(said)));
        }
        // A note, active sensing, a song position cut short.
        for bytes in [&[0x90, 60, 100][..], &[0xfe], &[0xf2, 1], &[]] {
            assert_eq!(Said::read(bytes), None, "{bytes:?}");
        }
    }
}
