//! Resolves the arguments of `runs`.

use crate::cli;

pub use crate::cli::{RunFormat, RunsFormat};

/// A query of earlier runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunsJob {
    /// The newest runs.
    List {
        /// Path or URL of the lake.
        lake: String,
        /// Largest number of runs.
        limit: usize,
        /// Format of the list.
        format: RunsFormat,
    },
    /// One run.
    Show {
        /// Path or URL of the lake.
        lake: String,
        /// Its id, or the beginning of it.
        id: String,
        /// Format of the report.
        format: RunFormat,
    },
}

impl From<cli::RunsCommand> for RunsJob {
    fn from(command: cli::RunsCommand) -> Self {
        match command {
            cli::RunsCommand::List(cli::RunsListArguments {
                lake,
                limit,
                format,
            }) => Self::List {
                lake,
                limit,
                format,
            },
            cli::RunsCommand::Show(cli::RunsShowArguments { id, lake, format }) => {
                Self::Show { lake, id, format }
            }
        }
    }
}
