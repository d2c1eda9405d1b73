//! Where polars opens a data file: a path or URL, with the options to access its store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use polars::io::cloud::{CloudOptions, CloudRetryConfig};
use polars::prelude::*;

/// The options to access an object store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreAccess {
    /// The options of polars; some are secret.
    options: Arc<[(String, String)]>,
    retries: usize,
    deadline: Duration,
}

impl StoreAccess {
    /// Access with these options. A failed request is retried up to `retries` times within
    /// `deadline`.
    pub fn new(options: Vec<(String, String)>, retries: usize, deadline: Duration) -> Self {
        Self {
            options: options.into(),
            retries,
            deadline,
        }
    }
}

impl fmt::Debug for StoreAccess {
    /// Writes the option names, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.options.iter().map(|(name, _)| name))
            .finish()
    }
}

/// The location of a data file: a local path or the URL of an object, not percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataPath {
    path: String,
    access: Option<StoreAccess>,
}

impl DataPath {
    /// A file, with the access options of its object store, if any.
    pub fn new(path: String, access: Option<StoreAccess>) -> Self {
        Self { path, access }
    }

    /// The path or URL.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The access options as polars takes them.
    pub(super) fn cloud_options(&self) -> PolarsResult<Option<CloudOptions>> {
        let Some(access) = &self.access else {
            return Ok(None);
        };
        let options = access.options.iter();
        let options = options.map(|(name, value)| (name, value.as_str()));
        let retry = CloudRetryConfig {
            max_retries: Some(access.retries),
            retry_timeout: Some(access.deadline),
            ..CloudRetryConfig::default()
        };
        let scheme = CloudScheme::from_path(self.as_str());
        let options = CloudOptions::from_untyped_config(scheme, options)?;
        Ok(Some(options.with_retry_config(retry)))
    }
}

impl From<String> for DataPath {
    fn from(path: String) -> Self {
        Self::new(path, None)
    }
}
