//! MIDI that comes in: ports are opened once, however many listen, and looked after: one that vanishes is taken
//! again when it is back. What is done with what arrives is known elsewhere.

#[cfg(all(feature = "midi", target_os = "linux"))]
mod jack_input;
#[cfg(feature = "midi")]
mod midir_input;
mod said;
mod system;

use std::time::{Duration, Instant};

use super::port_name::{OWN_NAME, PortName, Way};

pub use said::{Control, Said};

/// Time between two looks at whether ports are still there, and back again. Each asks the system; a port that was
/// taken out is not plugged in again sooner.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Messages that may wait until they are taken: ten seconds of knobs that are turned as fast as the cable allows.
const WAITING: usize = 8192;

/// The name of a port of our own where none is given.
const OWN_INPUT: &str = "in";

/// One message, and the moment at which it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub at: Instant,
    pub said: Said,
}

/// The end that the port's own thread holds: it neither waits nor allocates.
pub struct Ear(rtrb::Producer<Arrival>);

impl Ear {
    /// Takes one whole message. Those which nobody here listens to are left out, and those which nobody took.
    pub fn hear(&mut self, at: Instant, bytes: &[u8]) {
        if let Some(said) = Said::read(bytes) {
            let _ = self.0.push(Arrival { at, said });
        }
    }
}

/// A port that is open until this is dropped.
pub trait Connection: Send {
    /// Whether it is still there.
    fn is_there(&self) -> bool;
}

/// What opens ports: the system, or in its place a test.
pub trait Opens: Send {
    /// Opens a port and tells which one that is, or in one line why there is none.
    fn open(&mut self, port: &PortName, ear: Ear) -> Result<(Box<dyn Connection>, String), String>;
}

pub struct MidiInputs {
    opens: Box<dyn Opens>,
    inputs: Vec<Input>,
    looked: Option<Instant>,
}

/// Which of the ports something came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputId(usize);

struct Input {
    name: PortName,
    /// None while the port is gone.
    connection: Option<Box<dyn Connection>>,
    arrivals: rtrb::Consumer<Arrival>,
    /// How the system calls it.
    called: String,
}

impl MidiInputs {
    pub fn of_the_system() -> Self {
        Self::new(Box::new(system::System))
    }

    pub fn new(opens: Box<dyn Opens>) -> Self {
        Self { opens, inputs: Vec::new(), looked: None }
    }

    /// Opens a port, or finds it open; tells how the system calls it.
    pub fn open(&mut self, port: &PortName) -> Result<(InputId, String), String> {
        let mut name = port.clone();
        if name.way == Way::Virtual(OWN_NAME.to_owned()) {
            name.way = Way::Virtual(OWN_INPUT.to_owned());
        }
        if let Some(open) = self.inputs.iter().position(|input| input.name == name) {
            return Ok((InputId(open), self.inputs[open].called.clone()));
        }
        let (ear, arrivals) = rtrb::RingBuffer::new(WAITING);
        let (connection, called) = self.opens.open(&name, Ear(ear))?;
        self.inputs.push(Input { name, connection: Some(connection), arrivals, called: called.clone() });
        Ok((InputId(self.inputs.len() - 1), called))
    }

    /// Gives what arrived since, of each port in order.
    pub fn take(&mut self, mut each: impl FnMut(InputId, Arrival)) {
        for (number, input) in self.inputs.iter_mut().enumerate() {
            while let Ok(arrival) = input.arrivals.pop() {
                each(InputId(number), arrival);
            }
        }
    }

    /// Looks after the ports, if it is time to.
    pub fn look_after(&mut self, now: Instant) {
        if self.inputs.is_empty() || self.looked.is_some_and(|looked| now < looked + LOOK_EVERY) {
            return;
        }
        self.looked = Some(now);
        for input in &mut self.inputs {
            input.connection.take_if(|connection| !connection.is_there());
            if input.connection.is_some() {
                continue;
            }
            let (ear, arrivals) = rtrb::RingBuffer::new(WAITING);
            if let Ok((connection, called)) = self.opens.open(&input.name, Ear(ear)) {
                (input.connection, input.arrivals, input.called) = (Some(connection), arrivals, called);
            }
        }
    }

