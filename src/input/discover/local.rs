//! Discovers inputs on the local file system: a path, a `file://` URL or a glob.

use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::super::discovered::{DiscoveredInputs, ExcludedPath, Input, InputLocation};
use super::super::order_events::OrderEvents;
use super::super::refusal::InputError;
use super::event_type::{count_file, count_folder, other_type_of_path, other_type_of_segment};
use super::glob_pattern::{is_hidden, is_pattern, matches_pattern};

/// Adds the files of an argument to `found`; the folder `lake` is excluded.
pub(super) fn discover(
    argument: &str,
    lake: Option<&Path>,
    order_events: OrderEvents,
    found: &mut DiscoveredInputs,
) -> Result<(), InputError> {
    let local = argument.strip_prefix("file://").unwrap_or(argument);
    let path = Path::new(local);
    // A lake that does not exist yet contains nothing.
    let lake = lake.and_then(|lake| lake.canonicalize().ok());
    let mut search = LocalSearch {
        lake,
        order_events,
        found,
    };
    // A broken link exists as well.
    if path.symlink_metadata().is_ok() {
        if search.is_in_lake(path) {
            return Err(InputError::InLake(argument.to_owned()));
        }
        search.collect(path, true)?;
    } else if is_pattern(local) {
        let matches = glob::glob(local).map_err(|source| InputError::Pattern {
            pattern: argument.to_owned(),
            source,
        })?;
        for entry in matches {
            let path = entry.map_err(|error| InputError::Read {
                path: error.path().to_owned(),
                source: error.into(),
            })?;
            if !matches_pattern(local, &path.to_string_lossy()) {
                continue;
            }
            if search.is_in_lake(&path) {
                search.exclude_lake();
            } else {
                search.collect(&path, false)?;
            }
        }
    }
    Ok(())
}

struct LocalSearch<'a> {
    /// The lake, with links resolved.
    lake: Option<PathBuf>,
    order_events: OrderEvents,
    found: &'a mut DiscoveredInputs,
}

impl LocalSearch<'_> {
    fn is_in_lake(&self, path: &Path) -> bool {
        let Some(lake) = &self.lake else {
            return false;
        };
        path.canonicalize().is_ok_and(|path| path.starts_with(lake))
    }

    /// Records the lake once, however many of its paths were found.
    fn exclude_lake(&mut self) {
        let location = self.lake.clone().map(InputLocation::File);
        if let Some(excluded) = location.map(ExcludedPath::Lake)
            && !self.found.excluded.contains(&excluded)
        {
            self.found.excluded.push(excluded);
        }
    }

    /// Adds a file, or the files of a folder. Only a path that was `named` explicitly may be a pipe,
    /// because opening one blocks until it has a writer.
    fn collect(&mut self, path: &Path, named: bool) -> Result<(), InputError> {
        let failed = |source| InputError::Read {
            path: path.to_owned(),
            source,
        };
        let absolute = std::path::absolute(path).map_err(failed)?;
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_file_error(&error) => {
                self.found.inputs.push(unreadable_input(absolute, named));
                return Ok(());
            }
            Err(error) => return Err(failed(error)),
        };
        let is_pipe = !metadata.is_dir() && !metadata.is_file();
        if is_pipe && !named {
            let location = InputLocation::File(absolute);
            self.found.excluded.push(ExcludedPath::Pipe(location));
        } else if !metadata.is_dir() {
            let text = absolute.to_string_lossy();
            let other = other_type_of_path(&text, self.order_events).map(str::to_owned);
            match other.filter(|_| !named) {
                Some(event_type) => count_file(&mut self.found.passed_over, &event_type),
                None => self.found.inputs.push(input(absolute, &metadata, named)),
            }
        } else if self.is_in_lake(path) {
            self.exclude_lake();
        } else {
            self.search(path)?;
        }
        Ok(())
    }

    fn search(&mut self, folder: &Path) -> Result<(), InputError> {
        let failed = |source| InputError::Read {
            path: folder.to_owned(),
            source,
        };
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // Linked folders are not entered: a link may point to its own parent.
            let is_link = entry.file_type().map_err(failed)?.is_symlink();
            let leads_on = is_link && entry.path().is_dir();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_hidden(&name) || leads_on {
                continue;
            }
            match other_type_of_segment(&name, self.order_events).filter(|_| entry.path().is_dir())
            {
                Some(event_type) => count_folder(&mut self.found.passed_over, event_type),
                None => self.collect(&entry.path(), false)?,
            }
        }
        Ok(())
    }
}

/// Whether the error concerns only this file: it was removed, it is a broken or circular link, or
/// permission is denied.
fn is_file_error(error: &Error) -> bool {
    let is_loop = || error.raw_os_error() == Some(ELOOP);
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
    ) || is_loop()
}

/// `ELOOP` of `errno.h` on Linux; `ErrorKind::FilesystemLoop` is not stable.
const ELOOP: i32 = 40;

/// A file without readable metadata is an input too: opening it fails, and it is refused with the error.
fn unreadable_input(path: PathBuf, is_named: bool) -> Input {
    Input {
        size_bytes: Some(0),
        is_named,
        ..Input::at(InputLocation::File(path))
    }
}

fn input(path: PathBuf, metadata: &Metadata, is_named: bool) -> Input {
    Input {
        is_named,
        // A pipe or device has no size.
        size_bytes: metadata.is_file().then_some(metadata.len()),
        modified_micros: modified_micros(metadata),
        ..Input::at(InputLocation::File(path))
    }
}

/// Modification time, µs since 1970, when known.
pub(in crate::input) fn modified_micros(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(modified.as_micros()).ok()
}
