//! What follows from a change of inputs for each table.

use std::collections::{BTreeMap, BTreeSet};

use deltalake::kernel::Transaction;

use crate::lake::commit::app_id;
use crate::lake::counts::unsigned;
use crate::lake::inputs::{InputRow, InputState, ListedInput};
use crate::lake::row_origins::OriginChanges;
use crate::lake::staged::StagedFiles;
use crate::lake::state_commit::{ChangedOrigin, RowOrigin};
use crate::lake::state_history::BrokenSnapshots;
use crate::lake::{CompanySnapshot, Digest, Snapshot, TableChange, TableSpec, log};

/// A change of what is in the tables.
#[derive(Debug)]
pub struct InputChange<'a> {
    /// The run.
    pub run_id: &'a str,
    /// The record kind.
    pub record_kind: &'a str,
    /// The table of the accepted rows.
    pub rows_table: &'a TableSpec,
    /// All inputs of the kind, as listed.
    pub listed: &'a [ListedInput],
    /// Those of them whose content is taken out, each current.
    pub outgoing: &'a [ListedInput],
    /// Their state after the change: [`InputState::Replaced`] or [`InputState::Removed`].
    pub state: InputState,
    /// The contents that take their place, each once.
    pub incoming: Vec<IncomingContent>,
    /// The rejects of those contents, not committed.
    pub rejects: Option<StagedFiles>,
    /// The full snapshots that those contents are.
    pub snapshots: &'a [CompanySnapshot],
}

/// The new content of a path.
#[derive(Clone, Debug)]
pub struct IncomingContent {
    /// Its row in the table of inputs.
    pub row: InputRow,
    /// Whether the content is in the tables, under another path.
    pub is_copy: bool,
}

/// Works out the newest states for a version of their table.
pub type FoldRows<'p, E> =
    dyn FnMut(&Snapshot, &[ChangedOrigin]) -> Result<Option<FoldedRows>, E> + 'p;

/// What becomes of the rows in a change of inputs.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub enum RowsPlan<'p, E> {
    /// The rows of the outgoing inputs leave, and those in these files come.
    Files(Option<StagedFiles>),
    /// The rows are the newest states: they are worked out for a version of their table, without the
    /// states of these origins. `None` if they cannot be, because the tables have changed.
    Fold(&'p mut FoldRows<'p, E>),
}

/// The newest states after a change of inputs.
#[derive(Debug)]
pub struct FoldedRows {
    /// The change of the table; its inputs are the incoming ones with their counts.
    pub change: TableChange,
    /// The full snapshots that lose states: they are no longer applied.
    pub broken: BrokenSnapshots,
}

/// What follows from a change.
pub(super) struct InputChangePlan {
    /// The rows of the table of inputs after it: changed and new ones.
    pub(super) listing: Vec<ListedInput>,
    /// What becomes of the rows of the outgoing inputs.
    pub(super) origins: OriginChanges,
    /// The number of rows by origin that the table of rows must hold.
    pub(super) expected_rows: BTreeMap<RowOrigin, u64>,
    /// The contents that leave the tables.
    pub(super) withdrawn: BTreeSet<Digest>,
    /// The contents that stay under another path.
    pub(super) moved: BTreeSet<Digest>,
}

impl InputChangePlan {
    pub(super) fn of(change: &InputChange<'_>) -> Self {
        let incoming: BTreeSet<Digest> = change.incoming.iter().map(|one| one.row.digest).collect();
        let mut plan = Self {
            listing: Vec::new(),
            origins: OriginChanges::new(),
            expected_rows: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            moved: BTreeSet::new(),
        };
        for outgoing in change.outgoing {
            let mut row = outgoing.clone();
            row.row.state = change.state;
            plan.listing.push(row);
            let content = current_with(change.listed, outgoing.row.digest);
            let is_holder = content.first().is_some_and(|first| *first == outgoing);
            if !is_holder {
                continue;
            }
            let stays = |listed: &&&ListedInput| !change.outgoing.contains(listed);
            let is_read_again = incoming.contains(&outgoing.row.digest);
            let heir = content.iter().find(stays).filter(|_| !is_read_again);
            let origin = origin_of(outgoing);
            let rows = unsigned(outgoing.row.counts.accepted);
            plan.expected_rows.insert(origin.clone(), rows);
            let Some(heir) = heir else {
                plan.origins.insert(origin, None);
                plan.withdrawn.insert(outgoing.row.digest);
                continue;
            };
            plan.origins.insert(origin, Some(origin_of(heir)));
            plan.moved.insert(outgoing.row.digest);
            let mut heir = (*heir).clone();
            heir.row.counts = outgoing.row.counts;
            let (to, from) = (&mut heir.row, &outgoing.row);
            to.reading_settings.clone_from(&from.reading_settings);
            to.default_timezone.clone_from(&from.default_timezone);
            plan.listing.push(heir);
        }
        let rows = change.incoming.iter().map(|incoming| &incoming.row);
        plan.listing.extend(rows.map(|row| listed_by(change, row)));
        plan
    }

