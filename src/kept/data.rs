//! A learner's folder: texts that outlive releases, read and written as wholes. One change at a time, whoever makes it;
//! what the texts mean is nothing to this file.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// Time between two looks at a lock that somebody else has: a change takes a few milliseconds.
const LOOK: Duration = Duration::from_millis(5);

/// What could not be read or changed. Nothing is lost by any of it.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("there is no folder to keep what is learnt in: neither XDG_DATA_HOME nor HOME is set")]
    Homeless,
    #[error("{}: {reason}", path.display())]
    Refused { path: PathBuf, reason: &'static str },
    #[error("{}: cannot be read: {source}; it was left as it is", path.display())]
    Unread { path: PathBuf, source: io::Error },
    #[error("{}: cannot be written: {source}; what was kept before is still there", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
    #[error("{}: cannot be locked: {source}; nothing was changed", path.display())]
    Unlocked { path: PathBuf, source: io::Error },
    #[error(
        "{}: {why}. It was left as it is. {}",
        path.display(),
        match before {
            Some(before) => format!("The version before it is {}: copy that over it, or mend it.", before.display()),
            None => "Mend it, or move it away to begin anew.".to_owned(),
        }
    )]
    Misread { path: PathBuf, why: String, before: Option<PathBuf> },
}

/// A learner's folder; it is made when something is first kept in it.
#[derive(Debug, Clone)]
pub struct Data {
    folder: PathBuf,
}

impl Data {
    /// The folder given, or that of `EVALODY_DATA`, or `evalody` in the platform's folder for data.
    pub fn open(given: Option<&Path>) -> Result<Self, DataError> {
        let folder = given.map(Path::to_owned).or_else(|| named_by("EVALODY_DATA")).or_else(of_platform).ok_or(DataError::Homeless)?;
        match fs::metadata(&folder) {
            Ok(metadata) if !metadata.is_dir() => {
                Err(DataError::Refused { path: folder, reason: "is no folder; name one to keep what is learnt in" })
            }
            Ok(_) => Ok(Self { folder }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self { folder }),
            Err(source) => Err(DataError::Unread { path: folder, source }),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where what is called `name` is kept.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where the version before the last change is kept.
    pub fn place_before(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.before"))
    }

    /// The text kept as `name`; `None` if there never was one.
    pub fn read(&self, name: &str) -> Result<Option<String>, DataError> {
        let path = self.place(name);
        match fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map(Some)
                .map_err(|error| self.misread(name, format!("it is no text: byte {} is not UTF-8", error.utf8_error().valid_up_to()))),
            // A link that leads nowhere is no beginning: what it led to is somewhere else.
            Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(&path).is_ok() => Err(DataError::Refused {
                path,
                reason: "is a link that leads nowhere; bring back what it led to, or take it away to begin anew",
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(_) if path.is_dir() => Err(DataError::Refused { path, reason: "is a folder where a file should be; move it away" }),
            Err(source) => Err(DataError::Unread { path, source }),
        }
    }

    /// Says that the text kept as `name` cannot be understood, and what to do.
    pub fn misread(&self, name: &str, why: impl ToString) -> DataError {
        let before = Some(self.place_before(name)).filter(|before| before.is_file());
        DataError::Misread { path: self.place(name), why: why.to_string(), before }
    }

    /// Makes of the text kept as `name` another: all of it is kept, or all stays as it was. Others wait meanwhile, so
    /// that what two of them add is there in the end; `change` must be quick, and is not to ask for the same again. The
    /// version before stays beside it.
    pub fn change<E: From<DataError>>(&self, name: &str, change: impl FnOnce(Option<&str>) -> Result<String, E>) -> Result<(), E> {
        let alone = self.lock(name)?;
        self.change_alone(name, &alone, change)
    }

    /// As [`change`](Self::change), but waits no longer than `most` for others; tells whether it was made.
    pub fn change_soon<E: From<DataError>>(
        &self,
        name: &str,
        most: Duration,
        change: impl FnOnce(Option<&str>) -> Result<String, E>,
    ) -> Result<bool, E> {
        match self.lock_soon(name, most)? {
            Some(alone) => self.change_alone(name, &alone, change).map(|()| true),
            None => Ok(false),
        }
    }

    fn change_alone<E: From<DataError>>(
        &self,
        name: &str,
        _alone: &File,
        change: impl FnOnce(Option<&str>) -> Result<String, E>,
    ) -> Result<(), E> {
        self.sweep(name);
        let old = self.read(name)?;
        let new = change(old.as_deref())?;
        if old.as_deref() == Some(new.as_str()) {
            return Ok(());
        }
        if let Some(old) = old {
            self.replace(name, &self.place_before(name), &old)?;
        }
        Ok(self.replace(name, &self.place(name), &new)?)
    }

    /// Waits until nobody else changes `name`. The system takes the lock back when it is dropped, or its process ends in
    /// whatever way; the file stays, since another may wait for it.
    fn lock(&self, name: &str) -> Result<File, DataError> {
        let (file, path) = self.lock_file(name)?;
        let unlocked = |source| DataError::Unlocked { path: path.clone(), source };
        loop {
            match file.lock() {
                Ok(()) => return Ok(file),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(unlocked(source)),
            }
        }
    }

    /// The same, for so long at most; `None` if somebody else changes it all that time.
    fn lock_soon(&self, name: &str, most: Duration) -> Result<Option<File>, DataError> {
        let (file, path) = self.lock_file(name)?;
        let deadline = Instant::now() + most;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(source)) => return Err(DataError::Unlocked { path, source }),
            }
        }
    }

