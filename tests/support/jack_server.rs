//! A private JACK server without hardware, and who listens to its MIDI: another process, of this very test.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const RATE_HZ: u32 = 48_000;
pub const PERIOD: u32 = 256;

/// Longest that anything here may take. Only reached where something is broken.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Servers that may run at a time, of all tests on this machine. JACK knows eight at most, and forgets one that was
/// killed only when another of the same name begins: so names are used again.
const SLOTS: usize = 4;

pub struct JackServer {
    name: String,
    /// Locked as long as the name is in use.
    _slot: File,
    server: Child,
}

/// Ends with what it was started for.
pub struct Guarded(pub Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what}: not within {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether these programs are there. What is missing is said on stderr; under CI that is a failure.
pub fn are_there(programs: &[&str]) -> bool {
    programs.iter().all(|program| {
        let is_there = Command::new("which").arg(program).stdout(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_there {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{program} is missing");
            let _ = writeln!(std::io::stderr(), "skipped: {program} is missing (packages jackd2 and fluidsynth)");
        }
        is_there
    })
}

impl JackServer {
    /// A server of its own for each test.
    pub fn start() -> Option<Self> {
        if !are_there(&["jackd", "jack_lsp"]) {
            return None;
        }
        let began = Instant::now();
        let (name, slot) = loop {
            if let Some(free) = (0..SLOTS).find_map(free_slot) {
                break free;
            }
            assert!(began.elapsed() < PATIENCE * 4, "all JACK servers are in use");
            std::thread::sleep(Duration::from_millis(50));
        };
        let server = Self::process(&name);
        Some(Self { name, _slot: slot, server })
    }

    /// In real time where that is allowed: on a busy machine nothing else is on time. One begins at a time, of all
    /// tests on this machine: two which both make the register of all servers, as the first ones do, lose each other.
    fn process(name: &str) -> Child {
        let turn = File::create(std::env::temp_dir().join("evalody-jack-begins")).unwrap();
        turn.lock().unwrap();
        let mut modes = ["--realtime", "--no-realtime"].into_iter();
        modes.find_map(|mode| Self::started(name, mode)).expect("jackd starts")
    }

    fn started(name: &str, mode: &str) -> Option<Child> {
        let mut server = Command::new("jackd")
            .args(["--name", name, mode, "--sync", "--silent", "-d", "dummy", "-C", "0", "-P", "2"])
            .args(["-r", &RATE_HZ.to_string(), "-p", &PERIOD.to_string()])
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while ports_of(name).is_none() {
            if began.elapsed() > PATIENCE || server.try_wait().unwrap().is_some() {
                let _ = server.kill();
                let _ = server.wait();
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(server)
    }

    /// The ports there are; nothing where the server does not answer.
    pub fn ports(&self) -> Option<String> {
        ports_of(&self.name)
    }

    pub fn wait_for_port(&self, port: &str) {
        wait_until(port, || self.ports().is_some_and(|ports| ports.lines().any(|line| line == port)));
    }

    /// Makes `command` go to this server.
    pub fn lead<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        lead(&self.name, command)
    }

    /// This test's own executable, as another program.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--ignored", "--nocapture"]);
        self.lead(&mut command);
        command
    }

    pub fn listen(&self) -> Listener {
        Listener::start(self)
    }

    pub fn kill(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    /// Once more, after it was killed.
    pub fn again(&mut self) {
        self.server = Self::process(&self.name);
    }
}

fn free_slot(number: usize) -> Option<(String, File)> {
    let slot = File::create(std::env::temp_dir().join(format!("evalody-jack-{number}"))).ok()?;
    slot.try_lock().ok().map(|()| (format!("evalody-{number}"), slot))
}

fn ports_of(name: &str) -> Option<String> {
    let listed = lead(name, &mut Command::new("jack_lsp")).stderr(Stdio::null()).output().ok()?;
    listed.status.success().then(|| String::from_utf8_lossy(&listed.stdout).into_owned())
}

fn lead<'a>(name: &str, command: &'a mut Command) -> &'a mut Command {
    command.env("JACK_DEFAULT_SERVER", name).env("JACK_NO_START_SERVER", "1").stdin(Stdio::null())
}

impl Drop for JackServer {
    fn drop(&mut self) {
        // Asked first: a server that is killed leaves its memory behind.
        let _ = Command::new("kill").arg(self.server.id().to_string()).stderr(Stdio::null()).status();
        let began = Instant::now();
        while self.server.try_wait().is_ok_and(|ended| ended.is_none()) && began.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
    }
}

/// A message, and the frame of the server's on which it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub frame: u32,
    pub bytes: Vec<u8>,
}

impl Heard {
    pub fn is_stroke(&self) -> bool {
        self.bytes[0] & 0xf0 == 0x90
    }
}

pub struct Listener {
    child: Child,
    heard: Arc<Mutex<Vec<Heard>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Listener {
    fn start(server: &JackServer) -> Self {
        let mut child = server.program("a_program_that_listens").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&heard);
        let reader = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut words = line.split(' ');
                if words.next() != Some("heard") {
                    continue;
                }
                let frame = words.next().unwrap().parse().unwrap();
                let bytes = words.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
                theirs.lock().unwrap().push(Heard { frame, bytes });
            }
        });
        server.wait_for_port("ear:in");
        Self { child, heard, reader: Some(reader) }
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub fn strokes(&self) -> usize {
        self.heard.lock().unwrap().iter().filter(|heard| heard.is_stroke()).count()
    }

    /// Notes that sound now, by channel and pitch.
    pub fn sounding(&self) -> BTreeSet<(u8, u8)> {
        let mut sounding = BTreeSet::new();
        for heard in self.heard() {
            match heard.bytes[..] {
                [on @ 0x90..=0x9f, pitch, _] => drop(sounding.insert((on & 15, pitch))),
                [off @ 0x80..=0x8f, pitch, _] => drop(sounding.remove(&(off & 15, pitch))),
                _ => {}
            }
        }
        sounding
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// Puts what it hears, with its frame, where it can be read.
struct Ear {
    port: jack::Port<jack::MidiIn>,
    heard: rtrb::Producer<(u32, usize, [u8; 3])>,
}

impl jack::ProcessHandler for Ear {
    fn process(&mut self, _client: &jack::Client, scope: &jack::ProcessScope) -> jack::Control {
        for message in self.port.iter(scope) {
            let mut bytes = [0; 3];
            let length = message.bytes.len().min(3);
            bytes[..length].copy_from_slice(&message.bytes[..length]);
            let _ = self.heard.push((scope.last_frame_time().wrapping_add(message.time), length, bytes));
        }
        jack::Control::Continue
    }
}

/// What the process of a [`Listener`] does, until it is killed.
pub fn listen_for_ever() {
    let (client, _) = jack::Client::new("ear", jack::ClientOptions::NO_START_SERVER).unwrap();
    let port = client.register_port("in", jack::MidiIn::default()).unwrap();
    let (noted, mut heard) = rtrb::RingBuffer::new(1 << 16);
    let _client = client.activate_async((), Ear { port, heard: noted }).unwrap();
    let mut out = std::io::stdout();
    loop {
        while let Ok((frame, length, bytes)) = heard.pop() {
            let words: Vec<String> = bytes[..length].iter().map(|byte| format!("{byte:02x}")).collect();
            if writeln!(out, "heard {frame} {}", words.join(" ")).and_then(|()| out.flush()).is_err() {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
