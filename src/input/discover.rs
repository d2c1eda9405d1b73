//! From what the user named (files, folders, globs, `-`, URLs of object stores) to a list of inputs.

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

/// Where an input is.
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
            // A name that is not UTF-8 is escaped, so that two of them stay two.
            Self::File(path) => match path.to_str() {
                Some(path) => f.write_str(path),
                None => write!(f, "{}", path.as_os_str().as_encoded_bytes().escape_ascii()),
            },
            Self::Object(url) => write!(f, "{url}"),
        }
    }
}

impl InputLocation {
    /// The location for people: control characters are escaped, so that a file's name cannot
    /// steer a terminal.
    pub fn shown(&self) -> String {
        escape_unprintable(&self.to_string())
    }

    /// The end of its name after the last dot, in small letters.
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
    /// Where it is.
    pub location: InputLocation,
    /// Stored bytes, when known beforehand.
    pub size_bytes: Option<u64>,
    /// Last change, µs since 1970, when known.
    pub modified_micros: Option<i64>,
    /// The object that was listed, and the way to it, for inputs in a store.
    pub(super) object: Option<(Stores, StoreObject)>,
}

impl Input {
    /// A file that nothing is known of, for tests.
    #[cfg(test)]
    pub(crate) fn of_file(path: PathBuf) -> Self {
        Self {
            location: InputLocation::File(path),
            size_bytes: None,
            modified_micros: None,
            object: None,
        }
    }

    /// What changes with the content of an object, where its store tells it.
    pub fn etag(&self) -> Option<&str> {
        let (_, object) = self.object.as_ref()?;
        object.etag.as_deref()
    }

    /// Whether a second reading gives the same bytes: not so for pipes.
    pub fn is_rereadable(&self) -> bool {
        self.size_bytes.is_some()
    }
}

/// What was found where the user pointed.
#[derive(Debug, Default)]
pub struct DiscoveredInputs {
    /// The inputs, sorted by path within each argument, no path twice.
    pub inputs: Vec<Input>,
    /// What was met on the way and is no input.
    pub excluded: Vec<ExcludedPath>,
}

/// What is no input, although it lies in a folder or is matched by a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExcludedPath {
    /// The lake, of which all or a part lies there.
    Lake(InputLocation),
    /// A pipe, socket or device.
    Pipe(InputLocation),
}

impl fmt::Display for ExcludedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lake(at) => write!(f, "left out {}: it belongs to the lake", at.shown()),
            Self::Pipe(at) => write!(
                f,
                "left out {}: it is a pipe, socket or device; name it to have it read",
                at.shown()
            ),
        }
    }
}

/// Finds the inputs. Folders are searched through, and so are keys below a prefix; entries whose
/// name begins with `.` or `_` are left out there, as every reader of partitioned folders does. So
/// is what lies in the `lake` that the inputs go to.
///
/// # Errors
/// An argument that matches nothing, lies in the lake, or cannot be listed.
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
