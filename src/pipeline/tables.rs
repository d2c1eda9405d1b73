//! The tables that reports read, at the version asked for.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::PipelineError;
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::job::AtVersion;
use crate::lake::{FileRef, Lake, LakeError, Snapshot, rejects_spec};
use crate::report::{DataPath, PurchaseFile, RejectFile, StoreAccess, SupplierPurchaseFile};

/// The files of a table, and the version they belong to.
#[derive(Debug)]
pub(super) struct OpenedTable<F> {
    pub(super) name: &'static str,
    pub(super) version: i64,
    pub(super) files: Vec<F>,
}

/// The purchases of some UTC days, or of all.
pub(super) fn purchases(
    lake: &Lake,
    at: AtVersion,
    dates: Option<RangeInclusive<NaiveDate>>,
) -> Result<OpenedTable<PurchaseFile>, PipelineError> {
    let spec = purchases_spec();
    let day = spec.partition_columns.first().map_or("", |day| day.name);
    open(lake, spec.name, at, dates, |file, path| {
        let purchase_date = parsed(&file, day)?;
        Ok(PurchaseFile {
            path,
            purchase_date,
        })
    })
}

/// The supplier purchases of a company, or of all.
pub(super) fn supplier_purchases(
    lake: &Lake,
    at: AtVersion,
    company_id: Option<i64>,
) -> Result<OpenedTable<SupplierPurchaseFile>, PipelineError> {
    let table = open(
        lake,
        supplier_purchases_spec().name,
        at,
        None,
        |file, path| {
            let of_company = parsed(&file, "company_id")?;
            let month = first_day(&file)?;
            Ok(SupplierPurchaseFile {
                rows: file.rows.and_then(|rows| u64::try_from(rows).ok()),
                path,
                company_id: of_company,
                month,
            })
        },
    )?;
    let is_wanted = |file: &SupplierPurchaseFile| company_id.is_none_or(|id| id == file.company_id);
    Ok(OpenedTable {
        files: table.files.into_iter().filter(is_wanted).collect(),
        ..table
    })
}

/// The rejects of all kinds.
pub(super) fn rejects(lake: &Lake) -> Result<OpenedTable<RejectFile>, PipelineError> {
    open(
        lake,
        rejects_spec().name,
        AtVersion::Latest,
        None,
        |file, path| {
            let record_kind = file.partition("record_kind").unwrap_or_default().to_owned();
            Ok(RejectFile { path, record_kind })
        },
    )
}

/// The table, or nothing when the lake has none.
pub(super) fn optional_table<F>(
    opened: Result<OpenedTable<F>, PipelineError>,
) -> Result<Option<OpenedTable<F>>, PipelineError> {
    match opened {
        Err(PipelineError::Lake(LakeError::NoTable { .. })) => Ok(None),
        opened => opened.map(Some),
    }
}

fn open<F>(
    lake: &Lake,
    name: &'static str,
    at: AtVersion,
    dates: Option<RangeInclusive<NaiveDate>>,
    file: impl Fn(FileRef, DataPath) -> Result<F, PipelineError>,
) -> Result<OpenedTable<F>, PipelineError> {
    let version = match at {
        AtVersion::Latest => None,
        AtVersion::Number(version) => Some(version),
        AtVersion::AsOf(micros) => Some(lake.version_as_of(name, micros)?),
    };
    let Snapshot { version, files } = lake.snapshot(name, version, dates)?;
    tracing::debug!(table = name, version, files = files.len(), "table opened");
    let reached = lake.stores().settings();
    let access = lake
        .store_options()?
        .map(|options| StoreAccess::new(options, reached.retries, reached.deadline));
    let files = files.into_iter().map(|found| {
        let path = DataPath::new(found.path.clone(), access.clone());
        file(found, path)
    });
    Ok(OpenedTable {
        name,
        version,
        files: files.collect::<Result<_, _>>()?,
    })
}

fn parsed<T: std::str::FromStr>(file: &FileRef, column: &str) -> Result<T, PipelineError> {
    let partition = file.partition(column).unwrap_or_default();
    partition
        .parse()
        .map_err(|_other| unexpected(file, partition))
}

fn first_day(file: &FileRef) -> Result<NaiveDate, PipelineError> {
    let month = file.partition("registration_month").unwrap_or_default();
    format!("{month}-01")
        .parse()
        .map_err(|_other| unexpected(file, month))
}

fn unexpected(file: &FileRef, partition: &str) -> PipelineError {
    PipelineError::Partition {
        partition: partition.to_owned(),
        path: file.path.clone(),
    }
}
