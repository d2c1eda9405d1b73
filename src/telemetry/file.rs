//! Files read by other programs: read as they are, or appended line by line.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::storage::create_folder;

/// The text of a regular file; `None` for anything else, such as a pipe, which would block.
pub(super) fn read(path: &Path) -> Option<String> {
    let is_file = fs::metadata(path).is_ok_and(|place| place.is_file());
    let bytes = is_file.then(|| fs::read(path).ok()).flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Appends lines in one write, so that lines of several processes do not mix.
pub(super) fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        create_folder(folder)?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)?
        .write_all(lines)
}
