//! Two programs heard together: what each of them played is still there, in its place and on its side, and what
//! they did is counted to the last instruction.

#[path = "support/bands.rs"]
mod bands;
#[path = "support/meter.rs"]
mod meter;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/runs.rs"]
mod runs;
#[path = "support/sound_fonts.rs"]
mod sound_fonts;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use evalody::compare::{Difference, Unlike, sides, turns};
use evalody::export::lint::{Defect, lint};
use evalody::export::{About, write_midi};
use evalody::fold::{Zoom, fold};
use evalody::hear::{HearError, song};
use evalody::live::{BLOCK_FRAMES, Player};
use evalody::music::{Chord, Kind, TICKS_PER_BAR, Tick};
use evalody::perform::{Channel, CueKind, Performance, Port, perform};
use evalody::score::{Cause, Harmony, Score, State, Work};
use evalody::synth::{SoundFont, Synth, rendering, rendering_with};
use evalody::trace::{CodeId, Family, Trace};
use meter::{decibels, loudness, side, true_peak};
use midly::{MetaMessage, MidiMessage, Smf, TrackEventKind};
use proptest::prelude::*;
use runs::trace;
use sound_fonts::general_midi;
use support::python_tools::{output_of, python_with};
use support::scores::{any_score, melodic, note, part, score, text};

/// A note from stroke to release: start, end, channel, pitch, velocity, and its cause.
type Heard = (u32, u32, u8, u8, u8, Cause);

/// The notes of a performance which is as one must be: cues in order, strokes and releases by turns, numbers without
/// gaps, channels that were set up, nothing behind the end.
fn heard(performance: &Performance) -> Vec<Heard> {
    let (mut sounding, mut notes, mut next) = (BTreeMap::new(), Vec::new(), 0);
    let order = |kind: CueKind| matches!(kind, CueKind::On { .. });
    assert!(performance.cues.windows(2).all(|pair| (pair[0].at, order(pair[0].kind)) <= (pair[1].at, order(pair[1].kind))));
    for cue in &performance.cues {
        assert!(performance.setups.iter().any(|setup| setup.channel == cue.channel), "{} was not set up", cue.channel);
        assert!(cue.at <= performance.end);
        match cue.kind {
            CueKind::On { pitch, velocity, note } => {
                assert_eq!(note, next);
                next += 1;
                let cause = performance.causes[note as usize];
                assert!(sounding.insert((cue.channel, pitch), (cue.at, velocity, cause)).is_none(), "struck while it sounds");
            }
            CueKind::Off { pitch } => {
                let (at, velocity, cause) = sounding.remove(&(cue.channel, pitch)).expect("released once");
                assert!(at < cue.at);
                notes.push((at.0, cue.at.0, cue.channel.index(), pitch.number(), velocity.value(), cause));
            }
        }
    }
    assert!(sounding.is_empty());
    assert_eq!(performance.causes.len(), next as usize);
    notes.sort_by_key(|&(at, _, channel, pitch, ..)| (at, channel, pitch));
    notes
}

/// Two pieces for one band at one tempo, the second shorter by some ticks.
fn for_one_band() -> impl Strategy<Value = (Performance, Performance)> {
    (any_score(), 0u32..6000).prop_map(|(score, less)| {
        // Bars enough to take turns and go on alone; more only take time.
        let score = Score { end: score.end.min(Tick::of_bar(12)), ..score };
        let shorter = Score { end: Tick(score.end.0.saturating_sub(less)), title: "other".into(), ..score.clone() };
        (perform(&score), perform(&shorter))
    })
}

fn raised(notes: Vec<Heard>, by: u32) -> impl Iterator<Item = Heard> {
    notes.into_iter().map(move |(at, end, channel, pitch, velocity, cause)| {
        let code = CodeId(cause.code.0.saturating_add(by));
        (at, end, channel, pitch, velocity, Cause { code, ..cause })
    })
}

