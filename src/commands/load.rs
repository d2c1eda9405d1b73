//! `load`: tables of the lake in a database.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::output::{ScratchFile, store_url};
use super::step::table_dataset;
use super::{
    CommandError, OptionError, OutputTarget, RunContext, SharedContext, StepCommand, StepPlan,
};
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::lake::{Lake, inputs_spec, rejects_spec};
use crate::load::{
    AnswerFile, LoadEnvironment, LoadError, LoadProgress, LoadRequest, LoadTable, LoadTarget,
    load_tables,
};
use crate::storage::Stores;
use crate::telemetry::LineageDataset;
use crate::values::ExitCode;

/// `load`
#[derive(Clone, Debug, Args)]
pub struct LoadCommand {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Load into this database: `postgresql://USER@HOST:PORT/DATABASE` or duckdb:FILE
    ///
    /// The password of PostgreSQL is in PGPASSWORD or in the file PGPASSFILE.
    #[arg(long, value_name = "TARGET")]
    to: String,
    /// Load into this schema, created if missing [default: public in PostgreSQL, main in DuckDB]
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Load this table only; repeat for several [default: all, or none with --answer]
    #[arg(long, value_name = "TABLE")]
    table: Vec<TableChoice>,
    /// Replace the rows of a table with those of a Parquet file of a report; repeat for several
    #[arg(long, value_name = "TABLE=FILE")]
    answer: Vec<AnswerFile>,
    /// Load the library of DuckDB from this file [default: where the system and ADBC look for it]
    #[arg(
        long,
        value_name = "FILE",
        env = "PURCHASE_ETL_DUCKDB_LIBRARY",
        hide_short_help = true
    )]
    duckdb_library: Option<PathBuf>,
}

/// A table that can be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum TableChoice {
    /// Customer purchases
    Purchases,
    /// The current states of supplier purchases
    SupplierPurchases,
    /// Rejected records
    Rejects,
    /// Inputs with their counts
    Inputs,
}

/// A record of an input that a run read. The number is first: few texts have to be compared, which
/// halves the time that the target needs for the index.
const RECORD_KEY: &[&str] = &["source_row", "source_file", "run_id"];
/// A content of a path that a run read.
const INPUT_KEY: &[&str] = &["run_id", "record_kind", "path", "digest"];

impl TableChoice {
    fn name(self) -> &'static str {
        self.load_table().spec.name
    }

    fn load_table(self) -> LoadTable {
        let (spec, key, json): (_, &[_], &[_]) = match self {
            Self::Purchases => (purchases_spec(), RECORD_KEY, &["properties", "extra"]),
            Self::SupplierPurchases => {
                let spec = supplier_purchases_spec();
                (spec, &["company_id", "id"], &["extra"])
            }
            Self::Rejects => (rejects_spec(), RECORD_KEY, &[]),
            Self::Inputs => (inputs_spec(), INPUT_KEY, &[]),
        };
        LoadTable { spec, key, json }
    }
}

