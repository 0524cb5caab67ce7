//! How punctual a port is: messages that mean nothing are sent to it as notes would be, and what can be seen of their
//! moments is told.

use std::time::{Duration, Instant};

use super::port::MidiPort;
use super::sent::MidiBytes;
use crate::perform::Port as Cable;

/// Messages, and the time between two: two seconds of dense music.
const MESSAGES: usize = 200;
const EVERY_MS: i64 = 10;

/// Messages that are for at once: each waits until it was heard.
const AT_ONCE: usize = 50;

/// Longest wait for a message to be heard.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hears what a port sends: each message's moment on the port's clock.
pub type Ear = rtrb::Consumer<i64>;

/// Tries a port, and tells in a few lines what was measured.
pub fn trial(port: &mut dyn MidiPort, ear: Option<Ear>) -> Vec<String> {
    match ear {
        Some(ear) if port.stamps() => heard_back(port, ear),
        _ => sent(port),
    }
}

/// Where nothing can be heard back: how late each message is given to the system.
fn sent(port: &mut dyn MidiPort) -> Vec<String> {
    let units_per_ms = i64::from(port.units_per_second() / 1000);
    let begins = port.now() + EVERY_MS * units_per_ms;
    let mut late = Vec::new();
    for number in 0..MESSAGES as i64 {
        let due = begins + number * EVERY_MS * units_per_ms;
        while port.now() < due {
            let nanos = (due - port.now()).max(0) as f64 / f64::from(port.units_per_second()) * 1e9;
            std::thread::sleep(Duration::from_nanos(nanos as u64));
        }
        port.send(due, Cable::A, MidiBytes::active_sensing());
        late.push(port.now() - due);
    }
    vec![
        format!("{MESSAGES} messages, one every {EVERY_MS} ms, were with the system late by {}", spread(late, port.units_per_second())),
        "what the system, the cable and who plays add is not seen from here".to_owned(),
    ]
}

/// Through an input of our own, connected to our own output.
fn heard_back(port: &mut dyn MidiPort, mut ear: Ear) -> Vec<String> {
    let rate = i64::from(port.units_per_second());
    let mut hear = |what: &str| {
        let began = Instant::now();
        loop {
            if let Ok(heard) = ear.pop() {
                return Ok(heard);
            }
            if began.elapsed() > PATIENCE {
                return Err(vec![format!("{what} was not heard back within {} s", PATIENCE.as_secs())]);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let mut delays = Vec::new();
    // At uneven distances from the beginnings of periods, far enough ahead.
    let begins = port.now() + rate / 4;
    let due = |number: usize| begins + number as i64 * rate * EVERY_MS / 1000 + number as i64 % 7;
    for number in 0..MESSAGES {
        port.send(due(number), Cable::A, MidiBytes::active_sensing());
    }
    for number in 0..MESSAGES {
        match hear("a stamped message") {
            Ok(heard) => delays.push(heard - due(number)),
            Err(lines) => return lines,
        }
    }
    let jitter = delays.iter().max().unwrap_or(&0) - delays.iter().min().unwrap_or(&0);
    let period = port.margin() / 2;
    let mut at_once = Vec::new();
    for _ in 0..AT_ONCE {
        let asked = port.now();
        port.send(asked, Cable::A, MidiBytes::active_sensing());
        match hear("a message for at once") {
            Ok(heard) => at_once.push(heard - asked),
            Err(lines) => return lines,
        }
    }
    vec![
        format!("{MESSAGES} stamped messages, one every {EVERY_MS} ms, heard back at an input of ours: {jitter} frames of jitter"),
        format!("a period is {period} frames, {} at {rate} Hz", milliseconds(period, port.units_per_second())),
        format!("a message for at once is heard back after {}", spread(at_once, port.units_per_second())),
    ]
}

/// Median, 99 % and most of what was measured, in milliseconds.
fn spread(mut units: Vec<i64>, per_second: u32) -> String {
    units.sort_unstable();
    let part = |part: f64| milliseconds(units[((units.len() - 1) as f64 * part).round() as usize], per_second);
    format!("{} at the median, {} at 99 %, {} at most", part(0.5), part(0.99), part(1.0))
}

fn milliseconds(units: i64, per_second: u32) -> String {
    format!("{:.2} ms", units as f64 * 1000.0 / f64::from(per_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_told_in_milliseconds() {
        let frames = (0..=100).rev().map(|frame| frame * 48).collect();
        assert_eq!(spread(frames, 48_000), "50.00 ms at the median, 99.00 ms at 99 %, 100.00 ms at most");
    }
}
