//! Makes purchase dumps of any size, with a truth file beside them.
//!
//! A number of rows, a seed and a shape come in; dump files and `truth.json` go out. The same seed gives the same
//! purchases in every shape and the same bytes on every machine. It shares no code with the library on purpose: its
//! truth file is a second opinion, worked out from what was planted and never from what a reader made of it.
//!
//! ```text
//! cargo run --release --example generate_dump -- --rows 1000000 --seed 1 --dirt 0.01 --shape ndjson --out DIR
//! ```

mod calendar;
mod defect;
mod digits;
mod draft;
mod oddity;
mod output;
mod rng;
mod shape;
mod shop;
mod truth;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Parser;
use serde_json::{Value, json};

use crate::calendar::{Calendar, Order};
use crate::defect::Defect;
use crate::draft::{Draft, Drawer};
use crate::oddity::Oddity;
use crate::output::{DumpFile, Packing, Written, create_file};
use crate::rng::Rng;
use crate::shape::{Shape, Writer};
use crate::truth::Truth;

/// Bytes collected before they go to the file.
const BATCH: usize = 1 << 20;
const MILLION: u32 = 1_000_000;

/// Makes a purchase dump and the truth about it.
#[derive(Debug, Parser)]
#[command(name = "generate_dump")]
struct Cli {
    /// How many records
    #[arg(long)]
    rows: u64,
    /// The same seed gives the same purchases, in every shape
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Share of records that break exactly one rule
    #[arg(long, default_value = "0.01", value_parser = parse_share)]
    dirt: u32,
    /// Share of records that are odd but must be kept
    #[arg(long, default_value = "0.02", value_parser = parse_share)]
    warn: u32,
    /// Shape of the files
    #[arg(long, value_enum, default_value = "ndjson")]
    shape: Shape,
    /// Folder for the files and truth.json; made if missing
    #[arg(long)]
    out: PathBuf,
    /// First UTC day
    #[arg(long, default_value = "2026-10-01")]
    start_date: NaiveDate,
    /// Number of UTC days
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: u32,
    /// Pack with gzip
    #[arg(long, conflicts_with = "zstd")]
    gzip: bool,
    /// Pack with zstd
    #[arg(long)]
    zstd: bool,
    /// Number of files the rows are split over
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    files: u64,
    /// Order of the records
    #[arg(long, value_enum, default_value = "time")]
    order: Order,
    /// Plant no broken JSON lines (a document never has any: there a syntax error costs the file)
    #[arg(long)]
    no_syntax_dirt: bool,
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

/// What is planted in a record.
#[derive(Clone, Copy, Debug)]
enum Plant {
    Nothing,
    Defect(Defect),
    Oddity(Oddity),
}

/// Everything that lives as long as the dump is being made.
struct Maker<'a> {
    cli: &'a Cli,
    drawer: Drawer,
    truth: Truth,
    writer: Writer,
    draft: Draft,
    dirty: u64,
    odd: u64,
}

impl Maker<'_> {
    /// Writes one file with the rows `from..to`.
    fn make_file(&mut self, name: &str, from: u64, to: u64) -> Result<Written, Box<dyn Error>> {
        let cli = self.cli;
        let packing = match (cli.gzip, cli.zstd) {
            (true, _) => Packing::Gzip,
            (_, true) => Packing::Zstd,
            _ => Packing::Plain,
        };
        let mut file = DumpFile::create(&cli.out, name, cli.shape.extension(), packing)?;
        let mut batch = Vec::with_capacity(BATCH + BATCH / 8);
        self.writer.begin(&mut batch);
        for row in from..to {
            self.make_record(&mut batch, row, row == from);
            if batch.len() >= BATCH {
                file.write(&batch)?;
                batch.clear();
            }
        }
        self.writer.end(&mut batch);
        file.write(&batch)?;
        Ok(file.finish(to - from)?)
    }

    /// Writes one record and enters it into the truth. The first record of a file is always clean.
    fn make_record(&mut self, out: &mut Vec<u8>, row: u64, first: bool) {
        let shape = self.cli.shape;
        let mut rng = Rng::for_row(self.cli.seed, row);
        let plant = self.deal(&mut rng, first);
        self.drawer.draw(&mut self.draft, row, &mut rng);
        if shape == Shape::CurrentsNdjson {
            self.draft.meaning.quantity = 1;
        }
        match plant {
            Plant::Nothing => {}
            Plant::Defect(defect) => {
                let defect = defect.in_shape(shape, !self.cli.no_syntax_dirt);
                defect.plant(&mut self.draft, &mut rng, shape, &self.drawer.calendar);
                self.writer.record(out, &self.draft);
                match defect {
                    Defect::CurrentsDup => self.truth.duplicate(),
                    _ => self.truth.reject(defect.rule()),
                }
                return;
            }
            Plant::Oddity(oddity) => {
                oddity.plant(&mut self.draft, &mut rng, shape, &self.drawer);
                if shape == Shape::CurrentsNdjson {
                    self.draft.meaning.quantity = 1;
                }
                self.truth.odd(oddity.rules(shape));
            }
        }
        self.writer.record(out, &self.draft);
        self.writer.keep();
        self.truth.accept(&self.draft, &self.drawer.calendar);
    }

    fn deal(&mut self, rng: &mut Rng, first: bool) -> Plant {
        let drawn = u32::try_from(rng.below(u64::from(MILLION))).expect("below a million");
        if first {
            Plant::Nothing
        } else if drawn < self.cli.dirt {
            self.dirty += 1;
            Plant::Defect(Defect::dealt(self.dirty - 1))
        } else if drawn - self.cli.dirt < self.cli.warn {
            self.odd += 1;
            Plant::Oddity(Oddity::dealt(self.odd - 1))
        } else {
            Plant::Nothing
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    let calendar =
        Calendar::new(cli.start_date, cli.days).ok_or("the window of days leaves the calendar")?;
    fs::create_dir_all(&cli.out)?;
    let mut maker = Maker {
        truth: Truth::new(calendar.days()),
        drawer: Drawer::new(calendar, cli.order, cli.rows),
        writer: Writer::new(cli.shape),
        draft: Draft::default(),
        dirty: 0,
        odd: 0,
        cli: &cli,
    };
    let mut files = Vec::new();
    for part in 0..cli.files {
        let start = |part: u64| cli.rows / cli.files * part + (cli.rows % cli.files).min(part);
        let name = match cli.files {
            1 => "purchases".to_owned(),
            _ => format!("purchases-{part:05}"),
        };
        files.push(maker.make_file(&name, start(part), start(part + 1))?);
    }
    let truth = maker
        .truth
        .to_json(&maker.drawer.calendar, &files, &parameters(&cli));
    let mut file = create_file(&cli.out.join("truth.json"))?;
    serde_json::to_writer_pretty(&mut file, &truth)?;
    writeln!(file)?;
    Ok(())
}

/// How the dump was made, so that it can be made again.
fn parameters(cli: &Cli) -> Value {
    json!({
        "rows": cli.rows,
        "seed": cli.seed,
        "dirt_ppm": cli.dirt,
        "warn_ppm": cli.warn,
        "shape": format!("{:?}", cli.shape),
        "start_date": cli.start_date.to_string(),
        "days": cli.days,
        "order": format!("{:?}", cli.order),
        "syntax_dirt": !cli.no_syntax_dirt && cli.shape != Shape::Document,
    })
}
