//! Inputs on the local file system: a path, a `file://` URL or a glob comes in, files go out.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::super::refusal::SourceError;
use super::{Input, Location, is_pattern};

/// The files that are named.
pub(super) fn discover(argument: &str) -> Result<Vec<Input>, SourceError> {
    let local = argument.strip_prefix("file://").unwrap_or(argument);
    let path = Path::new(local);
    let mut inputs = Vec::new();
    if path.exists() {
        collect(path, &mut inputs)?;
    } else if is_pattern(local) {
        let matches = glob::glob(local).map_err(|source| SourceError::Pattern {
            pattern: argument.to_owned(),
            source,
        })?;
        for entry in matches {
            let path = entry.map_err(|error| SourceError::Read {
                path: error.path().to_owned(),
                source: error.into(),
            })?;
            collect(&path, &mut inputs)?;
        }
    }
    Ok(inputs)
}

fn collect(path: &Path, inputs: &mut Vec<Input>) -> Result<(), SourceError> {
    let failed = |source| SourceError::Read {
        path: path.to_owned(),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_dir() {
        let absolute = std::path::absolute(path).map_err(failed)?;
        inputs.push(input(absolute, &metadata));
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        // Folders behind links are not entered: a link may lead back to where it stands.
        let is_link = entry.file_type().map_err(failed)?.is_symlink();
        let leads_on = is_link && entry.path().is_dir();
        if !name.to_string_lossy().starts_with(['.', '_']) && !leads_on {
            collect(&entry.path(), inputs)?;
        }
    }
    Ok(())
}

fn input(path: PathBuf, metadata: &Metadata) -> Input {
    Input {
        location: Location::File(path),
        // A pipe or device has no size of its own.
        size_bytes: metadata.is_file().then_some(metadata.len()),
        modified_micros: modified_micros(metadata),
        object: None,
    }
}

/// Last change, µs since 1970, when known.
pub(in crate::source) fn modified_micros(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(modified.as_micros()).ok()
}
