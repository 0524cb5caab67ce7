//! The window of `evalody live`: pictures of what sounds, and an editor. It draws and passes on what is
//! done to it; what happens is decided at the workbench.

mod atlas;
mod bar;
mod bytecode;
mod camera;
mod dialog;
mod editor;
mod find_bar;
mod held;
mod inspector;
mod keys;
mod knobs;
mod layout;
mod mixer;
mod roll;
mod rooms;
mod scope;
mod seen;
mod side;
mod stack;
mod strip;
mod study;
mod theme;
mod tour;
mod typing;
mod view;

use std::panic;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bevy::ecs::prelude::{Entity, World};
use bevy::window::{ClosingWindow, MonitorSelection, Window, WindowMode};
use nannou::prelude::*;

use crate::checkout::Checkouts;
use crate::workbench::{Message, Workbench};
use seen::Seen;
pub use study::Studying;
use view::{Ask, View};

/// How the window is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    pub is_fullscreen: bool,
    pub is_light: bool,
    /// Where it is kept that the tour was closed for good.
    pub state: Option<PathBuf>,
    /// Source trees of CPython, to open what the atlas names.
    pub checkouts: Arc<Checkouts>,
    /// What a sitting of study begins with.
    pub studying: Studying,
    /// Tell how many pictures a second were drawn on standard error, and end after so many seconds.
    pub measure: Option<Duration>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    #[error("no display: {0}")]
    NoDisplay(String),
    /// It was open.
    #[error("the window broke off: {0}")]
    BrokeOff(String),
}

struct Shop {
    bench: Workbench,
    view: View,
    opening: Opening,
    started: Instant,
    window: Entity,
    interrupted: Arc<AtomicBool>,
    /// The window was asked to close while something was unsaved.
    wants_to_close: Arc<AtomicBool>,
    messages: Vec<Message>,
    /// Whether the camera was told to draw flat things only.
    is_flat: bool,
    pictures: u64,
    /// Time that was spent in `update`.
    spent: Duration,
}

/// nannou's model functions are bare pointers: what they begin with is handed over here.
static HANDED_OVER: Mutex<Option<(Workbench, Opening, Arc<AtomicBool>)>> = Mutex::new(None);

/// Width and height of the window in points.
const SIZE: (u32, u32) = (1280, 720);

/// Opens the window, and comes back when it is closed. `interrupted` closes it.
///
/// # Errors
/// If there is no display, or nothing to draw on it with; or if the window that was open broke off.
pub fn open(bench: Workbench, opening: Opening, interrupted: Arc<AtomicBool>) -> Result<(), WindowError> {
    display()?;
    // What bevy logs of its making is not for whoever makes music.
    let _ = tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new());
    *HANDED_OVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((bench, opening, interrupted));
    // bevy panics where there is no display or no adapter; that is one line, not a backtrace.
    let said = Arc::new(Mutex::new(None));
    let hook = panic::take_hook();
    let heard = Arc::clone(&said);
    panic::set_hook(Box::new(move |info| {
        let first = reason(info.payload_as_str().unwrap_or_default());
        heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(first);
    }));
    let ended = panic::catch_unwind(|| nannou::app(model).update(update).exit(exit).add_plugin(held::Held).run());
    panic::set_hook(hook);
    // If the window never opened, whatever was handed over is still here, and is stopped with it.
    let was_open = HANDED_OVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take().is_none();
    let said = said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    match (ended, said) {
        (Ok(()), None) => Ok(()),
        (_, why) if was_open => Err(WindowError::BrokeOff(why.unwrap_or_default())),
        (_, why) => Err(WindowError::NoDisplay(why.unwrap_or_default())),
    }
}

/// Why a window was not opened, for people: what the libraries beneath say names their own files.
fn reason(said: &str) -> String {
    let display = std::env::var("DISPLAY").or_else(|_| std::env::var("WAYLAND_DISPLAY")).unwrap_or_default();
    match said.lines().next().unwrap_or_default() {
        line if line.contains("event loop") => format!("the display {display} cannot be opened"),
        line if line.contains("GPU") || line.contains("adapter") => {
            "nothing to draw with; install a Vulkan driver (Debian: mesa-vulkan-drivers)".to_owned()
        }
        line => line.split(" at ").next().unwrap_or_default().to_owned(),
    }
}

/// Lets sound go first: what is started from now on, drawing above all, gives way to what plays already. On
/// Linux threads have a niceness of their own, and hand it on to those they start.
pub fn give_way() {
    /// Of 19: enough that a machine of two cores which draws by itself leaves no gap in the sound.
    #[cfg(target_os = "linux")]
    const NICENESS: i32 = 5;
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICENESS);
}

/// Whether there is a display at all.
///
/// # Errors
/// If there is none.
pub fn display() -> Result<(), WindowError> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(all(unix, not(target_os = "macos"))) && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        return Err(WindowError::NoDisplay("neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()));
    }
    Ok(())
}

type Model = Mutex<Shop>;

fn model(app: &App) -> Model {
    let handed_over = HANDED_OVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    let (bench, opening, interrupted) = handed_over.expect("handed over by `open`");
    let builder = app.new_window::<Model>().title("evalody").primary();
    let builder = if opening.is_fullscreen { builder.fullscreen() } else { builder.size(SIZE.0, SIZE.1) };
    let window = builder.build();
    // Sound has a thread of its own; pictures come as fast as the display takes them.
    app.set_update_mode(bevy::winit::UpdateMode::Continuous);
    let view = View::new(&opening);
    Mutex::new(Shop {
        bench,
        view,
        opening,
        started: Instant::now(),
        window,
        interrupted,
        wants_to_close: Arc::new(AtomicBool::new(false)),
        messages: Vec::new(),
        is_flat: false,
        pictures: 0,
        spent: Duration::ZERO,
    })
}

