//! The program from outside: what it says, what it writes, and what other programs read of it.
//!
//! Expected values come from the documents' golden vectors, from `sample_data/expected`, from the
//! truth files of generated dumps, or from the oracle in `tests/oracle`; none from the program.
//! Needs the example `generate_dump` and a Python with the packages of `tests/requirements.txt`;
//! `make test` sees to both.

/// `check` in its three forms, and the catalogue of rules.
mod check;
/// The command line: exit codes, standard output and error, inputs, refusals.
mod cli;
/// The oracle's verdict and values against ours, record by record.
mod differential;
/// Each input's rows once, whatever is run again, renamed, packed or run twice at a time.
mod exactly_once;
/// The documents' golden vectors through `ingest` and `report`, to the byte.
mod golden;
/// Text that means to steer a terminal, and readers that stop early.
mod hostile;
/// Job files: the demo, the nightly job for a date, dry runs.
mod jobs;
/// Runs that are killed or interrupted, and what the same command makes of it afterwards.
mod kill;
/// The page to look at, in a real Chromium.
mod page;
/// Other programs read the tables: deltalake, Polars and DuckDB.
mod readers;
/// Inputs that are refused commit nothing at all, and the others go on.
mod refusals;
/// The rooms of `src/` import each other in one direction.
mod rooms;
/// The answers to the sample data against those that the oracle worked out.
mod samples;
/// Generated dumps in every shape against their truth files.
mod truth;

/// Generated dumps and the truth about them.
mod dump;
/// Python helpers: lakes read by other programs.
mod python;
/// Purchases and the documented answers as text.
mod records;
/// The published schemas, to hold answers against.
mod schemas;
/// A temporary folder, the program run in it, and what it said.
mod workdir;
