//! Inputs before they are opened, and the paths among them that are none.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::storage::{StoreObject, StoreUrl, Stores};
use crate::values::text::escape_unprintable;

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
    /// Whether its own path was given, not that of a folder or a pattern.
    pub is_named: bool,
    /// The listed object and its store, for inputs in an object store.
    pub(super) object: Option<(Stores, StoreObject)>,
}

impl Input {
    /// The input at a location, without metadata.
    pub(crate) fn at(location: InputLocation) -> Self {
        Self {
            location,
            size_bytes: None,
            modified_micros: None,
            is_named: true,
            object: None,
        }
    }

    /// The entity tag of an object, which changes with its content, if the store has one.
    pub fn etag(&self) -> Option<&str> {
        let (_, object) = self.object.as_ref()?;
        object.etag.as_deref()
    }

    /// Whether it changed less than `min_age` before `now_micros` (µs since 1970), or after it. False
    /// if the time of its last change is not known, as of standard input.
    pub fn changed_within(&self, min_age: Duration, now_micros: i64) -> bool {
        let age = |modified: i64| now_micros.saturating_sub(modified).max(0);
        let min_age = i64::try_from(min_age.as_micros()).unwrap_or(i64::MAX);
        self.modified_micros
            .is_some_and(|modified| age(modified) < min_age)
    }

    /// Whether it can be read again, which a pipe cannot.
    pub fn is_rereadable(&self) -> bool {
        self.size_bytes.is_some()
    }
}

/// The inputs of some arguments.
#[derive(Debug, Default)]
pub struct DiscoveredInputs {
    /// The inputs, sorted by path within each argument, without duplicates.
    pub inputs: Vec<Input>,
    /// Arguments that match no input.
    pub missing: Vec<String>,
    /// Paths that were excluded.
    pub excluded: Vec<ExcludedPath>,
    /// Files of Currents in folders, or matched by patterns, that contain other events than purchases.
    pub passed_over: PassedOver,
}

/// Files of Currents that contain other events than purchases, by the type of the events.
pub type PassedOver = BTreeMap<String, PassedOverCount>;

/// How many files of one type of events were passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PassedOverCount {
    /// Files that were found and not read, or not beyond their header.
    pub files: u64,
    /// Folders whose files were not listed.
    pub folders: u64,
}

impl PassedOverCount {
    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        let Self { files, folders } = other;
        self.files += files;
        self.folders += folders;
    }
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
