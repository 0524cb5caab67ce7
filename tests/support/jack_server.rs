//! A private JACK server without hardware, and who listens to its MIDI: another process, of this very test.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const RATE_HZ: u32 = 48_000;
pub const PERIOD: u32 = 256;

/// Longest that anything here may take. Only reached where something is broken.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct JackServer {
    name: String,
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
    /// A server of its own for each test, called by it and by this process.
    pub fn start(test: &str) -> Option<Self> {
        if !are_there(&["jackd", "jack_lsp"]) {
            return None;
        }
        let name = format!("evalody-{test}-{}", std::process::id());
        // In real time where that is allowed: on a busy machine nothing else is on time.
        ["--realtime", "--no-realtime"].into_iter().find_map(|mode| Self::started(&name, mode)).or_else(|| panic!("jackd does not start"))
    }

    fn started(name: &str, mode: &str) -> Option<Self> {
        let server = Command::new("jackd")
            .args(["--name", name, mode, "--sync", "--silent", "-d", "dummy", "-C", "0", "-P", "2"])
            .args(["-r", &RATE_HZ.to_string(), "-p", &PERIOD.to_string()])
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", "")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut started = Self { name: name.to_owned(), server };
        let began = Instant::now();
        while !started.ports().is_some_and(|_| true) {
            if began.elapsed() > PATIENCE || started.server.try_wait().unwrap().is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(started)
    }

    /// The ports there are; nothing where the server does not answer.
    pub fn ports(&self) -> Option<String> {
        let listed = self.lead(&mut Command::new("jack_lsp")).stderr(Stdio::null()).output().ok()?;
        listed.status.success().then(|| String::from_utf8_lossy(&listed.stdout).into_owned())
    }

    pub fn wait_for_port(&self, port: &str) {
        wait_until(port, || self.ports().is_some_and(|ports| ports.lines().any(|line| line == port)));
    }

    /// Makes `command` go to this server.
    pub fn lead<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("JACK_DEFAULT_SERVER", &self.name).env("JACK_NO_START_SERVER", "1").stdin(Stdio::null())
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
        let name = self.name.clone();
        *self = ["--realtime", "--no-realtime"].into_iter().find_map(|mode| Self::started(&name, mode)).expect("jackd starts again");
    }
}

impl Drop for JackServer {
    fn drop(&mut self) {
        // Asked first: a server that is killed leaves its memory behind.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
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
