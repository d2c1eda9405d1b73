//! Files that others watch: replaced as a whole, or grown by whole lines.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Replaces a file in one step: a reader sees the old one or the new one, never a part. What is no
/// regular file, such as `/dev/stdout`, is written to instead.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder(path)?;
    if fs::metadata(path).is_ok_and(|place| !place.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    // Collectors take files by their ending: `.prom` must not stand last.
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // Of no use to anybody; that it may stay behind changes nothing.
        drop(fs::remove_file(&part));
    }
    written
}

/// The text of a regular file; none of what is no file, and must not be waited for.
pub(super) fn read(path: &Path) -> Option<String> {
    let is_file = fs::metadata(path).is_ok_and(|place| place.is_file());
    let bytes = is_file.then(|| fs::read(path).ok()).flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Appends lines in one write, so that those of several processes do not mix.
pub(super) fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    make_folder(path)?;
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)?
        .write_all(lines)
}

fn make_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}
