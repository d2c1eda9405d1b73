//! Recomputes lost rows of the table `inputs` for committed inputs, from a second reading and from
//! the rows of the table.
//!
//! A second reading alone does not give the number of accepted records: Currents events are in the
//! lake by then and count as duplicates. The table gives the number and path of the rows that no
//! listed input accounts for.

use std::collections::BTreeMap;

use super::Purchases;
use super::table::purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::pending_input::PendingInput;
use crate::ingest::record_kind::RecordKind;
use crate::lake::{InputRow, Lake, ListedInput};

/// The rows in `inputs` of these inputs, with the start of the run as the ingest time.
pub(super) fn recount<C>(
    lake: &Lake,
    run: &IngestRun<'_, Purchases>,
    lost: &[&PendingInput<C>],
) -> Result<Vec<InputRow>, RunError> {
    let row = |input: &&PendingInput<C>| InputRow {
        // The zone of this run need not be the one in which the rows were read.
        default_timezone: None,
        ..input.row(&input.counters, false, run.options)
    };
    let mut rows: Vec<InputRow> = lost.iter().map(row).collect();
    let mut unaccounted_rows = unaccounted(lake)?;
    for row in &mut rows {
        account(row, &mut unaccounted_rows);
    }
    Ok(rows)
}

/// The number of rows by path that no listed input accounts for.
fn unaccounted(lake: &Lake) -> Result<BTreeMap<String, i64>, RunError> {
    let mut unaccounted_rows: BTreeMap<String, i64> = BTreeMap::new();
    for (path, rows) in lake.count_rows_by_text(&purchases_spec(), "source_file")? {
        unaccounted_rows.insert(path, i64::try_from(rows).unwrap_or(i64::MAX));
    }
    let listed = lake.listed_inputs(Purchases::NAME)?;
    for input in listed.into_iter().filter(ListedInput::is_current) {
        if let Some(rows) = unaccounted_rows.get_mut(&input.row.path) {
            *rows -= input.row.counts.accepted;
        }
    }
    unaccounted_rows.retain(|_, rows| *rows > 0);
    Ok(unaccounted_rows)
}

/// Sets path and counts of an input by the unaccounted rows, as far as they can be assigned.
fn account(row: &mut InputRow, unaccounted_rows: &mut BTreeMap<String, i64>) {
    let counts = &mut row.counts;
    let at_most = counts.accepted + counts.duplicate;
    let path = if unaccounted_rows.contains_key(&row.path) {
        row.path.clone()
    } else {
        // The file was renamed since: the rows belong to it if only one path remains.
        match unaccounted_rows.iter().collect::<Vec<_>>().as_slice() {
            [(path, rows)] if **rows <= at_most => (*path).clone(),
            _ => return,
        }
    };
    let Some(rows) = unaccounted_rows.remove(&path) else {
        return;
    };
    let accepted = rows.min(at_most);
    if rows > accepted {
        unaccounted_rows.insert(path.clone(), rows - accepted);
    }
    row.path = path;
    counts.accepted = accepted;
    counts.duplicate = at_most - accepted;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Digest, InputCounts, InputState};

    fn row(path: &str, accepted: i64, duplicate: i64) -> InputRow {
        InputRow {
            path: path.to_owned(),
            size_bytes: 1,
            modified_at: None,
            digest: Digest::of(path.as_bytes()),
            shape: "ndjson".to_owned(),
            counts: InputCounts {
                read: accepted + duplicate + 1,
                accepted,
                duplicate,
                rejected: 1,
                ..InputCounts::default()
            },
            ingested_at: 0,
            default_timezone: None,
            with_rejects: false,
            state: InputState::Current,
            reading_settings: None,
            reason: None,
        }
    }

    fn accounted(
        path: &str,
        accepted: i64,
        duplicate: i64,
        unaccounted_rows: &[(&str, i64)],
    ) -> (String, i64, i64) {
        let mut row = row(path, accepted, duplicate);
        let mut unaccounted_rows = unaccounted_rows
            .iter()
            .map(|(path, rows)| ((*path).to_owned(), *rows))
            .collect();
        account(&mut row, &mut unaccounted_rows);
        (row.path, row.counts.accepted, row.counts.duplicate)
    }

    #[test]
    fn the_rows_that_no_input_accounts_for_decide_what_was_accepted() {
        let own = [("a.json", 7), ("b.json", 2)];
        assert_eq!(accounted("a.json", 0, 9, &own), ("a.json".to_owned(), 7, 2));
        assert_eq!(
            accounted("c.json", 0, 9, &own[1..]),
            ("b.json".to_owned(), 2, 7),
            "renamed"
        );
        // Of two paths none can be assigned, and an input has no more rows than records.
        assert_eq!(accounted("c.json", 3, 6, &own), ("c.json".to_owned(), 3, 6));
        assert_eq!(
            accounted("c.json", 1, 0, &own[..1]),
            ("c.json".to_owned(), 1, 0)
        );
        assert_eq!(accounted("a.json", 4, 0, &[]), ("a.json".to_owned(), 4, 0));
    }
}
