//! The program from outside: what it says, what it writes, and what other programs read of it.
//!
//! Expected values come from the documents' golden vectors, from `sample_data/expected`, from the
//! truth files of generated dumps, or from the oracle in `tests/oracle`; none from the program.
//! Needs the example `generate_dump` and Pythons with the packages of `tests/requirements.txt` and
//! `tests/requirements/`; `make test` sees to both.

/// A job for many days: interrupted, in parallel, late files.
mod backfill;
/// `check` in its three forms, and the catalogue of rules.
mod check;
/// `check` says of the same inputs what `ingest` says, whatever their order.
mod check_and_ingest;
/// The command line: exit codes, standard output and error, inputs, refusals.
mod cli;
/// Where settings come from: flag, job file, environment, default.
mod configuration;
/// Purchases that Currents and the Snowflake share have delivered, from `ingest` to the reports.
mod currents;
/// The examples under `docs/deploy` in the programs they are for.
mod deploy;
/// The oracle's verdict and values against ours, record by record.
mod differential;
/// Each input's rows once, whatever is run again, renamed, packed or run twice at a time.
mod exactly_once;
/// Runs that fail after they have committed some of their inputs.
mod failed_runs;
/// Files that are no text, and text that other programs have put something around.
mod formats;
/// The documents' golden vectors through `ingest` and `report`, to the byte.
mod golden;
/// The help and the reference pages.
mod help;
/// Text that means to steer a terminal, and readers that stop early.
mod hostile;
/// What is found where the user points, and what is left out there.
mod inputs;
/// Job files: the demo, dry runs, steps that need each other.
mod jobs;
/// Runs that are killed or interrupted, and what the same command makes of it afterwards.
mod kill;
/// The state, the versions and the files of a lake.
mod lake_care;
/// Compaction beside writers, readers and other compactions.
mod lake_compaction;
/// An older version as the newest, and its inputs again.
mod lake_restore;
/// What a vacuum deletes, and what not.
mod lake_vacuum;
/// Planted damage is found, and nothing else.
mod lake_verify;
/// Verifications beside runs that go on.
mod lake_verify_races;
/// Machines that give no more threads, files or memory.
mod limits;
/// `OpenLineage` events against the standard's own classes.
mod lineage;
/// Log lines as JSON.
mod log_lines;
/// The care of a lake as steps of a job.
mod maintenance;
/// How much memory a run may need.
mod memory;
/// Files that are written as a whole, whoever else writes them.
mod outputs;
/// The page to look at, in a real Chromium.
mod page;
/// Power cuts: what a run has reported is on the disk, also where it rests on another run.
mod power_cut;
/// Other programs read the tables: deltalake, Polars and DuckDB.
mod readers;
/// The jobs of `jobs/`, each run as it stands.
mod ready_jobs;
/// Runs that were stopped between two commits, and what the next one makes of it.
mod recovery;
/// Inputs that are refused commit nothing at all, and the others go on.
mod refusals;
/// The rooms of `src/` import each other in one direction.
mod rooms;
/// The history of runs.
mod runs;
/// The answers to the sample data against those that the oracle worked out.
mod samples;
/// Inputs, lakes and answers in object stores.
mod stores;
/// The care of lakes in object stores.
mod stores_care;
/// Answers that are lost, stores that go down, and objects that change while they are read.
mod stores_faults;
/// The nightly job in object stores, killed and run again.
mod stores_nightly;
/// Secrets of stores, which nothing that is told or kept may hold.
mod stores_secrets;
/// What changes a stored purchase: versions, deletions, full snapshots; and older states.
mod supplier_changes;
/// Which company a dump of supplier purchases belongs to.
mod supplier_companies;
/// What was found wrong once.
mod supplier_found;
/// Jobs with supplier purchases, and dry runs.
mod supplier_jobs;
/// Customer and supplier purchases side by side.
mod supplier_kinds;
/// Every page at once, other forms of the list, and parameters that are refused.
mod supplier_lists;
/// Generated dumps of supplier purchases against the oracle.
mod supplier_oracle;
/// Several processes that upsert at once, and runs that are killed.
mod supplier_races;
/// Other programs read the table of supplier purchases.
mod supplier_readers;
/// Answers of this program as its inputs.
mod supplier_round_trip;
/// The supplier samples against what the oracle worked out.
mod supplier_samples;
/// Full snapshots that come again.
mod supplier_snapshots;
/// Any versions in any dumps, against a plain loop.
mod supplier_state;
/// Metrics, traces and alerts, as those get them who are told.
mod telemetry;
/// What stays on a terminal.
mod terminal;
/// Generated dumps in every shape against their truth files.
mod truth;
/// Job files that are wrong, and their schema.
mod wrong_jobs;

/// Generated dumps and the truth about them.
mod dump;
/// Object stores on loopback.
mod emulators;
/// A network that fails.
mod faulty;
/// Python helpers: lakes read by other programs.
mod python;
/// Somebody on this machine who takes requests.
mod receiver;
/// Purchases and the documented answers as text.
mod records;
/// The published schemas, to hold answers against.
mod schemas;
/// Many small files in one run.
mod small_files;
/// Supplier purchases as text, and JSON to the digit.
mod supplier_records;
/// A temporary folder, the program run in it, and what it said.
mod workdir;
