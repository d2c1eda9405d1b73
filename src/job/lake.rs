//! What is to be done with a lake's tables: sizes, durations and times as typed come in, numbers go
//! out.
//!
//! Refused: sizes and durations that are none, a retention that a run could outlive.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::report::AtVersion;
use super::{JobError, read};
use crate::cli::{self, LakeCommand, LakeFormat, LakeTable, LakeTables};

/// A retention below this may be shorter than a run that goes on.
const SHORTEST_RETENTION: Duration = Duration::from_hours(24);

/// A job for a lake.
#[derive(Clone, Debug)]
pub struct LakeJob {
    /// Where the lake is.
    pub lake: String,
    /// Form of what is told.
    pub format: LakeFormat,
    /// What is to be done.
    pub task: LakeTask,
    /// The run, as files and commits name it.
    pub run_id: String,
    /// The clock of the process.
    pub now: DateTime<Utc>,
}

/// What is to be done with a lake.
#[derive(Clone, Debug)]
pub enum LakeTask {
    /// Tell the state of each table.
    Status {
        /// Below this a file counts as small.
        small_bytes: u64,
    },
    /// Tell the versions of a table.
    History {
        /// The table.
        table: LakeTable,
        /// At most so many.
        limit: Option<usize>,
    },
    /// List the files of a table.
    Files {
        /// The table.
        table: LakeTable,
        /// Of which version.
        version: AtVersion,
        /// The first day.
        from: Option<NaiveDate>,
        /// The last day.
        to: Option<NaiveDate>,
    },
    /// Rewrite small files.
    Compact {
        /// The tables.
        tables: Vec<LakeTable>,
        /// The size of files, about.
        target_bytes: u64,
        /// The first day.
        from: Option<NaiveDate>,
        /// The last day.
        to: Option<NaiveDate>,
        /// Only tell.
        dry_run: bool,
    },
    /// Delete what no version needs.
    Vacuum {
        /// The tables.
        tables: Vec<LakeTable>,
        /// How long it has not been needed.
        retention: Duration,
        /// Delete, and not only tell.
        execute: bool,
    },
    /// Compare files, logs and tables.
    Verify {
        /// Read every row.
        deep: bool,
    },
    /// Make an older version the newest.
    Restore {
        /// The tables, in the order in which they are restored.
        tables: Vec<LakeTable>,
        /// Which version.
        version: AtVersion,
        /// An instant before the first version is meant.
        allow_empty: bool,
        /// Only tell.
        dry_run: bool,
    },
}

impl LakeTask {
    /// The word for it, as typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::History { .. } => "history",
            Self::Files { .. } => "files",
            Self::Compact { .. } => "compact",
            Self::Vacuum { .. } => "vacuum",
            Self::Verify { .. } => "verify",
            Self::Restore { .. } => "restore",
        }
    }
}

/// All tables, those first that others rest on the least: a restore that stops in between leaves
/// what the next ingest heals.
const ALL: [LakeTable; 4] = [
    LakeTable::Inputs,
    LakeTable::Purchases,
    LakeTable::SupplierPurchases,
    LakeTable::Rejects,
];

impl LakeJob {
    /// Resolves what was typed.
    ///
    /// # Errors
    /// [`JobError::Option`] or [`JobError::NotApplicable`] names the option.
    pub fn resolve(command: LakeCommand, now: DateTime<Utc>) -> Result<Self, JobError> {
        let (arguments, task) = task(command, now)?;
        let cli::LakeArguments { lake, format } = arguments;
        Ok(Self {
            lake,
            format,
            task,
            run_id: uuid::Uuid::now_v7().to_string(),
            now,
        })
    }
}

fn task(
    command: LakeCommand,
    now: DateTime<Utc>,
) -> Result<(cli::LakeArguments, LakeTask), JobError> {
    Ok(match command {
        LakeCommand::Status { lake, small } => {
            let small_bytes = parse_size("--small", &small)?;
            (lake, LakeTask::Status { small_bytes })
        }
        LakeCommand::History { lake, table, limit } => (lake, LakeTask::History { table, limit }),
        LakeCommand::Files {
            lake,
            table,
            lake_version,
            as_of,
            days: cli::DayArguments { from, to },
        } => (
            lake,
            LakeTask::Files {
                table,
                version: parse_version(lake_version, as_of.as_deref(), now)?,
                from,
                to,
            },
        ),
        LakeCommand::Compact {
            lake,
            table,
            target_size,
            days,
            dry_run,
        } => (lake, compact(table, &target_size, days, dry_run)?),
        LakeCommand::Vacuum {
            lake,
            table,
            retention,
            force_short_retention: is_forced,
            execute,
            dry_run: _,
        } => {
            let retention = parse_retention(&retention, is_forced)?;
            (lake, vacuum(table, retention, execute))
        }
        LakeCommand::Verify { lake, deep } => (lake, LakeTask::Verify { deep }),
        LakeCommand::Restore {
            lake,
            table,
            all: _,
            to_version,
            as_of,
            allow_empty,
            dry_run,
        } => {
            let task = LakeTask::Restore {
                tables: table.map_or_else(|| ALL.to_vec(), |table| vec![table]),
                version: parse_version(to_version, as_of.as_deref(), now)?,
                allow_empty,
                dry_run,
            };
            (lake, task)
        }
    })
}

