//! Compares the inputs with the tables: the rows of `inputs`, and the rows and transactions of each
//! table at one version, come in; findings go out.
//!
//! A run commits rejects, then rows, then the row of `inputs`. So what a later commit contains must
//! be in the earlier ones, and what only an earlier one contains belongs to an unfinished run: a
//! note.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::rows::InputVersions;
use super::{MaintainedTable, TableScan, TablesByRole, VerificationDepth, VerificationReport};
use crate::lake::commit::app_id;
use crate::lake::counts::unsigned;
use crate::lake::inputs::listed_in;
use crate::lake::table_spec::INPUTS;
use crate::lake::{InputCounts, Lake, LakeError, ListedInput, log};

/// The remedy for inconsistent counts.
const FIX_COUNTS: &str = "restore the tables to a time before this input (`lake restore --all \
                          --as-of`), and ingest again";
/// The remedy for a run that was stopped.
const FIX_UNFINISHED_RUN: &str = "run the same ingest again: it completes the stopped run, and \
                          commits nothing twice";
/// The remedy for an input without its rows.
const FIX_MISSING_ROWS: &str = "ingest the input again with --verify-content";

/// A row of the table of inputs whose content is in the tables.
struct LedgerEntry {
    kind: String,
    path: String,
    digest: String,
    accepted: u64,
    rejected: u64,
    /// Records that are states of purchases, current or not.
    valid: u64,
    /// The version of its transaction in the table of inputs.
    version: i64,
}

impl LedgerEntry {
    /// Whether a change has taken it out of a table, or given its rows another path, and has not
    /// listed that yet.
    fn is_changing(&self, versions: &InputVersions) -> bool {
        let version = versions.get(&self.digest);
        version.is_some_and(|version| *version != self.version)
    }
}

/// The rows of the table of inputs.
#[derive(Default)]
pub(super) struct InputLedger {
    entries: Vec<LedgerEntry>,
    /// The version of the table of inputs, if it exists.
    pub(super) version: Option<u64>,
    /// Whether all its rows could be read: otherwise nothing is compared.
    is_whole: bool,
}

impl Lake {
    /// Reads the table of inputs, and checks the counts of each of its rows.
    pub(super) fn ledger(
        &self,
        inputs: &MaintainedTable,
        report: &mut VerificationReport,
    ) -> Result<InputLedger, LakeError> {
        let mut ledger = InputLedger {
            is_whole: true,
            ..InputLedger::default()
        };
        if !self.has_table(inputs)? {
            return Ok(ledger);
        }
        let loaded = self.load(inputs.spec.name, None)?;
        ledger.version = Some(loaded.version);
        let inputs_log = self.log(inputs.spec.name)?;
        let versions = inputs_log.transaction_versions(&|_id| true, Some(loaded.version))?;
        for live in loaded.files {
            let read = self.read_rows(&inputs.spec, &live.file, None);
            let read: Result<Vec<_>, LakeError> = read.and_then(Iterator::collect);
            // A damaged file is reported with the files.
            let Ok(batches) = read else {
                ledger.is_whole = false;
                continue;
            };
            for batch in batches {
                let current = listed_in(&batch)?
                    .into_iter()
                    .filter(ListedInput::is_current);
                current.for_each(|listed| ledger.add(listed, &versions, report));
            }
        }
        Ok(ledger)
    }

    /// The transaction versions of the inputs of a kind in a table at a version of it.
    pub(super) fn inputs_in(
        &self,
        table: &str,
        kind: &str,
        version: u64,
    ) -> Result<InputVersions, LakeError> {
        let prefix = format!("{table}:{kind}:");
        let wanted = |id: &str| id.starts_with(&prefix);
        let versions = self
            .log(table)?
            .transaction_versions(&wanted, Some(version))?;
        let digest = |id: &str| id.strip_prefix(&prefix).map(str::to_owned);
        let versions = versions.into_iter();
        Ok(versions
            .filter_map(|(id, version)| Some((digest(&id)?, version)))
            .collect())
    }
}

