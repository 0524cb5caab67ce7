//! CPU time of our synth against C fluidsynth on the same 64 notes at a time, in one run. Prints ratios;
//! below 1 we are the cheaper. Without fluidsynth and a SoundFont the comparison is left out, and said to be.
//!
//! Ours renders with its room and mastering on; fluidsynth once bare and once with its effects. Both write
//! a WAV file. Times are user and system time, the least of several runs.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use evalody::export::{Container, Depth, Form, write_sound};
use evalody::music::{Instrument, Level, Pan, Patch, Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, ChannelSetup, Cue, CueKind, Performance};
use evalody::synth::{Synth, rendering};

const SAMPLE_RATE_HZ: u32 = 44_100;
const SECONDS: u32 = 60;
const RUNS: usize = 3;
/// At 120 quarters a minute.
const TICKS_PER_SECOND: u32 = 960;
const VOICES: u32 = 64;

/// Patches that sound as long as they are held, in both synths: no voice is ever saved.
const HELD: [Patch; 4] = [Patch::STRINGS, Patch::BRASS, Patch::CLARINET, Patch::FLUTE];
/// What our music is played on.
const BAND: [Patch; 16] = [
    Patch::ELECTRIC_PIANO,
    Patch::CELESTA,
    Patch::GLOCKENSPIEL,
    Patch::MUSIC_BOX,
    Patch::VIBRAPHONE,
    Patch::MARIMBA,
    Patch::XYLOPHONE,
    Patch::NYLON_GUITAR,
    Patch::FINGERED_BASS,
    Patch::PIZZICATO,
    Patch::HARP,
    Patch::STRINGS,
    Patch::BRASS,
    Patch::CLARINET,
    Patch::FLUTE,
    Patch::KALIMBA,
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let fluidsynth = Fluidsynth::find();
    if fluidsynth.is_none() {
        eprintln!("fluidsynth or a SoundFont in /usr/share/sounds/sf2 is missing: comparison skipped");
    }
    for (name, patches, hold_ms) in [("held", &HELD[..], 2000), ("band", &BAND[..], 500)] {
        let performance = dense(patches, hold_ms);
        let ours = ours(&performance, folder.path())?;
        println!(
            "{name}: {VOICES} notes at a time for {SECONDS} s at {SAMPLE_RATE_HZ} Hz, {} strokes, {:.1} voices sounding on average",
            performance.cues.len() / 2,
            sounding(&performance)
        );
        println!("  evalody            {ours:7.3} s CPU, {:5.0} x real time", f64::from(SECONDS) / ours);
        let Some(fluidsynth) = &fluidsynth else { continue };
        let midi = folder.path().join("dense.mid");
        fs::write(&midi, standard_midi_file(&performance)?)?;
        for (label, effects) in [("fluidsynth", "0"), ("fluidsynth, effects", "1")] {
            let theirs = fluidsynth.cpu_s(&midi, effects, folder.path())?;
            println!("  {label:18} {theirs:7.3} s CPU, ratio {:.3}", ours / theirs);
        }
    }
    Ok(())
}

/// 64 notes at any time on 15 channels, each renewed after `hold_ms`, the channels one after the other.
fn dense(patches: &[Patch], hold_ms: u32) -> Performance {
    let channels: Vec<Channel> = (0..16).filter_map(Channel::new).filter(|&channel| channel != Channel::DRUMS).collect();
    let hold = hold_ms * TICKS_PER_SECOND / 1000;
    let end = SECONDS * TICKS_PER_SECOND;
    let (mut setups, mut cues, mut number) = (Vec::new(), Vec::new(), 0);
    for (place, &channel) in channels.iter().enumerate() {
        setups.push(ChannelSetup {
            channel,
            name: "dense",
            instrument: Instrument::Melodic(patches[place % patches.len()]),
            pan: Pan::new((place * 9) as u8).expect("15 places of 9 end at 126"),
            level: Level::new(60).expect("60 is a level"),
        });
        let place = place as u32;
        // 4 channels of 5 and 11 of 4 notes.
        let notes = if place < 4 { 5 } else { 4 };
        let (mut at, mut turn) = (place * hold / 15, 0);
        while at < end {
            let off = (at + hold).min(end);
            for note in 0..notes {
                // Multiples of 5 and 7 semitones: no two of a chord are the same.
                let pitch = Pitch::new((40 + (place * 7 + note * 5 + turn * 3) % 44) as u8).expect("below 84");
                let velocity = Velocity::new((70 + (note * 9 + turn) % 40) as u8).expect("70 to 109");
                cues.push(Cue { at: Tick(at), channel, kind: CueKind::On { pitch, velocity, note: number } });
                cues.push(Cue { at: Tick(off), channel, kind: CueKind::Off { pitch } });
                number += 1;
            }
            (at, turn) = (off, turn + 1);
        }
    }
    cues.sort_by_key(|cue| (cue.at, matches!(cue.kind, CueKind::On { .. })));
    Performance {
        title: "dense".to_owned(),
        tempo: Tempo::new(120).expect("120 is a tempo"),
        key: "C".parse().expect("C is a key"),
        setups,
        cues,
        causes: Vec::new(),
        harmony: Vec::new(),
        markers: Vec::new(),
        remarks: Vec::new(),
        states: Vec::new(),
        end: Tick(end),
    }
}

