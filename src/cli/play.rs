//! `evalody play`: the program runs, and is heard and seen.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::args::{Music, Shared};
use super::compare::Compare;
use super::diary;
use super::driving::Driving;
use super::ending;
use super::error::Failure;
use super::printed::{pass_on, see_out, stream_of};
use super::reader::{self, Reader};
use super::record;
use super::second_run::SecondRun;
use super::sound_font::Sound;
use super::source::{self, Source};
use super::studio::Studio;
use super::styles;
use super::turning::{Turned, Turning};
use crate::feed::{self, AHEAD_BARS, BEAT, Feed, HEAD_START, Order};
use crate::interpreter::Streams;
use crate::interpreter::options::Task;
use crate::live::Player;
use crate::music::{TICKS_PER_BAR, Tempo, Tick};
use crate::picture::{Noted, Stage};
use crate::terminal::{Command, OutputPane, Scene, Terminal};
use crate::trace::Outcome;

/// Run a Python program and play it
///
/// A file of your own runs as `python FILE.py` would run it, with your rights. Songs, and all that the
/// embedded interpreter runs, are confined unless --allow-host lifts it.
#[derive(Debug, clap::Args)]
#[command(
    args_override_self = true,
    // Behind FILE and OTHER.
    mut_arg("arguments", |arguments| arguments.index(3)),
    after_help = "\
Keys while it plays:
  space pause    left/right seek a bar    + - tempo    q stop
  a open the atlas at what sounds, and close it: what that instruction does, where in C, which PEPs
  d end the music at the next bar line; the program runs on without it
  [ ] turn a number that the program offers (# knob: n 1..64 cc 20), k takes the next one

Examples:
  evalody play @recursion
  evalody play fib.py
  evalody play fib.py --style faithful --tempo 90
  evalody play fib.py --legend
  evalody play --compare @sort_bubble @sort_merge
  evalody play fib.py --compare --interpreter python3.9 --against python3.13
  evalody play server.py --time 60 -- --port 8080
  evalody play long.py --length 60 --detach
  evalody play fib.py --drive 16 --tempo 90
  evalody play fib.py --midi-out jack:fluidsynth --silent
  evalody play fib.py --midi-out virtual:evalody
  evalody play -m json.tool -- --sort-keys data.json
  evalody play -c 'print(sum(range(100)))'
  echo 'print(sum(range(100)))' | evalody play -"
)]
pub struct Play {
    #[command(flatten)]
    shared: Shared,

    #[command(flatten)]
    compare: Compare,

    #[command(flatten)]
    music: Music,

    #[command(flatten)]
    sound: Sound,

    #[command(flatten)]
    second: SecondRun,

    #[command(flatten)]
    studio: Studio,

    #[command(flatten)]
    driving: Driving,

    /// Tell which instrument is which family as they come in, instead of the view
    #[arg(long, conflicts_with = "compare")]
    legend: bool,

    /// When the music is over the program runs on at full speed, and its exit status is ours; instead of
    /// being stopped after --length
    #[arg(long, conflicts_with = "compare")]
    detach: bool,

    /// No view, even on a terminal
    #[arg(long)]
    no_view: bool,
}

