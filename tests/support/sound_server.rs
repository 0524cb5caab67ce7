//! A private sound server without hardware: what a program plays is captured as it would reach the
//! speakers. Nothing of the user's is touched, and nothing listens on the network.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub const RATE_HZ: u32 = 48_000;

/// The sink that is played into and captured from.
pub const SINK: &str = "evalody";

/// Longest time that anything here may take. Only reached where something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct SoundServer {
    folder: tempfile::TempDir,
    server: Child,
}

impl SoundServer {
    /// `None` where PulseAudio is not installed, which is said on stderr; under CI that is a failure.
    pub fn start() -> Option<Self> {
        for tool in ["pulseaudio", "pactl", "parec"] {
            let there = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if !there.is_ok_and(|status| status.success()) {
                assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{tool} is missing");
                eprintln!("skipped: {tool} is missing (packages pulseaudio and pulseaudio-utils)");
                return None;
            }
        }
        let folder = tempfile::Builder::new().prefix("evalody-sound").tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::create_dir(at("home")).unwrap();
        std::fs::create_dir(at("run")).unwrap();
        std::fs::write(
            at("asound.conf"),
            format!(
                "</usr/share/alsa/alsa.conf>\npcm.!default {{ type pulse server \"unix:{0}\" }}\nctl.!default {{ type pulse server \"unix:{0}\" }}\n",
                at("native")
            ),
        )
        .unwrap();
        let mut command = punctual("pulseaudio");
        command
            .args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"])
            .args(["--realtime=no", "--high-priority=no", "--log-level=info"])
            .arg(format!("--log-target=file:{}", at("pulse.log")))
            .args(["-L", &format!("module-native-protocol-unix socket={} auth-anonymous=1", at("native"))])
            // Rewinds would take blocks back that were captured already.
            .args(["-L", &format!("module-null-sink sink_name={SINK} format=float32le rate={RATE_HZ} channels=2 norewinds=1")])
            .env("HOME", at("home"))
            .env("XDG_RUNTIME_DIR", at("run"))
            .env("XDG_CONFIG_HOME", at("home/.config"))
            .env("PULSE_RUNTIME_PATH", at("run/pulse"))
            .env("DBUS_SESSION_BUS_ADDRESS", "")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let server = command.spawn().unwrap();
        let mut sound_server = Self { folder, server };
        sound_server.wait_until_it_answers();
        Some(sound_server)
    }

