//! Which earlier runs are asked for, and in which form.

use crate::cli;

pub use crate::cli::{RunFormat, RunsFormat};

/// A question about earlier runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunsJob {
    /// The newest runs.
    List {
        /// Where the lake is.
        lake: String,
        /// Most runs.
        limit: usize,
        /// Form of the list.
        format: RunsFormat,
    },
    /// One run.
    Show {
        /// Where the lake is.
        lake: String,
        /// Its id, or the beginning of it.
        id: String,
        /// Form of the report.
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
