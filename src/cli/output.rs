//! Files that are whole or not there: written beside their place and renamed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::Failure;

/// A file to be; nothing stands in its place until [`Output::keep`].
pub struct Output {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Output {
    /// Finds out, before anything runs, whether a file can be written there.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let refused = |reason| Failure::Output { path: path.to_owned(), reason };
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
        let unwritten = |source| Failure::Unwritten { path: path.to_owned(), source };
        let file = NamedTempFile::with_prefix_in(".evalody-", folder).map_err(unwritten)?;
        readable_by_others(file.as_file()).map_err(unwritten)?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }

    pub fn writer(&mut self) -> &mut BufWriter<NamedTempFile> {
        &mut self.file
    }

    pub fn failed(&self, source: io::Error) -> Failure {
        Failure::Unwritten { path: self.path.clone(), source }
    }

    /// Puts the file in its place.
    pub fn keep(mut self) -> Result<(), Failure> {
        let path = self.path.clone();
        let unwritten = |source| Failure::Unwritten { path: path.clone(), source };
        self.file.flush().map_err(unwritten)?;
        let file = self.file.into_inner().map_err(|error| unwritten(error.into_error()))?;
        file.persist(&path).map_err(|error| unwritten(error.error))?;
        Ok(())
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
