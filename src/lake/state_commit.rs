//! What a commit of rows names for the table with every state of them: it is stored in the commit,
//! so that every process that finds the commit can complete that table.

use serde::{Deserialize, Serialize};

/// The input that a row comes from, and the run that read it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowOrigin {
    /// The path of the input, as listed.
    pub path: String,
    /// The run.
    pub run_id: String,
}

/// What becomes of the states of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedOrigin {
    /// Their origin.
    pub from: RowOrigin,
    /// Their origin after the commit; `None` if they leave.
    pub to: Option<RowOrigin>,
}

/// The changes of the table of states that belong to a commit of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateCommit {
    /// Data files with the states that the commit brings, below that table's directory.
    pub files: Vec<String>,
    /// The inputs whose states leave or get another origin, before those come.
    #[serde(default)]
    pub origins: Vec<ChangedOrigin>,
}