    /// One line if a port is gone.
    pub fn loss(&self) -> Option<String> {
        let lost = self.inputs.iter().find(|input| input.connection.is_none())?;
        Some(format!("the MIDI port {:?} is gone; it is taken again when it is back", lost.called))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::ClockMessage;
    use std::sync::{Arc, Mutex};

    /// A system of ports made of nothing: which there are, and the ears of those that are open.
    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<Ports>>);

    /// The names there are, and what is open.
    type Ports = (Vec<String>, Vec<(String, Ear)>);

    struct Plugged(Fake, String);

    impl Connection for Plugged {
        fn is_there(&self) -> bool {
            self.0.0.lock().unwrap().0.contains(&self.1)
        }
    }

    impl Opens for Fake {
        fn open(&mut self, port: &PortName, ear: Ear) -> Result<(Box<dyn Connection>, String), String> {
            let name = port.to_string();
            let (there, open) = &mut *self.0.lock().unwrap();
            if !there.contains(&name) {
                return Err(format!("there is no {name}"));
            }
            open.push((name.clone(), ear));
            Ok((Box::new(Plugged(self.clone(), name.clone())), name))
        }
    }

    impl Fake {
        fn plug(&self, name: &str) {
            self.0.lock().unwrap().0.push(name.to_owned());
        }

        fn unplug(&self, name: &str) {
            let (there, open) = &mut *self.0.lock().unwrap();
            there.retain(|other| other != name);
            open.retain(|(other, _)| other != name);
        }

        fn say(&self, name: &str, bytes: &[u8]) {
            for (_, ear) in self.0.lock().unwrap().1.iter_mut().filter(|(other, _)| other == name) {
                ear.hear(Instant::now(), bytes);
            }
        }
    }

    fn taken(inputs: &mut MidiInputs) -> Vec<(InputId, Said)> {
        let mut taken = Vec::new();
        inputs.take(|from, arrival| taken.push((from, arrival.said)));
        taken
    }

    #[test]
    fn a_port_is_opened_once_however_many_listen_and_taken_again_when_it_is_back() {
        let system = Fake::default();
        system.plug("clock");
        system.plug("knobs");
        let mut inputs = MidiInputs::new(Box::new(system.clone()));
        let [clock, knobs, again] = ["clock", "knobs", "clock"].map(|name| inputs.open(&name.parse().unwrap()).unwrap().0);
        assert_eq!(again, clock);
        assert!(inputs.open(&"organ".parse().unwrap()).is_err());
        assert_eq!(system.0.lock().unwrap().1.len(), 2);

        system.say("clock", &[0xf8]);
        system.say("knobs", &[0xb2, 20, 64]);
        system.say("knobs", &[0x92, 60, 64]);
        let control = Said::Control(Control { channel: 2, controller: 20, value: 64 });
        assert_eq!(taken(&mut inputs), [(clock, Said::Clock(ClockMessage::Clock)), (knobs, control)]);

        let now = Instant::now();
        inputs.look_after(now);
        assert_eq!(inputs.loss(), None);
        system.unplug("knobs");
        inputs.look_after(now + LOOK_EVERY / 2);
        assert_eq!(inputs.loss(), None);
        inputs.look_after(now + LOOK_EVERY);
        assert!(inputs.loss().unwrap().contains("\"knobs\" is gone"));
        system.plug("knobs");
        inputs.look_after(now + LOOK_EVERY * 2);
        assert_eq!(inputs.loss(), None);
        system.say("knobs", &[0xb2, 20, 65]);
        assert_eq!(taken(&mut inputs), [(knobs, Said::Control(Control { channel: 2, controller: 20, value: 65 }))]);
    }
}
