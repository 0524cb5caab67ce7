//! Input through JACK, each message with the very frame on which it was sent. The only file that reads by JACK.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jack::{
    AsyncClient, Client, ClientStatus, Control, MidiIn, NotificationHandler, Port, PortFlags, ProcessHandler, ProcessScope, Unowned,
};

use super::{Connection, Ear};
use crate::live::midi_port::{found, jack_client};
use crate::live::port_name::Way;

/// What we are called where ports are listed.
const CLIENT: &str = "evalody-in";

/// How JACK calls MIDI.
const MIDI: &str = "8 bit raw midi";

struct Listener {
    port: Port<MidiIn>,
    ear: Ear,
    /// One moment on both clocks. Both count the same seconds, so that it holds for good.
    same: (Instant, jack::Time),
}

impl ProcessHandler for Listener {
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        let begins = scope.last_frame_time();
        for message in self.port.iter(scope) {
            let (instant, time_us) = self.same;
            let at_us = client.frames_to_time(begins.wrapping_add(message.time));
            let at = match at_us.checked_sub(time_us) {
                Some(since) => instant + Duration::from_micros(since),
                None => instant,
            };
            self.ear.hear(at, message.bytes);
        }
        Control::Continue
    }
}

struct Watcher(Arc<AtomicBool>);

impl NotificationHandler for Watcher {
    unsafe fn shutdown(&mut self, _: ClientStatus, _: &str) {
        self.0.store(true, Ordering::Release);
    }
}

struct Open {
    client: Option<AsyncClient<Watcher, Listener>>,
    has_gone: Arc<AtomicBool>,
    own: Port<Unowned>,
    /// The port it is connected to; none if others connect to ours.
    source: Option<String>,
}

impl Connection for Open {
    fn is_there(&self) -> bool {
        // A server that has gone is asked nothing.
        !self.has_gone.load(Ordering::Acquire)
            && self.source.as_ref().is_none_or(|source| self.own.is_connected_to(source).unwrap_or(false))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = client.deactivate();
        }
    }
}

/// Whether a server runs.
pub fn is_there() -> bool {
    jack_client(CLIENT).is_ok()
}

pub fn open(way: &Way, ear: Ear) -> Result<(Box<dyn Connection>, String), String> {
    let failed = |error: jack::Error| format!("JACK gives no MIDI port: {error}");
    let client = jack_client(CLIENT)?;
    let (short, source) = match way {
        Way::Virtual(name) => (name.as_str(), None),
        Way::Named(wanted) => {
            let names = client.ports(None, Some(MIDI), PortFlags::IS_OUTPUT);
            let name = found(wanted, &names).map_err(|error| error.to_string())?;
            ("in", Some(name.clone()))
        }
    };
    let port = client.register_port(short, MidiIn::default()).map_err(failed)?;
    let own = port.clone_unowned();
    let called = port.name().map_err(failed)?;
    let has_gone = Arc::new(AtomicBool::new(false));
    let listener = Listener { port, ear, same: (Instant::now(), client.time()) };
    let client = client.activate_async(Watcher(Arc::clone(&has_gone)), listener).map_err(failed)?;
    if let Some(source) = &source {
        client.as_client().connect_ports_by_name(source, &called).map_err(failed)?;
    }
    let called = source.clone().unwrap_or(called);
    Ok((Box::new(Open { client: Some(client), has_gone, own, source }), called))
}
