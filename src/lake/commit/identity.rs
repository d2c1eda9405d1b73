//! What identifies a commit: the run, and the application ids of its transactions.
//!
//! | application id | committed by |
//! |---|---|
//! | `<table>:<record kind>:<digest>` | the rows, rejects or row of `inputs` of an input, once |
//! | `<table>:snapshot_of:<company>:<digest>:<date>` | a full snapshot of a company, once |
//! | `<table>:history` | the rows and the states of a table, with the version of the rows |
//! | `<table>:care:<name>` | a maintenance commit |
//!
//! They are stored in the log, so they do not change. Refused: no inputs, the same input twice.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Display;

use deltalake::DeltaTable;

use crate::lake::{CompanySnapshot, Digest, Lake, LakeError, TableSpec};

/// The identity of a commit.
pub(in crate::lake) struct CommitIdentity<'a> {
    pub(in crate::lake) spec: &'a TableSpec,
    pub(in crate::lake) run_id: &'a str,
    /// The application ids of its transactions, at least one.
    pub(in crate::lake) app_ids: HashSet<String>,
    /// Whether nothing is committed if one of the ids is already in the table.
    pub(super) is_unique: bool,
    /// Whether the table may lack nullable columns of its specification.
    may_lack_columns: bool,
}

impl<'a> CommitIdentity<'a> {
    /// The identity of a commit of these inputs: each is committed once.
    pub(in crate::lake) fn of_inputs(
        spec: &'a TableSpec,
        run_id: &'a str,
        kind: &str,
        digests: &[Digest],
    ) -> Result<Self, LakeError> {
        Self::of_change(spec, run_id, kind, digests, &[])
    }

    /// The identity of a commit of these inputs and full snapshots: each is committed once.
    pub(in crate::lake) fn of_change(
        spec: &'a TableSpec,
        run_id: &'a str,
        kind: &str,
        digests: &[Digest],
        snapshots: &[CompanySnapshot],
    ) -> Result<Self, LakeError> {
        if digests.is_empty() && snapshots.is_empty() {
            return Err(LakeError::NoInputs);
        }
        let mut app_ids = HashSet::with_capacity(digests.len() + snapshots.len());
        for digest in digests {
            if !app_ids.insert(app_id(spec.name, kind, digest)) {
                return Err(LakeError::DuplicateInput(*digest));
            }
        }
        app_ids.extend(snapshots.iter().map(|snapshot| snapshot.app_id(spec.name)));
        Ok(Self {
            spec,
            run_id,
            app_ids,
            is_unique: true,
            may_lack_columns: false,
        })
    }

    /// The identity of a maintenance commit. A run may make several of one name.
    pub(in crate::lake) fn of_maintenance(
        spec: &'a TableSpec,
        run_id: &'a str,
        name: &str,
    ) -> Self {
        let app_id = format!("{}{name}", maintenance_app_id_prefix(spec.name));
        Self {
            spec,
            run_id,
            app_ids: HashSet::from([app_id]),
            is_unique: false,
            may_lack_columns: false,
        }
    }

    /// The identity of the commit that adds the missing columns of a table.
    pub(in crate::lake) fn of_upgrade(spec: &'a TableSpec, run_id: &'a str) -> Self {
        Self {
            may_lack_columns: true,
            ..Self::of_maintenance(spec, run_id, &format!("upgrade-{run_id}"))
        }
    }

    /// The identity of the commit that sets properties of a table. Its columns stay as they are, so
    /// it may lack some.
    pub(in crate::lake) fn of_properties(spec: &'a TableSpec, run_id: &'a str) -> Self {
        Self {
            may_lack_columns: true,
            ..Self::of_maintenance(spec, run_id, &format!("set-{run_id}"))
        }
    }

    /// Loads the newest version of the table, which must match its specification, apart from
    /// columns that it may lack.
    pub(super) fn open(&self, lake: &Lake) -> Result<DeltaTable, LakeError> {
        if self.may_lack_columns {
            return lake.open_readable(self.spec).map(|(table, _)| table);
        }
        lake.open_checked(self.spec)
    }
}

/// The application id of an input's transaction in a table.
pub(in crate::lake) fn app_id(table: &str, kind: &str, digest: impl Display) -> String {
    format!("{table}:{kind}:{digest}")
}

/// The inputs of these application ids, in ascending order.
pub(in crate::lake) fn digests_of(app_ids: &HashSet<String>) -> impl Iterator<Item = Digest> {
    let digest = |id: &String| id.rsplit(':').next()?.parse().ok();
    let digests: BTreeSet<Digest> = app_ids.iter().filter_map(digest).collect();
    digests.into_iter()
}

/// The prefix of the application ids of maintenance commits, which belong to no input.
pub(in crate::lake) fn maintenance_app_id_prefix(table: &str) -> String {
    format!("{table}:care:")
}
