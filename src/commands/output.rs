//! Writes output to stdout, or to files and objects that are replaced atomically.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek, Write};
use std::path::{Path, PathBuf};

use console::measure_text_width;

use super::{CommandError, RunContext};
use crate::storage::{StoreUrl, Stores, replace_file, replace_file_with};

/// Writes data to stdout.
///
/// # Errors
/// [`CommandError::Stdout`]
pub fn put(stdout: &mut dyn Write, bytes: &[u8]) -> Result<(), CommandError> {
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(CommandError::Stdout)
}

/// Writes text for people to stdout: through the pager of the terminal if there is one and the text
/// has more lines than its window.
pub(super) fn put_text(context: &mut RunContext<'_>, text: &str) -> Result<(), CommandError> {
    if let Some(terminal) = &context.terminal
        && let Some(pager) = &terminal.pager
        && lines_on_screen(text, terminal.screen.width) > terminal.screen.height
        && pager.show(text.as_bytes()).map_err(CommandError::Stdout)?
    {
        return Ok(());
    }
    put(context.stdout, text.as_bytes())
}

/// The lines that a text has on a window of this width; a long line continues on the next one.
fn lines_on_screen(text: &str, width: usize) -> usize {
    let lines = text.lines().map(measure_text_width);
    lines
        .map(|columns| columns.div_ceil(width.max(1)).max(1))
        .sum()
}

/// Replaces a file or object atomically.
pub(super) fn put_file(stores: &Stores, path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    match store_url(path)? {
        Some(url) => Ok(stores.put_bytes(&url, bytes)?),
        None => replace_file(path, bytes).map_err(failed(path)),
    }
}

/// As [`put_file`], for output that is written while it is computed.
pub(super) fn put_file_with(
    stores: &Stores,
    path: &Path,
    write: impl FnOnce(&File) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let Some(url) = store_url(path)? else {
        return replace_file_with(path, failed(path), write);
    };
    let scratch = ScratchFile::open(stores)?;
    write(&scratch.file)?;
    Ok(stores.put_file(&url, &scratch.path)?)
}

/// The URL of an output in an object store; none for a local path.
pub(super) fn store_url(path: &Path) -> Result<Option<StoreUrl>, CommandError> {
    Ok(path.to_str().map_or(Ok(None), StoreUrl::parse)?)
}

/// Writes output to a temporary file and then to stdout: nothing is printed if it cannot be
/// computed, and it is never held in memory.
pub(super) fn put_with(
    stores: &Stores,
    stdout: &mut dyn Write,
    write: impl FnOnce(&File) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let scratch = ScratchFile::open(stores)?;
    write(&scratch.file)?;
    let mut whole = &scratch.file;
    whole.rewind().map_err(failed(&scratch.path))?;
    std::io::copy(&mut BufReader::new(whole), stdout)
        .and_then(|_bytes| stdout.flush())
        .map_err(CommandError::Stdout)
}

/// Buffers text until it is printed or discarded: in memory, or in a file if it is long.
pub(super) struct Spool {
    stores: Stores,
    bytes: Vec<u8>,
    /// The text before `bytes`.
    file: Option<ScratchFile>,
}

impl Spool {
    /// Largest number of bytes in memory.
    const MOST: usize = 1 << 20;

    /// An empty buffer; a long text is stored in the scratch folder of these stores.
    pub(super) fn new(stores: &Stores) -> Self {
        Self {
            stores: stores.clone(),
            bytes: Vec::new(),
            file: None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
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

    /// Discards the text.
    pub(super) fn clear(&mut self) -> Result<(), CommandError> {
        self.bytes.clear();
        if let Some(ScratchFile { path, file }) = &mut self.file {
            let emptied = file.set_len(0).and_then(|()| file.rewind());
            emptied.map_err(failed(path))?;
        }
        Ok(())
    }

    /// Prints the text and clears the buffer.
    pub(super) fn put(&mut self, stdout: &mut dyn Write) -> Result<(), CommandError> {
        if let Some(ScratchFile { path, file }) = &mut self.file {
            file.rewind().map_err(failed(path))?;
            std::io::copy(file, stdout).map_err(CommandError::Stdout)?;
        }
        if !self.bytes.is_empty() {
            put(stdout, &self.bytes)?;
        }
        self.clear()
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> CommandError + use<> {
    let path = path.to_owned();
    move |source| CommandError::Output {
        path: path.clone(),
        source,
    }
}

/// A temporary file in the scratch folder, which other users cannot read.
pub(super) struct ScratchFile {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl ScratchFile {
    pub(super) fn open(stores: &Stores) -> Result<Self, CommandError> {
        let path = stores.scratch()?.join(uuid::Uuid::now_v7().to_string());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let file = options.open(&path).map_err(failed(&path))?;
        Ok(Self { path, file })
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        // If this fails, the file is deleted with the scratch folder.
        drop(std::fs::remove_file(&self.path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_wider_than_the_window_continues_on_the_next_one() {
        assert_eq!(lines_on_screen("", 4), 0);
        assert_eq!(lines_on_screen("abc\n\nabcd\n", 4), 3);
        assert_eq!(lines_on_screen("abcde\nab\n", 4), 3);
        assert_eq!(lines_on_screen("\u{1b}[1mabcd\u{1b}[0m\n", 4), 1);
    }
}
