//! A display of our own without a screen, and the window of `evalody live` in it: keys and clicks go in,
//! pictures come out.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// Longest that anything here may take. Only reached where something is broken.
const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks.
const GLANCE: Duration = Duration::from_millis(20);

pub struct Display {
    server: Child,
    name: String,
}

/// What is shown: rows of red, green and blue.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[u8; 3]>,
}

impl Display {
    /// `None` where something for it is not installed, which is said on stderr; under CI that is a failure.
    pub fn start() -> Option<Self> {
        let is_there =
            |tool: &str| std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(tool).is_file());
        let has_driver = std::fs::read_dir("/usr/share/vulkan/icd.d").is_ok_and(|mut folder| folder.next().is_some());
        let missing = ["Xvfb", "xdotool", "import"].into_iter().find(|tool| !is_there(tool)).or((!has_driver).then_some("a Vulkan driver"));
        if let Some(missing) = missing {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{missing} is missing");
            eprintln!("skipped: {missing} is missing (packages xvfb, xdotool, imagemagick and mesa-vulkan-drivers)");
            return None;
        }
        // Without -noreset it begins anew when its last client goes, and the next may come in the middle of that.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = Self { server, name: format!(":{}", number.trim()) };
        assert!(number.trim().parse::<u32>().is_ok(), "Xvfb told no number: {number:?}");
        Some(display)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program).args(arguments).env("DISPLAY", &self.name).stdin(Stdio::null()).output().unwrap()
    }

    /// Gives keys or clicks to whatever has the focus.
    #[track_caller]
    pub fn does(&self, arguments: &[&str]) {
        let output = self.tool("xdotool", arguments);
        assert!(output.status.success(), "xdotool {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn keys(&self, keys: &[&str]) {
        self.does(&[&["key", "--delay", "60"], keys].concat());
    }

    /// Types a text, with Return at the end of each line.
    pub fn types(&self, text: &str) {
        for line in text.split_inclusive('\n') {
            self.does(&["type", "--delay", "25", line.trim_end_matches('\n')]);
            if line.ends_with('\n') {
                self.keys(&["Return"]);
            }
        }
    }

    pub fn clicks(&self, x: usize, y: usize) {
        self.does(&["mousemove", &x.to_string(), &y.to_string()]);
        std::thread::park_timeout(Duration::from_millis(100));
        self.does(&["mousedown", "1"]);
        std::thread::park_timeout(Duration::from_millis(100));
        self.does(&["mouseup", "1"]);
    }

    /// Whether a window is shown.
    pub fn has_window(&self) -> bool {
        self.tool("xdotool", &["search", "--onlyvisible", "--name", "^evalody$"]).status.success()
    }

    /// Gives the window the keyboard, as a window manager would.
    pub fn focus(&self) {
        self.does(&["search", "--onlyvisible", "--name", "^evalody$", "windowfocus", "--sync"]);
    }

    pub fn picture(&self) -> Picture {
        let output = self.tool("import", &["-window", "root", "-depth", "8", "rgb:-"]);
        let pixels: Vec<[u8; 3]> = output.stdout.chunks_exact(3).map(|rgb| [rgb[0], rgb[1], rgb[2]]).collect();
        assert_eq!(pixels.len(), 1280 * 720, "{}", String::from_utf8_lossy(&output.stderr));
        Picture { width: 1280, height: 720, pixels }
    }

    /// Keeps what is shown where somebody may look at it.
    pub fn keep(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        self.tool("import", &["-window", "root", &path.to_string_lossy()]);
    }

    /// Waits until what is shown is so.
    #[track_caller]
    pub fn until(&self, what: &str, is_so: impl Fn(&Picture) -> bool) -> Picture {
        let began = Instant::now();
        loop {
            let picture = self.picture();
            if is_so(&picture) {
                return picture;
            }
            if began.elapsed() > PATIENCE {
                self.keep("waited");
                panic!("waited for {what}; see waited.png");
            }
            std::thread::park_timeout(GLANCE);
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Picture {
    /// How many colours there are: one where it is blank.
    pub fn colours(&self) -> usize {
        self.pixels.iter().collect::<std::collections::BTreeSet<_>>().len()
    }

    pub fn count(&self, is_meant: impl Fn([u8; 3]) -> bool) -> usize {
        self.pixels.iter().filter(|pixel| is_meant(**pixel)).count()
    }

    /// Points that differ in a part of it: left, top, width, height.
    pub fn differs(&self, other: &Self, (left, top, width, height): (usize, usize, usize, usize)) -> usize {
        let rows = top..(top + height).min(self.height);
        rows.flat_map(|y| (left..(left + width).min(self.width)).map(move |x| y * self.width + x))
            .filter(|at| self.pixels[*at] != other.pixels[*at])
            .count()
    }
}

/// The window of `evalody live`.
pub struct Open {
    pub process: Child,
    state: tempfile::TempDir,
}

impl Open {
    pub fn new(display: &Display, arguments: &[&str], environment: &[(&'static str, OsString)]) -> Self {
        let state = state();
        let process = command(state.path(), arguments)
            .envs(environment.iter().cloned())
            .env("DISPLAY", display.name())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { process, state }
    }

    /// Its own folder.
    pub fn folder(&self) -> PathBuf {
        self.state.path().to_owned()
    }

    /// Its children.
    pub fn children(&self) -> Vec<String> {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{}/task", self.process.id())) else { return Vec::new() };
        let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        tasks.flatten().flat_map(|task| of_task(task).split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Waits until it has ended; tells how, and what it said on both streams.
    #[track_caller]
    pub fn ended(mut self) -> (ExitStatus, String, String) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "the window does not close");
            std::thread::park_timeout(GLANCE);
        };
        let (mut out, mut err) = (String::new(), String::new());
        self.process.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.process.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (status, out, err)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder for the state of programs in which the tour was closed.
pub fn state() -> tempfile::TempDir {
    let state = tempfile::tempdir().unwrap();
    std::fs::create_dir(state.path().join("evalody")).unwrap();
    std::fs::write(state.path().join("evalody/toured"), "").unwrap();
    state
}

/// `evalody live`, with nothing of whoever runs the tests.
pub fn command(state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalody"));
    command.env("EVALODY_DATA", concat!(env!("CARGO_TARGET_TMPDIR"), "/learner"));
    command
        .arg("live")
        .args(arguments)
        .current_dir(state)
        .env("XDG_STATE_HOME", state)
        .env("RUST_BACKTRACE", "0")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DISPLAY");
    command
}
