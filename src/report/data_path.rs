//! Data files as polars opens them: a path or URL with what gives access to it comes in, a lazy
//! frame over several of them goes out.

use std::fmt;
use std::sync::Arc;

use polars::io::cloud::CloudOptions;
use polars::prelude::*;
use polars_buffer::Buffer;

/// What gives access to the object store that files are in: keys and values as polars knows them.
/// Some of them are secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreAccess(Arc<[(String, String)]>);

impl StoreAccess {
    /// Access by these options.
    pub fn new(options: Vec<(String, String)>) -> Self {
        Self(options.into())
    }
}

impl fmt::Debug for StoreAccess {
    /// Names, never values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Where polars opens a data file: a plain local path or the URL of an object, nothing
/// percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataPath {
    path: String,
    access: Option<StoreAccess>,
}

impl DataPath {
    /// A file, with access to its store if it is in one.
    pub fn new(path: String, access: Option<StoreAccess>) -> Self {
        Self { path, access }
    }

    /// The path or URL.
    pub fn as_str(&self) -> &str {
        &self.path
    }
}

impl From<String> for DataPath {
    fn from(path: String) -> Self {
        Self::new(path, None)
    }
}

/// Opens data files, all of one lake, by the names the log gives, without looking into folders or at
/// their names.
pub(super) fn scan_files(paths: &[DataPath]) -> PolarsResult<LazyFrame> {
    let access = paths.first().and_then(|path| {
        let access = path.access.as_ref()?;
        Some((CloudScheme::from_path(path.as_str()), access))
    });
    let cloud_options = access
        .map(|(scheme, access)| {
            let options = access.0.iter().map(|(name, value)| (name, value.as_str()));
            CloudOptions::from_untyped_config(scheme, options)
        })
        .transpose()?;
    let args = ScanArgsParquet {
        glob: false,
        cache: false,
        cloud_options,
        hive_options: HiveOptions {
            enabled: Some(false),
            ..HiveOptions::default()
        },
        ..ScanArgsParquet::default()
    };
    let paths = paths.iter().map(|path| PlRefPath::new(path.as_str()));
    LazyFrame::scan_parquet_files(Buffer::from(paths.collect::<Vec<_>>()), args)
}
