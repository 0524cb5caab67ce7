//! The wire between the audio thread and who sends MIDI: a ring of what is struck, each with the frame on which it
//! is. The audio thread's end neither locks nor allocates, and a full ring does not stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::sent::Sent;
use crate::live::piece::PieceId;
use crate::live::shared::Shared;
use crate::perform::{Channel, CueKind};

/// What may wait to be sent: as much as dense music has in ten seconds. Who sends empties the ring every few
/// milliseconds; more would only take room.
const HELD: usize = 8_192;

/// Room that a torn wire waits for until it is mended, so that it does not tear at once again.
const ROOM: usize = 64;

/// What happened, and on which frame, counted from when the device was opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stamped {
    pub frame: u64,
    pub sent: Sent,
}

/// The audio thread's end.
pub struct Wire {
    ring: rtrb::Producer<Stamped>,
    is_wanted: Arc<AtomicBool>,
    /// Nobody takes what is said, or did not for so long that something was lost.
    is_torn: bool,
    piece: PieceId,
    frame: u64,
}

/// The other end.
pub struct WireEnd {
    pub ring: rtrb::Consumer<Stamped>,
    pub shared: Arc<Shared>,
    is_wanted: Arc<AtomicBool>,
}

pub fn wire(shared: Arc<Shared>) -> (Wire, WireEnd) {
    let (ring, their_ring) = rtrb::RingBuffer::new(HELD);
    let is_wanted = Arc::new(AtomicBool::new(false));
    let wire = Wire { ring, is_wanted: Arc::clone(&is_wanted), is_torn: true, piece: PieceId::default(), frame: 0 };
    (wire, WireEnd { ring: their_ring, shared, is_wanted })
}

impl WireEnd {
    /// From now on what happens is said; before, it would only fill the ring.
    pub fn listen(&self) {
        self.is_wanted.store(true, Ordering::Release);
    }
}

impl Wire {
    /// Counts frames that were rendered.
    pub fn rendered(&mut self, frames: usize) {
        self.frame += frames as u64;
        self.mend();
    }

    pub fn cue(&mut self, channel: Channel, kind: CueKind) {
        self.say(Sent::Cue { channel, kind });
    }

    pub fn hush(&mut self) {
        self.say(Sent::Hush);
    }

    pub fn piece(&mut self, piece: PieceId) {
        self.piece = piece;
        self.say(Sent::Piece(piece));
    }

    /// Says it, or drops it where nobody listens or the ring is full.
    pub fn say(&mut self, sent: Sent) {
        self.mend();
        if !self.is_torn && self.ring.push(Stamped { frame: self.frame, sent }).is_err() {
            self.is_torn = true;
        }
    }

    /// Begins anew after something was lost: of what sounds then, the release may be among it.
    fn mend(&mut self) {
        if self.is_torn && self.is_wanted.load(Ordering::Acquire) && self.ring.slots() >= ROOM {
            self.is_torn = false;
            self.say(Sent::Hush);
            if self.piece != PieceId::default() {
                self.say(Sent::Piece(self.piece));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::shared::Snapshot;
    use crate::music::Tempo;

    fn pair() -> (Wire, WireEnd) {
        let tempo = Tempo::nearest(120.0);
        let at_rest = Snapshot { section: 0, leg: 0, tempo, frame: 0, is_starved: false, is_over: true };
        wire(Arc::new(Shared::new(at_rest, 8_000)))
    }

    fn said(end: &mut WireEnd) -> Vec<Stamped> {
        std::iter::from_fn(|| end.ring.pop().ok()).collect()
    }

    #[test]
    fn who_comes_later_hears_from_then_on_and_which_piece_it_is() {
        let (mut wire, mut end) = pair();
        wire.piece(PieceId(3));
        wire.rendered(64);
        assert_eq!(said(&mut end), []);
        end.listen();
        wire.rendered(36);
        let at = |sent| Stamped { frame: 100, sent };
        assert_eq!(said(&mut end), [at(Sent::Hush), at(Sent::Piece(PieceId(3)))]);
        wire.say(Sent::Clock);
        assert_eq!(said(&mut end), [at(Sent::Clock)]);
    }

    #[test]
    fn where_something_was_lost_all_is_silenced_before_it_goes_on() {
        let (mut wire, mut end) = pair();
        end.listen();
        for _ in 0..HELD * 2 {
            wire.say(Sent::Clock);
        }
        assert_eq!(said(&mut end).len(), HELD);
        wire.rendered(1);
        wire.say(Sent::Stop);
        let sent: Vec<Sent> = said(&mut end).into_iter().map(|stamped| stamped.sent).collect();
        assert_eq!(sent, [Sent::Hush, Sent::Stop]);
    }
}