impl InputLedger {
    /// Adds an input whose content is in the tables, and checks its counts.
    fn add(
        &mut self,
        listed: ListedInput,
        versions: &HashMap<String, i64>,
        report: &mut VerificationReport,
    ) {
        let id = app_id(INPUTS, &listed.record_kind, listed.row.digest);
        let row = listed.row;
        let InputCounts {
            read,
            accepted,
            rejected,
            duplicate,
            superseded,
            skipped,
        } = row.counts;
        let sum = accepted + rejected + duplicate + superseded + skipped;
        if sum != read {
            report.add_damage("inputs", &row.path, "records read", (read, sum), FIX_COUNTS);
        }
        self.entries.push(LedgerEntry {
            kind: listed.record_kind,
            path: row.path,
            digest: row.digest.to_string(),
            accepted: unsigned(accepted),
            rejected: unsigned(rejected),
            valid: row.counts.valid(),
            version: versions.get(&id).copied().unwrap_or(log::COMMITTED),
        });
    }

    /// Compares the inputs with the scanned tables.
    pub(super) fn compare(
        &self,
        tables: TablesByRole<'_>,
        depth: VerificationDepth,
        scans: &BTreeMap<&str, TableScan>,
        report: &mut VerificationReport,
    ) {
        if !self.is_whole {
            return;
        }
        for maintained in tables.rows {
            let kind = maintained.spec.name;
            let entries: Vec<&LedgerEntry> = self
                .entries
                .iter()
                .filter(|entry| entry.kind == kind)
                .collect();
            let listed: HashSet<&str> = entries.iter().map(|entry| entry.digest.as_str()).collect();
            check_once(kind, &entries, report);
            let nothing = InputVersions::new();
            let in_table = |table: &str| {
                let inputs = scans.get(table).and_then(|scan| scan.inputs.get(kind));
                inputs.unwrap_or(&nothing)
            };
            let known = in_table(kind);
            let (changing, entries): (Vec<&LedgerEntry>, Vec<&LedgerEntry>) = entries
                .into_iter()
                .partition(|entry| entry.is_changing(known));
            note_changes(kind, changing.len(), report);
            check_present(kind, &entries, known, report);
            let comparison = |table, partition, count: EntryCount, replaces| {
                let scan: &TableScan = scans.get(table)?;
                Some(TableComparison {
                    table,
                    partition,
                    scan,
                    count,
                    replaces,
                    unfinished: unfinished(in_table(table), &listed),
                    is_changing: !changing.is_empty(),
                })
            };
            let replaces = maintained.replaces_rows;
            // Later inputs may leave, and a full snapshot may come: then a state is current again that
            // was a duplicate when its input was ingested, or was superseded.
            let of_rows: EntryCount = if replaces {
                |entry| entry.valid
            } else {
                |entry| entry.accepted
            };
            let rows = comparison(kind, "", of_rows, replaces);
            let rejects = tables.rejects.spec.name;
            let rejected: EntryCount = |entry| entry.rejected;
            let rejects = comparison(rejects, kind, rejected, false);
            for mut comparison in rows.into_iter().chain(rejects) {
                let mut entries = entries.clone();
                if comparison.table == tables.rejects.spec.name {
                    comparison.leave_out_changed(&mut entries, in_table(comparison.table));
                }
                comparison.compare(&entries, depth, report);
            }
        }
    }
}

/// A path and content is listed once.
fn check_once(kind: &str, entries: &[&LedgerEntry], report: &mut VerificationReport) {
    let contents: HashSet<(&str, &str)> = entries
        .iter()
        .map(|entry| (entry.path.as_str(), entry.digest.as_str()))
        .collect();
    if contents.len() != entries.len() {
        let numbers = (contents.len(), entries.len());
        report.add_damage("inputs", kind, "inputs, each once", numbers, FIX_COUNTS);
    }
}

fn note_changes(kind: &str, changing: usize, report: &mut VerificationReport) {
    if changing > 0 {
        let found = format!("{changing} inputs are not yet listed as changed");
        let numbers = ("all changes are listed", found);
        report.add_note(kind, "", "unfinished changes", numbers, FIX_UNFINISHED_RUN);
    }
}

