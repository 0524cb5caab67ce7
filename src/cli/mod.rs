//! The command line: one file a command, and errors put into words. Knows everything; nothing knows it.

mod about;
mod args;
mod attribute;
mod compare;
mod counted;
mod devices;
mod diary;
mod dis;
mod drawing;
mod driving;
mod ending;
mod error;
mod explain;
mod export;
mod hear;
mod heat;
#[cfg(feature = "window")]
mod live;
mod memory;
mod open;
mod paragraph;
mod play;
mod printed;
mod progress;
mod reader;
mod record;
mod second_run;
mod show;
mod songs;
mod sound_file;
mod sound_font;
mod sounding;
mod source;
mod source_trees;
mod stems;
mod studio;
mod study;
mod style;
mod styles;
mod table;
mod turning;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use args::Shared;
use error::Failure;

/// Exit statuses, for `--help`.
const EXIT_STATUSES: &str = "\
Exit status:
  0    the program finished (or what was asked for was shown)
  2    bad input: nothing ran, nothing was written
  3    evalody failed: a device, a file that cannot be written, an interpreter that does not start
  10   the Python program raised an exception that nobody caught
  11   the Python program exited with a status other than 0
  12   the run was cut short by --steps, --time or the memory limit
  13   the interpreter died in the middle
  130  stopped by Ctrl-C
In 10 to 13 the music of what ran is played or written all the same.";

/// Hear Python think: runs a Python program and plays its instructions as music.
#[derive(Debug, Parser)]
#[command(name = "evalody", version, about, after_help = EXIT_STATUSES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run a Python program and play it
    Play(play::Play),
    /// Edit a Python program in a window, see it run, and hear it at the next bar
    #[cfg(feature = "window")]
    Live(Box<live::Live>),
    /// Run a Python program and write its music to a .mid or .wav file
    Export(export::Export),
    /// Show a stage on the way from program to music as text
    Show(show::Show),
    /// Hear in a MIDI file what the interpreter did, from its notes alone
    Hear(hear::Hear),
    /// Show the bytecode of every code object beside its source lines
    Dis(dis::Dis),
    /// Run a Python program and tell where it spent its instructions: opcodes, families, lines, C handlers
    Heat(heat::Heat),
    /// List the songs that are inside evalody
    Songs(songs::Songs),
    /// List the styles, or tell and play what the instruments of one stand for
    Styles(styles::Styles),
    /// Tell what an opcode, a builtin, a PEP or an idea of CPython is, and which C code does it
    Explain(explain::Explain),
    /// Open the C code behind a name, or a line of a Python file, in your editor
    Open(open::Open),
    /// Learn how CPython works: small questions about programs that run, spaced over days
    Study(Box<study::Study>),
    /// Show what you have heard, visited, read and recalled, and what is due when
    Progress(progress::Progress),
    /// List audio devices and MIDI ports
    Devices(devices::Devices),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  evalody completions bash > ~/.local/share/bash-completion/completions/evalody")]
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
}

/// Runs evalody with the arguments of a command line, the first of them its own name.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    #[cfg(feature = "embedded")]
    if arguments.get(1).is_some_and(|first| first == crate::interpreter::EMBEDDED_COMMAND) {
        let options = arguments.get(2).and_then(|options| options.to_str()).unwrap_or_default();
        return ExitCode::from(u8::try_from(crate::interpreter::embedded::main(options)).unwrap_or(1));
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help that a pipe no longer wants is no failure.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { error::BAD_INPUT } else { 0 });
        }
    };
    let result = match cli.command {
        Command::Play(play) => play.run(),
        #[cfg(feature = "window")]
        Command::Live(live) => live.run(),
        Command::Export(export) => export.run(),
        Command::Show(show) => show.run(),
        Command::Hear(hear) => hear.run(),
        Command::Dis(dis) => dis.run(),
        Command::Heat(heat) => heat.run(),
        Command::Songs(songs) => songs.run(),
        Command::Styles(styles) => styles.run(),
        Command::Explain(explain) => explain.run(),
        Command::Open(open) => open.run(),
        Command::Study(study) => study.run(),
        Command::Progress(progress) => progress.run(),
        Command::Devices(devices) => devices.run(),
        Command::Completions { shell } => {
            // Into memory first: the generator panics where its reader goes away.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "evalody", &mut script);
            std::io::stdout().lock().write_all(&script).map(|()| 0).map_err(Failure::from)
        }
    };
    match result {
        Ok(status) => ExitCode::from(status),
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("evalody: {failure}");
            ExitCode::from(failure.status())
        }
    }
}
