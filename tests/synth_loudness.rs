//! The loudness which a listener meets: the same from program to program, however hard it plays; within a
//! program, soft sections are soft.

use evalody::perform::{Channel, CueKind};
use evalody::synth::rendering;

#[path = "support/bands.rs"]
mod bands;
#[path = "support/meter.rs"]
mod meter;
use bands::{AMBIENT, BAR, CHIP, RATE, STAGE, bars, piece, rendered};
use meter::{decibels, loudness, side, true_peak};

#[test]
fn soft_and_loud_programs_are_equally_loud_and_keep_their_peaks() {
    for (name, cast) in [("stage", &STAGE), ("chip", &CHIP), ("ambient", &AMBIENT)] {
        // 35 seconds: less than any piece of ours lasts.
        for velocity in [48, 62, 76, 90, 105] {
            let mut performance = piece(cast, &[velocity; 16]);
            performance.cues.retain(|cue| name != "ambient" || cue.channel != Channel::DRUMS);
            let stereo = rendered(rendering(&performance, RATE));
            let lufs = loudness(&stereo);
            assert!((-17.0..-14.5).contains(&lufs), "{name} at velocity {velocity}: {lufs:.2} LUFS");
            for number in 0..2 {
                let peak = decibels(true_peak(&side(&stereo, number)));
                assert!(peak < -1.2, "{name} at velocity {velocity}: {peak:.2} dBTP");
            }
        }
    }
}

#[test]
fn within_a_piece_soft_sections_stay_soft() {
    // Eight bars softly, eight hard, twice: what the velocities ask for is 7.2 dB.
    let velocities: Vec<u8> = [60u8, 104].into_iter().cycle().take(4).flat_map(|velocity| [velocity; 8]).collect();
    let stereo = rendered(rendering(&piece(&STAGE, &velocities), RATE));
    let sections: Vec<f64> = (0..4).map(|section| loudness(bars(&stereo, section * 8 + 1, section * 8 + 8))).collect();
    let whole = loudness(&stereo);
    assert!((-17.0..-14.5).contains(&whole), "{whole:.2} LUFS");
    // The first is played before anybody knows how loud the piece will be.
    assert!(sections[1] - sections[0] > 2.5, "{sections:?}");
    assert!(sections[1] - sections[2] > 4.5 && sections[3] - sections[2] > 4.5, "{sections:?}");
    // The fader moves ever less: the same bars come back at nearly the same strength.
    assert!((sections[3] - sections[1]).abs() < 2.0 && (sections[2] - sections[0]).abs() < 4.5, "{sections:?}");
}

#[test]
fn a_rest_does_not_move_the_fader() {
    let [with, without] = [true, false].map(|rests| {
        let mut performance = piece(&STAGE, &[90; 16]);
        performance.cues.retain(|cue| !rests || !(8 * BAR..12 * BAR).contains(&cue.at.0) || matches!(cue.kind, CueKind::Off { .. }));
        loudness(bars(&rendered(rendering(&performance, RATE)), 12, 16))
    });
    assert!((with - without).abs() < 0.7, "{with:.2} LUFS after a rest, {without:.2} without");
}
