//! `lake`: the care of the tables.

use clap::{Args, Subcommand, ValueEnum};

/// What is to be done with the tables.
#[derive(Clone, Debug, Subcommand)]
pub enum LakeCommand {
    /// Show versions, files, small files, rows, orphans, sizes and waiting rejects of each table
    Status {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// Files below this size count as small
        #[arg(long, value_name = "SIZE", default_value = "16MiB")]
        small: String,
    },
    /// Show what each version of a table did, newest first
    History {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// The table
        #[arg(long, value_enum)]
        table: LakeTable,
        /// At most so many versions
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// List the data files of a table, for readers that would glob the folder
    Files {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// The table
        #[arg(long, value_enum)]
        table: LakeTable,
        /// Those of this version [default: the latest]
        #[arg(long, value_name = "VERSION", conflicts_with = "as_of")]
        lake_version: Option<i64>,
        /// Those of the version that was the latest at this time, RFC 3339
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// Which days
        #[command(flatten)]
        days: DayArguments,
    },
    /// Rewrite small files into large ones, with their rows in order
    Compact {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// The table
        #[arg(long, value_enum, default_value_t = LakeTables::All)]
        table: LakeTables,
        /// The size that files are to have, about; those below half of it are small
        #[arg(long, value_name = "SIZE", default_value = "128MiB")]
        target_size: String,
        /// Which days
        #[command(flatten)]
        days: DayArguments,
        /// Show what would be rewritten, and stop
        #[arg(long)]
        dry_run: bool,
    },
    /// Show the files that no version needs any more, and with --execute delete them
    Vacuum {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// The table
        #[arg(long, value_enum, default_value_t = LakeTables::All)]
        table: LakeTables,
        /// Keep what was needed or written in this time, e.g. 7d; longer than the longest run
        #[arg(long, value_name = "DURATION", default_value = "7d")]
        retention: String,
        /// Accept a retention below 24 hours: no run may be going on
        #[arg(long)]
        force_short_retention: bool,
        /// Delete them
        #[arg(long, conflicts_with = "dry_run")]
        execute: bool,
        /// Show them and stop, as without --execute
        #[arg(long)]
        dry_run: bool,
    },
    /// Compare the files with the log and the tables with each other; exit code 1 for damage
    Verify {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// Read every row
        #[arg(long)]
        deep: bool,
    },
    /// Make an older version of a table the newest
    ///
    /// Inputs that came after it are no longer in: ingest them again if they are wanted. Do not
    /// ingest meanwhile.
    Restore {
        /// Which lake
        #[command(flatten)]
        lake: LakeArguments,
        /// The table
        #[arg(long, value_enum, required_unless_present = "all")]
        table: Option<LakeTable>,
        /// All tables, as they were at the time of --as-of
        #[arg(long, conflicts_with_all = ["table", "to_version"])]
        all: bool,
        /// The version of the table (`lake history`)
        #[arg(
            long,
            value_name = "VERSION",
            conflicts_with = "as_of",
            required_unless_present = "as_of"
        )]
        to_version: Option<i64>,
        /// The version that was the latest at this time, RFC 3339
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// Accept an --as-of before the first version: the tables become empty
        #[arg(long, requires = "as_of", conflicts_with = "to_version")]
        allow_empty: bool,
        /// Show what would change, and stop
        #[arg(long)]
        dry_run: bool,
    },
}

impl LakeCommand {
    /// Whether there is an end that others want to hear of: the other verbs, and dry runs, show
    /// something to a person.
    pub fn is_instrumented(&self) -> bool {
        match self {
            Self::Status { .. } | Self::History { .. } | Self::Files { .. } => false,
            Self::Compact { dry_run, .. } | Self::Restore { dry_run, .. } => !dry_run,
            Self::Vacuum { execute, .. } => *execute,
            Self::Verify { .. } => true,
        }
    }
}

/// Which lake, and how it is told.
#[derive(Clone, Debug, Args)]
pub struct LakeArguments {
    /// Where the tables are
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Form of what is told
    #[arg(long, value_enum, default_value_t = LakeFormat::Text)]
    pub format: LakeFormat,
}

/// Some days.
#[derive(Clone, Copy, Debug, Args)]
pub struct DayArguments {
    /// Only partitions of this day (or its month) and later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<chrono::NaiveDate>,
    /// Only partitions of this day (or its month) and earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<chrono::NaiveDate>,
}

/// Form of what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LakeFormat {
    /// For people
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
