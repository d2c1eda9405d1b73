//! The program from outside: its output, the files it writes, and what other programs read from
//! them.
//!
//! Expected values come from the documents' golden vectors, from `sample_data/expected`, from the
//! truth files of generated dumps, or from the oracle in `tests/oracle`; none from the program.
//! Needs the example `generate_dump` and Pythons with the packages of `tests/requirements.txt` and
//! `tests/requirements/`; `make test` installs both.

/// Avro files by fastavro, and mutations of them.
mod avro_fastavro;
/// Avro container files from text.
mod avro_text;
/// Backfills: interrupted days, parallel days, late files.
mod backfill;
/// Corrected files, and contents read with other settings.
mod changed_inputs;
/// `check` as text, JSON and response, and the catalogue of rules.
mod check;
/// `check` reports the same findings as `ingest`, in any order of the inputs.
mod check_and_ingest;
/// The files of `src/` import each other in one direction.
mod circles;
/// The command line: exit codes, standard output and error, inputs, refusals.
mod cli;
/// `check` for GitHub Actions and code scanning.
mod code_scanning;
/// Completion by the shell.
mod completion;
/// Where settings come from: flag, job file, environment, default.
mod configuration;
/// Purchases from Currents and the Snowflake share, from `ingest` to the reports.
mod currents;
/// Avro files of Currents, and the folders they are in.
mod currents_files;
/// The dashboard in a real Chromium.
mod dashboard;
/// The dbt project, built by dbt over a lake.
mod dbt;
/// The examples under `docs/deploy` in the programs they are for.
mod deploy;
/// Validation results and values of the oracle against those of the program, record by record.
mod differential;
/// The documentation against the program: commands, examples and links.
mod documentation;
/// Exactly once: repeated, renamed, compressed and concurrent inputs.
mod exactly_once;
/// The example jobs in `jobs/`, run unchanged.
mod example_jobs;
/// Expectations of a table, and the answers that they hold back.
mod expect;
/// Other programs read the tables: deltalake, Polars and DuckDB.
mod external_readers;
/// Runs that fail after they have committed some of their inputs.
mod failed_runs;
/// Lists that must agree with the tables of fields.
mod field_tables;
/// Answers that are held back because an input is refused.
mod gates;
/// Generated dumps in every shape against their truth files.
mod generated_dumps;
/// The documents' golden vectors through `ingest` and `report`, to the byte.
mod golden_vectors;
/// The help and the reference pages.
mod help;
/// What `ingest --dry-run` and the plan of a job show of the inputs of an ingest.
mod ingest_plan;
/// Job files that `init` writes: what is recognised, what is missing, what never reaches the file.
mod init;
/// The examples of the page about `init`, from a dump to the series.
mod init_examples;
/// What the lake lists, inputs that are taken out, files that stay bad.
mod input_commands;
/// Which files are found as inputs, and which are skipped.
mod input_discovery;
/// Binary files, compressed files and text with additions of other programs.
mod input_formats;
/// Invalid job files, and the schema of job files.
mod invalid_jobs;
/// Job files by their names.
mod job_names;
/// The time zone of a job.
mod job_timezone;
/// Job files: the demo, dry runs, dependencies between steps.
mod jobs;
/// Killed and interrupted runs, and their completion by the same command.
mod killed_runs;
/// Compaction concurrent with writers, readers and other compactions.
mod lake_compaction;
/// The state, the versions and the files of a lake.
mod lake_maintenance;
/// Symlink manifests against the files and rows that the Delta logs name.
mod lake_manifest;
/// Restoring an older version, and ingesting its inputs again.
mod lake_restore;
/// The time zone of a lake.
mod lake_timezone;
/// Tables of an earlier version, without a column that the program has.
mod lake_upgrade;
/// Upgrades concurrent with each other and with runs.
mod lake_upgrade_races;
/// What a vacuum deletes and keeps.
mod lake_vacuum;
/// Verification finds planted damage and raises no false alarm.
mod lake_verify;
/// Verification concurrent with runs.
mod lake_verify_races;
/// Inputs that are missing or have changed recently.
mod late_inputs;
/// `--limit`: the first records of an input, and nothing after them.
mod limited_reading;
/// `OpenLineage` events against the classes of the standard.
mod lineage;
/// `load` into a real PostgreSQL.
mod load;
/// `load`: passwords and TLS.
mod load_access;
/// `load`: answers.
mod load_answers;
/// `load` into a DuckDB file.
mod load_duckdb;
/// Log lines as JSON.
mod log_lines;
/// Lake maintenance as steps of a job.
mod maintenance_jobs;
/// The pages of the manual.
mod manual;
/// Dumps with keys and columns of other names.
mod mapped_inputs;
/// How much memory a run may need.
mod memory;
/// A month of nights through the nightly job.
mod month_of_nights;
/// The way of one record through the program in `CONTRIBUTING.md`.
mod one_record;
/// Order events from `ingest` to the reports.
mod order_events;
/// Atomic output files, with concurrent writers.
mod output_files;
/// A wheel and a Debian package, installed where nothing else is; the workflows.
mod packages;
mod parquet_inputs;
mod parquet_limits;
mod parquet_text;
/// A PostgreSQL server for a test.
mod postgres_server;
/// Power cuts: what a run has reported is on the disk, also when it depends on another run.
mod power_cut;
/// The program on a terminal of its own.
mod pseudo_terminal;
/// PySpark reads the files of the symlink manifests.
mod pyspark;
/// Runs stopped between two commits, and their recovery by the next run.
mod recovery;
/// Refused inputs commit nothing, and the run continues with the rest.
mod refused_inputs;
/// What the summary of a run shows of refused inputs.
mod refused_summary;
/// Reports as tables on a terminal: the default format, colours, the pager.
mod report_tables;
/// Limits of threads, open files and memory.
mod resource_limits;
/// The rooms of `src/` import each other in one direction.
mod rooms;
/// The examples of the catalogue of rules.
mod rule_examples;
/// Severities of rules that the user sets, from the command line and from job files.
mod rule_severities;
/// The share of each rule in the summaries.
mod rule_shares;
/// The run history.
mod run_history;
/// Reports on the sample data against the results of the oracle.
mod samples;
/// Full snapshots with dates: applied, known and refused.
mod snapshot_dates;
/// Properties: any full snapshots in any order, against a plain model.
mod snapshot_model;
/// Full snapshots in jobs, at once, after a crash, after a restore, and in a lake without dates.
mod snapshot_recovery;
/// Workbooks of other programs.
mod spreadsheets;
/// Timeouts, retries and the deadline of a job.
mod step_limits;
/// Inputs, lakes and reports in object stores.
mod stores;
/// Lost responses, unavailable stores, and objects that change while they are read.
mod stores_faults;
/// Maintenance of lakes in object stores.
mod stores_maintenance;
/// The nightly job in object stores, killed and repeated.
mod stores_nightly;
/// Secrets of stores, which no output and no stored file may contain.
mod stores_secrets;
/// Changes of stored purchases: versions, deletions, full snapshots; and older states.
mod supplier_changes;
/// Which company a dump of supplier purchases belongs to.
mod supplier_companies;
/// Other programs read the table of supplier purchases.
mod supplier_external_readers;
/// Inputs of supplier purchases that are replaced and removed.
mod supplier_history;
/// Jobs with supplier purchases, and dry runs.
mod supplier_jobs;
/// All pages at once, other formats of the list, and refused parameters.
mod supplier_lists;
/// Generated dumps of supplier purchases against the oracle.
mod supplier_oracle;
/// Concurrent upserts and killed runs.
mod supplier_races;
/// Detection of customer and supplier purchases.
mod supplier_record_kinds;
/// Regressions: the shortest input of each former defect.
mod supplier_regressions;
/// Reports of the program as its inputs.
mod supplier_round_trip;
/// The supplier samples against the results of the oracle.
mod supplier_samples;
/// Repeated full snapshots.
mod supplier_snapshots;
/// Properties: any versions in any dumps, against a plain loop.
mod supplier_state;
/// Metrics, traces and alerts, as their receivers get them.
mod telemetry;
/// What remains on a terminal.
mod terminal;
/// The time zone of a command: option, step, job, lake, UTC.
mod timezone_precedence;
/// Terminal control characters in inputs, and readers that stop early.
mod untrusted_text;

/// Generated dumps and their truth files.
mod dump_generator;
/// Lakes of version 0.1.0, and in the layout of the first commits, are read, verified and extended.
mod earlier_lake;
/// Tables as earlier versions wrote them.
mod earlier_tables;
/// Object stores on loopback.
mod emulators;
/// A network with planned faults.
mod faulty_network;
/// A local HTTP server that records requests.
mod http_receiver;
/// Customer purchases and documented responses as text.
mod purchase_fixtures;
/// Python helpers: lakes read by other programs.
mod python;
/// Rounds and instants of what chance decides.
mod rounds;
/// The published schemas, and checks of responses against them.
mod schemas;
/// Columns, keys and names that other programs rely on.
mod serialized;
/// Many small files in one run.
mod small_files;
/// Supplier purchases as text, and exact comparison of JSON.
mod supplier_fixtures;
/// Words that the glossary replaced do not come back.
mod wording;
/// Workbooks from text.
mod workbook_text;
/// A temporary folder, the program run in it, and its output.
mod workdir;