    /// The listing with the counts of the incoming inputs that are only known with the rows.
    pub(super) fn listing_with(
        &self,
        change: &InputChange<'_>,
        counted: &[InputRow],
    ) -> Vec<ListedInput> {
        let mut listing = self.listing.clone();
        for row in counted {
            let row = listed_by(change, row);
            if let Some(listed) = listing.iter_mut().find(|listed| listed.key() == row.key()) {
                *listed = row;
            }
        }
        listing
    }

    /// Whether the rows and rejects stay as they are.
    pub(super) fn is_listing_only(&self, change: &InputChange<'_>) -> bool {
        let has_new = change.incoming.iter().any(|one| !one.is_copy);
        self.origins.is_empty() && !has_new && change.snapshots.is_empty()
    }

    /// What becomes of the states of the outgoing inputs, in the order of their origins.
    pub(super) fn changed_origins(&self) -> Vec<ChangedOrigin> {
        let changed = self.origins.iter().map(|(from, to)| ChangedOrigin {
            from: from.clone(),
            to: to.clone(),
        });
        let mut changed: Vec<ChangedOrigin> = changed.collect();
        changed.sort_by(|one, other| one.from.cmp(&other.from));
        changed
    }

    /// The contents that a commit has transactions of.
    pub(super) fn digests(&self, change: &InputChange<'_>) -> BTreeSet<Digest> {
        let incoming = new_contents(change);
        let changed = self.withdrawn.union(&self.moved).copied();
        changed.chain(incoming).collect()
    }

    /// The transactions of the change in a table whose contents have these versions.
    pub(super) fn transactions(
        &self,
        change: &InputChange<'_>,
        table: &str,
        versions: &BTreeMap<Digest, i64>,
    ) -> Vec<Transaction> {
        let incoming: BTreeSet<Digest> = new_contents(change).collect();
        let changed = self.digests(change).into_iter().map(|digest| {
            let version = versions.get(&digest).copied().unwrap_or(log::WITHDRAWN);
            let is_out = self.withdrawn.contains(&digest) && !incoming.contains(&digest);
            let next = if is_out { log::WITHDRAWN } else { version + 1 };
            Transaction::new(app_id(table, change.record_kind, digest), next)
        });
        changed.collect()
    }
}

/// The incoming contents that are not in the tables.
fn new_contents(change: &InputChange<'_>) -> impl Iterator<Item = Digest> {
    let new = change.incoming.iter().filter(|one| !one.is_copy);
    new.map(|one| one.row.digest)
}

/// An incoming input as it is listed.
fn listed_by(change: &InputChange<'_>, row: &InputRow) -> ListedInput {
    ListedInput {
        run_id: change.run_id.to_owned(),
        record_kind: change.record_kind.to_owned(),
        row: InputRow {
            // Not a column: the row is compared with the listed one.
            with_rejects: false,
            ..row.clone()
        },
    }
}

pub(super) fn origin_of(listed: &ListedInput) -> RowOrigin {
    RowOrigin {
        path: listed.row.path.clone(),
        run_id: listed.run_id.clone(),
    }
}

/// The current rows of a content: first the one whose path and run its rows have, then its copies
/// from the oldest.
fn current_with(listed: &[ListedInput], digest: Digest) -> Vec<&ListedInput> {
    let mut content: Vec<&ListedInput> = listed
        .iter()
        .filter(|listed| listed.is_current() && listed.row.digest == digest)
        .collect();
    content.sort_by_key(|listed| (-listed.row.counts.read, listed.row.ingested_at));
    content
}
