//! From what the user named (files, folders, globs, `-`) to a list of inputs.

use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::refusal::SourceError;

/// Where an input is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// Standard input, written `-`.
    Stdin,
    /// A file, as an absolute path.
    File(PathBuf),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            // A name that is not UTF-8 is escaped, so that two of them stay two.
            Self::File(path) => match path.to_str() {
                Some(path) => f.write_str(path),
                None => write!(f, "{}", path.as_os_str().as_encoded_bytes().escape_ascii()),
            },
        }
    }
}

impl Location {
    /// The location for people: control characters are escaped, so that a file's name cannot
    /// steer a terminal.
    pub fn shown(&self) -> String {
        shown(&self.to_string())
    }
}

/// `path` with its control characters escaped.
pub fn shown(path: &str) -> String {
    path.chars()
        .flat_map(|character| {
            let steers = character.is_control()
                || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
            let escaped = steers.then(|| character.escape_default());
            let plain = (!steers).then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// One input, before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is.
    pub location: Location,
    /// Stored bytes, when known beforehand.
    pub size_bytes: Option<u64>,
    /// Last change, µs since 1970, when known.
    pub modified_micros: Option<i64>,
}

impl Input {
    /// Whether a second reading gives the same bytes: not so for pipes.
    pub fn is_rereadable(&self) -> bool {
        self.size_bytes.is_some()
    }
}

/// Finds the inputs. Folders are searched through; entries whose name begins with `.` or `_` are
/// left out there, as every reader of partitioned folders does. The result is sorted by path
/// within each argument and holds no path twice.
///
/// # Errors
/// An argument that matches nothing, cannot be listed, or is on something else than a file system.
pub fn discover(arguments: &[String]) -> Result<Vec<Input>, SourceError> {
    let mut inputs: Vec<Input> = Vec::new();
    for argument in arguments {
        let mut found = discover_one(argument)?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        if found.is_empty() {
            return Err(SourceError::NotFound(argument.clone()));
        }
        inputs.append(&mut found);
    }
    let mut seen = std::collections::HashSet::new();
    inputs.retain(|input| seen.insert(input.location.clone()));
    Ok(inputs)
}

fn discover_one(argument: &str) -> Result<Vec<Input>, SourceError> {
    if argument == "-" {
        return Ok(vec![Input {
            location: Location::Stdin,
            size_bytes: None,
            modified_micros: None,
        }]);
    }
    let local = match argument.split_once("://") {
        Some(("file", path)) => path,
        Some((scheme, _)) => return Err(SourceError::Scheme(format!("{scheme}://…"))),
        None => argument,
    };
    let path = Path::new(local);
    let mut inputs = Vec::new();
    if path.exists() {
        collect(path, &mut inputs)?;
    } else if local.contains(['*', '?', '[']) {
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
    }
}

/// Last change, µs since 1970, when known.
pub(super) fn modified_micros(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(modified.as_micros()).ok()
}
