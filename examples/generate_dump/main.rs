//! Generates purchase dumps of any size, with a truth file.
//!
//! A number of rows, a seed and a shape come in; dump files and `truth.json` go out. The same seed gives the same
//! purchases in every shape and the same bytes on every machine. It shares no code with the library on purpose: the
//! truth file is computed from what was generated, never from the result of a reader.
//!
//! ```text
//! cargo run --release --example generate_dump -- --rows 1000000 --seed 1 --dirt 0.01 --shape ndjson --out DIR
//! cargo run --release --example generate_dump -- --kind supplier-purchases --rows 20000 --shape pages --out DIR
//! ```

mod cli;
mod digits;
mod field;
mod output;
mod purchases;
mod rng;
mod supplier_purchases;
mod text;

use std::error::Error;
use std::fs;
use std::io::Write;

use clap::Parser;

use crate::cli::{Cli, Kind};
use crate::output::create_file;

fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    fs::create_dir_all(&cli.out)?;
    let truth = match cli.kind {
        Kind::Purchases => purchases::make(&cli)?,
        Kind::SupplierPurchases => supplier_purchases::make(&cli)?,
    };
    let mut file = create_file(&cli.out.join("truth.json"))?;
    serde_json::to_writer_pretty(&mut file, &truth)?;
    writeln!(file)?;
    Ok(())
}