proptest! {
    #[test]
    fn a_difference_counts_every_step_of_both(left in trace(300), right in trace(300), zoom in 0usize..4) {
        let zoom = [Zoom::Opcode, Zoom::Line, Zoom::Call, Zoom::Auto][zoom];
        let difference = Difference::between(&fold(&left, zoom), &fold(&right, zoom));
        let counted = |trace: &Trace| {
            let mut counts = [0u64; Family::COUNT];
            trace.steps().for_each(|step| counts[trace.codes[step.code.index()].unit(step.offset).family.index()] += 1);
            counts
        };
        prop_assert_eq!(difference.left, counted(&left));
        prop_assert_eq!(difference.right, counted(&right));
        prop_assert_eq!(difference.totals(), [left.steps().count() as u64, right.steps().count() as u64]);
        let families = (0..Family::COUNT).filter(|&family| difference.left[family] + difference.right[family] > 0).count();
        prop_assert_eq!(difference.lines().len(), families + 2);
    }

    #[test]
    fn side_by_side_every_note_of_both_is_there_on_its_own_port(left in any_score(), right in any_score(), codes in 0u32..5) {
        let (left, right) = (perform(&left), perform(&Score { tempo: left.tempo, ..right }));
        let both = sides(&left, &right, codes).unwrap();
        let on = |port: Port| heard(&both).into_iter().filter(move |note| Channel::new(note.2).unwrap().port() == port);
        prop_assert_eq!(on(Port::A).collect::<Vec<_>>(), heard(&left));
        let theirs: Vec<Heard> = raised(heard(&right), codes).map(|note| (note.0, note.1, note.2 + 16, note.3, note.4, note.5)).collect();
        prop_assert_eq!(on(Port::B).collect::<Vec<_>>(), theirs);
        prop_assert_eq!(both.end, left.end.max(right.end));
        prop_assert_eq!(both.markers.len(), left.markers.len() + right.markers.len());
        for setup in &both.setups {
            let is_left = setup.channel.port() == Port::A;
            prop_assert_eq!(is_left, setup.pan.value() < 64);
            prop_assert_eq!(setup.instrument.is_drums(), setup.channel.is_drums());
        }
    }

    #[test]
    fn by_turns_nobody_sounds_in_the_others_bar((left, right) in for_one_band()) {
        let both = turns(&left, &right, 1_000).unwrap();
        let bars = |piece: &Performance| piece.end.0.div_ceil(TICKS_PER_BAR);
        let shared = bars(&left).min(bars(&right));
        prop_assert_eq!(both.end, Tick::of_bar(bars(&left) + bars(&right)));
        let mut strokes = 0;
        for (at, end, ..) in heard(&both) {
            // While they take turns a note ends with its bar; the second's last bar and the longer's rest run on.
            if Tick(at).bar() + 1 < 2 * shared {
                prop_assert!(end <= (at / TICKS_PER_BAR + 1) * TICKS_PER_BAR);
            }
            strokes += 1;
        }
        // None is lost; states that last are struck again.
        prop_assert!(strokes >= heard(&left).len() + heard(&right).len());
        let told = |notes: &[Heard]| notes.iter().filter(|note| !note.5.is_state).count();
        prop_assert_eq!(told(&heard(&both)), told(&heard(&left)) + told(&heard(&right)));
    }

    #[test]
    fn a_file_of_two_ports_has_no_fault_and_holds_both(left in any_score(), right in any_score()) {
        let both = sides(&perform(&left), &perform(&Score { tempo: left.tempo, ..right }), 0).unwrap();
        let bytes = file(&both);
        let is_silent = both.cues.is_empty();
        let faults: Vec<_> = lint(&bytes).into_iter().filter(|fault| !(is_silent && fault.defect == Defect::NoNotes)).collect();
        prop_assert_eq!(faults, []);
        let mut strokes: Vec<(u64, u8, u8)> = Vec::new();
        for track in &Smf::parse(&bytes).unwrap().tracks {
            let (mut now, mut port) = (0, 0);
            for event in track {
                now += u64::from(event.delta.as_int());
                match event.kind {
                    TrackEventKind::Meta(MetaMessage::MidiPort(number)) => port = number.as_int(),
                    TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { key, .. } } => strokes.push((now, channel.as_int() + 16 * port, key.as_int())),
                    _ => {}
                }
            }
        }
        strokes.sort_unstable();
        let mut struck: Vec<_> = heard(&both).iter().map(|note| (u64::from(note.0), note.2, note.3)).collect();
        struck.sort_unstable();
        prop_assert_eq!(strokes, struck);
    }
}

fn file(performance: &Performance) -> Vec<u8> {
    let about = About { evalody: "0.1.0".into(), style: "groove".into(), interpreter: "CPython 3.14.0".into(), steps: 42 };
    let mut bytes = Vec::new();
    write_midi(performance, &about, &mut bytes).unwrap();
    bytes
}

