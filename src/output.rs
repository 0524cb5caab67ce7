//! Files that are whole or not there: written beside their place and renamed.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    #[error("{}: {reason}", path.display())]
    Refused { path: PathBuf, reason: &'static str },
    #[error("{}: cannot be written: {source}; what stood there before is still there", path.display())]
    Unwritten { path: PathBuf, source: io::Error },
}

/// A file to be; nothing stands in its place until [`Output::keep`].
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Output {
    /// Finds out, before anything runs, whether a file can be written there.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        let refused = |reason| OutputError::Refused { path: path.to_owned(), reason };
        if path.is_dir() {
            return Err(refused("is a folder; name a file in it"));
        }
        if path.file_name().is_none() {
            return Err(refused("is no file name; name a file"));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(refused("its folder does not exist; make it first"));
        }
        let unwritten = |source| OutputError::Unwritten { path: path.to_owned(), source };
        let file = NamedTempFile::with_prefix_in(".evalody-", folder).map_err(unwritten)?;
        readable_by_others(file.as_file()).map_err(unwritten)?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }

    pub fn writer(&mut self) -> &mut BufWriter<NamedTempFile> {
        &mut self.file
    }

    /// A second handle on the file, for a writer that keeps what it writes to.
    pub fn handle(&self) -> io::Result<File> {
        self.file.get_ref().as_file().try_clone()
    }

    pub fn failed(&self, source: io::Error) -> OutputError {
        OutputError::Unwritten { path: self.path.clone(), source }
    }

    /// Writes `bytes` over the file at `path`: all of them, or it stays as it is. It keeps its permissions,
    /// and where it is a link, what that leads to is written.
    pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut output = Self::create(&path)?;
        let written = output.file.write_all(bytes).and_then(|()| match std::fs::metadata(&path) {
            Ok(old) => output.file.get_ref().as_file().set_permissions(old.permissions()),
            Err(_) => Ok(()),
        });
        written.map_err(|source| output.failed(source))?;
        output.keep()
    }

    /// Puts the file in its place.
    pub fn keep(mut self) -> Result<(), OutputError> {
        let path = self.path.clone();
        let unwritten = |source| OutputError::Unwritten { path: path.clone(), source };
        self.file.flush().map_err(unwritten)?;
        let file = self.file.into_inner().map_err(|error| unwritten(error.into_error()))?;
        file.persist(&path).map_err(|error| unwritten(error.error))?;
        Ok(())
    }
}

/// A folder of files that are all kept together; made if it is not there, and gone again if nothing is kept in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_new: bool,
    files: Vec<Output>,
}

impl Folder {
    /// Finds out, before anything runs, whether files can be written there.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        let refused = |reason| OutputError::Refused { path: path.to_owned(), reason };
        let unwritten = |source| OutputError::Unwritten { path: path.to_owned(), source };
        if path.exists() && !path.is_dir() {
            return Err(refused("is a file; name a folder"));
        }
        let is_new = !path.is_dir();
        if is_new {
            std::fs::create_dir(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => refused("the folder it is in does not exist; make that first"),
                _ => unwritten(error),
            })?;
        }
        let folder = Self { path: path.to_owned(), is_new, files: Vec::new() };
        // A file that is never kept.
        NamedTempFile::with_prefix_in(".evalody-", path).map_err(unwritten)?;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins files of these names.
    pub fn files(&mut self, names: impl IntoIterator<Item = String>) -> Result<&mut [Output], OutputError> {
        for name in names {
            self.files.push(Output::create(&self.path.join(name))?);
        }
        Ok(&mut self.files)
    }

    /// Puts all its files in their places, and tells where they are.
    pub fn keep(mut self) -> Result<Vec<PathBuf>, OutputError> {
        let places = self.files.iter().map(|file| file.path.clone()).collect();
        self.files.drain(..).try_for_each(Output::keep)?;
        Ok(places)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.files.clear();
        if self.is_new {
            // Fails where something was kept, which is as it should be.
            let _ = std::fs::remove_dir(&self.path);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Temporary files are private; an exported one is as open as any new file (0666 less the umask).
fn readable_by_others(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Reading the mask means setting it; this runs before there are threads that make files.
        let mask = nix::sys::stat::umask(nix::sys::stat::Mode::empty());
        nix::sys::stat::umask(mask);
        file.set_permissions(std::fs::Permissions::from_mode(0o666 & !mask.bits()))?;
    }
    Ok(())
}