impl Play {
    pub fn run(self) -> Result<u8, Failure> {
        if self.compare.is_asked()? {
            self.second.refuse()?;
            self.studio.check_for_two()?;
            return self.compare.play(&self.shared, &self.music, &self.sound, &self.studio);
        }
        let drive = self.driving.drive(&self.music)?;
        let mut source = source::load(&self.shared)?;
        let font = self.sound.load()?;
        let merging = match self.second.merging(&source, &self.shared)? {
            ControlFlow::Break(status) => return Ok(status),
            ControlFlow::Continue(merging) => merging,
        };
        let began = Instant::now();
        let interrupted = record::interruption();
        let has_view = !self.no_view
            && !self.legend
            && !self.shared.quiet
            && io::stdout().is_terminal()
            && !self.program_wants_the_terminal(&mut source)?;
        let streams = if has_view { Streams::Captured } else { Streams::Inherit };
        let running = record::start(&mut source, &self.shared, Task::Run, streams, feed::records(&self.music.style), true)?;
        record::introduce(&running, &self.shared);
        let (mut player, mut notices) = self.studio.player()?;
        self.sound.check_rate(player.sample_rate_hz())?;
        player.set_font(font);

        let has_second_run = merging.is_some();
        let mut feed = Feed::witnessed(running, &source.program, self.music.style(), self.music.zoom(), Noted::default());
        feed = feed.warmed(merging).driven(drive);
        if self.detach {
            feed.spare();
        }
        let mut warned = feed.warnings().len();
        let first = feed.open(began + HEAD_START).map_err(|error| record::refused(&source, error))?;
        let mut stage = Stage::new(Arc::clone(&self.music.style.mapping));
        stage.add(&first);
        notices.extend(feed.remark().map(str::to_owned));
        let request = record::request(&source, &self.shared, Task::Run, streams, feed::records(&self.music.style), true)?;
        let order = Order { request, style: self.music.style(), zoom: self.music.zoom(), head_start: HEAD_START, drive };
        let (style_file, zoom) = (self.music.style.follow(), self.music.zoom);
        let turned = Turned { order, style_file, zoom, spares: self.detach, prints: !self.shared.quiet && !has_view, has_second_run };
        let (mut turning, mistakes) = Turning::new(&source, turned, first.tempo);
        notices.extend(mistakes);
        if source.program.is_blank() {
            notices.push(format!("{} is empty: silence", source.program.name));
        }
        if !self.shared.quiet && !has_view {
            for notice in &notices {
                eprintln!("evalody: {notice}");
            }
            let tempo = first.tempo.quarters_per_minute();
            eprintln!(
                "evalody: {} by {}: {}, {} at {tempo} bpm",
                source.program.name,
                feed.dialect().interpreter,
                self.music.style.name(),
                first.key
            );
        }
        let mut piece = player.begin(&first);
        if feed.is_over() {
            player.close();
        }

        let mut pane = OutputPane::new();
        let mut terminal = if has_view { Some(Terminal::open().map_err(Failure::Terminal)?) } else { None };
        let mut style = Arc::clone(&self.music.style.mapping);
        // Of the music, if that is to end while the program runs on.
        let mut ends_at = None;
        let mut was_interrupted = false;
        let mut told = 0;
        // Where among the notices the state of the sound is told, once there is something to tell.
        let mut health_at = None;
        let mut has_quit = false;
        let mut reader = Reader::default();
        loop {
            if interrupted.load(Ordering::Relaxed) {
                was_interrupted = true;
                break;
            }
            player.advance();
            if let Some(taken_over) = turning.advance(&mut player, &feed, &mut notices) {
                if let Some(next) = taken_over.feed {
                    let mut before = std::mem::replace(&mut feed, next);
                    diary::heard(&source, &before.witness().repertoire, self.shared.verbose);
                    turning.see_off(before);
                }
                piece = taken_over.piece;
                style = taken_over.style;
                stage = Stage::new(Arc::clone(&style));
                stage.add(&taken_over.performance);
                // The same interpreter has said the same of itself before.
                (warned, told) = (feed.warnings().len(), 0);
            }
            let position = player.position();
            if position.is_over && feed.is_over() && !turning.is_under_way() || ends_at.is_some_and(|end| position.tick >= end) {
                break;
            }
            if ends_at.is_some() && feed.runs_on() {
                feed.run_on(Duration::ZERO).map_err(|error| record::refused(&source, error))?;
            }
            for warning in &feed.warnings()[warned..] {
                if !self.shared.quiet && !has_view {
                    eprintln!("evalody: {warning}");
                }
                notices.push(warning.clone());
            }
            warned = feed.warnings().len();
            let ahead = stage.end().0.saturating_sub(position.tick.0);
            let wants_music = !feed.is_over() && !position.is_paused && ahead < AHEAD_BARS * TICKS_PER_BAR;
            if wants_music {
                let is_urgent = ahead < TICKS_PER_BAR / 2;
                feed.hear(position.tick);
                if let Some(more) = feed.more(BEAT, is_urgent).map_err(|error| record::refused(&source, error))? {
                    stage.add(&more);
                    player.append_to(piece, &more);
                }
                if feed.is_over() {
                    player.close_piece(piece);
                }
            }
            while let Some(said) = feed.said() {
                if has_view { pane.push(stream_of(&said), &said.bytes) } else { pass_on(&said)? }
            }
            if self.legend {
                for (at, entry) in stage.entered(position.tick).skip(told) {
                    let seconds = at.seconds(position.tempo);
                    let (minutes, seconds) = ((seconds / 60.0).floor(), (seconds % 60.0).floor());
                    writeln!(io::stdout().lock(), "{minutes:>2}:{seconds:02}  {}", styles::line(entry))?;
                    told += 1;
                }
            }
            let wait = if wants_music { Duration::ZERO } else { BEAT };
            let health = player.health();
            let Some(terminal) = &mut terminal else {
                for loss in health.losses() {
                    if !notices.contains(loss) {
                        if !self.shared.quiet {
                            eprintln!("evalody: {loss}");
                        }
                        notices.push(loss.clone());
                    }
                }
                std::thread::sleep(wait);
                continue;
            };
            if let Some(line) = health.line().filter(|line| notices.last() != Some(line)) {
                let at = *health_at.get_or_insert(notices.len());
                notices.truncate(at);
                notices.push(line);
            }
            let sounding = stage.sounding(position.tick);
            let asides = &feed.witness().listener;
            let beside = match stage.stretch(position.tick).filter(|_| asides.is_in_order()) {
                Some((steps, thread)) => asides.words(steps, thread),
                None => Vec::new(),
            };
            let scene = Scene {
                program: turning.program(),
                codes: feed.codes(),
                setups: stage.band(),
                lanes: &stage.lanes(position.tick, &style.lanes()),
                sounding: &sounding,
                lead: stage.lead(position.tick),
                now: position.tick,
                end: feed.is_over().then(|| ends_at.unwrap_or(stage.end())),
                tempo: position.tempo,
                is_led: position.is_led,
                key: stage.key(),
                bar_remark: stage.remark(position.tick),
                section: stage.section(position.tick),
                beside: &beside,
                is_paused: position.is_paused,
                state: &feed.state(position.is_starved),
                output: &pane,
                instructions_heard: stage.steps_until(position.tick),
                notices: &notices,
                leaf: reader.leaf(),
                knob: &turning.status(),
            };
            terminal.draw(&scene).map_err(Failure::Terminal)?;
            let commands = terminal.commands(wait).map_err(Failure::Terminal)?;
            if commands.contains(&Command::Detach) && !feed.is_over() {
                feed.let_go();
                turning.stop();
                ends_at = Some(if position.is_paused { position.tick } else { next_bar_line(position.tick).min(stage.end()) });
            }
            for command in commands {
                if reader.obey(command, || reader::sounding(&stage, &mut feed, position.tick)) {
                    continue;
                }
                turning.obey(command);
                has_quit |= obey(command, &mut player);
            }
            if has_quit {
                break;
            }
        }
        player.stop();
        drop(player);
        drop(terminal);
        diary::heard(&source, &feed.witness().repertoire, self.shared.verbose);
        diary::visited(reader.visited(), self.shared.verbose);
        while let Some(said) = feed.said() {
            pane.push(stream_of(&said), &said.bytes);
        }
        if feed.runs_on() && !was_interrupted && !has_quit {
            pane.print(&mut io::stdout().lock(), &mut io::stderr().lock())?;
            pane = OutputPane::new();
            was_interrupted = !see_out(&mut feed, &source, &interrupted)?;
        }
        let outcome = feed.end();
        while let Some(said) = feed.said() {
            pane.push(stream_of(&said), &said.bytes);
        }
        pane.print(&mut io::stdout().lock(), &mut io::stderr().lock())?;
        if was_interrupted {
            return Ok(ending::INTERRUPTED);
        }
        if (self.detach || ends_at.is_some())
            && !has_quit
            && let Some(status) = feed.status()
        {
            return Ok(ending::own(status));
        }
        if !self.shared.quiet {
            ending::tell(&source.program.name, &outcome, feed.steps());
            if let Some(remark) = feed.second_run() {
                eprintln!("evalody: {remark}");
            }
        }
        Ok(match outcome {
            // Who stops listening has heard enough.
            Outcome::CutShort { limit: crate::trace::Limit::Listener } => 0,
            outcome => ending::status(&outcome),
        })
    }