    fn lock_file(&self, name: &str) -> Result<(File, PathBuf), DataError> {
        fs::create_dir_all(&self.folder).map_err(|source| DataError::Unwritten { path: self.folder.clone(), source })?;
        let path = self.folder.join(format!("{name}.lock"));
        match File::options().read(true).write(true).create(true).truncate(false).open(&path) {
            Ok(file) => Ok((file, path)),
            Err(source) => Err(DataError::Unlocked { path, source }),
        }
    }

    /// Takes away what writers left who were killed; only with the lock, when nobody writes.
    fn sweep(&self, name: &str) {
        let prefix = prefix(name);
        for left in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if left.file_name().to_str().is_some_and(|name| name.starts_with(&prefix)) {
                // Where it cannot be taken away it is only in nobody's way.
                let _ = fs::remove_file(left.path());
            }
        }
    }

    /// Puts a text in a place, by way of a file beside it: on the disk before it is in its place.
    fn replace(&self, name: &str, path: &Path, text: &str) -> Result<(), DataError> {
        let unwritten = |source| DataError::Unwritten { path: path.to_owned(), source };
        // What a link leads to is written, and the link stays.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = place.parent().unwrap_or(&self.folder);
        let file = NamedTempFile::with_prefix_in(prefix(name), folder).map_err(unwritten)?;
        // Not through the temporary file itself, which tells its own name.
        file.as_file().write_all(text.as_bytes()).map_err(unwritten)?;
        if let Ok(old) = fs::metadata(&place) {
            file.as_file().set_permissions(old.permissions()).map_err(unwritten)?;
        }
        file.as_file().sync_all().map_err(unwritten)?;
        file.persist(&place).map_err(|error| unwritten(error.error))?;
        // It is in its place, and whole. Not every file system lets its folders be synced.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// How the files are called that a text is written to before it is in its place.
fn prefix(name: &str) -> String {
    format!(".{name}-")
}

fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The XDG Base Directory Specification's; a relative path is to be ignored.
#[cfg(not(any(windows, target_os = "macos")))]
fn of_platform() -> Option<PathBuf> {
    let data = named_by("XDG_DATA_HOME").filter(|data| data.is_absolute()).or_else(|| Some(named_by("HOME")?.join(".local/share")))?;
    Some(data.join("evalody"))
}

#[cfg(target_os = "macos")]
fn of_platform() -> Option<PathBuf> {
    Some(named_by("HOME")?.join("Library/Application Support/evalody"))
}

#[cfg(windows)]
fn of_platform() -> Option<PathBuf> {
    Some(named_by("APPDATA")?.join("evalody"))
}
