//! JACK: each message is stamped with the frame on which it is due, and put there by the process callback, so that
//! its period leaves no trace. libjack is opened when it is asked for; where it is missing that is one line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jack::{AsyncClient, Client, ClientOptions, Control, Port, PortFlags, ProcessScope, RawMidi, Unowned};

use super::found;
use super::jack_clock::{JackClock, unwrapped};
use crate::live::LiveError;
use crate::live::midi_out::{Ear, FrameClock, MidiBytes, MidiPort, Opened};
use crate::live::port_name::{OWN_NAME, Way, matching};
use crate::perform::Port as Cable;

const CLIENT: &str = "evalody";

/// The input of ours through which it is heard how punctual we are.
const EAR: &str = "heard";

/// JACK's name of the type of its MIDI ports.
const MIDI_TYPE: &str = "8 bit raw midi";

/// Between two looks whether port and server are there.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Messages that may be under way: more than are due within the look-ahead. Those that do not fit wait.
const UNDER_WAY: usize = 4_096;

/// Longest that a message is on its way: the look-ahead, and periods in plenty.
const SETTLES: Duration = Duration::from_millis(400);

/// A message, and the frame on which it is due.
struct Due {
    frame: i64,
    bytes: MidiBytes,
}

struct JackPort {
    way: Way,
    /// Whom it plays to, or what it is called.
    name: String,
    clock: Arc<JackClock>,
    seat: Option<Seat>,
    looked: Instant,
    is_there: bool,
}

/// A place in the graph of a server.
struct Seat {
    client: AsyncClient<Watch, Placer>,
    port: Port<Unowned>,
    due: rtrb::Producer<Due>,
    /// What lies between our count of frames and the server's.
    shift: i64,
    is_gone: Arc<AtomicBool>,
    has_changed: Arc<AtomicBool>,
}

/// What the server tells, apart from its periods.
struct Watch {
    is_gone: Arc<AtomicBool>,
    has_changed: Arc<AtomicBool>,
    clock: Arc<JackClock>,
}

impl jack::NotificationHandler for Watch {
    /// The server is no more. Only flags are raised, as in a handler of signals.
    unsafe fn shutdown(&mut self, _status: jack::ClientStatus, _reason: &str) {
        self.clock.is_running.store(false, Ordering::Release);
        self.is_gone.store(true, Ordering::Release);
    }

    fn port_registration(&mut self, _client: &Client, _port: jack::PortId, _is_registered: bool) {
        self.has_changed.store(true, Ordering::Release);
    }
}

/// The process callback: puts messages on their frames.
struct Placer {
    port: Port<jack::MidiOut>,
    due: rtrb::Consumer<Due>,
    clock: Arc<JackClock>,
    frames: i64,
    shift: i64,
    /// An input of ours, and where what it hears is noted.
    ear: Option<(Port<jack::MidiIn>, rtrb::Producer<i64>)>,
}

impl jack::ProcessHandler for Placer {
    fn process(&mut self, _client: &Client, scope: &ProcessScope) -> Control {
        self.frames = unwrapped(scope.last_frame_time(), self.frames, self.shift);
        self.clock.begin(self.frames, scope.n_frames());
        if let Some((port, heard)) = &mut self.ear {
            for message in port.iter(scope) {
                // Who tries the port empties it; where that does not, it is of no interest.
                let _ = heard.push(self.frames + i64::from(message.time));
            }
        }
        let mut writer = self.port.writer(scope);
        while let Ok(due) = self.due.peek() {
            let offset = (due.frame - self.frames).max(0);
            if offset >= i64::from(scope.n_frames()) || writer.write(&RawMidi { time: offset as u32, bytes: &due.bytes }).is_err() {
                break;
            }
            let _ = self.due.pop();
        }
        Control::Continue
    }
}

/// Ports that take MIDI; or why there are none, in one line.
pub fn ports() -> Result<Vec<String>, String> {
    client(CLIENT).map(|client| inputs(&client))
}

