//! The speaker: one endless rodio source on a device, and what becomes of that device. The only file
//! that knows rodio and cpal.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rodio::cpal::traits::{DeviceTrait, HostTrait};
use rodio::cpal::{self, BufferSize, ErrorKind};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink};

use super::LiveError;
use super::devices::AudioDevice;
use super::stream::{Stream, Voices};

/// Frames asked of the device at a time, 43 ms at 48 kHz. Below 512 a busy machine of two cores left
/// gaps, at 2048 none; more only answers later (measured through PulseAudio, both hosts).
const BUFFER_FRAMES: u32 = 2048;

/// Errors that a device may report before it counts as lost. A sound server that dies makes ALSA report
/// hundreds of thousands a second; one that starts, up to some 2000 which are harmless (measured).
const LOST_AFTER_ERRORS: u64 = 10_000;

/// Errors after which the callback takes its time, so that a dead device does not eat a whole core.
const SLOW_AFTER_ERRORS: u64 = 100;

pub struct Speaker {
    /// Plays as long as it lives.
    _sink: MixerDeviceSink,
    troubles: Arc<Troubles>,
}

#[derive(Default)]
struct Troubles {
    xruns: AtomicU64,
    errors: AtomicU64,
    is_lost: AtomicBool,
}

impl Speaker {
    /// Opens the device called `name`, or the default one, and plays the stream made for its rate.
    pub fn open<V: Voices, F: FnOnce(u32) -> Stream<V>>(name: Option<&str>, stream: F) -> Result<Self, LiveError> {
        let not_opened =
            |source: DeviceSinkError| LiveError::NotOpened { name: name.unwrap_or("default").to_owned(), source: Box::new(source) };
        let troubles = Arc::new(Troubles::default());
        let watcher = Arc::clone(&troubles);
        let sink = quietly(|| {
            let builder = match name {
                None => DeviceSinkBuilder::from_default_device().map_err(not_opened)?,
                Some(name) => DeviceSinkBuilder::from_device(find(name)?).map_err(not_opened)?,
            };
            builder
                .with_buffer_size(BufferSize::Fixed(BUFFER_FRAMES))
                .with_error_callback(move |error: cpal::Error| watcher.note(&error))
                .open_stream()
                .map_err(not_opened)
        });
        let mut sink = sink?;
        sink.log_on_drop(false);
        sink.mixer().add(stream(sink.config().sample_rate().get()));
        Ok(Self { _sink: sink, troubles })
    }

    /// Frames between rendering and hearing, at least: rodio does not pass on what the device knows.
    pub fn latency_frames(&self) -> u64 {
        u64::from(BUFFER_FRAMES)
    }

    /// How often the device had nothing to play, as far as it says so.
    pub fn xruns(&self) -> u64 {
        self.troubles.xruns.load(Ordering::Relaxed)
    }

    /// Why the device plays no more.
    pub fn loss(&self) -> Option<String> {
        self.troubles.is_lost.load(Ordering::Acquire).then(|| "the audio device is gone".to_owned())
    }
}

impl Troubles {
    fn note(&self, error: &cpal::Error) {
        let errors = self.errors.fetch_add(1, Ordering::Relaxed) + 1;
        match error.kind() {
            ErrorKind::Xrun => {
                self.xruns.fetch_add(1, Ordering::Relaxed);
            }
            ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated => self.is_lost.store(true, Ordering::Release),
            _ => {}
        }
        if errors > LOST_AFTER_ERRORS {
            self.is_lost.store(true, Ordering::Release);
        }
        if errors > SLOW_AFTER_ERRORS {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl<V: Voices> rodio::Source for Stream<V> {
    /// One format for ever: rodio has nothing to convert.
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> rodio::ChannelCount {
        const { NonZero::new(2).unwrap() }
    }

    fn sample_rate(&self) -> rodio::SampleRate {
        NonZero::new(self.sample_rate_hz()).expect("a device has a sample rate")
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

fn find(name: &str) -> Result<cpal::Device, LiveError> {
    let mut there_are = Vec::new();
    for (device, described) in outputs() {
        if described.name == name {
            return Ok(device);
        }
        there_are.push(described.name);
    }
    Err(LiveError::NoSuchDevice { name: name.to_owned(), there_are })
}

pub fn devices() -> Result<Vec<AudioDevice>, String> {
    let found: Vec<AudioDevice> = quietly(|| outputs().map(|(_, described)| described).collect());
    if found.is_empty() { Err("the system has no audio output".to_owned()) } else { Ok(found) }
}

/// Every device that can be played through, of every sound system that answers, the best first.
fn outputs() -> impl Iterator<Item = (cpal::Device, AudioDevice)> {
    let default_host = cpal::default_host().id();
    cpal::available_hosts().into_iter().filter_map(|id| cpal::host_from_id(id).ok()).flat_map(move |host| {
        let default = host.default_output_device().and_then(|device| device.id().ok());
        host.output_devices().into_iter().flatten().filter_map(move |device| {
            let id = device.id().ok()?;
            let description = device.description().ok()?;
            let is_default = host.id() == default_host && Some(&id) == default.as_ref();
            let described =
                AudioDevice { name: id.id().to_owned(), description: description.name().to_owned(), host: host.id().name(), is_default };
            Some((device, described))
        })
    })
}

/// Runs `open` without letting the sound system's libraries print over the view.
pub fn quietly<T>(open: impl FnOnce() -> T) -> T {
    // libasound's messages go where the thread's handler puts them: into a buffer that is dropped.
    #[cfg(target_os = "linux")]
    let _unread = alsa::Output::local_error_handler();
    open()
}