fn vacuum(table: LakeTables, retention: Duration, execute: bool) -> LakeTask {
    LakeTask::Vacuum {
        tables: tables(table),
        retention,
        execute,
    }
}

fn compact(
    table: LakeTables,
    target_size: &str,
    days: cli::DayArguments,
    dry_run: bool,
) -> Result<LakeTask, JobError> {
    let cli::DayArguments { from, to } = days;
    let mut tables = tables(table);
    if from.is_some() || to.is_some() {
        // Of all tables, those that have days.
        tables.retain(|one| {
            let has_days = matches!(one, LakeTable::Purchases | LakeTable::SupplierPurchases);
            has_days || table != LakeTables::All
        });
    }
    let target_bytes = parse_size("--target-size", target_size)?;
    if target_bytes < 1024 {
        return Err(invalid_option(
            "--target-size",
            target_size,
            "a size of 1KiB or more",
        ));
    }
    Ok(LakeTask::Compact {
        tables,
        target_bytes,
        from,
        to,
        dry_run,
    })
}

fn tables(named: LakeTables) -> Vec<LakeTable> {
    match named {
        LakeTables::All => ALL.to_vec(),
        LakeTables::Purchases => vec![LakeTable::Purchases],
        LakeTables::SupplierPurchases => vec![LakeTable::SupplierPurchases],
        LakeTables::Rejects => vec![LakeTable::Rejects],
        LakeTables::Inputs => vec![LakeTable::Inputs],
    }
}

fn parse_version(
    number: Option<i64>,
    as_of: Option<&str>,
    now: DateTime<Utc>,
) -> Result<AtVersion, JobError> {
    Ok(match (number, as_of) {
        (Some(number), _) => AtVersion::Number(number),
        (None, Some(text)) => {
            AtVersion::AsOf(read::parse_clock("--as-of", Some(text), now)?.timestamp_micros())
        }
        (None, None) => AtVersion::Latest,
    })
}

fn parse_retention(text: &str, is_forced: bool) -> Result<Duration, JobError> {
    let retention = humantime::parse_duration(text).map_err(|_invalid| {
        invalid_option("--retention", text, "a duration such as 7d, 36h or 90min")
    })?;
    if retention < SHORTEST_RETENTION && !is_forced {
        let expected = "24h or more: a shorter one may delete the files of a run that goes on; add \
                        --force-short-retention when there is none";
        return Err(invalid_option("--retention", text, expected));
    }
    Ok(retention)
}

/// A size such as `128MiB`, `1.5GB` or `4096`, in bytes.
fn parse_size(option: &str, text: &str) -> Result<u64, JobError> {
    const UNITS: [(&str, u64); 13] = [
        ("", 1),
        ("B", 1),
        ("kB", 1_000),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("k", 1 << 10),
        ("M", 1 << 20),
    ];
    let refuse = || invalid_option(option, text, "a size such as 128MiB, 500kB or 4096");
    let typed = text.trim();
    let end = typed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(typed.len());
    let (digits, unit) = typed.split_at(end);
    let number: u64 = digits.parse().map_err(|_| refuse())?;
    let unit = unit.trim_start();
    let (_, of_one) = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(refuse)?;
    number.checked_mul(*of_one).ok_or_else(refuse)
}

fn invalid_option(option: &str, value: &str, expected: &str) -> JobError {
    JobError::Option {
        option: option.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_nothing_else() {
        for (text, bytes) in [
            ("128MiB", 134_217_728),
            ("1 GiB", 1_073_741_824),
            ("500kB", 500_000),
            ("4096", 4096),
            ("0", 0),
        ] {
            assert_eq!(parse_size("--small", text).unwrap(), bytes, "{text}");
        }
        for text in ["", "MiB", "-1", "1.5MiB", "1 XB", "99999999TiB", "1e3"] {
            let error = parse_size("--small", text).unwrap_err().to_string();
            assert!(error.contains("--small"), "{text}: {error}");
        }
    }

    #[test]
    fn a_short_retention_has_to_be_meant() {
        assert_eq!(
            parse_retention("7d", false).unwrap(),
            Duration::from_hours(168)
        );
        assert_eq!(
            parse_retention("24h", false).unwrap(),
            Duration::from_hours(24)
        );
        let error = parse_retention("23h", false).unwrap_err().to_string();
        assert!(error.contains("--force-short-retention"), "{error}");
        assert_eq!(parse_retention("0s", true).unwrap(), Duration::ZERO);
        assert!(parse_retention("soon", true).is_err());
    }
}
