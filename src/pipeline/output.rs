//! Where answers go: standard output, or files and objects that a reader sees whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek, Write};
use std::path::{Path, PathBuf};

use super::PipelineError;
use crate::store::{StoreUrl, Stores};

/// Writes data for standard output.
pub(super) fn put(stdout: &mut dyn Write, bytes: &[u8]) -> Result<(), PipelineError> {
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(PipelineError::Stdout)
}

/// Writes a file so that a reader sees the old one or the new one, never a part.
pub(super) fn put_file(stores: &Stores, path: &Path, bytes: &[u8]) -> Result<(), PipelineError> {
    if let Some(url) = store_url(path)? {
        return Ok(stores.put_bytes(&url, bytes)?);
    }
    put_local(path, |mut file| {
        file.write_all(bytes).map_err(|source| failed(path, source))
    })
}

/// As [`put_file`], for an answer that is written while it is worked out.
pub(super) fn put_file_with(
    stores: &Stores,
    path: &Path,
    write: impl FnOnce(File) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    let Some(url) = store_url(path)? else {
        return put_local(path, write);
    };
    let part = stores.scratch()?.join(uuid::Uuid::now_v7().to_string());
    put_local(&part, write)?;
    let put = stores.put_file(&url, &part);
    // The scratch folder goes in the end, with all that is in it.
    let _ = std::fs::remove_file(&part);
    Ok(put?)
}

/// The place in an object store that an output names, if it does.
pub(super) fn store_url(path: &Path) -> Result<Option<StoreUrl>, PipelineError> {
    Ok(path.to_str().map_or(Ok(None), StoreUrl::parse)?)
}

/// What a link points to is written, not the link; a device or a pipe is written to, never replaced.
fn put_local(
    path: &Path,
    write: impl FnOnce(File) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    if let Ok(place) = std::fs::metadata(path) {
        let target = path.canonicalize().map_err(|source| failed(path, source))?;
        if !place.is_file() {
            let file = OpenOptions::new().write(true).open(&target);
            return write(file.map_err(|source| failed(path, source))?);
        }
        return replace(&target, write);
    }
    replace(path, write)
}

fn replace(
    path: &Path,
    write: impl FnOnce(File) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|source| failed(path, source))?;
    }
    let part = Part::beside(path);
    let file = part.open().map_err(|source| failed(path, source))?;
    let synced = file.try_clone().map_err(|source| failed(path, source))?;
    write(file)?;
    synced
        .sync_all()
        .and_then(|()| std::fs::rename(&part.path, path))
        .map_err(|source| failed(path, source))
}

/// Sends an answer to standard output that is written to a file first: nothing of it is printed
/// when it cannot be worked out, and it is never held in memory.
pub(super) fn put_with(
    stdout: &mut dyn Write,
    write: impl FnOnce(File) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    let part = Part::in_temporary_folder();
    let file = part
        .create_private()
        .map_err(|source| failed(&part.path, source))?;
    write(file)?;
    let whole = File::open(&part.path).map_err(|source| failed(&part.path, source))?;
    std::io::copy(&mut BufReader::new(whole), stdout)
        .and_then(|_bytes| stdout.flush())
        .map_err(PipelineError::Stdout)
}

/// Text that waits until it is known whether it is printed: in memory, or in a file when it is long.
#[derive(Default)]
pub(super) struct Spool {
    bytes: Vec<u8>,
    /// What came before.
    file: Option<(Part, File)>,
}

impl Spool {
    /// Most bytes in memory.
    const MOST: usize = 1 << 20;

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), PipelineError> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() < Self::MOST {
            return Ok(());
        }
        if self.file.is_none() {
            let part = Part::in_temporary_folder();
            let file = part.create_private();
            let file = file.map_err(|source| failed(&part.path, source))?;
            self.file = Some((part, file));
        }
        let Some((part, file)) = &mut self.file else {
            return Ok(());
        };
        let written = file.write_all(&self.bytes);
        written.map_err(|source| failed(&part.path, source))?;
        self.bytes.clear();
        Ok(())
    }

    /// Forgets all that waits.
    pub(super) fn clear(&mut self) -> Result<(), PipelineError> {
        self.bytes.clear();
        if let Some((part, file)) = &mut self.file {
            let emptied = file.set_len(0).and_then(|()| file.rewind());
            emptied.map_err(|source| failed(&part.path, source))?;
        }
        Ok(())
    }

    /// Prints all that waits.
    pub(super) fn put(&mut self, stdout: &mut dyn Write) -> Result<(), PipelineError> {
        if let Some((part, file)) = &mut self.file {
            file.rewind().map_err(|source| failed(&part.path, source))?;
            std::io::copy(file, stdout).map_err(PipelineError::Stdout)?;
        }
        if !self.bytes.is_empty() {
            put(stdout, &self.bytes)?;
        }
        self.clear()
    }
}

fn failed(path: &Path, source: std::io::Error) -> PipelineError {
    PipelineError::Output {
        path: path.to_owned(),
        source,
    }
}

/// A file in the making; removed when it has not become another one.
struct Part {
    path: PathBuf,
}

impl Part {
    fn beside(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Self {
            path: path.with_file_name(name),
        }
    }

    /// A name nobody can foresee.
    fn in_temporary_folder() -> Self {
        let name = format!("purchase-etl-{}", uuid::Uuid::now_v7());
        Self::beside(&std::env::temp_dir().join(name))
    }

    /// A file nobody else can read.
    fn create_private(&self) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }

    fn open(&self) -> std::io::Result<File> {
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&self.path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Renamed by then, as a rule; what is left of a failure is of no use to anybody.
        drop(std::fs::remove_file(&self.path));
    }
}
