//! Resolves arguments (files, folders, globs, `-`, URLs of object stores) into a list of inputs.

mod glob_pattern;
mod local;
mod object_store;

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use super::refusal::InputError;
use crate::storage::{StoreObject, StoreUrl, Stores};
use crate::values::text::escape_unprintable;

pub(super) use local::modified_micros;

/// The location of an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputLocation {
    /// Standard input, written `-`.
    Stdin,
    /// A file, as an absolute path.
    File(PathBuf),
    /// An object of a store.
    Object(StoreUrl),
}

impl fmt::Display for InputLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            // A name that is not UTF-8 is escaped, so that different names stay different.
            Self::File(path) => match path.to_str() {
                Some(path) => f.write_str(path),
                None => write!(f, "{}", path.as_os_str().as_encoded_bytes().escape_ascii()),
            },
            Self::Object(url) => write!(f, "{url}"),
        }
    }
}

impl InputLocation {
    /// The location for display: control characters are escaped, so that a file name cannot
    /// manipulate a terminal.
    pub fn shown(&self) -> String {
        escape_unprintable(&self.to_string())
    }

    /// The file extension after the last dot, in lower case.
    pub fn extension(&self) -> Option<String> {
        let text = self.to_string();
        let name = text.rsplit('/').next()?;
        name.rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase())
    }
}

/// One input, before it is opened.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its location.
    pub location: InputLocation,
    /// Stored bytes, when known before reading.
    pub size_bytes: Option<u64>,
    /// Modification time, µs since 1970, when known.
    pub modified_micros: Option<i64>,
    /// The listed object and its store, for inputs in an object store.
    pub(super) object: Option<(Stores, StoreObject)>,
}

impl Input {
    /// A file without metadata, for tests.
    #[cfg(test)]
    pub(crate) fn of_file(path: PathBuf) -> Self {
        Self {
            location: InputLocation::File(path),
            size_bytes: None,
            modified_micros: None,
            object: None,
        }
    }

    /// The entity tag of an object, which changes with its content, if the store has one.
    pub fn etag(&self) -> Option<&str> {
        let (_, object) = self.object.as_ref()?;
        object.etag.as_deref()
    }

    /// Whether it can be read again, which a pipe cannot.
    pub fn is_rereadable(&self) -> bool {
        self.size_bytes.is_some()
    }
}

/// The result of [`discover`].
#[derive(Debug, Default)]
pub struct DiscoveredInputs {
    /// The inputs, sorted by path within each argument, without duplicates.
    pub inputs: Vec<Input>,
    /// Paths that were excluded.
    pub excluded: Vec<ExcludedPath>,
}

/// A path in a folder or matched by a pattern that is not an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExcludedPath {
    /// The lake, or a part of it.
    Lake(InputLocation),
    /// A pipe, socket or device.
    Pipe(InputLocation),
}

impl fmt::Display for ExcludedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lake(at) => write!(f, "excluded {}: it belongs to the lake", at.shown()),
            Self::Pipe(at) => write!(
                f,
                "excluded {}: it is a pipe, socket or device; give its path to read it",
                at.shown()
            ),
        }
    }
}

/// Finds the inputs. Folders and key prefixes are searched recursively, without entries whose name
/// begins with `.` or `_`, as is usual for partitioned folders, and without the contents of the target
/// `lake`.
///
/// # Errors
/// An argument matches nothing, is inside the lake, or cannot be listed.
pub fn discover(
    arguments: &[String],
    stores: &Stores,
    lake: Option<&InputLocation>,
) -> Result<DiscoveredInputs, InputError> {
    let mut all = DiscoveredInputs::default();
    for argument in arguments {
        let mut found = discover_one(argument, stores, lake)?;
        found.inputs.sort_by(|a, b| a.location.cmp(&b.location));
        if found.inputs.is_empty() {
            return Err(InputError::NotFound(argument.clone()));
        }
        all.inputs.append(&mut found.inputs);
        all.excluded.append(&mut found.excluded);
    }
    let mut seen = HashSet::new();
    all.inputs
        .retain(|input| seen.insert(input.location.clone()));
    Ok(all)
}

fn discover_one(
    argument: &str,
    stores: &Stores,
    lake: Option<&InputLocation>,
) -> Result<DiscoveredInputs, InputError> {
    let mut found = DiscoveredInputs::default();
    if argument == "-" {
        found.inputs.push(Input {
            location: InputLocation::Stdin,
            size_bytes: None,
            modified_micros: None,
            object: None,
        });
        return Ok(found);
    }
    let (mut folder, mut prefix) = (None, None);
    match lake {
        Some(InputLocation::File(lake)) => folder = Some(lake.as_path()),
        Some(InputLocation::Object(lake)) => prefix = Some(lake),
        Some(InputLocation::Stdin) | None => {}
    }
    if let Some(url) = StoreUrl::parse(argument)? {
        object_store::discover(argument, &url, stores, prefix, &mut found)?;
    } else {
        local::discover(argument, folder, &mut found)?;
    }
    Ok(found)
}
