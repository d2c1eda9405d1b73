//! Where answers go: standard output, or files and objects that a reader sees whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek, Write};
use std::path::{Path, PathBuf};

use super::PipelineError;
use crate::storage::{StoreUrl, Stores, replace_file, replace_file_with};

/// Writes data for standard output.
pub(super) fn put(stdout: &mut dyn Write, bytes: &[u8]) -> Result<(), PipelineError> {
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(PipelineError::Stdout)
}

/// Writes a file so that a reader sees the old one or the new one, never a part.
pub(super) fn put_file(stores: &Stores, path: &Path, bytes: &[u8]) -> Result<(), PipelineError> {
    match store_url(path)? {
        Some(url) => Ok(stores.put_bytes(&url, bytes)?),
        None => replace_file(path, bytes).map_err(failed(path)),
    }
}

/// As [`put_file`], for an answer that is written while it is worked out.
pub(super) fn put_file_with(
    stores: &Stores,
    path: &Path,
    write: impl FnOnce(&File) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    let Some(url) = store_url(path)? else {
        return replace_file_with(path, failed(path), write);
    };
    let scratch = ScratchFile::open(stores)?;
    write(&scratch.file)?;
    Ok(stores.put_file(&url, &scratch.path)?)
}

/// The place in an object store that an output names, if it does.
pub(super) fn store_url(path: &Path) -> Result<Option<StoreUrl>, PipelineError> {
    Ok(path.to_str().map_or(Ok(None), StoreUrl::parse)?)
}

/// Sends an answer to standard output that is written to a file first: nothing of it is printed
/// when it cannot be worked out, and it is never held in memory.
pub(super) fn put_with(
    stores: &Stores,
    stdout: &mut dyn Write,
    write: impl FnOnce(&File) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    let scratch = ScratchFile::open(stores)?;
    write(&scratch.file)?;
    let mut whole = &scratch.file;
    whole.rewind().map_err(failed(&scratch.path))?;
    std::io::copy(&mut BufReader::new(whole), stdout)
        .and_then(|_bytes| stdout.flush())
        .map_err(PipelineError::Stdout)
}

/// Text that waits until it is known whether it is printed: in memory, or in a file when it is long.
pub(super) struct Spool {
    stores: Stores,
    bytes: Vec<u8>,
    /// What came before.
    file: Option<ScratchFile>,
}

impl Spool {
    /// Most bytes in memory.
    const MOST: usize = 1 << 20;

    /// Nothing; a long text waits in the scratch folder of these stores.
    pub(super) fn new(stores: &Stores) -> Self {
        Self {
            stores: stores.clone(),
            bytes: Vec::new(),
            file: None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), PipelineError> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() < Self::MOST {
            return Ok(());
        }
        let scratch = match self.file.take() {
            Some(scratch) => scratch,
            None => ScratchFile::open(&self.stores)?,
        };
        let ScratchFile { path, file } = self.file.insert(scratch);
        file.write_all(&self.bytes).map_err(failed(path))?;
        self.bytes.clear();
        Ok(())
    }

    /// Forgets all that waits.
    pub(super) fn clear(&mut self) -> Result<(), PipelineError> {
        self.bytes.clear();
        if let Some(ScratchFile { path, file }) = &mut self.file {
            let emptied = file.set_len(0).and_then(|()| file.rewind());
            emptied.map_err(failed(path))?;
        }
        Ok(())
    }

    /// Prints all that waits.
    pub(super) fn put(&mut self, stdout: &mut dyn Write) -> Result<(), PipelineError> {
        if let Some(ScratchFile { path, file }) = &mut self.file {
            file.rewind().map_err(failed(path))?;
            std::io::copy(file, stdout).map_err(PipelineError::Stdout)?;
        }
        if !self.bytes.is_empty() {
            put(stdout, &self.bytes)?;
        }
        self.clear()
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> PipelineError + use<> {
    let path = path.to_owned();
    move |source| PipelineError::Output {
        path: path.clone(),
        source,
    }
}

/// An answer on its way, in the scratch folder, which nobody else can look into.
struct ScratchFile {
    path: PathBuf,
    file: File,
}

impl ScratchFile {
    fn open(stores: &Stores) -> Result<Self, PipelineError> {
        let path = stores.scratch()?.join(uuid::Uuid::now_v7().to_string());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let file = options.open(&path).map_err(failed(&path))?;
        Ok(Self { path, file })
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        // The scratch folder goes in the end, with all that is in it.
        drop(std::fs::remove_file(&self.path));
    }
}