/// A listed input must be in the table: otherwise it would never be read again.
fn check_present(
    kind: &str,
    entries: &[&LedgerEntry],
    known: &InputVersions,
    report: &mut VerificationReport,
) {
    for entry in entries {
        if !known.contains_key(&entry.digest) {
            let numbers = (
                "its rows are committed",
                format!("it is listed, but table {kind:?} has no transaction for it"),
            );
            report.add_damage("inputs", &entry.path, "input", numbers, FIX_MISSING_ROWS);
        }
    }
}

/// The number of inputs that are in a table and not in the table of inputs.
fn unfinished(known: &InputVersions, listed: &HashSet<&str>) -> usize {
    let is_in = known
        .iter()
        .filter(|(_, version)| **version >= log::COMMITTED);
    is_in
        .filter(|(digest, _)| !listed.contains(digest.as_str()))
        .count()
}

/// The rows that a table may have by a row of the table of inputs.
type EntryCount = fn(&LedgerEntry) -> u64;

/// The comparison of a table with the counts of the inputs.
struct TableComparison<'a> {
    table: &'a str,
    /// The value of the partition column `record_kind`; empty in a table without one.
    partition: &'a str,
    scan: &'a TableScan,
    count: EntryCount,
    replaces: bool,
    unfinished: usize,
    /// Whether inputs leave or move in a change that is not listed yet.
    is_changing: bool,
}

impl TableComparison<'_> {
    fn compare(
        &self,
        entries: &[&LedgerEntry],
        depth: VerificationDepth,
        report: &mut VerificationReport,
    ) {
        let scan = self.scan;
        let mut by_path: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in entries {
            *by_path.entry(&entry.path).or_default() += (self.count)(entry);
        }
        let total: u64 = by_path.values().sum();
        // Earlier programs recorded a full snapshot like an input.
        if self.unfinished > 0 && !self.replaces {
            let numbers = (
                "all inputs are listed",
                format!(
                    "{} inputs are committed, but not listed in `inputs`",
                    self.unfinished
                ),
            );
            let what = "unfinished runs";
            report.add_note(self.table, "", what, numbers, FIX_UNFINISHED_RUN);
        }
        let logged = scan.logged_by_kind.get(self.partition);
        let logged = logged.copied().unwrap_or_default();
        if !self.is_consistent(total, logged) {
            let numbers = (total, logged);
            report.add_damage(self.table, "", "rows of all inputs", numbers, FIX_COUNTS);
        }
        if depth == VerificationDepth::Footers {
            return;
        }
        let found = |path: &str| {
            let key = (self.partition.to_owned(), path.to_owned());
            scan.by_input.get(&key).copied().unwrap_or_default()
        };
        for (path, expected) in &by_path {
            let found = found(path);
            if !self.is_consistent(*expected, found) {
                let numbers = (*expected, found);
                report.add_damage(self.table, path, "rows of the input", numbers, FIX_COUNTS);
            }
        }
        if self.is_unfinished() {
            return;
        }
        for ((kind, path), rows) in &scan.by_input {
            if kind == self.partition && !by_path.contains_key(path.as_str()) {
                let numbers = (0, *rows);
                report.add_damage(self.table, path, "rows of no input", numbers, FIX_COUNTS);
            }
        }
    }

    /// Leaves out inputs whose rejects a change has taken out before their rows.
    fn leave_out_changed(&mut self, entries: &mut Vec<&LedgerEntry>, versions: &InputVersions) {
        let before = entries.len();
        let is_out = |entry: &LedgerEntry| versions.get(&entry.digest) == Some(&log::WITHDRAWN);
        entries.retain(|entry| !is_out(entry));
        self.is_changing |= entries.len() < before;
    }

    fn is_unfinished(&self) -> bool {
        self.unfinished > 0 || self.is_changing
    }

    /// Whether a table may contain `found` rows if its inputs have `expected`.
    fn is_consistent(&self, expected: u64, found: u64) -> bool {
        match (self.replaces, self.is_unfinished()) {
            // Later states replace earlier ones.
            (true, false) => found <= expected,
            (true, true) => true,
            (false, false) => found == expected,
            (false, true) => found >= expected,
        }
    }
}
