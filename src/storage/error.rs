//! The error type of object stores, with the location, the store's error and the remedy.

use std::io;
use std::path::PathBuf;

use super::{LimitReached, error_location};
use crate::values::ExitCode;

/// An error of a store.
///
/// [`StoreError::exit_code`] distinguishes usage errors (exit code 2) from problems of the
/// environment (exit code 1).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL is refused.
    #[error("the URL {url} is refused: {reason}")]
    Url {
        /// The URL, without possible secrets.
        url: String,
        /// The reason and the remedy.
        reason: &'static str,
    },
    /// The value of a setting or variable is invalid.
    #[error("{setting}: {reason}")]
    Setting {
        /// Its name.
        setting: String,
        /// The reason and the remedy.
        reason: String,
    },
    /// There are no credentials for the store.
    #[error("there are no credentials for {url}: {remedy}")]
    NoCredentials {
        /// The location.
        url: String,
        /// The possible sources of credentials.
        remedy: &'static str,
    },
    /// A prefix has more keys than a run may list.
    #[error("more than {limit} objects below {url}: name a narrower prefix or pattern")]
    TooManyObjects {
        /// The prefix.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// A request to the store failed.
    #[error("cannot {action} {url}")]
    Failed {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The location.
        url: String,
        /// The error of the store.
        source: Box<object_store::Error>,
    },
    /// The circuit is open: earlier reads had no response.
    #[error(
        "{url} was not requested: its store did not respond to earlier requests; run again when it is reachable"
    )]
    CircuitOpen {
        /// The location.
        url: String,
    },
    /// The stored object differs in size from the uploaded file.
    #[error(
        "{url} has {found} bytes, but {expected} were uploaded: nothing was committed; run again"
    )]
    SizeDiffers {
        /// The location.
        url: String,
        /// The uploaded size.
        expected: u64,
        /// The stored size.
        found: u64,
    },
    /// A file in the scratch folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Scratch {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A limit of the system is reached.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The asynchronous runtime did not start.
    #[error("cannot start the threads for object stores")]
    Runtime {
        /// The error of the system.
        source: io::Error,
    },
}

impl StoreError {
    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Url { .. } | Self::Setting { .. } => ExitCode::Usage,
            _ => ExitCode::Failed,
        }
    }

    /// Wraps an error of the store about a location.
    pub(crate) fn failed(
        action: &'static str,
        url: &impl ToString,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let url = url.to_string();
        move |source| Self::Failed {
            action,
            url,
            source: Box::new(error_location::without_location(source)),
        }
    }

    /// Wraps an error of the system about a file.
    pub(crate) fn scratch(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Scratch {
            action,
            path,
            source,
        }
    }
}
