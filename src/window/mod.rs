//! The window of `evalody live`: pictures of what sounds, and an editor. It draws and passes on what is
//! done to it; what happens is decided at the workbench.

mod bar;
mod bytecode;
mod dialog;
mod editor;
mod find_bar;
mod held;
mod inspector;
mod keys;
mod layout;
mod mixer;
mod roll;
mod rooms;
mod scope;
mod seen;
mod side;
mod stack;
mod strip;
mod theme;
mod tour;
mod view;

use std::panic;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bevy::ecs::prelude::{Entity, World};
use bevy::window::{ClosingWindow, MonitorSelection, Window, WindowMode};
use nannou::prelude::*;

use crate::workbench::{Message, Workbench};
use seen::Seen;
use view::{Ask, View};

/// How the window is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    pub is_fullscreen: bool,
    pub is_light: bool,
    /// Where it is kept that the tour was closed for good.
    pub state: Option<PathBuf>,
    /// Tell how many pictures a second were drawn on standard error, and end after so many seconds.
    pub measure: Option<Duration>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    #[error("no display: {0}")]
    NoDisplay(String),
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
    pictures: u64,
}

/// nannou's model functions are bare pointers: what they begin with is handed over here.
static HANDED_OVER: Mutex<Option<(Workbench, Opening, Arc<AtomicBool>)>> = Mutex::new(None);

/// Width and height of the window in points.
const SIZE: (u32, u32) = (1280, 720);

/// Opens the window, and comes back when it is closed. `interrupted` closes it.
///
/// # Errors
/// If there is no display, or nothing to draw on it with. A window that was open has not failed.
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
        let first = info.payload_as_str().unwrap_or("the window could not be opened").lines().next().unwrap_or_default().to_owned();
        heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(first);
    }));
    let ended = panic::catch_unwind(|| nannou::app(model).update(update).exit(exit).add_plugin(held::Held).run());
    panic::set_hook(hook);
    // If the window never opened, whatever was handed over is still here, and is stopped with it.
    drop(HANDED_OVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
    let said = said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    match (ended, said) {
        (Ok(()), None) => Ok(()),
        (_, why) => Err(WindowError::NoDisplay(why.unwrap_or_else(|| "the window broke off".to_owned()))),
    }
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
        pictures: 0,
    })
}

fn update(app: &App, model: &mut Model) {
    let shop = model.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
    let now = shop.started.elapsed();
    shop.bench.advance(now);
    let context = app.egui_for_window(shop.window);
    shop.view.dress(&context);
    held::set_right(&context);
    keys::read(&context, &mut shop.bench, &mut shop.view, &mut shop.messages, now);
    let seen = Seen::of(&mut shop.bench);
    let mut ui = egui::Ui::new(
        context.clone(),
        egui::Id::new("evalody"),
        egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(context.content_rect()),
    );
    draw(&mut ui, shop, &seen);
    for message in std::mem::take(&mut shop.messages) {
        shop.bench.update(message);
    }
    shop.pictures += 1;
    ask_of_the_window(app, shop);
}

/// All the panels.
fn draw(ui: &mut egui::Ui, shop: &mut Shop, seen: &Seen) {
    let Shop { bench, view, messages, .. } = shop;
    let layout = layout::Layout::of(ui.max_rect());
    ui.painter().rect_filled(ui.max_rect(), 0.0, view.theme.background);
    bar::draw(ui, layout.bar, bench, view, messages);
    editor::draw(ui, layout.editor, bench, view, seen, messages);
    bytecode::draw(ui, layout.bytecode, bench, view, seen, messages);
    stack::draw(ui, layout.stack, view, seen, messages);
    rooms::draw(ui, layout.rooms, bench, view, seen, messages);
    side::draw(ui, layout.side, bench, view, seen, messages);
    roll::draw(ui, layout.roll, bench, view, seen, messages);
    strip::draw(ui, layout.strip, bench, view, messages);
    scope::draw(ui, layout.scope, bench, view);
    dialog::draw(ui, bench, view, messages);
    tour::draw(ui, &layout, view);
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
    let elapsed = shop.started.elapsed();
    let is_measured = shop.opening.measure.is_some_and(|duration| elapsed >= duration);
    if is_measured {
        eprintln!("evalody: {:.1} pictures a second", shop.pictures as f64 / elapsed.as_secs_f64());
    }
    if shop.view.quits || is_measured || shop.interrupted.load(Ordering::Relaxed) {
        app.quit();
    }
}

fn exit(_: &App, model: Model) {
    let shop = model.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Its children go with it.
    drop(shop);
}