fn update(app: &App, model: &mut Model) {
    let shop = model.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
    let now = shop.started.elapsed();
    shop.bench.advance(now);
    let context = app.egui_for_window(shop.window);
    shop.view.dress(&context);
    held::set_right(&context);
    atlas::advance(&mut shop.bench, &mut shop.view);
    let seen = Seen::of(&mut shop.bench);
    keys::read(&context, &mut shop.bench, &mut shop.view, &seen, &mut shop.messages, now);
    let mut ui = egui::Ui::new(
        context.clone(),
        egui::Id::new("evalody"),
        egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(context.content_rect()),
    );
    draw(&mut ui, shop, &seen);
    for message in std::mem::take(&mut shop.messages) {
        // Whoever clicks something wants to know what it is.
        if matches!(message, Message::Select(_)) {
            shop.view.tab = view::Tab::Inspector;
        }
        shop.bench.update(message);
    }
    if !shop.is_flat {
        shop.is_flat = true;
        camera::flatten(app, context.clone());
    }
    // Panels are what the window is cleared to.
    let panel = shop.view.theme.panel;
    app.draw_for_window(shop.window).background().color(Color::srgb_u8(panel.r(), panel.g(), panel.b()));
    shop.pictures += 1;
    shop.spent += shop.started.elapsed().saturating_sub(now);
    ask_of_the_window(app, shop);
}

/// All the panels.
fn draw(ui: &mut egui::Ui, shop: &mut Shop, seen: &Seen) {
    let Shop { bench, view, messages, .. } = shop;
    let layout = layout::Layout::of(ui.max_rect());
    view::ground(ui, &layout.panels(), &view.theme);
    bar::draw(ui, layout.bar, bench, view, messages);
    editor::draw(ui, layout.editor, bench, view, seen, messages);
    bytecode::draw(ui, layout.bytecode, bench, view, seen, messages);
    stack::draw(ui, layout.stack, view, seen, messages);
    rooms::draw(ui, layout.rooms, bench, view, seen, messages);
    side::draw(ui, layout.side, bench, view, seen, messages);
    roll::draw(ui, layout.roll, bench, view, seen, messages);
    strip::draw(ui, layout.strip, bench, view, messages);
    scope::draw(ui, layout.scope, bench, view);
    study::draw(ui, bench, view);
    atlas::draw(ui, bench, view, seen);
    dialog::draw(ui, bench, view, messages);
    tour::draw(ui, &layout, view);
}

impl Shop {
    /// Whether pictures were counted for as long as was asked; then their number is told. The first two seconds are
    /// left out: the window opens and its pipelines are made.
    fn measured(&mut self) -> bool {
        let Some(duration) = self.opening.measure else { return false };
        let elapsed = self.started.elapsed();
        let warm_up = Duration::from_secs(2);
        if elapsed < warm_up {
            (self.pictures, self.spent) = (0, Duration::ZERO);
            return false;
        }
        let counted = elapsed - warm_up;
        if counted < duration {
            return false;
        }
        let per_second = self.pictures as f64 / counted.as_secs_f64();
        let own_ms = self.spent.as_secs_f64() * 1000.0 / self.pictures.max(1) as f64;
        println!("{per_second:.1} pictures a second, {own_ms:.1} ms of each our own");
        true
    }
}

/// What only the window itself can do.
fn ask_of_the_window(app: &App, shop: &mut Shop) {
    if let Some(path) = shop.view.screenshot.take() {
        app.main_window().save_screenshot(path.clone());
        shop.bench.notice(format!("screenshot: {}", path.display()));
    }
    if shop.view.wants_fullscreen != shop.view.is_fullscreen {
        shop.view.is_fullscreen = shop.view.wants_fullscreen;
        let (window, is_fullscreen) = (shop.window, shop.view.is_fullscreen);
        app.command_scope(|mut commands| {
            commands.queue(move |world: &mut World| {
                if let Some(mut window) = world.get_mut::<Window>(window) {
                    window.mode =
                        if is_fullscreen { WindowMode::BorderlessFullscreen(MonitorSelection::Current) } else { WindowMode::Windowed };
                }
            });
        });
    }
    if shop.wants_to_close.swap(false, Ordering::Relaxed) {
        shop.view.ask = Some(Ask::Quit);
    }
    if shop.bench.document.is_changed() && !shop.view.may_close {
        let (window, asked) = (shop.window, Arc::clone(&shop.wants_to_close));
        app.command_scope(|mut commands| {
            commands.queue(move |world: &mut World| {
                if let Ok(mut window) = world.get_entity_mut(window)
                    && window.take::<ClosingWindow>().is_some()
                {
                    asked.store(true, Ordering::Relaxed);
                }
            });
        });
    }
    let is_measured = shop.measured();
    if shop.view.quits || is_measured || shop.interrupted.load(Ordering::Relaxed) {
        app.quit();
    }
}

fn exit(_: &App, model: Model) {
    let shop = model.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Its children go with it.
    drop(shop);
}
