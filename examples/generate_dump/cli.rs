//! The command line: words come in, the options of a dump come out. Words that do not fit the kind of dump are refused.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, ValueEnum};

use crate::output::Packing;
use crate::purchases::calendar::Order;

/// A million parts are the whole.
pub(crate) const MILLION: u32 = 1_000_000;

/// Makes a purchase dump and the truth about it.
#[derive(Debug, Parser)]
#[command(name = "generate_dump")]
pub(crate) struct Cli {
    /// What the dump holds
    #[arg(long, value_enum, default_value = "purchases")]
    pub(crate) kind: Kind,
    /// How many records; of supplier purchases, how many purchases
    #[arg(long)]
    pub(crate) rows: u64,
    /// The same seed gives the same purchases, in every shape
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Share of records that break exactly one rule
    #[arg(long, default_value = "0.01", value_parser = parse_share)]
    pub(crate) dirt: u32,
    /// Share of records that are odd but must be kept
    #[arg(long, default_value = "0.02", value_parser = parse_share)]
    pub(crate) warn: u32,
    /// Shape of the files
    #[arg(long, value_enum, default_value = "ndjson")]
    pub(crate) shape: ShapeName,
    /// Folder for the files and truth.json; made if missing
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// First UTC day
    #[arg(long, default_value = "2026-10-01")]
    pub(crate) start_date: NaiveDate,
    /// Number of UTC days
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub(crate) days: u32,
    /// Pack with gzip
    #[arg(long, conflicts_with = "zstd")]
    pub(crate) gzip: bool,
    /// Pack with zstd
    #[arg(long)]
    pub(crate) zstd: bool,
    /// Number of files the rows are split over; of supplier purchases, those of one company in one dump
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) files: u64,
    /// Order of the records (purchases)
    #[arg(long, value_enum, default_value = "time")]
    pub(crate) order: Order,
    /// Plant no broken JSON lines (a document never has any: there a syntax error costs the file)
    #[arg(long)]
    pub(crate) no_syntax_dirt: bool,
    #[command(flatten)]
    pub(crate) suppliers: SupplierOptions,
}

impl Cli {
    /// How the files are packed.
    pub(crate) fn packing(&self) -> Packing {
        match (self.gzip, self.zstd) {
            (true, _) => Packing::Gzip,
            (_, true) => Packing::Zstd,
            _ => Packing::Plain,
        }
    }
}

/// What only dumps of supplier purchases have.
#[derive(Debug, Args)]
#[command(next_help_heading = "Supplier purchases")]
pub(crate) struct SupplierOptions {
    /// Number of dumps, a week apart; each but the first holds what changed as well
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) dumps: u32,
    /// Number of companies
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) companies: u32,
    /// Purchases on a page
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub(crate) per_page: u64,
    /// Share of pages whose last purchase is the first of the next page again
    #[arg(long, default_value = "0.05", value_parser = parse_share)]
    pub(crate) drift: u32,
    /// Number of pages that each company lacks in its last dump (shapes of pages)
    #[arg(long, default_value_t = 0)]
    pub(crate) missing_pages: u32,
    /// Name the files of a dump in an order of the seed's making
    #[arg(long)]
    pub(crate) shuffle: bool,
    /// Share of purchases that a later dump has with other content at the same time of update. The state then depends on
    /// the order of the dumps
    #[arg(long, default_value = "0", value_parser = parse_share)]
    pub(crate) ties: u32,
}

/// The kinds of dumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Purchases of customers.
    Purchases,
    /// Purchases from suppliers.
    SupplierPurchases,
}

/// The shapes of both kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShapeName {
    /// One object a line.
    Ndjson,
    /// One document: `{"purchases":[…]}` with `attributes` and `events` beside it, or one huge list response.
    Document,
    /// One row a purchase: comma and decimal point, or of supplier purchases as Brazilian systems write it.
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
