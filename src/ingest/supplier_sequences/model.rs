//! The tables of supplier purchases that follow from what was ingested and taken out, in a plain model.

use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::ChangedInput;
use crate::ingest::testing::{LakeContent, TestState, bad_supplier_record};

/// The states of a dump, and whether it has a bad record.
pub(super) type Content = (Vec<TestState>, bool);

/// A row of the table of inputs in the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SupplierModelRow {
    pub(super) path: &'static str,
    content: usize,
    pub(super) state: &'static str,
    /// Whether the tables hold the records of the content under this path.
    holds: bool,
}

/// A commit: the contents whose states it has, in the order of their records, and the companies for
/// which it is a full snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ModelCommit {
    contents: Vec<usize>,
    complete: BTreeSet<i64>,
}

/// What the lake should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SupplierModel {
    pub(super) rows: Vec<SupplierModelRow>,
    commits: Vec<ModelCommit>,
}

/// A purchase of the model: its state, the content that brought it, and whether a snapshot lacks it.
#[derive(Clone, Copy)]
struct ModelPurchase {
    state: TestState,
    content: usize,
    is_absent: bool,
}

impl SupplierModel {
    fn is_current(&self, path: &str, content: usize) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.state == "current" && row.path == path && row.content == content)
    }

    fn held(&self, content: usize) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.holds && row.content == content)
    }

    /// The current rows with records of a path.
    fn of_path(&self, path: &str, contents: &[Content]) -> Vec<usize> {
        let is_meant = |at: &usize| {
            let row = &self.rows[*at];
            let (states, is_bad) = &contents[row.content];
            let has_records = !states.is_empty() || *is_bad;
            row.state == "current" && row.path == path && has_records
        };
        (0..self.rows.len()).filter(is_meant).collect()
    }

    /// Takes rows out together: what they hold goes to the oldest remaining path of the content, or
    /// leaves all commits, which are then no full snapshots of its companies.
    pub(super) fn take_out(
        &mut self,
        outgoing: &[usize],
        state: &'static str,
        contents: &[Content],
    ) {
        for at in outgoing {
            self.rows[*at].state = state;
        }
        for at in outgoing {
            if !std::mem::take(&mut self.rows[*at].holds) {
                continue;
            }
            let content = self.rows[*at].content;
            let is_heir =
                |row: &&mut SupplierModelRow| row.state == "current" && row.content == content;
            if let Some(heir) = self.rows.iter_mut().find(is_heir) {
                heir.holds = true;
                continue;
            }
            let companies = companies(&contents[content]);
            for commit in &mut self.commits {
                let before = commit.contents.len();
                commit.contents.retain(|of| *of != content);
                if commit.contents.len() < before {
                    commit
                        .complete
                        .retain(|company| !companies.contains(company));
                }
            }
        }
    }

    pub(super) fn ingest(
        &mut self,
        read: &[(&'static str, usize)],
        is_snapshot: bool,
        policy: ChangedInput,
        contents: &[Content],
    ) {
        let mut accepted: Vec<(&str, usize)> = Vec::new();
        let mut outgoing: Vec<usize> = Vec::new();
        for (path, content) in read {
            let mut earlier = self.of_path(path, contents);
            if self.is_current(path, *content) {
                earlier.clear();
            }
            match policy {
                ChangedInput::Refuse if !earlier.is_empty() => continue,
                ChangedInput::Replace => outgoing.extend(earlier),
                _ => {}
            }
            accepted.push((path, *content));
        }
        self.take_out(&outgoing, "replaced", contents);
        let mut commit = ModelCommit::default();
        let of_snapshot = accepted.len() == read.len()
            && accepted.iter().all(|(_, content)| !contents[*content].1)
            && accepted
                .iter()
                .any(|(_, content)| !contents[*content].0.is_empty());
        for (path, content) in accepted {
            let is_held = self.held(content);
            if !self.is_current(path, content) {
                self.rows.push(SupplierModelRow {
                    path,
                    content,
                    state: "current",
                    holds: !is_held,
                });
            }
            let is_again = is_snapshot && of_snapshot && !commit.contents.contains(&content);
            if !is_held || is_again {
                commit.contents.push(content);
            }
            if is_snapshot && of_snapshot {
                commit.complete.extend(companies(&contents[content]));
            }
        }
        self.commits.push(commit);
    }

    /// The newest states: of a commit, the one with the greatest hour, then the last one; of equal
    /// ones the first.
    fn purchases(&self, contents: &[Content]) -> BTreeMap<(i64, u32), ModelPurchase> {
        let mut purchases: BTreeMap<(i64, u32), ModelPurchase> = BTreeMap::new();
        for commit in &self.commits {
            let mut by_key: BTreeMap<(i64, u32), Vec<ModelPurchase>> = BTreeMap::new();
            for &content in &commit.contents {
                for &state in &contents[content].0 {
                    by_key
                        .entry((state.company, state.id))
                        .or_default()
                        .push(ModelPurchase {
                            state,
                            content,
                            is_absent: false,
                        });
                }
            }
            for (key, stored) in &mut purchases {
                if commit.complete.contains(&key.0) && !by_key.contains_key(key) {
                    stored.is_absent = true;
                }
            }
            for (key, new) in by_key {
                let hour = new.iter().map(|new| new.state.hour).max().unwrap();
                let last = new.iter().rfind(|new| new.state.hour == hour).unwrap();
                let first = new.iter().find(|new| new.state == last.state).unwrap();
                let Some(stored) = purchases.get_mut(&key) else {
                    purchases.insert(key, *first);
                    continue;
                };
                let is_complete = commit.complete.contains(&key.0);
                let is_same = stored.state == first.state;
                if hour >= stored.state.hour && !is_same {
                    *stored = *first;
                } else if is_complete && (is_same || !first.state.is_deleted) {
                    stored.is_absent = false;
                }
            }
        }
        purchases
    }

    /// The newest states in the order of their companies and ids, and whether the purchases are deleted.
    pub(super) fn states(&self, contents: &[Content]) -> Vec<(TestState, bool)> {
        let purchases = self.purchases(contents).into_values();
        let state = |purchase: ModelPurchase| {
            let is_deleted = purchase.state.is_deleted || purchase.is_absent;
            (purchase.state, is_deleted)
        };
        purchases.map(state).collect()
    }

    /// Adds the rejects and the rows of the table of inputs.
    fn add_inputs(&self, contents: &[Content], lake: &mut LakeContent) {
        for row in &self.rows {
            let (states, is_bad) = &contents[row.content];
            let name = row.path.to_owned();
            if row.holds && *is_bad {
                let bad = bad_supplier_record(&row.content.to_string());
                lake.rejects.entry(name.clone()).or_default().push(bad);
            }
            let records = if row.holds || row.state != "current" {
                states.len() + usize::from(*is_bad)
            } else {
                0
            };
            // The counts of a row that left are not compared.
            let read = if row.state == "current" { records } else { 0 };
            lake.inputs
                .push((name, row.state.to_owned(), i64::try_from(read).unwrap()));
        }
    }

    pub(super) fn content(&self, contents: &[Content]) -> LakeContent {
        let mut lake = LakeContent::default();
        let path = |content: usize| {
            let holder = self
                .rows
                .iter()
                .find(|row| row.holds && row.content == content);
            holder.map_or("none", |row| row.path)
        };
        let text = |state: &TestState, is_deleted: bool, content: usize| {
            let TestState {
                company,
                id,
                hour,
                note,
                ..
            } = state;
            format!("{company} {id} {hour}{note} {is_deleted} {}", path(content))
        };
        self.add_inputs(contents, &mut lake);
        for purchase in self.purchases(contents).values() {
            let ModelPurchase {
                state,
                content,
                is_absent,
            } = purchase;
            let is_deleted = state.is_deleted || *is_absent;
            lake.suppliers.push(text(state, is_deleted, *content));
        }
        let has_states = |commit: &&ModelCommit| {
            commit
                .contents
                .iter()
                .any(|content| !contents[*content].0.is_empty())
        };
        for (rank, commit) in self.commits.iter().filter(has_states).enumerate() {
            for &content in &commit.contents {
                for state in &contents[content].0 {
                    let row = text(state, state.is_deleted, content);
                    let is_complete = commit.complete.contains(&state.company);
                    let snapshot = if is_complete { " snapshot" } else { "" };
                    lake.states.push(format!("{row} {rank}{snapshot}"));
                }
            }
        }
        lake.inputs.sort();
        lake.suppliers.sort();
        lake.states.sort();
        lake
    }
}

fn companies((states, _): &Content) -> BTreeSet<i64> {
    states.iter().map(|state| state.company).collect()
}
