//! Inputs on the local file system: a path, a `file://` URL or a glob comes in, files go out.

use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::super::refusal::InputError;
use super::glob_pattern::{is_hidden, is_pattern, matches_pattern};
use super::{DiscoveredInputs, ExcludedPath, Input, InputLocation};

/// The files that are named; `lake` is the folder of the lake, which holds no inputs.
pub(super) fn discover(
    argument: &str,
    lake: Option<&Path>,
    found: &mut DiscoveredInputs,
) -> Result<(), InputError> {
    let local = argument.strip_prefix("file://").unwrap_or(argument);
    let path = Path::new(local);
    // Where there is no lake yet, nothing lies in it.
    let lake = lake.and_then(|lake| lake.canonicalize().ok());
    let mut search = LocalSearch { lake, found };
    // A link that leads nowhere is there as well.
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
    /// With links resolved.
    lake: Option<PathBuf>,
    found: &'a mut DiscoveredInputs,
}

impl LocalSearch<'_> {
    fn is_in_lake(&self, path: &Path) -> bool {
        let Some(lake) = &self.lake else {
            return false;
        };
        path.canonicalize().is_ok_and(|path| path.starts_with(lake))
    }

    /// Notes it once, however much of the lake was met.
    fn exclude_lake(&mut self) {
        let location = self.lake.clone().map(InputLocation::File);
        if let Some(excluded) = location.map(ExcludedPath::Lake)
            && !self.found.excluded.contains(&excluded)
        {
            self.found.excluded.push(excluded);
        }
    }

    /// Takes a file, or what is below a folder. Only a path that was `named` itself may be a pipe:
    /// opening one waits for somebody to write.
    fn collect(&mut self, path: &Path, named: bool) -> Result<(), InputError> {
        let failed = |source| InputError::Read {
            path: path.to_owned(),
            source,
        };
        let absolute = std::path::absolute(path).map_err(failed)?;
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_file_error(&error) => {
                self.found.inputs.push(unreadable_input(absolute));
                return Ok(());
            }
            Err(error) => return Err(failed(error)),
        };
        let is_pipe = !metadata.is_dir() && !metadata.is_file();
        if is_pipe && !named {
            let location = InputLocation::File(absolute);
            self.found.excluded.push(ExcludedPath::Pipe(location));
        } else if !metadata.is_dir() {
            self.found.inputs.push(input(absolute, &metadata));
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
            // Folders behind links are not entered: a link may lead back to where it stands.
            let is_link = entry.file_type().map_err(failed)?.is_symlink();
            let leads_on = is_link && entry.path().is_dir();
            if !is_hidden(&entry.file_name().to_string_lossy()) && !leads_on {
                self.collect(&entry.path(), false)?;
            }
        }
        Ok(())
    }
}

/// Whether this file is at fault, and others can still be looked at: it has gone meanwhile, it is a
/// link that leads nowhere or in circles, or it is not ours to see.
fn is_file_error(error: &Error) -> bool {
    let is_loop = || error.raw_os_error() == Some(ELOOP);
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
    ) || is_loop()
}

/// `ELOOP` of `errno.h` on Linux; `ErrorKind::FilesystemLoop` is not stable.
const ELOOP: i32 = 40;

/// What cannot be looked at is an input all the same: opening it says why, and refuses it.
fn unreadable_input(path: PathBuf) -> Input {
    Input {
        location: InputLocation::File(path),
        size_bytes: Some(0),
        modified_micros: None,
        object: None,
    }
}

fn input(path: PathBuf, metadata: &Metadata) -> Input {
    Input {
        location: InputLocation::File(path),
        // A pipe or device has no size of its own.
        size_bytes: metadata.is_file().then_some(metadata.len()),
        modified_micros: modified_micros(metadata),
        object: None,
    }
}

/// Last change, µs since 1970, when known.
pub(in crate::input) fn modified_micros(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(modified.as_micros()).ok()
}
