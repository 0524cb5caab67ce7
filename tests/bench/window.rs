//! Pictures a second of `evalody live`, 1280 by 720, on a display without a screen, while a song plays, against
//! thirty. Prints ratios; above 1 there are more. Without Xvfb there is nothing to measure, which is said.
//!
//! Where there is no graphics card, a processor draws them, and the load of the machine counts.

use std::error::Error;

#[path = "../support/display.rs"]
#[allow(dead_code, reason = "the tests take more of it")]
mod display;
#[path = "../support/sound_server.rs"]
#[allow(dead_code, reason = "the tests take more of it")]
mod sound_server;

use display::{Display, Open};
use sound_server::SoundServer;

/// Pictures a second from which on a movement looks smooth.
const PEER: f64 = 30.0;

const SECONDS: &str = "8";

fn main() -> Result<(), Box<dyn Error>> {
    let (Some(display), Some(server)) = (Display::start(), SoundServer::start()) else { return Ok(()) };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("pictures a second in {SECONDS} s; load of the machine {}", load.trim());
    println!("{:16} {:>8} {:>12}  ", "song", "pictures", "to thirty");
    for song in ["@recursion", "@sort_merge", "@threads"] {
        let (status, out, err) = Open::new(&display, &[song, "--measure", SECONDS], &server.environment()).ended();
        let told = out.split_whitespace().next().and_then(|first| first.parse::<f64>().ok()).filter(|_| status.success());
        let pictures = told.ok_or_else(|| format!("{song}: {status}: {out} {err}"))?;
        let own = out.trim().rsplit(", ").next().unwrap_or_default();
        println!("{song:16} {pictures:8.1} {:12.2}  {own}", pictures / PEER);
    }
    Ok(())
}
