//! Opens the tables of reports at the requested version.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::CommandError;
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::lake::{FileRef, Lake, LakeError, Snapshot, TimezoneProperty, rejects_spec};
use crate::render::dashboard::{Provenance, TableVersion};
use crate::report::{
    DataPath, PurchaseFile, RejectFile, SeriesParameters, StoreAccess, SupplierPurchaseFile,
};

/// The version of a table to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AtVersion {
    /// The latest version.
    #[default]
    Latest,
    /// The version with this number.
    Number(i64),
    /// The latest version at this instant, µs since 1970 UTC.
    AsOf(i64),
}

impl AtVersion {
    /// The version of two options, of which at most one is given.
    pub(super) fn of(number: Option<i64>, as_of: Option<DateTime<Utc>>) -> Self {
        match (number, as_of) {
            (Some(number), _) => Self::Number(number),
            (None, Some(instant)) => Self::AsOf(instant.timestamp_micros()),
            (None, None) => Self::Latest,
        }
    }

    /// Its number; none for the latest version.
    pub(super) fn number(self, lake: &Lake, table: &str) -> Result<Option<i64>, LakeError> {
        match self {
            Self::Latest => Ok(None),
            Self::Number(number) => Ok(Some(number)),
            Self::AsOf(micros) => lake.version_as_of(table, micros).map(Some),
        }
    }
}

/// The files of a version of a table.
#[derive(Debug)]
pub(super) struct OpenedTable<F> {
    pub(super) name: &'static str,
    pub(super) version: i64,
    pub(super) files: Vec<F>,
    /// The time zone of the lake at this version, if it is set.
    timezone: Option<TimezoneProperty>,
}

impl<F> OpenedTable<F> {
    fn provenance(&self, timezone: &str, parameters: Vec<(&'static str, String)>) -> Provenance {
        let parameters = parameters.into_iter();
        Provenance {
            table: self.named_version(),
            timezone: timezone.to_owned(),
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        }
    }

    /// The table and its version.
    pub(super) fn named_version(&self) -> TableVersion {
        TableVersion {
            table: self.name.to_owned(),
            version: self.version,
        }
    }
}

impl OpenedTable<PurchaseFile> {
    /// The time zone of the lake at this version, if it is set.
    pub(super) fn timezone(&self) -> Result<Option<Tz>, LakeError> {
        let property = self.timezone.as_ref();
        property.map(TimezoneProperty::zone).transpose()
    }

    /// Keeps the files of a range of UTC days.
    pub(super) fn keep_days(&mut self, days: &RangeInclusive<NaiveDate>) {
        self.files.retain(|file| days.contains(&file.purchase_date));
    }

    /// The provenance of a series.
    pub(super) fn series_provenance(&self, parameters: &SeriesParameters) -> Provenance {
        self.provenance(parameters.timezone().name(), parameters.settings())
    }

    /// The provenance of a list of names.
    pub(super) fn list_provenance(&self) -> Provenance {
        self.provenance("UTC", Vec::new())
    }
}

impl OpenedTable<SupplierPurchaseFile> {
    /// The provenance of an answer with these settings.
    pub(super) fn supplier_provenance(&self, settings: Vec<(&'static str, String)>) -> Provenance {
        self.provenance("none, dates as registered", settings)
    }
}

impl OpenedTable<RejectFile> {
    /// The provenance of the counts of rejects.
    pub(super) fn reject_provenance(&self) -> Provenance {
        self.provenance("none", Vec::new())
    }
}

/// The purchases of all days.
pub(super) fn purchases(
    lake: &Lake,
    at: AtVersion,
) -> Result<OpenedTable<PurchaseFile>, CommandError> {
    let spec = purchases_spec();
    let day = spec.partition_columns.first().map_or("", |day| day.name);
    open(lake, spec.name, at, |file, path| {
        let purchase_date = parsed(&file, day)?;
        Ok(PurchaseFile {
            path,
            purchase_date,
        })
    })
}

/// The supplier purchases of a company, or of all companies.
pub(super) fn supplier_purchases(
    lake: &Lake,
    at: AtVersion,
    company_id: Option<i64>,
) -> Result<OpenedTable<SupplierPurchaseFile>, CommandError> {
    let table = open(lake, supplier_purchases_spec().name, at, |file, path| {
        let of_company = parsed(&file, "company_id")?;
        let month = first_day(&file)?;
        Ok(SupplierPurchaseFile {
            rows: file.rows.and_then(|rows| u64::try_from(rows).ok()),
            path,
            company_id: of_company,
            month,
        })
    })?;
    let is_wanted = |file: &SupplierPurchaseFile| company_id.is_none_or(|id| id == file.company_id);
    Ok(OpenedTable {
        files: table.files.into_iter().filter(is_wanted).collect(),
        ..table
    })
}

/// The rejects of all record kinds.
pub(super) fn rejects(lake: &Lake) -> Result<OpenedTable<RejectFile>, CommandError> {
    open(
        lake,
        rejects_spec().name,
        AtVersion::Latest,
        |file, path| {
            let record_kind = file.partition("record_kind").unwrap_or_default().to_owned();
            Ok(RejectFile { path, record_kind })
        },
    )
}

/// The table; none if the lake does not have it.
pub(super) fn optional_table<F>(
    opened: Result<OpenedTable<F>, CommandError>,
) -> Result<Option<OpenedTable<F>>, CommandError> {
    match opened {
        Err(CommandError::Lake(LakeError::NoTable { .. })) => Ok(None),
        opened => opened.map(Some),
    }
}

fn open<F>(
    lake: &Lake,
    name: &'static str,
    at: AtVersion,
    file: impl Fn(FileRef, DataPath) -> Result<F, CommandError>,
) -> Result<OpenedTable<F>, CommandError> {
    let version = at.number(lake, name)?;
    let Snapshot {
        version,
        files,
        timezone,
    } = lake.snapshot(name, version, None)?;
    tracing::debug!(table = name, version, files = files.len(), "table opened");
    let reached = lake.stores().settings();
    let access = lake
        .store_options()?
        .map(|options| StoreAccess::new(options, reached.store_retries, reached.store_deadline));
    let files = files.into_iter().map(|found| {
        let path = DataPath::new(found.path.clone(), access.clone());
        file(found, path)
    });
    Ok(OpenedTable {
        name,
        version,
        files: files.collect::<Result<_, _>>()?,
        timezone,
    })
}

fn parsed<T: std::str::FromStr>(file: &FileRef, column: &str) -> Result<T, CommandError> {
    let partition = file.partition(column).unwrap_or_default();
    partition
        .parse()
        .map_err(|_other| unexpected(file, partition))
}

fn first_day(file: &FileRef) -> Result<NaiveDate, CommandError> {
    let month = file.partition("registration_month").unwrap_or_default();
    format!("{month}-01")
        .parse()
        .map_err(|_other| unexpected(file, month))
}

fn unexpected(file: &FileRef, partition: &str) -> CommandError {
    CommandError::Partition {
        partition: partition.to_owned(),
        path: file.path.clone(),
    }
}