/// Those of others.
fn inputs(client: &Client) -> Vec<String> {
    let ours = format!("{}:", client.name());
    let mut names = client.ports(None, Some(MIDI_TYPE), PortFlags::IS_INPUT);
    names.retain(|name| !name.starts_with(&ours));
    names
}

pub fn open(way: &Way) -> Result<Opened, LiveError> {
    seated(way, false).map(|(opened, _)| opened)
}

/// The same, and hears through an input of ours what is sent.
pub fn open_hearing(way: &Way) -> Result<(Opened, Option<Ear>), LiveError> {
    seated(way, true)
}

fn seated(way: &Way, hears: bool) -> Result<(Opened, Option<Ear>), LiveError> {
    let client = client(CLIENT).map_err(LiveError::NoMidiPort)?;
    if let Way::Named(wanted) = way {
        found(wanted, &inputs(&client))?;
    }
    let clock = Arc::new(JackClock::new(client.sample_rate(), client.buffer_size()));
    let mut port =
        JackPort { way: way.clone(), name: String::new(), clock: Arc::clone(&clock), seat: None, looked: Instant::now(), is_there: false };
    let (ear, heard) = if hears {
        let (noted, heard) = rtrb::RingBuffer::new(UNDER_WAY);
        let ear = client.register_port(EAR, jack::MidiIn::default()).map_err(|error| LiveError::NoMidiPort(error.to_string()))?;
        (Some((ear, noted)), Some(heard))
    } else {
        (None, None)
    };
    let ear_name = ear.as_ref().and_then(|(port, _)| port.name().ok());
    let seat = port.sit_down(client, ear).map_err(LiveError::NoMidiPort)?;
    let own = seat.port.name().unwrap_or_default();
    if let Some(ear_name) = ear_name {
        let is_connected = seat.client.as_client().connect_ports_by_name(&own, &ear_name);
        is_connected.map_err(|error| LiveError::NoMidiPort(format!("JACK does not connect us to ourselves: {error}")))?;
    }
    port.seat = Some(seat);
    port.is_there = port.connect();
    let line = match way {
        Way::Named(_) if port.is_there => format!("MIDI goes to {} through JACK", port.name),
        Way::Named(wanted) => return Err(LiveError::NoMidiPort(format!("JACK does not connect us to {wanted}"))),
        Way::Virtual(_) => format!("MIDI comes out of {own} of JACK; connect it to what is to play"),
    };
    if matches!(way, Way::Virtual(_)) {
        port.name = own;
    }
    Ok((Opened { port: Box::new(port), clock: Some(clock), line }, heard))
}

/// A client of the server that runs, which is never started for this.
pub fn client(name: &str) -> Result<Client, String> {
    if jack::jack_sys::library().is_err() {
        return Err("JACK is not installed (libjack.so.0)".to_owned());
    }
    // It would print over the view.
    jack::set_logger(jack::LoggerType::None);
    let opened = Client::new(name, ClientOptions::NO_START_SERVER);
    opened.map(|(client, _)| client).map_err(|_| "no JACK server runs".to_owned())
}

impl JackPort {
    /// Joins the graph of this server.
    fn sit_down(&self, client: Client, ear: Option<(Port<jack::MidiIn>, rtrb::Producer<i64>)>) -> Result<Seat, String> {
        if client.sample_rate() != self.clock.sample_rate_hz() {
            return Err(format!("JACK runs at {} Hz now, and the music at {}", client.sample_rate(), self.clock.sample_rate_hz()));
        }
        let own_name = match &self.way {
            Way::Virtual(name) => name,
            Way::Named(_) => OWN_NAME,
        };
        let out = client.register_port(own_name, jack::MidiOut::default()).map_err(|error| format!("JACK gives no port: {error}"))?;
        let port = out.clone_unowned();
        let (due, their_due) = rtrb::RingBuffer::new(UNDER_WAY);
        let frames = self.clock.frames() as i64;
        let shift = frames - i64::from(client.frame_time());
        let [is_gone, has_changed] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let watch = Watch { is_gone: Arc::clone(&is_gone), has_changed: Arc::clone(&has_changed), clock: Arc::clone(&self.clock) };
        let placer = Placer { port: out, due: their_due, clock: Arc::clone(&self.clock), frames, shift, ear };
        let client = client.activate_async(watch, placer).map_err(|error| format!("JACK does not let us in: {error}"))?;
        Ok(Seat { client, port, due, shift, is_gone, has_changed })
    }

