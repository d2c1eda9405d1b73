//! `lake`: inspection and maintenance of the tables.

use clap::{Args, Subcommand, ValueEnum};

/// The commands of `lake`.
#[derive(Clone, Debug, Subcommand)]
pub enum LakeCommand {
    /// Show version, rows, files and sizes of each table
    Status {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Count files below this size as small
        #[arg(long, value_name = "SIZE", default_value = "16MiB")]
        small: String,
    },
    /// Show the changes of each version of a table, newest first
    History {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Select this table
        #[arg(long, value_enum, value_name = "TABLE")]
        table: LakeTable,
        /// Show at most this many versions
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// List the data files of a table
    Files {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Select this table
        #[arg(long, value_enum, value_name = "TABLE")]
        table: LakeTable,
        /// List files of this version [default: the latest]
        #[arg(long, value_name = "VERSION", conflicts_with = "as_of")]
        lake_version: Option<i64>,
        /// List files of the version that was the latest at this time, RFC 3339
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// Days
        #[command(flatten)]
        days: DayArguments,
    },
    /// Rewrite small files into larger, sorted ones
    Compact {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Select this table
        #[arg(long, value_enum, value_name = "TABLE", default_value_t = LakeTables::All)]
        table: LakeTables,
        /// Write files of about this size, and rewrite those below half of it
        #[arg(long, value_name = "SIZE", default_value = "128MiB")]
        target_size: String,
        /// Days
        #[command(flatten)]
        days: DayArguments,
        /// Show what would be rewritten, and exit
        #[arg(long)]
        dry_run: bool,
    },
    /// Show the files that no version needs, and delete them with --execute
    Vacuum {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Select this table
        #[arg(long, value_enum, value_name = "TABLE", default_value_t = LakeTables::All)]
        table: LakeTables,
        /// Keep files needed or written within this time; must exceed the longest run
        #[arg(long, value_name = "DURATION", default_value = "7d")]
        retention: String,
        /// Accept a retention below 24 hours; no other run may be active
        #[arg(long)]
        force_short_retention: bool,
        /// Delete the files
        #[arg(long, conflicts_with = "dry_run")]
        execute: bool,
        /// Show the files and exit, the default
        #[arg(long)]
        dry_run: bool,
    },
    /// Check that files match the Delta logs and that the tables agree
    ///
    /// Exits with code 1 if the lake is damaged.
    Verify {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Read and verify every row
        #[arg(long)]
        deep: bool,
    },
    /// Restore an older version of a table as a new version
    ///
    /// Inputs ingested after the restored version are withdrawn; they can be ingested again. Do not
    /// ingest while a restore runs.
    Restore {
        /// Lake and format
        #[command(flatten)]
        lake: LakeArguments,
        /// Restore this table
        #[arg(
            long,
            value_enum,
            value_name = "TABLE",
            required_unless_present = "all"
        )]
        table: Option<LakeTable>,
        /// Restore all tables to the time of --as-of
        #[arg(long, conflicts_with_all = ["table", "to_version"])]
        all: bool,
        /// Restore this version, one of those that `lake history` lists
        #[arg(
            long,
            value_name = "VERSION",
            conflicts_with = "as_of",
            required_unless_present = "as_of"
        )]
        to_version: Option<i64>,
        /// Restore the version that was the latest at this time, RFC 3339
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// Accept an --as-of before the first version, which empties the tables
        #[arg(long, requires = "as_of", conflicts_with = "to_version")]
        allow_empty: bool,
        /// Show what would change, and exit
        #[arg(long)]
        dry_run: bool,
    },
}

impl LakeCommand {
    /// Whether telemetry reports the command: it changes or verifies the lake. Dry runs and the
    /// other commands only show something.
    pub fn is_instrumented(&self) -> bool {
        match self {
            Self::Status { .. } | Self::History { .. } | Self::Files { .. } => false,
            Self::Compact { dry_run, .. } | Self::Restore { dry_run, .. } => !dry_run,
            Self::Vacuum { execute, .. } => *execute,
            Self::Verify { .. } => true,
        }
    }
}

/// The lake and the format of the output.
#[derive(Clone, Debug, Args)]
pub struct LakeArguments {
    /// Use the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Set the format of the output
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = LakeFormat::Text,
        help_heading = "Output"
    )]
    pub format: LakeFormat,
}

/// A range of days.
#[derive(Clone, Copy, Debug, Args)]
pub struct DayArguments {
    /// Select partitions of this day or later; of supplier purchases, of its month or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<chrono::NaiveDate>,
    /// Select partitions of this day or earlier; of supplier purchases, of its month or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<chrono::NaiveDate>,
}

/// Format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LakeFormat {
    /// Text for people
    Text,
    /// One JSON document
    Json,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum LakeTable {
    /// Customer purchases
    Purchases,
    /// Supplier purchases
    #[value(alias = "supplier-purchases")]
    SupplierPurchases,
    /// Rejected records
    Rejects,
    /// Ingested inputs
    Inputs,
}

/// A table, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum LakeTables {
    /// All tables
    All,
    /// Customer purchases
    Purchases,
    /// Supplier purchases
    #[value(alias = "supplier-purchases")]
    SupplierPurchases,
    /// Rejected records
    Rejects,
    /// Ingested inputs
    Inputs,
}