/// Bars of one note each, and a drone as long as the piece.
fn piece(title: &str, bars: u32, pitch: u8) -> Performance {
    let mut drone = note(0, bars * TICKS_PER_BAR, 40, 60);
    drone.cause = Cause { is_state: true, ..drone.cause };
    let notes = (0..bars).map(|bar| note(bar * TICKS_PER_BAR + 480, 480, pitch, 90)).chain([drone]).collect();
    let mut score = score(title, vec![part("lead", melodic(12), notes)], bars * TICKS_PER_BAR);
    score.markers = (0..bars).map(|bar| text(bar * TICKS_PER_BAR, &format!("bar {bar}"))).collect();
    score.remarks = vec![text(bars * TICKS_PER_BAR, "over")];
    // As many chords as bars, but the second bar keeps the first one's.
    let chord = |bar: u32| Chord { root: bar as i32, kind: if pitch == 60 { Kind::Minor } else { Kind::Major } };
    let harmony = |bar: u32| Harmony { at: Tick::of_bar(bar), key: score.key, chord: chord(bar) };
    score.harmony = (0..bars).filter(|bar| *bar != 1).map(harmony).collect();
    let state = |bar: u32| State { turning: bar as u8, work: Some(Work::Call), ..State::default() };
    // The last bar is the ending.
    score.states = (0..bars.saturating_sub(1)).map(state).collect();
    perform(&score)
}

