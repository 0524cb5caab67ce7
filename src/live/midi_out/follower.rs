//! On which unit of a port's clock a frame is heard: followed from when a device draws, which it does in lumps and
//! unevenly. A delay-locked loop (F. Adriaensen, "Using a DLL to filter time", 2005), which first is quick and then
//! steady. Arithmetic only.

/// How quickly it follows, in hertz: at first, to be there within a second; and at last, where a device that draws
/// 10 ms early or late moves the music by less than one (in the simulation below).
const QUICK_HZ: f64 = 1.0;
const STEADY_HZ: f64 = 0.05;

/// Seconds until it is steady.
const SETTLES_S: f64 = 8.0;

/// Difference from which it begins anew rather than catch up, in seconds: a device that stood still.
const ASTRAY_S: f64 = 0.2;

/// Most that a device's rate may be off: more is no rate but a stall.
const MOST_OFF: f64 = 0.01;

pub struct Follower {
    /// Units of the port's clock in a frame, if the device were exact.
    nominal: f64,
    units_per_second: f64,
    seen: Option<Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    frame: f64,
    /// When that is begun, filtered.
    at: f64,
    units_per_frame: f64,
    began: f64,
}

impl Follower {
    pub fn new(units_per_second: u32, sample_rate_hz: u32) -> Self {
        let units_per_second = f64::from(units_per_second);
        Self { nominal: units_per_second / f64::from(sample_rate_hz), units_per_second, seen: None }
    }

    /// The device was seen, at `now`, to have drawn what begins with `frame`.
    pub fn drew(&mut self, frame: u64, now: i64) {
        let (frame, now) = (frame as f64, now as f64);
        let anew = Seen { frame, at: now, units_per_frame: self.nominal, began: now };
        let Some(seen) = self.seen else {
            self.seen = Some(anew);
            return;
        };
        let frames = frame - seen.frame;
        let expected = seen.at + frames * seen.units_per_frame;
        let error = now - expected;
        if error.abs() > ASTRAY_S * self.units_per_second || frames < 0.0 {
            self.seen = Some(anew);
            return;
        }
        if frames == 0.0 {
            return;
        }
        let age = ((now - seen.began) / self.units_per_second / SETTLES_S).clamp(0.0, 1.0);
        let hertz = QUICK_HZ * (STEADY_HZ / QUICK_HZ).powf(age);
        let seconds = frames * self.nominal / self.units_per_second;
        let omega = (std::f64::consts::TAU * hertz * seconds).min(0.5);
        let slope = seen.units_per_frame + omega * omega * error / frames;
        self.seen = Some(Seen {
            frame,
            at: expected + std::f64::consts::SQRT_2 * omega * error,
            units_per_frame: slope.clamp(self.nominal * (1.0 - MOST_OFF), self.nominal * (1.0 + MOST_OFF)),
            began: seen.began,
        });
    }

    /// When the device begins a frame; nothing where it has never drawn.
    pub fn at(&self, frame: u64) -> Option<i64> {
        let seen = self.seen?;
        Some((seen.at + (frame as f64 - seen.frame) * seen.units_per_frame).round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: u32 = 48_000;

    /// A device whose rate is off by so many millionths draws lumps, and is seen late by so much.
    fn followed(lump: u64, millionths: f64, lateness_ms: impl Fn(u64) -> f64) -> (f64, f64) {
        let mut follower = Follower::new(1_000_000_000, RATE);
        let ns_per_frame = 1e9 / f64::from(RATE) * (1.0 + millionths / 1e6);
        let (mut least, mut most) = (f64::MAX, f64::MIN);
        for number in 0..u64::from(RATE) * 40 / lump {
            let frame = number * lump;
            let truly = frame as f64 * ns_per_frame;
            follower.drew(frame, (truly + lateness_ms(number) * 1e6) as i64);
            if truly > 15e9 {
                let ahead = frame + lump / 2;
                let off_ms = (follower.at(ahead).unwrap() as f64 - ahead as f64 * ns_per_frame) / 1e6;
                (least, most) = (least.min(off_ms), most.max(off_ms));
            }
        }
        (least, most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_device_that_draws_unevenly_is_followed_to_within_a_millisecond(
            seed: u64,
            lump in prop_oneof![Just(256u64), Just(1_024), Just(2_048)],
            millionths in -200.0f64..200.0,
            late_ms in 0.0f64..10.0,
        ) {
            let mut chance = fastrand::Rng::with_seed(seed);
            let lateness: Vec<f64> = (0..10_000).map(|_| chance.f64() * late_ms).collect();
            let (least, most) = followed(lump, millionths, |number| lateness[number as usize % lateness.len()]);
            // Late on the average by half of what it is at most; around that it stays.
            prop_assert!(most - least < 2.0, "{least} to {most}");
            prop_assert!((most + least - late_ms).abs() < 2.0, "{least} to {most}, {late_ms}");
        }
    }

    #[test]
    fn a_device_that_stood_still_is_followed_from_there() {
        let mut follower = Follower::new(RATE, RATE);
        follower.drew(0, 0);
        follower.drew(2_048, 2_048);
        follower.drew(4_096, 100_000);
        assert_eq!(follower.at(4_100), Some(100_004));
    }
}
