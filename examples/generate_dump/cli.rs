//! The command line: arguments come in, the options of a dump come out. Arguments that do not apply to the kind of
//! dump are refused.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, ValueEnum};

use crate::output::Packing;
use crate::purchases::calendar::Order;

/// Parts per million in a whole.
pub(crate) const MILLION: u32 = 1_000_000;

/// Generate a purchase dump and its truth file.
#[derive(Debug, Parser)]
#[command(name = "generate_dump")]
pub(crate) struct Cli {
    /// Kind of purchases
    #[arg(long, value_enum, default_value = "purchases")]
    pub(crate) kind: Kind,
    /// Number of records; for supplier purchases, number of purchases
    #[arg(long)]
    pub(crate) rows: u64,
    /// Seed; the same seed gives the same purchases in every shape
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Share of records that break exactly one rule
    #[arg(long, default_value = "0.01", value_parser = parse_share)]
    pub(crate) dirt: u32,
    /// Share of records that are unusual but valid
    #[arg(long, default_value = "0.02", value_parser = parse_share)]
    pub(crate) warn: u32,
    /// Shape of the files
    #[arg(long, value_enum, default_value = "ndjson")]
    pub(crate) shape: ShapeName,
    /// Folder for the files and truth.json; created if missing
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// First UTC day
    #[arg(long, default_value = "2026-10-01")]
    pub(crate) start_date: NaiveDate,
    /// Number of UTC days
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub(crate) days: u32,
    /// Compress with gzip
    #[arg(long, conflicts_with = "zstd")]
    pub(crate) gzip: bool,
    /// Compress with zstd
    #[arg(long)]
    pub(crate) zstd: bool,
    /// Number of files; for supplier purchases, of one company in one dump
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) files: u64,
    /// Order of the records (purchases)
    #[arg(long, value_enum, default_value = "time")]
    pub(crate) order: Order,
    /// Write no broken JSON lines (a document never has any: a syntax error would invalidate the file)
    #[arg(long)]
    pub(crate) no_syntax_dirt: bool,
    #[command(flatten)]
    pub(crate) suppliers: SupplierOptions,
}

impl Cli {
    /// The compression of the files.
    pub(crate) fn packing(&self) -> Packing {
        match (self.gzip, self.zstd) {
            (true, _) => Packing::Gzip,
            (_, true) => Packing::Zstd,
            _ => Packing::Plain,
        }
    }
}

/// Options of supplier purchases only.
#[derive(Debug, Args)]
#[command(next_help_heading = "Supplier purchases")]
pub(crate) struct SupplierOptions {
    /// Number of dumps, a week apart; each but the first also contains changed purchases
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) dumps: u32,
    /// Number of companies
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) companies: u32,
    /// Purchases per page
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub(crate) per_page: u64,
    /// Share of pages whose last purchase is repeated as the first of the next page
    #[arg(long, default_value = "0.05", value_parser = parse_share)]
    pub(crate) drift: u32,
    /// Number of pages missing in the last dump of each company (shapes of pages)
    #[arg(long, default_value_t = 0)]
    pub(crate) missing_pages: u32,
    /// Number the files of a dump in random order
    #[arg(long)]
    pub(crate) shuffle: bool,
    /// Share of purchases with other content at the same update time in a later dump. The state then depends on the
    /// order of the dumps
    #[arg(long, default_value = "0", value_parser = parse_share)]
    pub(crate) ties: u32,
}

/// The kinds of dumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Customer purchases.
    Purchases,
    /// Supplier purchases.
    SupplierPurchases,
}

/// The shapes of both kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShapeName {
    /// One object a line.
    Ndjson,
    /// One document: `{"purchases":[…]}` next to `attributes` and `events`, or one huge list response.
    Document,
    /// One row a purchase: with comma and decimal point, or for supplier purchases as Brazilian systems write it.
    Csv,
    /// Currents purchase events, one a line: no quantity, epoch seconds, properties as text (purchases).
    CurrentsNdjson,
    /// Cloud Data Ingestion lines: identifier outside, the purchase as text in `payload` (purchases).
    CdiNdjson,
    /// One list response a file (supplier purchases).
    Pages,
    /// One list response a line (supplier purchases).
    PageLines,
}

/// A share as parts per million, read from its digits: 0.01 is 10000.
fn parse_share(text: &str) -> Result<u32, String> {
    let complaint = || format!("{text:?} is no share between 0 and 1 with at most six decimals");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 6 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(complaint());
    }
    let whole: u32 = whole
        .parse()
        .map_err(|error| format!("{}: {error}", complaint()))?;
    let millionths: u32 = format!("{decimals:0<6}")
        .parse()
        .map_err(|error| format!("{}: {error}", complaint()))?;
    let share = whole
        .checked_mul(MILLION)
        .and_then(|millions| millions.checked_add(millionths));
    share
        .filter(|&share| share <= MILLION)
        .ok_or_else(complaint)
}
