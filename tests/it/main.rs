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
/// The page to look at, in a real Chromium.
mod dashboard;
/// The examples under `docs/deploy` in the programs they are for.
mod deploy;
/// The oracle's verdict and values against ours, record by record.
mod differential;
/// Each input's rows once, whatever is run again, renamed, packed or run twice at a time.
mod exactly_once;
/// The jobs of `jobs/`, each run as it stands.
mod example_jobs;
/// Other programs read the tables: deltalake, Polars and DuckDB.
mod external_readers;
/// Runs that fail after they have committed some of their inputs.
mod failed_runs;
/// Generated dumps in every shape against their truth files.
mod generated_dumps;
/// The documents' golden vectors through `ingest` and `report`, to the byte.
mod golden_vectors;
/// Text that means to steer a terminal, and readers that stop early.
mod hostile_text;
/// What is found where the user points, and what is left out there.
mod input_discovery;
/// Files that are no text, and text that other programs have put something around.
mod input_formats;
/// Job files that are wrong, and their schema.
mod invalid_jobs;
/// Job files: the demo, dry runs, steps that need each other.
mod jobs;
/// Runs that are killed or interrupted, and what the same command makes of it afterwards.
mod killed_runs;
/// Compaction beside writers, readers and other compactions.
mod lake_compaction;
/// The state, the versions and the files of a lake.
mod lake_maintenance;
/// An older version as the newest, and its inputs again.
mod lake_restore;
/// What a vacuum deletes, and what not.
mod lake_vacuum;
/// Planted damage is found, and nothing else.
mod lake_verify;
/// Verifications beside runs that go on.
mod lake_verify_races;
/// `OpenLineage` events against the standard's own classes.
mod lineage;
/// Log lines as JSON.
mod log_lines;
/// The care of a lake as steps of a job.
mod maintenance_jobs;
/// How much memory a run may need.
mod memory;
/// Files that are written as a whole, whoever else writes them.
mod output_files;
/// Power cuts: what a run has reported is on the disk, also where it rests on another run.
mod power_cut;
/// Runs that were stopped between two commits, and what the next one makes of it.
mod recovery;
/// Inputs that are refused commit nothing at all, and the others go on.
mod refused_inputs;
/// Machines that give no more threads, files or memory.
mod resource_limits;
/// The rooms of `src/` import each other in one direction.
mod rooms;
/// The history of runs.
mod run_history;
/// The answers to the sample data against those that the oracle worked out.
mod samples;
/// Inputs, lakes and answers in object stores.
mod stores;
/// Answers that are lost, stores that go down, and objects that change while they are read.
mod stores_faults;
/// The care of lakes in object stores.
mod stores_maintenance;
/// The nightly job in object stores, killed and run again.
mod stores_nightly;
/// Secrets of stores, which nothing that is told or kept may hold.
mod stores_secrets;
/// What changes a stored purchase: versions, deletions, full snapshots; and older states.
mod supplier_changes;
/// Which company a dump of supplier purchases belongs to.
mod supplier_companies;
/// Other programs read the table of supplier purchases.
mod supplier_external_readers;
/// Jobs with supplier purchases, and dry runs.
mod supplier_jobs;
/// Every page at once, other forms of the list, and parameters that are refused.
mod supplier_lists;
/// Generated dumps of supplier purchases against the oracle.
mod supplier_oracle;
/// Several processes that upsert at once, and runs that are killed.
mod supplier_races;
/// Customer and supplier purchases side by side.
mod supplier_record_kinds;
/// What was found wrong once.
mod supplier_regressions;
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

/// Generated dumps and the truth about them.
mod dump_generator;
/// A lake of version 0.1.0 is read and written on.
mod earlier_lake;
/// Object stores on loopback.
mod emulators;
/// A network that fails.
mod faulty_network;
/// Somebody on this machine who takes requests.
mod http_receiver;
/// Purchases and the documented answers as text.
mod purchase_fixtures;
/// Python helpers: lakes read by other programs.
mod python;
/// The published schemas, to hold answers against.
mod schemas;
/// Columns, keys and names that other programs rely on.
mod serialized;
/// Many small files in one run.
mod small_files;
/// Supplier purchases as text, and JSON to the digit.
mod supplier_fixtures;
/// A temporary folder, the program run in it, and what it said.
mod workdir;
