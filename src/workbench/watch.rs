//! The file on disk: opened, saved, and followed when another editor writes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use notify::{RecursiveMode, Watcher};

use super::{Message, Workbench};
use crate::edit::{Disk, Document};
use crate::feed::StyleFile;
use crate::live::Voices;
use crate::output::Output;
use crate::songs;

/// A file that is followed.
pub struct Watch {
    /// Follows as long as it lives.
    _watcher: notify::RecommendedWatcher,
    news: Receiver<()>,
    path: PathBuf,
}

impl Watch {
    /// Follows a file. Its folder is watched: editors write another file and put it in its place.
    fn new(path: &Path) -> notify::Result<Self> {
        let (sender, news) = channel();
        let name = path.file_name().map(ToOwned::to_owned);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let is_meant = event.is_ok_and(|event| {
                !event.kind.is_access() && event.paths.iter().any(|changed| changed.file_name().map(ToOwned::to_owned) == name)
            });
            if is_meant {
                // Nobody follows any more.
                let _ = sender.send(());
            }
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Self { _watcher: watcher, news, path: path.to_owned() })
    }
}

impl<V: Voices> Workbench<V> {
    /// Takes a song or a file into the editor.
    pub(super) fn open(&mut self, name: &str) {
        match load(name) {
            Ok(document) => {
                self.document = document;
                self.trouble = None;
                self.has_conflict = false;
                self.follow_file();
                self.evaluate();
            }
            Err(why) => self.notice(why),
        }
    }

    /// Writes the text to its file, or to another from now on.
    pub(super) fn save(&mut self, path: Option<PathBuf>) {
        let Some(path) = path.or_else(|| self.document.path.clone()) else {
            return self.notice(format!("{} has no file yet: give it one by Save as", self.document.name));
        };
        let written = self
            .document
            .bytes()
            .map_err(|error| error.to_string())
            .and_then(|bytes| Output::replace(&path, &bytes).map_err(|error| error.to_string()));
        match written {
            Ok(()) => {
                if self.document.path.as_deref() != Some(&path) {
                    self.document.name = path.to_string_lossy().into_owned();
                    self.document.path = Some(path);
                    self.follow_file();
                }
                self.document.saved();
                self.has_conflict = false;
                self.notice(format!("{} is saved", self.document.name));
            }
            Err(why) => self.notice(format!("not saved: {why}")),
        }
    }

    pub(super) fn follow_file(&mut self) {
        self.watch = None;
        let Some(path) = self.document.path.clone().filter(|_| self.wishes.watches) else { return };
        match Watch::new(&path) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => self.notice(format!("{} cannot be followed on disk: {error}", path.display())),
        }
    }

    /// Takes in what another editor has written, and evaluates it.
    pub(super) fn watch_file(&mut self) {
        let Some(watch) = &self.watch else { return };
        if watch.news.try_iter().count() == 0 {
            return;
        }
        // While it is written anew the file may be gone or half there; there will be news again.
        let Ok(read) = fs::read(&watch.path) else { return };
        match Document::from_bytes(&self.document.name, &read, None) {
            Ok(read) => match self.document.disk_changed(&read.text) {
                Disk::Same => {}
                Disk::Taken => self.evaluate(),
                Disk::Conflict => self.has_conflict = true,
            },
            Err(error) => self.notice(error.to_string()),
        }
    }

    /// Follows the file of the style.
    pub fn follow_style(&mut self, file: StyleFile) {
        self.style_file = Some(file);
    }

    /// Takes in a style that was saved; one with a mistake in it is told, and the last good one plays on.
    pub(super) fn watch_style(&mut self) {
        match self.style_file.as_mut().and_then(StyleFile::news) {
            None => {}
            Some(Ok(style)) => self.update(Message::Style(Arc::new(style))),
            Some(Err(mistake)) => self.notice(mistake),
        }
    }

    pub(super) fn take_theirs(&mut self) {
        self.has_conflict = false;
        self.document.take_disk();
        self.evaluate();
    }
}

/// A song or a file as a document.
///
/// # Errors
/// One line for people: what could not be read, and why.
pub fn load(name: &str) -> Result<Document, String> {
    if let Some(song) = name.strip_prefix('@') {
        let song = songs::named(song).map_err(|error| error.to_string())?;
        return Ok(Document::new(name, song.source, None));
    }
    let path = Path::new(name);
    let bytes = fs::read(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Document::from_bytes(name, &bytes, Some(path.to_owned())).map_err(|error| error.to_string())
}
