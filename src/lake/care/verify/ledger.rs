//! The inputs against the tables: the rows of `inputs`, and the rows and transactions of each table
//! at one version, come in; findings go out.
//!
//! A run commits rejects, then rows, then the row of `inputs`. So what is in a later one has to be
//! in the earlier ones, and what is only in an earlier one is a run that is not finished: a note.

use std::collections::{BTreeMap, HashSet};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;

use super::{CareError, CaredTable, Depth, Seen, Tables, Verified};
use crate::lake::care::unsigned;
use crate::lake::{Lake, LakeError, log};

/// What to do about a ledger that does not balance.
const UNBALANCED: &str = "restore the tables to a time before this input (`lake restore --all \
                          --as-of`), and ingest again";
/// What to do about a run that was stopped.
const UNFINISHED: &str = "run the same ingest again: it finishes what a stopped run has left, and \
                          takes nothing twice";
/// What to do about an input without its rows.
const ABSENT: &str = "ingest the input again with --verify-content";

const COUNTS: [&str; 6] = [
    "records_read",
    "accepted",
    "rejected",
    "duplicate",
    "superseded",
    "skipped",
];

/// What the table of inputs says of one of them.
struct Line {
    kind: String,
    path: String,
    digest: String,
    accepted: u64,
    rejected: u64,
}

/// What the table of inputs says.
#[derive(Default)]
pub(super) struct Ledger {
    lines: Vec<Line>,
    /// The version of the table of inputs, if it is there.
    pub(super) version: Option<u64>,
    /// Whether it could be read: else there is nothing to compare.
    is_whole: bool,
}

impl Lake {
    /// Reads the table of inputs, and holds each of its rows against its own equation.
    pub(super) fn ledger(
        &self,
        inputs: &CaredTable,
        verified: &mut Verified,
    ) -> Result<Ledger, CareError> {
        let mut ledger = Ledger {
            is_whole: true,
            ..Ledger::default()
        };
        if !self.has_table(inputs)? {
            return Ok(ledger);
        }
        let loaded = self.load(inputs.spec.name, None)?;
        ledger.version = Some(loaded.version);
        for live in loaded.files {
            let read = self.read_rows(&inputs.spec, &live.file, None);
            let read: Result<Vec<_>, LakeError> = read.and_then(Iterator::collect);
            // What is wrong with the file is found with the files.
            let Ok(batches) = read else {
                ledger.is_whole = false;
                continue;
            };
            for batch in batches {
                ledger.take(&batch, verified);
            }
        }
        Ok(ledger)
    }

    /// The digests of a kind that are in a table at a version, by its transactions.
    pub(super) fn inputs_in(
        &self,
        table: &str,
        kind: &str,
        version: u64,
    ) -> Result<HashSet<String>, CareError> {
        let prefix = format!("{table}:{kind}:");
        let store = self
            .handle(table)
            .map_err(LakeError::delta("open", table))?
            .object_store();
        let wanted = |id: &str| id.starts_with(&prefix);
        let states = log::states(table, &store, &wanted, Some(version));
        let states = self.runtime().block_on(states)?.into_iter();
        let is_in = states.filter(|(_, state)| *state >= log::IN);
        Ok(is_in
            .filter_map(|(id, _)| id.strip_prefix(&prefix).map(str::to_owned))
            .collect())
    }
}

impl Ledger {
    fn take(&mut self, batch: &arrow::array::RecordBatch, verified: &mut Verified) {
        let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
        let number = |name: &str| {
            let column = batch.column_by_name(name)?;
            column.as_primitive_opt::<Int64Type>()
        };
        let (Some(kinds), Some(paths), Some(digests)) =
            (text("record_kind"), text("path"), text("digest"))
        else {
            return;
        };
        let [
            Some(read),
            Some(accepted),
            Some(rejected),
            Some(duplicate),
            Some(superseded),
            Some(skipped),
        ] = COUNTS.map(number)
        else {
            return;
        };
        for row in 0..batch.num_rows() {
            let parts = [accepted, rejected, duplicate, superseded, skipped];
            let sum: i64 = parts.iter().map(|part| part.value(row)).sum();
            let line = Line {
                kind: kinds.value(row).to_owned(),
                path: paths.value(row).to_owned(),
                digest: digests.value(row).to_owned(),
                accepted: unsigned(accepted.value(row)),
                rejected: unsigned(rejected.value(row)),
            };
            if sum != read.value(row) {
                let numbers = (read.value(row), sum);
                verified.damage("inputs", &line.path, "records read", numbers, UNBALANCED);
            }
            self.lines.push(line);
        }
    }

