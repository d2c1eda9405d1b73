//! Opens data files with polars.
//!
//! In: paths or URLs with the options to access them, and the columns to read. Out: a lazy frame over
//! several files.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use polars::io::cloud::{CloudOptions, CloudRetryConfig};
use polars::prelude::*;
use polars_buffer::Buffer;

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

    fn for_polars(&self, scheme: Option<CloudScheme>) -> PolarsResult<CloudOptions> {
        let options = self.options.iter();
        let options = options.map(|(name, value)| (name, value.as_str()));
        let retry = CloudRetryConfig {
            max_retries: Some(self.retries),
            retry_timeout: Some(self.deadline),
            ..CloudRetryConfig::default()
        };
        let access = CloudOptions::from_untyped_config(scheme, options)?;
        Ok(access.with_retry_config(retry))
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
}

impl From<String> for DataPath {
    fn from(path: String) -> Self {
        Self::new(path, None)
    }
}

/// The type of an instant: microseconds in UTC.
pub(super) const INSTANT: DataType =
    DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));

/// The type of an amount: exact billionths.
pub(super) const AMOUNT: DataType = DataType::Decimal(38, 9);

/// Opens the given data files of one lake with these of their columns, without listing folders or
/// parsing partition names. `missing` says what happens with a column that a file lacks: a file that
/// lacks a nullable column is older than it, and its rows are null.
pub(super) fn scan_files(
    paths: &[DataPath],
    columns: impl IntoIterator<Item = (&'static str, DataType)>,
    missing: MissingColumnsPolicy,
) -> PolarsResult<LazyFrame> {
    let access = paths.first().and_then(|path| {
        let access = path.access.as_ref()?;
        Some(access.for_polars(CloudScheme::from_path(path.as_str())))
    });
    let paths = paths.iter().map(|path| PlRefPath::new(path.as_str()));
    let sources = ScanSources::Paths(Buffer::from(paths.collect::<Vec<_>>()));
    let columns = columns.into_iter();
    let columns = columns.map(|(name, data_type)| Field::new(name.into(), data_type));
    let options = ParquetOptions {
        schema: Some(Arc::new(columns.collect())),
        ..ParquetOptions::default()
    };
    let args = UnifiedScanArgs {
        glob: false,
        cloud_options: access.transpose()?,
        hive_options: HiveOptions {
            enabled: Some(false),
            ..HiveOptions::default()
        },
        missing_columns_policy: missing,
        extra_columns_policy: ExtraColumnsPolicy::Ignore,
        ..UnifiedScanArgs::default()
    };
    let plan = DslBuilder::scan_parquet(sources, options, args)?;
    Ok(plan.build().into())
}