    /// Whether our port is connected as it should be, after it was tried.
    fn connect(&mut self) -> bool {
        let (Way::Named(wanted), Some(seat)) = (&self.way, &self.seat) else { return self.seat.is_some() };
        let names = inputs(seat.client.as_client());
        let Some(name) = names.iter().find(|name| **name == self.name).or(matching(wanted, &names).ok()) else { return false };
        let Ok(own) = seat.port.name() else { return false };
        let is_connected = match seat.client.as_client().connect_ports_by_name(&own, name) {
            Ok(()) | Err(jack::Error::PortAlreadyConnected(..)) => true,
            Err(_) => false,
        };
        self.name.clone_from(name);
        is_connected
    }

    fn look(&mut self) -> bool {
        if self.seat.as_ref().is_some_and(|seat| seat.is_gone.load(Ordering::Acquire)) {
            self.seat = None;
        }
        let Some(seat) = &self.seat else {
            self.seat = client(CLIENT).and_then(|client| self.sit_down(client, None)).ok();
            return self.connect();
        };
        if matches!(self.way, Way::Virtual(_)) || seat.port.is_connected_to(&self.name).unwrap_or(false) {
            return true;
        }
        // Whoever took the cable out by hand meant it; where the port itself went, it is put in again.
        let is_known = inputs(seat.client.as_client()).contains(&self.name);
        if seat.has_changed.swap(false, Ordering::AcqRel) || !is_known || !self.is_there { self.connect() } else { true }
    }
}

impl MidiPort for JackPort {
    fn units_per_second(&self) -> u32 {
        self.clock.sample_rate_hz()
    }

    fn now(&self) -> i64 {
        let begun = self.clock.frames() as i64;
        match &self.seat {
            Some(seat) if self.clock.is_running.load(Ordering::Acquire) => {
                unwrapped(seat.client.as_client().frame_time(), begun, seat.shift)
            }
            _ => begun,
        }
    }

    fn at(&self, _moment: Instant) -> Option<i64> {
        None
    }

    fn stamps(&self) -> bool {
        true
    }

    fn margin(&self) -> i64 {
        i64::from(self.clock.period.load(Ordering::Relaxed)) * 2
    }

    fn send(&mut self, due: i64, cable: Cable, bytes: MidiBytes) -> bool {
        match &mut self.seat {
            Some(seat) if cable == Cable::A => seat.due.push(Due { frame: due, bytes }).is_ok(),
            _ => true,
        }
    }

    fn mind(&mut self) -> bool {
        let is_called =
            self.seat.as_ref().is_some_and(|seat| seat.is_gone.load(Ordering::Acquire) || seat.has_changed.load(Ordering::Acquire));
        if is_called || self.looked.elapsed() >= LOOKS_EVERY {
            self.looked = Instant::now();
            self.is_there = self.look();
        }
        self.is_there
    }

    fn name(&self) -> &str {
        &self.name
    }

    /// What is under way leaves with the period in which it is due; it is there one later.
    fn settle(&mut self) {
        let Some(seat) = &self.seat else { return };
        let began = Instant::now();
        let room = seat.due.buffer().capacity();
        let mut left_at = None;
        while began.elapsed() < SETTLES && !seat.is_gone.load(Ordering::Acquire) {
            if seat.due.slots() == room {
                let frames = self.clock.frames.load(Ordering::Acquire);
                let left_at = *left_at.get_or_insert(frames);
                if frames >= left_at + self.margin() {
                    return;
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
