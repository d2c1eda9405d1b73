//! The commands, a file or folder each: the arguments as clap parses them, and what the command does
//! with them.
//!
//! In: parsed arguments and a [`RunContext`]. Out: files, tables and text, and an exit code. What
//! several arguments mean together is decided where it is used; [`StepCommand::validate`] refuses
//! arguments that do not fit together before anything runs. [`execute`] is the one place that
//! reports a command to telemetry.

mod assign_inputs;
mod check;
mod context;
mod dashboard;
mod discovered;
mod error;
mod ingest;
mod lake;
mod options;
mod output;
mod read;
mod report;
mod rules;
mod runs;
mod step;
mod tables;

pub use check::CheckCommand;
pub use context::{ProgressUi, RunContext, SharedContext};
pub use dashboard::DashboardCommand;
pub use discovered::{lake_location, log_omitted_inputs};
pub use error::{CommandError, OptionError};
pub use ingest::IngestCommand;
pub use lake::LakeCommand;
pub use options::{ListFormat, ListOutput, parse_time};
pub use output::put;
pub use report::ReportCommand;
pub use rules::RulesCommand;
pub use runs::RunsCommand;
pub use step::{OutputTarget, StepCommand, StepPlan, execute};
