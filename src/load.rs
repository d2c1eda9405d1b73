//! Copies tables of the lake into a database: a version of each table comes in, and after one
//! transaction the tables of the target have exactly its rows.
//!
//! ```text
//! state row of the target -changed_files-> files added and removed -copy-> staging -statements-> target
//! ```
//!
//! The version that the target has is a row of the table `purchase_etl_loads`, changed in the same
//! transaction as the rows and read under a lock: a version is applied once, however often and from
//! wherever the load is started or killed.
//!
//! A row is identified by a key that no change of files alters: compaction and other rewrites keep
//! it. A customer purchase is the record `source_row` of the input `source_file` that the run
//! `run_id` read; a replaced input has another run, so that its old rows leave the target, and a
//! restored version has the old keys again. A supplier purchase is `company_id` and `id`.
//!
//! An answer is a Parquet file of a report; its table has the rows of the last one.
//!
//! Refused: passwords in the URL, connections without TLS to other machines, targets with tables of
//! another lake, of a newer version or with other columns, and values that the target cannot store.

mod answers;
mod apply;
mod columns;
mod database;
mod duckdb;
mod environment;
mod error;
mod postgres;
mod rows;
mod state_table;
mod statements;
mod target;

pub use answers::AnswerFile;
pub use apply::{LoadRequest, load_tables};
pub use columns::LoadTable;
pub use duckdb::DuckDbTarget;
pub use environment::{LoadEnvironment, LoadProgress};
pub use error::LoadError;
pub use postgres::PostgresTarget;
pub use state_table::TableLoad;
pub use target::LoadTarget;
