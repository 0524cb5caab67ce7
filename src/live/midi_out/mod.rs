//! The music as MIDI, to a port, while it plays: from the audio thread over a ring to a thread that sends. Here is
//! what the player has of it.

mod follower;
mod port;
mod sender;
mod sent;
#[cfg(test)]
mod tests;
mod trial;
mod wire;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::LiveError;
use super::outlet::Outlet;
use super::piece::PieceId;
use super::player::Player;
use super::port_name::PortName;
use super::stream::Voices;
use crate::perform::ChannelSetup;

pub use port::{FrameClock, MidiPort, Opened};
use sender::Sender;
pub use sender::{LOOK_AHEAD, Status, Timebase};
pub use sent::{MidiBytes, Sent};
pub use trial::Ear;
pub use wire::{Wire, WireEnd, wire};

/// Longest wait for the last message when the port is closed: what is under way is there within a fifth of a second,
/// on a system that works.
const FAREWELL: Duration = Duration::from_secs(1);

/// The player's end: what it drops is silent.
pub struct MidiOut {
    /// Nothing once it is being closed.
    orders: Option<mpsc::Sender<Order>>,
    is_done: mpsc::Receiver<()>,
    status: Arc<Mutex<Status>>,
}

enum Order {
    Learn(PieceId, Vec<ChannelSetup>),
    Wire(WireEnd, Timebase, u32),
    Port(Box<dyn MidiPort>, Timebase),
}

impl MidiOut {
    pub fn new(port: Box<dyn MidiPort>, look_ahead: Duration) -> Result<Self, LiveError> {
        let status = Arc::new(Mutex::new(Status::default()));
        let (orders, received) = mpsc::channel();
        let (done, is_done) = mpsc::channel();
        let sender = Sender::new(port, Arc::clone(&status), look_ahead);
        let thread = std::thread::Builder::new().name("midi".to_owned());
        thread
            .spawn(move || {
                send(sender, &received);
                drop(done);
            })
            .map_err(|error| LiveError::NoMidiPort(format!("the MIDI port has no thread: {error}")))?;
        Ok(Self { orders: Some(orders), is_done, status })
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // It fails only where the thread has come to its end, and then there is nobody to send.
            let _ = orders.send(order);
        }
    }

    pub fn learn(&self, piece: PieceId, setups: &[ChannelSetup]) {
        self.order(Order::Learn(piece, setups.to_vec()));
    }

    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for MidiOut {
    /// Silences what sounds, and waits for that, unless the system is dead.
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.is_done.recv_timeout(FAREWELL);
    }
}

/// Tries how punctual a port is; tells which that is, and what was measured.
pub fn try_midi(name: &PortName) -> Result<Vec<String>, LiveError> {
    let (Opened { mut port, line, .. }, ear) = super::midi_port::open_hearing(name)?;
    Ok(std::iter::once(line).chain(trial::trial(&mut *port, ear)).collect())
}

/// Until nobody gives orders any more.
fn send(mut sender: Sender, orders: &mpsc::Receiver<Order>) {
    loop {
        let wait = sender.step();
        match orders.recv_timeout(wait) {
            Ok(Order::Learn(piece, setups)) => sender.learn(piece, setups),
            Ok(Order::Wire(end, timebase, sample_rate_hz)) => sender.take_wire(end, timebase, sample_rate_hz),
            Ok(Order::Port(port, timebase)) => sender.take_port(port, timebase),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl<V: Voices> Player<V> {
    /// From now on what sounds is also given to this port, in place of the one before. Gives which one that is, in one
    /// line. Where no device plays and nothing has been played yet, a port that goes by a clock of its own winds the
    /// music.
    pub fn connect_midi(&mut self, port: &PortName) -> Result<String, LiveError> {
        self.connect_opened(super::midi_port::open(port)?, LOOK_AHEAD)
    }

    /// The same, and so much later than it is rendered where no device holds it back. For who draws more seldom than
    /// every few milliseconds.
    pub fn connect_midi_within(&mut self, port: &PortName, look_ahead: Duration) -> Result<String, LiveError> {
        self.connect_opened(super::midi_port::open(port)?, look_ahead)
    }

    pub(super) fn connect_opened(&mut self, opened: Opened, look_ahead: Duration) -> Result<String, LiveError> {
        let Opened { port, clock, line } = opened;
        if let (Some(clock), Outlet::Silent(_), true) = (&clock, &self.outlet, self.shelf.is_empty()) {
            let mix = self.supply.mix.take();
            (self.outlet, self.supply) = Outlet::wound(Arc::clone(clock));
            self.supply.mix = mix;
        }
        let margin_s = port.margin() as f64 / f64::from(port.units_per_second());
        self.midi_ahead_s = look_ahead.as_secs_f64() + margin_s;
        let timebase = self.timebase(clock.as_ref(), look_ahead);
        match &self.midi {
            Some(midi) => midi.order(Order::Port(port, timebase)),
            None => {
                let midi = MidiOut::new(port, look_ahead)?;
                self.shelf.each(|piece, setups| midi.learn(piece, setups));
                self.midi = Some(midi);
                self.plug_in(timebase);
            }
        }
        Ok(line)
    }

    /// Gives the wire of the stream to who sends, once for each stream.
    pub(super) fn plug_in(&mut self, timebase: Timebase) {
        if let (Some(midi), Some(end)) = (&self.midi, self.supply.wire.take()) {
            // Here and now: what is struck before the order is read is heard, too.
            end.listen();
            midi.order(Order::Wire(end, timebase, self.supply.sample_rate_hz));
        }
    }

    /// Where the moments of frames come from, at a port of this clock.
    pub(super) fn timebase(&self, clock: Option<&Arc<dyn FrameClock>>, look_ahead: Duration) -> Timebase {
        let rate = u128::from(self.supply.sample_rate_hz);
        let ahead_frames = (look_ahead.as_nanos() * rate / 1_000_000_000) as u64;
        match &self.outlet {
            Outlet::Speaker(speaker) => Timebase::Drawn { latency_frames: speaker.latency_frames() + V::LATENCY_FRAMES },
            Outlet::Elsewhere => Timebase::Drawn { latency_frames: ahead_frames },
            Outlet::Silent(sink) => match clock {
                None => Timebase::Since(sink.opened()),
                Some(clock) => match sink.first_of(clock) {
                    Some(first) => Timebase::Exact { first: first as i64 },
                    None => Timebase::Drawn { latency_frames: ahead_frames },
                },
            },
        }
    }
}
