//! What can go wrong with a store: with the place, what the store said, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::{LimitReached, error_location};

/// An error of a store.
///
/// [`StoreError::is_usage`] tells what was typed wrongly (exit code 2) from trouble with the
/// environment (exit code 1).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL cannot be used.
    #[error("the URL {url} is refused: {reason}")]
    Url {
        /// The URL, without what may be secret.
        url: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// A setting or variable has a value that cannot be used.
    #[error("{setting}: {reason}")]
    Setting {
        /// Its name.
        setting: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Nothing says who we are to the store.
    #[error("there are no credentials for {url}: {remedy}")]
    NoCredentials {
        /// The place.
        url: String,
        /// Where they may come from.
        remedy: &'static str,
    },
    /// More keys below a prefix than a run may list.
    #[error("more than {limit} objects below {url}: name a narrower prefix or pattern")]
    TooManyObjects {
        /// The prefix.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// The store did not do what was asked.
    #[error("cannot {action} {url}")]
    Failed {
        /// What was tried, as a verb.
        action: &'static str,
        /// The place.
        url: String,
        /// What the store said.
        source: Box<object_store::Error>,
    },
    /// The readings before this one had no answer.
    #[error(
        "{url} was not asked for: its store did not answer before; run again when it can be reached"
    )]
    CircuitOpen {
        /// The place.
        url: String,
    },
    /// What arrived is not what was sent.
    #[error(
        "{url} has {found} bytes where {expected} were uploaded: nothing was committed; run again"
    )]
    SizeDiffers {
        /// The place.
        url: String,
        /// What was sent.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// A file on its way to or from a store could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Scratch {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system does not give what is needed.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The asynchronous runtime did not start.
    #[error("cannot start the threads that talk to stores")]
    Runtime {
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Whether the command line, a job file or a variable is to be corrected.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Url { .. } | Self::Setting { .. })
    }

    /// Makes the error of what a store said about a place.
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

    /// Makes the error of what the system said about a file.
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