    /// A program that reads the keyboard needs the terminal for itself. Inferred from its text.
    fn program_wants_the_terminal(&self, source: &mut Source) -> Result<bool, Failure> {
        if source.is_unread() && io::stdin().is_terminal() {
            drop(record::start(source, &self.shared, Task::Compile, Streams::Captured, feed::records(&self.music.style), false)?);
        }
        let wants =
            io::stdin().is_terminal() && ["input(", "stdin", "getpass", "curses"].iter().any(|word| source.program.text.contains(word));
        if wants && !self.shared.quiet {
            eprintln!("evalody: {} seems to read the keyboard: no view, so that you can type", source.program.name);
        }
        Ok(wants)
    }
}

/// The end of the bar that is heard.
fn next_bar_line(now: Tick) -> Tick {
    Tick::of_bar(now.bar() + 1)
}

/// Does what a key asks for; tells whether that was to stop.
fn obey(command: Command, player: &mut Player) -> bool {
    /// A step that is heard and still small enough to try twice.
    const TEMPO_STEP: i32 = 4;
    let position = player.position();
    let mut change_tempo = |by: i32| {
        let quarters = i32::from(position.tempo.quarters_per_minute()) + by;
        player.set_tempo(Tempo::nearest(f64::from(quarters)));
    };
    match command {
        Command::Quit | Command::Leave => return true,
        // The music is the player's, the program is not.
        Command::Detach | Command::Atlas | Command::Turn(_) | Command::NextKnob | Command::Knob(_) => {}
        Command::Faster => change_tempo(TEMPO_STEP),
        Command::Slower => change_tempo(-TEMPO_STEP),
        Command::Pause => player.pause(!position.is_paused),
        Command::Seek(bars) => {
            let bar = i64::from(position.tick.bar()) + i64::from(bars);
            player.seek(Tick::of_bar(bar.max(0) as u32));
        }
    }
    false
}
