//! Recording what is heard: a WAV file that grows on disk, and a MIDI file of the strokes. Both are whole
//! or not there.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::Workbench;
use crate::export::{About, write_midi};
use crate::live::{Recording, Stroke, Voices};
use crate::music::{Key, TICKS_PER_QUARTER, Tempo, Tick};
use crate::output::Output;
use crate::perform::{ChannelSetup, Cue, CueKind, Performance};
use crate::score::Cause;

/// Tempo of the MIDI file: strokes are written when they were heard, whatever the tempo was then. At 120 a
/// tick is a millisecond.
const TEMPO: f64 = 120.0;

/// The loudest number of 16 bits.
const FULL: f32 = 32_767.0;

pub struct Recorder {
    recording: Recording,
    wav: WavWriter<BufWriter<File>>,
    /// Where the WAV file will be.
    output: Output,
    path: PathBuf,
    strokes: Vec<Stroke>,
    setups: Vec<ChannelSetup>,
    samples: Vec<f32>,
    frames: u64,
    title: String,
}

impl Recorder {
    fn new(recording: Recording, path: &Path, title: &str) -> io::Result<Self> {
        let spec = WavSpec { channels: 2, sample_rate: recording.sample_rate_hz(), bits_per_sample: 16, sample_format: SampleFormat::Int };
        let output = Output::create(path).map_err(io::Error::other)?;
        let wav = WavWriter::new(BufWriter::new(output.handle()?), spec).map_err(io::Error::other)?;
        let (path, title) = (path.to_owned(), title.to_owned());
        Ok(Self { recording, wav, output, path, strokes: Vec::new(), setups: Vec::new(), samples: Vec::new(), frames: 0, title })
    }

    /// A piece is heard on these channels.
    pub fn meet(&mut self, setups: &[ChannelSetup]) {
        for setup in setups {
            if !self.setups.iter().any(|known| known.channel == setup.channel) {
                self.setups.push(setup.clone());
            }
        }
    }

    /// Writes what has come.
    pub fn advance(&mut self) -> io::Result<()> {
        self.recording.strokes(&mut self.strokes);
        self.samples.clear();
        self.recording.samples(&mut self.samples);
        for sample in &self.samples {
            self.wav.write_sample((sample.clamp(-1.0, 1.0) * FULL).round() as i16).map_err(io::Error::other)?;
        }
        self.frames += self.samples.len() as u64 / 2;
        Ok(())
    }

    /// Ends it and puts both files in their places; tells what they came to.
    fn finish(mut self) -> io::Result<String> {
        // Only what has ended gives what still sounds as released.
        self.recording.stop();
        self.advance()?;
        let rate_hz = self.recording.sample_rate_hz();
        let midi = self.path.with_extension("mid");
        let mut file = Output::create(&midi).map_err(io::Error::other)?;
        let about = About {
            evalody: env!("CARGO_PKG_VERSION").to_owned(),
            style: "as heard".to_owned(),
            interpreter: "as heard".to_owned(),
            steps: 0,
        };
        write_midi(&performance(&self.title, &self.strokes, self.setups, self.frames, rate_hz), &about, &mut file)?;
        file.keep().map_err(io::Error::other)?;
        self.wav.finalize().map_err(io::Error::other)?;
        self.output.keep().map_err(io::Error::other)?;
        let lost = match self.recording.lost() {
            0 => String::new(),
            frames => format!("; {frames} samples are missing, since the machine was too busy"),
        };
        Ok(format!("recorded {:.1} s: {} and {}{lost}", self.frames as f64 / f64::from(rate_hz), self.path.display(), midi.display()))
    }
}

/// What was struck as a performance: every moment where it was heard.
fn performance(title: &str, strokes: &[Stroke], setups: Vec<ChannelSetup>, frames: u64, rate_hz: u32) -> Performance {
    let tempo = Tempo::nearest(TEMPO);
    let ticks_per_second = TEMPO / 60.0 * f64::from(TICKS_PER_QUARTER);
    let tick = |frame: u64| Tick((frame as f64 / f64::from(rate_hz) * ticks_per_second) as u32);
    let mut causes = Vec::new();
    let cues = strokes
        .iter()
        .filter(|stroke| setups.iter().any(|setup| setup.channel == stroke.channel))
        .map(|stroke| {
            let kind = match stroke.kind {
                CueKind::On { pitch, velocity, .. } => {
                    causes.push(Cause::default());
                    CueKind::On { pitch, velocity, note: causes.len() as u32 - 1 }
                }
                off => off,
            };
            Cue { at: tick(stroke.frame), channel: stroke.channel, kind }
        })
        .collect();
    Performance {
        title: title.to_owned(),
        tempo,
        key: Key::A_MINOR,
        setups,
        cues,
        causes,
        harmony: Vec::new(),
        markers: Vec::new(),
        remarks: Vec::new(),
        states: Vec::new(),
        end: tick(frames),
    }
}

impl<V: Voices> Workbench<V> {
    /// Begins to record what is heard, or ends it.
    pub(super) fn record(&mut self, records: bool) {
        if records && self.recorder.is_none() {
            let path = self.free_name("wav");
            match Recorder::new(self.player.record(), &path, &self.document.name) {
                Ok(recorder) => {
                    self.recorder = Some(recorder);
                    self.meet_recorder();
                    self.notice(format!("recording to {}", path.display()));
                }
                Err(error) => self.notice(format!("nothing is recorded: {error}")),
            }
        } else if !records && let Some(recorder) = self.recorder.take() {
            match recorder.finish() {
                Ok(line) => self.notice(line),
                Err(error) => self.notice(format!("the recording is lost: {error}")),
            }
        }
    }

    /// Lets the recorder know on which channels the pieces play.
    pub(super) fn meet_recorder(&mut self) {
        let Some(recorder) = &mut self.recorder else { return };
        // Of two programs in one piece, each has channels of its own.
        for rendition in [&self.heard, &self.queued].into_iter().flatten() {
            if let Some(setups) = self.player.setups(rendition.piece) {
                recorder.meet(setups);
            }
        }
    }
}
