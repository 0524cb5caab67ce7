//! What can be had from a player besides its sound: a mix, notes that are tried, the wave, a recording.

use std::time::Duration;

use evalody::live::{BLOCK_FRAMES, Player};
use evalody::music::{Pitch, Tempo, Tick, Velocity};
use evalody::perform::{Channel, CueKind, Performance};
use evalody::score::Cause;
use evalody::synth::Synth;

#[path = "support/pieces.rs"]
mod pieces;
#[path = "support/scribe.rs"]
mod scribe;
use pieces::piece;
use scribe::{Scribe, Told, assert_nothing_hangs, notes, wind, written};

const RATE: u32 = 48_000;

fn channel() -> Channel {
    Channel::new(0).unwrap()
}

/// Sixteen eighths, whose causes are the lines 1 to 16.
fn eighths() -> Performance {
    let made = piece(&[vec![(0, 240); 16]], Tempo::nearest(120.0), 0);
    Performance { causes: (1..=16).map(|line| Cause { line, ..Cause::default() }).collect(), ..made }
}

fn velocities() -> Vec<u8> {
    let told = written().pop().unwrap();
    told.iter()
        .filter_map(|(_, told)| match told {
            Told::Strike(_, CueKind::On { velocity, .. }) => Some(velocity.value()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_mix_scales_velocities_and_mutes_by_the_cause_of_a_note() {
    scribe::begin();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.set_mix(Box::new(|_, _, _, _, cause| match cause.line {
        1 => 0.5,
        2 => 0.0,
        3 => 9.0,
        4 => 0.001,
        5 => f32::NAN,
        _ => 1.0,
    }));
    player.play(&eighths());
    wind(&mut player, &mut stream, 1600);
    assert_eq!(velocities()[..4], [45, 127, 1, 90]);
    assert_eq!(notes(&written()[0])[..4], [0, 2, 3, 5]);
    player.stop();
    wind(&mut player, &mut stream, 1);
    assert_nothing_hangs();
}

#[test]
fn a_mix_is_heard_with_the_next_stroke() {
    scribe::begin();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&eighths());
    // An eighth is 12000 frames, 187.5 blocks.
    wind(&mut player, &mut stream, 180);
    player.set_mix(Box::new(|_, _, _, _, _| 0.0));
    wind(&mut player, &mut stream, 180);
    assert_eq!(notes(&written()[0]), [0]);
    player.set_mix(Box::new(|_, _, _, _, _| 1.0));
    wind(&mut player, &mut stream, 30);
    assert_eq!(notes(&written()[0]), [0, 2]);
    assert_eq!(player.health().waited_ms, 0);
}

#[test]
fn chunks_that_number_their_own_notes_keep_their_causes() {
    scribe::begin();
    let all = eighths();
    let half = Tick(1920);
    let first = Performance { cues: all.cues.iter().filter(|cue| cue.at < half).copied().collect(), end: half, ..all.clone() };
    let mut later = Performance { cues: all.cues.iter().filter(|cue| cue.at >= half).copied().collect(), ..all.clone() };
    // The note at the old end is released by the chunk that struck it.
    later.cues.retain(|cue| cue.at > half || matches!(cue.kind, CueKind::On { .. }));
    for cue in &mut later.cues {
        if let CueKind::On { note, .. } = &mut cue.kind {
            *note -= 8;
        }
    }
    later.causes.drain(..8);
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.set_mix(Box::new(|_, _, _, _, cause| if cause.line > 8 { 0.5 } else { 1.0 }));
    let id = player.begin(&first);
    player.append_to(id, &later);
    player.close_piece(id);
    wind(&mut player, &mut stream, 3200);
    assert_eq!(velocities(), [[90; 8], [45; 8]].concat());
    assert_eq!(notes(&written()[0]), (0..16).collect::<Vec<_>>());
    assert!(player.position().is_over);
}

#[test]
fn a_note_that_is_tried_sounds_for_its_time_also_while_paused() {
    scribe::begin();
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&piece(&[], Tempo::nearest(120.0), 100_000));
    wind(&mut player, &mut stream, 10);
    player.pause(true);
    wind(&mut player, &mut stream, 10);
    player.audition(channel(), Pitch::new(64).unwrap(), Velocity::nearest(70.0), Duration::from_millis(100));
    wind(&mut player, &mut stream, 100);
    let told: Vec<_> = written()[0].iter().filter(|(_, told)| *told != Told::Hush).copied().collect();
    let at = 20 * BLOCK_FRAMES as u64;
    let pitch = Pitch::new(64).unwrap();
    assert_eq!(told[0], (at, Told::Strike(channel(), CueKind::On { pitch, velocity: Velocity::nearest(70.0), note: 0 })));
    assert_eq!(told[1], (at + 4800, Told::Strike(channel(), CueKind::Off { pitch })));
    assert!(player.position().is_paused);
    // More than there is room for, at once.
    for pitch in 0..100 {
        player.audition(channel(), Pitch::new(pitch).unwrap(), Velocity::nearest(70.0), Duration::from_secs(1));
        wind(&mut player, &mut stream, u32::from(pitch % 2));
    }
    wind(&mut player, &mut stream, 1000);
    assert_nothing_hangs();
    drop((player, stream));
    assert_eq!(scribe::alive(), 0);
}

#[test]
fn a_note_tried_after_the_end_leaves_it_at_the_end() {
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    player.play(&piece(&[vec![(0, 100)]], Tempo::nearest(240.0), 0));
    wind(&mut player, &mut stream, 200);
    assert!(player.position().is_over);
    player.audition(channel(), Pitch::new(64).unwrap(), Velocity::nearest(70.0), Duration::from_millis(100));
    wind(&mut player, &mut stream, 2);
    assert!(player.position().is_over);
}

#[test]
fn the_scope_shows_what_was_rendered_last() {
    let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
    let mut wave = [1.0; 500];
    player.scope(&mut wave);
    assert_eq!(wave, [0.0; 500]);
    player.play(&eighths());
    let mut samples = wind(&mut player, &mut stream, 3);
    player.scope(&mut wave);
    assert_eq!(wave[..500 - 192], [0.0; 500 - 192]);
    for blocks in [10, 1700, 7] {
        samples.extend(wind(&mut player, &mut stream, blocks));
        player.scope(&mut wave);
        let mono: Vec<f32> = samples.chunks_exact(2).map(|frame| (frame[0] + frame[1]) / 2.0).collect();
        assert_eq!(wave[..], mono[mono.len() - 500..]);
    }
    assert!(wave.iter().any(|sample| sample.abs() > 0.001));
}

#[test]
fn a_recording_holds_the_samples_of_the_stream() {
    let (mut player, mut stream) = Player::<Synth>::unplugged(RATE);
    let one = player.play(&eighths());
    wind(&mut player, &mut stream, 100);
    let mut recording = player.record();
    assert_eq!(recording.sample_rate_hz(), RATE);
    let mut drawn = wind(&mut player, &mut stream, 300);
    let (mut samples, mut pieces) = (Vec::new(), Vec::new());
    recording.samples(&mut samples);
    let other = player.queue(&eighths(), true, None);
    drawn.extend(wind(&mut player, &mut stream, 1500));
    recording.samples(&mut samples);
    recording.pieces(&mut pieces);
    assert!(samples == drawn);
    assert_eq!(recording.frames(), 1800 * BLOCK_FRAMES as u64);
    // The bar line is at frame 96000 of the piece, which had played 100 blocks.
    assert_eq!(pieces, [(0, one), (96_000 - 6400, other)]);
    assert_eq!(player.setups(other).unwrap().len(), 1);
    assert_eq!(recording.lost(), 0);
}

#[test]
fn a_recording_that_nobody_drains_says_what_it_lost() {
    let (mut player, mut stream) = Player::<Scribe>::unplugged(8000);
    let mut recording = player.record();
    wind(&mut player, &mut stream, 8000 * 6 / BLOCK_FRAMES as u32);
    let mut samples = Vec::new();
    recording.samples(&mut samples);
    assert_eq!(samples.len() as u64 / 2 + recording.lost(), recording.frames());
    assert!(recording.lost() > 0 && samples.len() >= 8000 * 4 * 2);
}

#[test]
fn a_recording_that_ends_releases_what_sounds_and_the_next_begins_clean() {
    let held = piece(&[vec![(0, 5000)], vec![(0, 5000)]], Tempo::nearest(120.0), 0);
    let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
    let mut first = player.record();
    player.play(&held);
    wind(&mut player, &mut stream, 10);
    let mut second = player.record();
    wind(&mut player, &mut stream, 10);
    let mut strokes = Vec::new();
    first.strokes(&mut strokes);
    assert!(first.is_over());
    assert_eq!(strokes.iter().map(|stroke| stroke.frame).collect::<Vec<_>>(), [0, 0, 640, 640]);
    assert!(strokes[2..].iter().all(|stroke| matches!(stroke.kind, CueKind::Off { .. })));
    // What was struck before it began is not its own to release.
    player.pause(true);
    wind(&mut player, &mut stream, 10);
    strokes.clear();
    second.strokes(&mut strokes);
    assert_eq!(strokes, []);
    assert!(!second.is_over());
    drop((player, stream));
    assert!(second.is_over());
}

#[test]
fn pausing_seeking_and_stopping_release_in_the_recording() {
    let held = piece(&[vec![(0, 5000)]], Tempo::nearest(120.0), 0);
    let commands: [fn(&mut Player<Scribe>); 4] = [
        |player| player.pause(true),
        |player| player.seek(Tick(100)),
        Player::stop,
        |player| player.set_loop(Some(Tick(2000)..Tick(3000))),
    ];
    for command in commands {
        let (mut player, mut stream) = Player::<Scribe>::unplugged(RATE);
        let mut recording = player.record();
        player.play(&held);
        wind(&mut player, &mut stream, 10);
        command(&mut player);
        wind(&mut player, &mut stream, 1);
        let mut strokes = Vec::new();
        recording.strokes(&mut strokes);
        assert_eq!(strokes.len(), 2);
        assert_eq!((strokes[1].frame, matches!(strokes[1].kind, CueKind::Off { .. })), (640, true));
    }
}
