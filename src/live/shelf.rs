//! The pieces a player knows: the one that plays, those to come, and a few before, so that who looks on
//! may still ask for them.

use super::piece::{Piece, PieceId};
use super::stream::Voices;
use crate::perform::ChannelSetup;

/// Pieces that are kept. Enough that one which was replaced is still known while it is heard; each takes
/// some megabytes at most.
const KEPT: usize = 8;

pub struct Shelf<V: Voices> {
    /// By number.
    pieces: Vec<Known<V>>,
    named: u64,
    /// The piece whose music is rendered, or will be by the last command.
    pub playing: Option<PieceId>,
}

struct Known<V> {
    id: PieceId,
    piece: Piece,
    /// Until it is sent.
    synth: Option<Box<V>>,
}

impl<V: Voices> Shelf<V> {
    pub fn new() -> Self {
        Self { pieces: Vec::new(), named: 0, playing: None }
    }

    pub fn add(&mut self, piece: Piece, synth: Box<V>) -> PieceId {
        self.named += 1;
        let id = PieceId(self.named);
        if self.pieces.len() == KEPT {
            let oldest = self.pieces.iter().position(|known| Some(known.id) != self.playing).unwrap_or(0);
            self.pieces.remove(oldest);
        }
        self.pieces.push(Known { id, piece, synth: Some(synth) });
        id
    }

    fn known(&mut self, id: PieceId) -> Option<&mut Known<V>> {
        self.pieces.iter_mut().find(|known| known.id == id)
    }

    pub fn get(&self, id: PieceId) -> Option<&Piece> {
        self.pieces.iter().find(|known| known.id == id).map(|known| &known.piece)
    }

    pub fn get_mut(&mut self, id: PieceId) -> Option<&mut Piece> {
        self.known(id).map(|known| &mut known.piece)
    }

    pub fn playing(&self) -> Option<(PieceId, &Piece)> {
        let id = self.playing?;
        Some((id, self.get(id)?))
    }

    pub fn setups(&self, id: PieceId) -> Option<&[ChannelSetup]> {
        self.get(id).map(|piece| piece.setups.as_slice())
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Tells of each piece its channels, the first piece first.
    pub fn each(&self, mut tell: impl FnMut(PieceId, &[ChannelSetup])) {
        self.pieces.iter().for_each(|known| tell(known.id, &known.piece.setups));
    }

    pub fn synth(&mut self, id: PieceId) -> Option<&mut Option<Box<V>>> {
        self.known(id).map(|known| &mut known.synth)
    }

    /// Lets go of synths that were not sent and will not be.
    pub fn drop_synths_but(&mut self, wanted: [Option<PieceId>; 2]) {
        for known in self.pieces.iter_mut().filter(|known| !wanted.contains(&Some(known.id))) {
            known.synth = None;
        }
    }
}