impl StepCommand for LoadCommand {
    fn name(&self) -> &'static str {
        "load"
    }

    fn lake(&self) -> Option<&str> {
        Some(&self.lake)
    }

    fn validate(&self) -> Result<(), OptionError> {
        let parsed = LoadTarget::parse(&self.to).map(drop);
        parsed.map_err(|error| OptionError::Invalid {
            option: "--to",
            // It may contain a password.
            value: "…".to_owned(),
            reason: error.to_string(),
        })?;
        for (at, AnswerFile { table, .. }) in self.answer.iter().enumerate() {
            let mut of_lake = TableChoice::value_variants().iter();
            let reason = if of_lake.any(|one| one.name() == table) {
                "a table of the lake has this name: choose another one"
            } else if self.answer[..at].iter().any(|one| one.table == *table) {
                "the table has two answers: choose another name"
            } else {
                continue;
            };
            return Err(OptionError::Invalid {
                option: "--answer",
                value: table.clone(),
                reason: reason.to_owned(),
            });
        }
        Ok(())
    }

    fn datasets_read(&self) -> Vec<LineageDataset> {
        let tables = self.tables();
        let specs = tables.iter().map(|table| table.load_table().spec);
        let mut datasets: Vec<_> = specs.map(|spec| table_dataset(&self.lake, &spec)).collect();
        let answers = self.answer.iter().map(|answer| answer.path.display());
        datasets.extend(answers.map(|path| LineageDataset::File(path.to_string())));
        datasets
    }

    fn datasets_written(&self) -> Vec<LineageDataset> {
        let Ok(target) = LoadTarget::parse(&self.to) else {
            return Vec::new();
        };
        let schema = self.schema(&target);
        let tables = self.names().into_iter().map(|table| {
            let (namespace, name) = target.lineage_name(schema, table);
            LineageDataset::DatabaseTable { namespace, name }
        });
        tables.collect()
    }

    fn tables_published(&self) -> Vec<&'static str> {
        let published = [TableChoice::Purchases, TableChoice::SupplierPurchases];
        let tables = self.tables();
        // An answer may be about either.
        let is_published = |table: &TableChoice| !self.answer.is_empty() || tables.contains(table);
        let published = published.into_iter().filter(is_published);
        published.map(TableChoice::name).collect()
    }

    fn output(&self) -> Option<OutputTarget> {
        let target = LoadTarget::parse(&self.to).ok()?;
        Some(OutputTarget::Database(target.shown()))
    }

    fn plan(
        &self,
        _shared: &SharedContext<'_>,
        _data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let target = LoadTarget::parse(&self.to)?.shown();
        let names = self.names().join(", ");
        let text = format!("{names} from {} into {target}", self.lake);
        Ok(StepPlan::line("load", &text))
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let stores = &context.shared.stores;
        let lake = Lake::at(&self.lake, stores)?;
        let target = LoadTarget::parse(&self.to)?;
        let tables: Vec<LoadTable> = self
            .tables()
            .iter()
            .map(|table| table.load_table())
            .collect();
        let settings = stores.settings();
        // Downloads are kept until they are loaded.
        let (answers, _downloads) = local_answers(&self.answer, stores)?;
        let counters = &context.shared.progress;
        let progress_ui = RefCell::new(&mut *context.progress_ui);
        let progress = LoadProgress {
            interrupted: &counters.interrupted,
            bytes: &counters.bytes,
            rows: &counters.records,
            begin: &|total_bytes| {
                let mut shown = progress_ui.borrow_mut();
                shown.end();
                counters.bytes.store(0, Ordering::Relaxed);
                shown.begin(Some(total_bytes), counters);
            },
        };
        let request = LoadRequest {
            lake: &lake,
            target: &target,
            schema: self.schema(&target),
            tables: &tables,
            answers: &answers,
            environment: LoadEnvironment {
                variables: &settings.environment,
                home: settings.home.as_deref(),
                duckdb_library: self.duckdb_library.as_deref(),
            },
        };
        let loads = load_tables(&request, progress);
        progress_ui.borrow_mut().end();
        for load in loads? {
            tracing::info!(
                table = load.table,
                version = load.version,
                rows_read = load.rows_read,
                rows_inserted = load.rows_inserted,
                rows_deleted = load.rows_deleted,
                target = target.shown(),
                "{}",
                if load.is_current {
                    "table is up to date"
                } else {
                    "table loaded"
                }
            );
        }
        Ok(ExitCode::Done)
    }
}

/// The answers as local files, and the temporary ones among these.
fn local_answers(
    answers: &[AnswerFile],
    stores: &Stores,
) -> Result<(Vec<AnswerFile>, Vec<ScratchFile>), CommandError> {
    let mut answers = answers.to_vec();
    let mut downloads = Vec::new();
    for answer in &mut answers {
        if let Some(file) = download(stores, &answer.path)? {
            answer.path.clone_from(&file.path);
            downloads.push(file);
        }
    }
    Ok((answers, downloads))
}

/// The object at a URL, as a temporary file; none for a local path.
fn download(stores: &Stores, path: &Path) -> Result<Option<ScratchFile>, CommandError> {
    let Some(url) = store_url(path)? else {
        return Ok(None);
    };
    let failed = LoadError::answer(path);
    let object = stores.head(&url)?;
    let object = object.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    let mut scratch = ScratchFile::open(stores)?;
    let mut reader = stores.read(&object)?;
    io::copy(&mut reader, &mut scratch.file).map_err(failed)?;
    Ok(Some(scratch))
}

impl LoadCommand {
    fn schema<'s>(&'s self, target: &LoadTarget) -> &'s str {
        self.schema.as_deref().unwrap_or(target.default_schema())
    }

    /// The names of the tables that are loaded.
    fn names(&self) -> Vec<&str> {
        let tables = self.tables();
        let mut names: Vec<&str> = tables.into_iter().map(TableChoice::name).collect();
        names.extend(self.answer.iter().map(|answer| &*answer.table));
        names
    }

    /// The tables, in the order of their declaration, each once.
    fn tables(&self) -> Vec<TableChoice> {
        let all = TableChoice::value_variants().iter().copied();
        let is_all = self.table.is_empty() && self.answer.is_empty();
        all.filter(|table| is_all || self.table.contains(table))
            .collect()
    }
}
