//! Atomic replacement of local files: readers see the old file or the new one, never a part, and a
//! file that was reported as written survives a power cut.
//!
//! A part file is written beside its target under a unique name, and is locked while its writer
//! lives. Leftovers of killed writers in a folder are removed by the next process that writes
//! there.
//!
//! Links are followed. Anything but a regular file, such as a device or a pipe, is written to and
//! never replaced.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// How many characters of the target's name the part file's name contains: with four bytes per
/// character, and 43 for the rest, it stays below the 255 bytes that file systems allow.
const MAX_NAME_CHARACTERS: usize = 50;

/// The suffix of part files, so that patterns for the target's extension do not match them.
const PART_SUFFIX: &str = ".part";

/// Replaces or creates a file, with the folders above it.
///
/// # Errors
/// An error of the system; the old file is then unchanged.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_file_with(path, |error| error, |mut file| file.write_all(bytes))
}

/// As [`replace_file`], for a file whose bytes are produced while it is written; `failed` converts
/// the errors of the system.
///
/// # Errors
/// The error of `write` or of the system; the old file is then unchanged.
pub fn replace_file_with<E>(
    path: &Path,
    failed: impl Fn(io::Error) -> E,
    write: impl FnOnce(&File) -> Result<(), E>,
) -> Result<(), E> {
    let Ok(metadata) = fs::metadata(path) else {
        return replace(path, failed, write);
    };
    if metadata.is_file() {
        let target = path.canonicalize().map_err(&failed)?;
        return replace(&target, failed, write);
    }
    let opened = OpenOptions::new().write(true).open(path);
    write(&opened.map_err(failed)?)
}

/// Creates a folder and its missing parents; each of them survives a power cut.
///
/// # Errors
/// An error of the system.
pub fn create_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = folder_of(path);
    create_folder(parent)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    sync_folder(parent)
}

fn replace<E>(
    target: &Path,
    failed: impl Fn(io::Error) -> E,
    write: impl FnOnce(&File) -> Result<(), E>,
) -> Result<(), E> {
    let folder = folder_of(target);
    create_folder(folder).map_err(&failed)?;
    remove_leftovers_once(folder);
    let part = PartFile::create_beside(target, folder).map_err(&failed)?;
    write(&part.file)?;
    part.file
        .sync_all()
        .and_then(|()| fs::rename(&part.path, target))
        .and_then(|()| sync_folder(folder))
        .map_err(failed)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Syncs the names in a folder.
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path) {
        // A folder may be writable but not readable; it cannot be synced.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        opened => opened?.sync_all(),
    }
}

/// A part file; it is removed on drop unless it was renamed.
struct PartFile {
    path: PathBuf,
    /// Locked, if the file system supports locks.
    file: File,
}

impl PartFile {
    fn create_beside(target: &Path, folder: &Path) -> io::Result<Self> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let shown: String = name.chars().take(MAX_NAME_CHARACTERS).collect();
        loop {
            let path = folder.join(format!(".{shown}.{}{PART_SUFFIX}", Uuid::now_v7()));
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path)?;
            let part = Self { path, file };
            // Before it is locked, another process may remove it as a leftover.
            let is_taken = matches!(part.file.try_lock(), Err(fs::TryLockError::WouldBlock));
            if !is_taken && part.path.exists() {
                return Ok(part);
            }
        }
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // Usually renamed by then; the remains of a failure are not needed.
        drop(fs::remove_file(&self.path));
    }
}

/// Removes the leftovers of killed writers in a folder: once per process, since a folder may
/// receive thousands of files.
fn remove_leftovers_once(folder: &Path) {
    static SWEPT: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);
    let Ok(folder) = folder.canonicalize() else {
        return;
    };
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if swept.get_or_insert_default().insert(folder.clone()) {
        remove_leftovers(&folder);
    }
}

fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        // Opening a pipe of that name would block.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !is_part_name(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let opened = OpenOptions::new().write(true).open(entry.path());
        if opened.is_ok_and(|file| file.try_lock().is_ok() && fs::remove_file(entry.path()).is_ok())
        {
            tracing::debug!(path = %entry.path().display(), "leftover removed");
        }
    }
}

/// Whether a name is that of a [`PartFile`].
fn is_part_name(name: &str) -> bool {
    let inner = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(PART_SUFFIX));
    let id = inner.and_then(|inner| inner.rsplit_once('.'));
    id.is_some_and(|(_, id)| Uuid::try_parse(id).is_ok())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn many_writers_of_one_path_leave_one_whole_file_and_nothing_else() {
        const WRITERS: u8 = 8;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.json");
        for _ in 0..20 {
            let barrier = Barrier::new(usize::from(WRITERS));
            std::thread::scope(|scope| {
                for writer in 0..WRITERS {
                    let (path, barrier) = (&path, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        let length = 1000 * (usize::from(writer) + 1);
                        replace_file(path, &vec![b'a' + writer; length]).unwrap();
                    });
                }
            });
            let bytes = fs::read(&path).unwrap();
            let writer = bytes[0] - b'a';
            assert!(bytes.iter().all(|byte| *byte == bytes[0]), "one writer's");
            assert_eq!(bytes.len(), 1000 * (usize::from(writer) + 1), "and whole");
            assert_eq!(names(folder.path()), ["answer.json"]);
        }
    }

    #[test]
    fn leftovers_of_a_killed_writer_are_removed_and_the_file_of_a_live_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("answer.json");
        let live = PartFile::create_beside(&target, folder.path()).unwrap();
        let left = folder
            .path()
            .join(format!(".answer.json.{}.part", Uuid::now_v7()));
        let others = [".answer.json.part", "answer.json.17.part", ".note.part"];
        for name in [left.as_path()]
            .into_iter()
            .chain(others.iter().map(Path::new))
        {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            options.open(folder.path().join(name)).unwrap();
        }
        replace_file(&target, b"whole").unwrap();
        assert!(!left.exists(), "its lock is free");
        assert!(live.path.exists(), "its lock is held");
        for name in others {
            assert!(folder.path().join(name).exists(), "{name} is not ours");
        }
        drop(live);
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(names(folder.path()).len(), 1 + others.len());
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_old_one_and_no_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.json");
        replace_file(&path, b"old").unwrap();
        let failed = replace_file_with(
            &path,
            |error| error.to_string(),
            |mut file| {
                file.write_all(b"half").map_err(|error| error.to_string())?;
                Err("no more".to_owned())
            },
        );
        assert_eq!(failed.unwrap_err(), "no more");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["answer.json"]);
    }

    #[test]
    fn a_name_of_any_length_can_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x".repeat(255), "é".repeat(127), "🧾".repeat(63)] {
            replace_file(&folder.path().join("new").join(&name), b"whole").unwrap();
            assert!(names(&folder.path().join("new")).contains(&name));
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_written_through_and_devices_are_written_to() {
        use std::os::unix::fs::{FileTypeExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        replace_file(&real, b"old").unwrap();
        symlink(&real, &link).unwrap();
        replace_file(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        replace_file(Path::new("/dev/null"), b"gone").unwrap();
        let null = fs::metadata("/dev/null").unwrap().file_type();
        assert!(null.is_char_device());
    }
}