    fn wait_until_it_answers(&mut self) {
        let began = Instant::now();
        while !self.answers() {
            let log = || std::fs::read_to_string(self.folder.path().join("pulse.log")).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "the sound server does not answer: {}", log());
            assert_eq!(self.server.try_wait().unwrap(), None, "the sound server has ended: {}", log());
        }
    }

    fn answers(&self) -> bool {
        let mut command = Command::new("pactl");
        command.arg("info").stdout(Stdio::null()).stderr(Stdio::null());
        self.lead(&mut command).status().is_ok_and(|status| status.success())
    }

    /// What a program needs in its environment to play here, whichever of the two ways it takes.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let at = |name: &str| self.folder.path().join(name).into_os_string();
        let mut address = OsString::from("unix:");
        address.push(at("native"));
        vec![
            ("PULSE_SERVER", address),
            ("ALSA_CONFIG_PATH", at("asound.conf")),
            ("HOME", at("home")),
            ("XDG_RUNTIME_DIR", at("run")),
            ("JACK_NO_START_SERVER", "1".into()),
        ]
    }

    /// Makes `command` play here.
    pub fn lead<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.environment())
    }

    /// Captures from now on; gives back when the first frames have come.
    pub fn record(&self) -> Recording {
        let mut command = punctual("parec");
        command
            .args(["-d", &format!("{SINK}.monitor"), "--format=float32le", "--channels=2", "--latency-msec=20", "--raw"])
            .arg(format!("--rate={RATE_HZ}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut recorder = self.lead(&mut command).spawn().unwrap();
        let mut pipe = recorder.stdout.take().unwrap();
        let heard = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let writer = Arc::clone(&heard);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0u8; 4096];
            let mut rest = Vec::new();
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                rest.extend_from_slice(&buffer[..count]);
                let whole = rest.len() / 4 * 4;
                let samples = rest[..whole].chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
                writer.0.lock().unwrap().extend(samples);
                rest.drain(..whole);
                writer.1.notify_all();
            }
        });
        let recording = Recording { recorder, heard, reader: Some(reader) };
        recording.wait_for_frames(1);
        recording
    }

    /// Ends the server, as a device that is unplugged.
    pub fn kill(&mut self) -> io::Result<()> {
        self.server.kill()?;
        self.server.wait().map(drop)
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// What comes out of the sink.
pub struct Recording {
    recorder: Child,
    heard: Arc<(Mutex<Vec<f32>>, Condvar)>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Recording {
    /// Frames that have come so far.
    pub fn frames(&self) -> usize {
        self.heard.0.lock().unwrap().len() / 2
    }

    /// Waits until this many frames have come since the start.
    pub fn wait_for_frames(&self, frames: usize) {
        let (heard, came) = &*self.heard;
        let guard = heard.lock().unwrap();
        let (guard, timeout) = came.wait_timeout_while(guard, PATIENCE, |heard| heard.len() < frames * 2).unwrap();
        assert!(!timeout.timed_out(), "the recorder gave {} of {frames} frames", guard.len() / 2);
    }

    /// Waits until a sound has begun and lasted for this many frames.
    pub fn wait_for_sound(&self, frames: usize) {
        let (heard, came) = &*self.heard;
        let is_waiting = |heard: &mut Vec<f32>| {
            let first = heard.iter().position(|sample| *sample != 0.0);
            first.is_none_or(|first| heard.len() - first < frames * 2)
        };
        let timeout = came.wait_timeout_while(heard.lock().unwrap(), PATIENCE, is_waiting).unwrap().1;
        assert!(!timeout.timed_out(), "no sound came");
    }

    /// Waits until a sound and then a whole second of silence have come, and gives all of it.
    pub fn until_silence(mut self) -> Vec<f32> {
        let second = RATE_HZ as usize * 2;
        let (heard, came) = &*self.heard;
        let is_waiting = |heard: &mut Vec<f32>| {
            let last = heard.iter().rposition(|sample| *sample != 0.0);
            last.is_none_or(|last| heard.len() - last < second)
        };
        let (guard, timeout) = came.wait_timeout_while(heard.lock().unwrap(), PATIENCE, is_waiting).unwrap();
        assert!(!timeout.timed_out(), "no sound and then silence in {} frames", guard.len() / 2);
        let samples = guard.clone();
        drop(guard);
        self.end();
        samples
    }

    fn end(&mut self) {
        let _ = self.recorder.kill();
        let _ = self.recorder.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
    }
}

/// A command that runs before all others where the system allows it: server and recorder then leave no
/// gaps on a busy machine.
pub fn punctual(program: &str) -> Command {
    let may = Command::new("chrt").args(["-f", "10", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if may.is_ok_and(|status| status.success()) {
        let mut command = Command::new("chrt");
        command.args(["-f", "10", program]);
        command
    } else {
        Command::new(program)
    }
}

/// How much of `wanted` is in `heard`, in the right order and equal to the bit: a part of one, counted in
/// tenths of a second that are not silent. A gap costs the tenth it falls into, and no more.
pub fn part_heard(wanted: &[f32], heard: &[f32]) -> f64 {
    let tenth = RATE_HZ as usize / 10 * 2;
    let (mut found, mut sounding, mut from) = (0, 0, 0);
    for part in wanted.chunks_exact(tenth) {
        // The first samples differ from their neighbours, or the place is not certain.
        let is_sounding = part.iter().any(|sample| sample.abs() > 1e-3);
        if !is_sounding {
            continue;
        }
        sounding += 1;
        let place = (from..heard.len().saturating_sub(tenth - 1)).step_by(2).find(|&at| heard[at..at + tenth] == *part);
        if let Some(place) = place {
            found += 1;
            from = place + tenth;
        }
    }
    if sounding == 0 { 0.0 } else { f64::from(found) / f64::from(sounding) }
}
