//! Both at the same time: one band on the left, one on the right.

use super::sounding::{Sounding, behind, cues, soundings};
use super::{Unlike, agree, in_order, signed};
use crate::music::Pan;
use crate::perform::{ChannelSetup, Performance, Port};

/// Places of the outermost and the innermost instrument of a side, as far from its edge (see [`Pan`]). At 9 a tenth of
/// the sound is on the far side and at 24 three tenths, for ears in headphones, which find a voice in one ear alone
/// hard to bear; nearer to the middle the two bands run together.
const OUTER: u8 = 9;
const INNER: u8 = 24;

/// One piece of two, which begin together: `left` on port A and on the left, `right` on port B and on the right. Where one
/// ends before the other, its side is silent from there on. `left_codes` is the count of the left's code objects.
///
/// There are no states of a bar: each bar says two things.
pub fn sides(left: &Performance, right: &Performance, left_codes: u32) -> Result<Performance, Unlike> {
    agree(left, right)?;
    let setups =
        [(Port::A, left), (Port::B, right)].into_iter().flat_map(|(port, piece)| piece.setups.iter().map(move |setup| seat(port, setup)));
    let ours = soundings(left).into_iter();
    let theirs = behind(soundings(right), left_codes).map(|note| Sounding { channel: note.channel.on(Port::B), ..note });
    let (cues, causes) = cues(ours.chain(theirs).collect());
    Ok(Performance {
        title: format!("{} | {}", left.title, right.title),
        tempo: left.tempo,
        key: left.key,
        setups: setups.collect(),
        cues,
        causes,
        // Two chords sound at once: as with the key, the left's are told.
        harmony: left.harmony.clone(),
        markers: in_order(left.markers.iter().map(|text| signed(left, text)), right.markers.iter().map(|text| signed(right, text))),
        remarks: in_order(left.remarks.iter().map(|text| signed(left, text)), right.remarks.iter().map(|text| signed(right, text))),
        states: Vec::new(),
        end: left.end.max(right.end),
    })
}

/// An instrument on its side. In the order from left to right both bands sit as one does.
fn seat(port: Port, setup: &ChannelSetup) -> ChannelSetup {
    let narrowed = OUTER + (u16::from(setup.pan.value()) * u16::from(INNER - OUTER) / 127) as u8;
    let place = match port {
        Port::A => narrowed,
        // Counted around the centre, 64, what is 9 from one edge is 119.
        Port::B => narrowed + (128 - OUTER - INNER),
    };
    ChannelSetup { channel: setup.channel.on(port), pan: Pan::new(place).unwrap_or(setup.pan), ..setup.clone() }
}