#[test]
fn bars_take_turns_and_the_longer_goes_on_alone() {
    let both = turns(&piece("a", 2, 60), &piece("b", 4, 72), 0).unwrap();
    let markers: Vec<(u32, &str)> = both.markers.iter().map(|marker| (marker.at.bar(), marker.text.as_str())).collect();
    assert_eq!(markers, [(0, "a: bar 0"), (1, "b: bar 0"), (2, "a: bar 1"), (3, "b: bar 1"), (4, "b: bar 2"), (5, "b: bar 3")]);
    let pitches: Vec<u8> = heard(&both).iter().map(|note| note.3).filter(|&pitch| pitch != 40).collect();
    assert_eq!(pitches, [60, 72, 60, 72, 72, 72]);
    // The drones are struck again in each bar of their own, and ring on where nobody interrupts.
    let drones: Vec<(u32, u32)> =
        heard(&both).iter().filter(|note| note.3 == 40).map(|note| (note.0 / TICKS_PER_BAR, note.1 / TICKS_PER_BAR)).collect();
    assert_eq!(drones, [(0, 1), (1, 2), (2, 3), (3, 6)]);
    // What is said at the end of a piece is said where its last bar ends.
    let remarks: Vec<(u32, &str)> = both.remarks.iter().map(|remark| (remark.at.bar(), remark.text.as_str())).collect();
    assert_eq!(remarks, [(3, "a: over"), (6, "b: over")]);
    // Each bar has its own piece's chord, told again where the other's lay between.
    let chords: Vec<(u32, i32, Kind)> =
        both.harmony.iter().map(|harmony| (harmony.at.bar(), harmony.chord.root, harmony.chord.kind)).collect();
    let (minor, major) = (Kind::Minor, Kind::Major);
    assert_eq!(chords, [(0, 0, minor), (1, 0, major), (2, 0, minor), (3, 0, major), (4, 2, major), (5, 3, major)]);
    // The bar of a's ending, the third, tells nothing.
    let turning: Vec<(u8, bool)> = both.states.iter().map(|state| (state.turning, state.work.is_some())).collect();
    assert_eq!(turning, [(0, true), (0, true), (0, false), (1, true), (2, true)]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let one = piece("a", 2, 60);
    let quicker = Performance { tempo: evalody::music::Tempo::nearest(90.0), ..one.clone() };
    assert!(matches!(sides(&one, &quicker, 0), Err(Unlike::Tempi { .. })));
    assert!(matches!(turns(&one, &quicker, 0), Err(Unlike::Tempi { .. })));
    let other_band = perform(&score("b", vec![part("lead", melodic(11), vec![note(0, 480, 60, 90)])], TICKS_PER_BAR));
    assert_eq!(turns(&one, &other_band, 0), Err(Unlike::Bands));
    let pair = sides(&one, &other_band, 0).unwrap();
    assert_eq!(sides(&pair, &one, 0), Err(Unlike::Paired));
}

#[test]
fn a_file_of_two_ports_is_not_heard_back_as_one_program() {
    let pair = sides(&piece("a", 2, 60), &piece("b", 2, 60), 0).unwrap();
    assert_eq!(song(&file(&pair)), Err(HearError::SeveralPorts));
    // One that another program put on another port altogether is as good as before.
    let alone = file(&piece("a", 2, 60));
    let mut moved = Smf::parse(&alone).unwrap();
    let port = midly::TrackEvent { delta: 0.into(), kind: TrackEventKind::Meta(MetaMessage::MidiPort(3.into())) };
    moved.tracks.iter_mut().for_each(|track| track.insert(0, port));
    let mut bytes = Vec::new();
    moved.write_std(&mut bytes).unwrap();
    assert_eq!(song(&bytes).unwrap(), song(&alone).unwrap());
}

#[test]
fn mido_finds_each_band_on_its_port_under_its_name() {
    let Some(python) = python_with(&["mido"]) else { return };
    let pair = sides(&piece("a", 3, 60), &piece("b", 2, 72), 0).unwrap();
    let told = output_of(
        &python,
        r#"
import io, sys, mido
for track in mido.MidiFile(file=io.BytesIO(sys.stdin.buffer.read())).tracks[1:]:
    port = [m.port for m in track if m.type == "midi_port"]
    device = [m.name for m in track if m.type == "device_name"]
    strokes = [m.note for m in track if m.type == "note_on"]
    print(track.name, port, device, sorted(strokes))
"#,
        &file(&pair),
    );
    assert_eq!(told, "A lead [0] ['A'] [40, 60, 60, 60]\nB lead [1] ['B'] [40, 72, 72]\n");
}

/// Mean squares of the left and of the right.
fn powers(performance: &Performance) -> [f64; 2] {
    let mut rendering = rendering(performance, 48_000);
    let mut powers = [0.0; 2];
    while let Some(block) = rendering.next_block() {
        for frame in block.chunks_exact(2) {
            powers.iter_mut().zip(frame).for_each(|(power, &sample)| *power += f64::from(sample) * f64::from(sample));
        }
    }
    powers
}

#[test]
fn who_is_on_the_left_is_heard_on_the_left_and_a_little_on_the_right() {
    let (band, nobody) = (piece("a", 2, 60), piece("b", 0, 60));
    let [left, right] = powers(&sides(&band, &nobody, 0).unwrap());
    // 20 to 6 dB: ears in headphones must not have all of it on one side.
    assert!((4.0..100.0).contains(&(left / right)), "{left} left, {right} right");
    let [left, right] = powers(&sides(&nobody, &band, 0).unwrap());
    assert!((4.0..100.0).contains(&(right / left)), "{left} left, {right} right");
}

#[test]
fn two_bands_are_as_loud_as_one_and_each_is_on_its_side_whoever_plays() {
    let font = general_midi();
    let band = bands::piece(&bands::STAGE, &[76; 16]);
    let nobody = Performance { cues: Vec::new(), causes: Vec::new(), ..band.clone() };
    let played = |left: &Performance, right: &Performance, font: Option<&SoundFont>| {
        bands::rendered(rendering_with(&sides(left, right, 0).unwrap(), bands::RATE, font))
    };
    for font in [None].into_iter().chain(font.as_ref().map(Some)) {
        let stereo = played(&band, &band, font);
        let lufs = loudness(&stereo);
        assert!((-16.5..-14.5).contains(&lufs), "{lufs:.2} LUFS");
        assert!((0..2).all(|number| decibels(true_peak(&side(&stereo, number))) < -1.0));
        let power = |stereo: &[f32], number| side(stereo, number).iter().map(|sample| sample * sample).sum::<f64>();
        let stereo = played(&band, &nobody, font);
        assert!(power(&stereo, 0) > 5.0 * power(&stereo, 1), "{} left, {} right", power(&stereo, 0), power(&stereo, 1));
        let stereo = played(&nobody, &band, font);
        assert!(power(&stereo, 1) > 5.0 * power(&stereo, 0), "{} left, {} right", power(&stereo, 0), power(&stereo, 1));
    }
}

#[test]
fn both_bands_are_played_live_as_they_are_written_to_a_file() {
    let pair = sides(&piece("a", 2, 60), &piece("b", 1, 60), 0).unwrap();
    let (mut player, mut stream) = Player::<Synth>::unplugged(48_000);
    player.play(&pair);
    let mut live = Vec::new();
    for _ in 0..10_000 {
        player.advance();
        live.extend((0..2 * BLOCK_FRAMES).map(|_| stream.next().unwrap()));
        if player.position().is_over {
            break;
        }
    }
    let mut rendering = rendering(&pair, 48_000);
    let mut written = Vec::new();
    while let Some(block) = rendering.next_block() {
        written.extend_from_slice(block);
    }
    let begins = live.iter().position(|sample| *sample != 0.0).expect("it sounds");
    let first = written.iter().position(|sample| *sample != 0.0).expect("it sounds");
    let length = (live.len() - begins).min(written.len() - first);
    assert!(length > 48_000);
    assert!(live[begins..begins + length] == written[first..first + length], "live and file differ");
}

#[test]
fn channels_print_as_people_count_them_port_by_port() {
    let names: BTreeSet<String> = (0..=u8::MAX).filter_map(Channel::new).map(|channel| channel.to_string()).collect();
    assert_eq!(names.len(), Channel::COUNT);
    assert_eq!((Channel::DRUMS.to_string(), Channel::DRUMS.on(Port::B).to_string()), ("10".to_owned(), "B10".to_owned()));
    assert!(Channel::DRUMS.on(Port::B).is_drums() && Channel::new(9) == Some(Channel::DRUMS) && Channel::new(32).is_none());
}
