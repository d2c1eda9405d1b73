//! `inputs`: lists the inputs of a lake, takes one out, or acknowledges a file that stays bad; a file
//! for each subcommand.

mod ignore;
mod list;
mod remove;
mod selection;
mod show;

use clap::Subcommand;

use super::{CommandError, RunContext};
use crate::values::ExitCode;

/// `inputs`
#[derive(Clone, Debug, Subcommand)]
pub enum InputsCommand {
    /// List the inputs of a lake with their counts and states
    #[command(after_long_help = "Example:\n  purchase-etl inputs list --lake lake --state current")]
    List(list::ListInputs),
    /// Show what is listed of a path or a content
    #[command(
        after_long_help = "Example:\n  purchase-etl inputs show sample_data/web_2026-10.ndjson --lake lake"
    )]
    Show(show::ShowInputs),
    /// Take an ingested input out of the lake: its rows and rejects
    ///
    /// Older versions of the tables stay readable. A later ingest that finds the file ingests it
    /// again; move it away, or acknowledge it with `inputs ignore`.
    #[command(
        after_long_help = "Example:\n  purchase-etl inputs remove sample_data/web_2026-10.ndjson --lake lake --dry-run"
    )]
    Remove(remove::RemoveInputs),
    /// Acknowledge a file that stays bad, so that later runs neither read nor refuse it
    ///
    /// It holds for the file as it is, and for its content under any path. `inputs remove` withdraws
    /// it.
    #[command(
        after_long_help = "Example:\n  purchase-etl inputs ignore sample_data/README.md --lake lake --reason documentation"
    )]
    Ignore(ignore::IgnoreInput),
}

impl InputsCommand {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// [`CommandError::exit_code`] is the exit code.
    pub fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        match self {
            Self::List(action) => action.run(context),
            Self::Show(action) => action.run(context),
            Self::Remove(action) => action.run(context),
            Self::Ignore(action) => action.run(context),
        }
    }
}
