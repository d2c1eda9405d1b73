//! What a commit does to the existing files, and so what it may follow and how often it is tried.

use std::collections::BTreeMap;
use std::time::Duration;

use deltalake::kernel::StructField;
use deltalake::protocol::{DeltaOperation, MergePredicate, SaveMode};

use crate::lake::TableSpec;

/// What a commit does to the existing files.
pub(in crate::lake) enum CommitOperation {
    /// Only adds files, so it may follow any version.
    Append,
    /// May replace files, so it is valid only for the version it was planned on: two writers that
    /// rewrite the same file at the same time commit one after the other, the second planned on the
    /// result of the first.
    Change,
    /// As a change, but the rows stay the same.
    Compact {
        /// The requested size of the files.
        target_bytes: i64,
    },
    /// As a change: the files become those of an older version.
    Restore {
        /// The older version.
        version: u64,
    },
    /// Changes no files: the table gets further columns, null in all rows.
    AddColumns {
        /// The columns.
        columns: Vec<StructField>,
    },
    /// Changes no files: properties of the table are set, or removed if there are none.
    SetProperties {
        /// The properties by key.
        properties: BTreeMap<String, String>,
    },
}

impl CommitOperation {
    /// Whether the library may repeat an attempt on top of newer versions. It would commit a change
    /// on top of versions that it was not planned on, and its own conflict check misses some cases
    /// that duplicate or lose rows.
    pub(super) fn may_rebase(&self) -> bool {
        matches!(self, Self::Append)
    }

    /// The maximum number of attempts, each from a fresh snapshot.
    pub(super) fn max_attempts(&self) -> u32 {
        // Each contains up to 15 retries of the library, if only the next version number is needed.
        if self.may_rebase() {
            return 8;
        }
        // Each failure is a commit of another writer, so two writers that change the table
        // continuously fail about every other time.
        50
    }

    /// The longest pause between two attempts.
    pub(super) fn max_pause(&self) -> Duration {
        // With so few attempts the pauses need no upper bound.
        if self.may_rebase() {
            return Duration::MAX;
        }
        // Longer pauses would let the other writer commit every time.
        Duration::from_millis(200)
    }

    /// The operation that the history shows.
    pub(super) fn to_delta(&self, spec: &TableSpec) -> DeltaOperation {
        let action = |action_type: &str| MergePredicate {
            action_type: action_type.to_owned(),
            predicate: None,
        };
        match self {
            Self::Append => {
                let names = spec.partition_names().into_iter().map(str::to_owned);
                DeltaOperation::Write {
                    mode: SaveMode::Append,
                    partition_by: (!spec.partition_columns.is_empty()).then(|| names.collect()),
                    predicate: None,
                }
            }
            Self::Change => DeltaOperation::Merge {
                predicate: None,
                merge_predicate: None,
                matched_predicates: vec![action("update")],
                not_matched_predicates: vec![action("insert")],
                not_matched_by_source_predicates: Vec::new(),
            },
            Self::Compact { target_bytes } => DeltaOperation::Optimize {
                predicate: None,
                target_size: *target_bytes,
            },
            Self::Restore { version } => DeltaOperation::Restore {
                version: Some(*version),
                datetime: None,
            },
            Self::AddColumns { columns } => DeltaOperation::AddColumn {
                fields: columns.clone(),
            },
            Self::SetProperties { properties } => DeltaOperation::SetTableProperties {
                properties: properties.clone().into_iter().collect(),
            },
        }
    }
}