/// Voices that sound in our synth, on average over the piece, counted every 10 ms.
fn sounding(performance: &Performance) -> f64 {
    let mut synth = Synth::new(SAMPLE_RATE_HZ, &performance.setups);
    let mut cues = performance.cues.iter().peekable();
    let mut block = vec![0.0; SAMPLE_RATE_HZ as usize / 100 * 2];
    let (mut voices, mut blocks) = (0, 0);
    for tick in (0..performance.end.0).step_by(TICKS_PER_SECOND as usize / 100) {
        while let Some(cue) = cues.next_if(|cue| cue.at.0 <= tick) {
            synth.strike(cue.channel, cue.kind);
        }
        synth.render(&mut block);
        voices += synth.voices_sounding();
        blocks += 1;
    }
    voices as f64 / f64::from(blocks)
}

fn ours(performance: &Performance, folder: &Path) -> Result<f64, Box<dyn Error>> {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let before = cpu_s(nix::sys::resource::UsageWho::RUSAGE_SELF)?;
        let file = std::io::BufWriter::new(fs::File::create(folder.join("ours.wav"))?);
        let form = Form { container: Container::Wav, depth: Depth::Sixteen, rate_hz: SAMPLE_RATE_HZ };
        write_sound(&mut rendering(performance, SAMPLE_RATE_HZ), 1, &form, vec![file], &mut |_, _| {})?;
        least = least.min(cpu_s(nix::sys::resource::UsageWho::RUSAGE_SELF)? - before);
    }
    Ok(least)
}

fn cpu_s(who: nix::sys::resource::UsageWho) -> nix::Result<f64> {
    let usage = nix::sys::resource::getrusage(who)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1.0e-6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

struct Fluidsynth {
    font: PathBuf,
}

impl Fluidsynth {
    fn find() -> Option<Self> {
        let mut fonts: Vec<PathBuf> = fs::read_dir("/usr/share/sounds/sf2")
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "sf2"))
            .collect();
        fonts.sort();
        let font = fonts.into_iter().next()?;
        Command::new("fluidsynth").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
        Some(Self { font })
    }

    fn cpu_s(&self, midi: &Path, effects: &str, folder: &Path) -> Result<f64, Box<dyn Error>> {
        let mut least = f64::INFINITY;
        for _ in 0..RUNS {
            let before = cpu_s(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)?;
            let status = Command::new("fluidsynth")
                .args(["-n", "-i", "-q", "-R", effects, "-C", effects, "-o"])
                .arg(format!("synth.polyphony={VOICES}"))
                .args(["-r", &SAMPLE_RATE_HZ.to_string(), "-T", "wav", "-F"])
                .arg(folder.join("theirs.wav"))
                .args([&self.font, midi])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            if !status.success() {
                return Err(format!("fluidsynth ended with {status}").into());
            }
            least = least.min(cpu_s(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)? - before);
        }
        Ok(least)
    }
}

/// The performance for a foreign synth, on one track.
fn standard_midi_file(performance: &Performance) -> Result<Vec<u8>, Box<dyn Error>> {
    use midly::num::{u4, u7, u15, u24, u28};
    use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
    let midi = |channel: Channel, message| TrackEventKind::Midi { channel: u4::new(channel.index()), message };
    let mut track = vec![TrackEvent { delta: u28::new(0), kind: TrackEventKind::Meta(MetaMessage::Tempo(u24::new(500_000))) }];
    for setup in &performance.setups {
        let Instrument::Melodic(patch) = setup.instrument else { continue };
        let controls = [(7, setup.level.value()), (10, setup.pan.value())]
            .map(|(controller, value)| MidiMessage::Controller { controller: u7::new(controller), value: u7::new(value) });
        for message in [MidiMessage::ProgramChange { program: u7::new(patch.number()) }].into_iter().chain(controls) {
            track.push(TrackEvent { delta: u28::new(0), kind: midi(setup.channel, message) });
        }
    }
    let mut last = 0;
    for cue in &performance.cues {
        let message = match cue.kind {
            CueKind::On { pitch, velocity, .. } => MidiMessage::NoteOn { key: u7::new(pitch.number()), vel: u7::new(velocity.value()) },
            CueKind::Off { pitch } => MidiMessage::NoteOff { key: u7::new(pitch.number()), vel: u7::new(0) },
        };
        track.push(TrackEvent { delta: u28::new(cue.at.0 - last), kind: midi(cue.channel, message) });
        last = cue.at.0;
    }
    track.push(TrackEvent { delta: u28::new(performance.end.0 - last), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
    let smf = Smf { header: Header::new(Format::SingleTrack, Timing::Metrical(u15::new(480))), tracks: vec![track] };
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes)?;
    Ok(bytes)
}