    /// Holds the inputs against what the tables were found to hold.
    pub(super) fn compare(
        &self,
        tables: Tables<'_>,
        depth: Depth,
        seen: &BTreeMap<&str, Seen>,
        verified: &mut Verified,
    ) {
        if !self.is_whole {
            return;
        }
        for cared in tables.rows {
            let kind = cared.spec.name;
            let lines: Vec<&Line> = self.lines.iter().filter(|line| line.kind == kind).collect();
            let listed: HashSet<&str> = lines.iter().map(|line| line.digest.as_str()).collect();
            if listed.len() != lines.len() {
                let numbers = (listed.len(), lines.len());
                verified.damage("inputs", kind, "inputs, each once", numbers, UNBALANCED);
            }
            let of_rows = seen.get(kind);
            let known = of_rows.and_then(|seen| seen.inputs.get(kind));
            check_present(kind, &lines, known, verified);
            let rows = Side {
                table: kind,
                kind: "",
                seen: of_rows,
                total: of_rows.map_or(0, |seen| seen.logged_rows),
                count: |line| line.accepted,
                replaces: cared.replaces_rows,
                unfinished: unfinished(known, &listed),
            };
            rows.compare(&lines, depth, verified);
            let rejects = tables.rejects.spec.name;
            let of_rejects = seen.get(rejects);
            let total = of_rejects.and_then(|seen| seen.logged_by_kind.get(kind));
            let with_rejects = of_rejects.and_then(|seen| seen.inputs.get(kind));
            let rejects = Side {
                table: rejects,
                kind,
                seen: of_rejects,
                total: total.copied().unwrap_or_default(),
                count: |line| line.rejected,
                replaces: false,
                unfinished: unfinished(with_rejects, &listed),
            };
            rejects.compare(&lines, depth, verified);
        }
    }
}

/// An input that is listed must be in: else it would never be read again.
fn check_present(
    kind: &str,
    lines: &[&Line],
    known: Option<&HashSet<String>>,
    verified: &mut Verified,
) {
    for line in lines {
        if known.is_none_or(|known| !known.contains(&line.digest)) {
            let numbers = (
                "its rows are in",
                format!("it is listed, and table {kind:?} has no transaction of it"),
            );
            verified.damage("inputs", &line.path, "input", numbers, ABSENT);
        }
    }
}

/// How many inputs are in a table, and not in that of inputs.
fn unfinished(known: Option<&HashSet<String>>, listed: &HashSet<&str>) -> usize {
    let known = known.into_iter().flatten();
    known
        .filter(|digest| !listed.contains(digest.as_str()))
        .count()
}

/// A table against the counts of the inputs.
struct Side<'a> {
    table: &'a str,
    kind: &'a str,
    seen: Option<&'a Seen>,
    total: u64,
    count: fn(&Line) -> u64,
    replaces: bool,
    unfinished: usize,
}

impl Side<'_> {
    fn compare(&self, lines: &[&Line], depth: Depth, verified: &mut Verified) {
        let Some(seen) = self.seen else { return };
        let mut by_path: BTreeMap<&str, u64> = BTreeMap::new();
        for line in lines {
            *by_path.entry(&line.path).or_default() += (self.count)(line);
        }
        let total: u64 = by_path.values().sum();
        // A full snapshot is in the table of rows without being an input.
        if self.unfinished > 0 && !self.replaces {
            let numbers = (
                "all inputs are listed",
                format!(
                    "{} inputs are in, and not listed in `inputs`",
                    self.unfinished
                ),
            );
            verified.note(self.table, "unfinished runs", numbers, UNFINISHED);
        }
        if !self.holds(total, self.total) {
            let numbers = (total, self.total);
            verified.damage(self.table, "", "rows of all inputs", numbers, UNBALANCED);
        }
        if depth == Depth::Footers {
            return;
        }
        let found = |path: &str| {
            let key = (self.kind.to_owned(), path.to_owned());
            seen.by_input.get(&key).copied().unwrap_or_default()
        };
        for (path, expected) in &by_path {
            let found = found(path);
            if !self.holds(*expected, found) {
                let numbers = (*expected, found);
                verified.damage(self.table, path, "rows of the input", numbers, UNBALANCED);
            }
        }
        if self.unfinished > 0 {
            return;
        }
        for ((kind, path), rows) in &seen.by_input {
            if kind == self.kind && !by_path.contains_key(path.as_str()) {
                let numbers = (0, *rows);
                verified.damage(self.table, path, "rows of no input", numbers, UNBALANCED);
            }
        }
    }

    /// Whether a table may hold so many rows of inputs that say they brought that many.
    fn holds(&self, expected: u64, found: u64) -> bool {
        match (self.replaces, self.unfinished) {
            // A later state takes the place of an earlier one.
            (true, 0) => found <= expected,
            (true, _) => true,
            (false, 0) => found == expected,
            (false, _) => found >= expected,
        }
    }
}
