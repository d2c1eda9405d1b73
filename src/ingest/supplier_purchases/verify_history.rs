//! Verifies that the table is the fold of the history: both come in at versions that belong together;
//! the differences go out. Also, that the history has the states of each input.

use std::collections::{BTreeSet, HashMap};

use super::SupplierPurchases;
use super::fold::{FoldedState, by_purchase, fold};
use super::history::{CompanyHistory, HistoryQuery};
use super::merge::files_of;
use super::rewrite_partitions::partition_of;
use super::stored_rows::PartitionFile;
use super::table::{supplier_purchases_spec, supplier_versions_spec};
use super::table_rows::{TableRow, for_each_row};
use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
use crate::lake::maintenance::VerificationReport;
use crate::lake::{Digest, Lake, LakeError, ListedInput, RowOrigin, Snapshot};

/// How often the tables are read again while runs change them.
const MAX_PASSES: usize = 5;

const FIX_FOLD: &str = "restore the tables to an earlier time (`lake restore --all --as-of`), and \
                        ingest again";
const FIX_BEHIND: &str = "ingest again, or run `lake restore` to the newest version: both complete \
                          the history";

/// Verifies the history of states.
///
/// # Errors
/// The tables cannot be read.
pub fn verify_history(lake: &Lake, report: &mut VerificationReport) -> Result<(), RunError> {
    let (rows, states) = (supplier_purchases_spec(), supplier_versions_spec());
    for _ in 0..MAX_PASSES {
        let Some(history) = existing(lake.snapshot(states.name, None, None))? else {
            return Ok(());
        };
        let listed = lake.listed_inputs(SupplierPurchases::NAME)?;
        let Some(table) = existing(lake.snapshot(rows.name, None, None))? else {
            return Ok(());
        };
        let versions = ((&rows, table.version), (&states, history.version));
        if lake.is_history_complete(versions.0, versions.1)? {
            let verification = HistoryVerification {
                lake,
                history: &history,
                table: &table,
            };
            return verification.verify(&listed, report);
        }
    }
    let numbers = ("all commits of supplier_purchases", "older ones");
    report.add_note(states.name, "", "recorded commits", numbers, FIX_BEHIND);
    Ok(())
}

fn existing(snapshot: Result<Snapshot, LakeError>) -> Result<Option<Snapshot>, LakeError> {
    match snapshot {
        Err(LakeError::NoTable { .. }) => Ok(None),
        other => other.map(Some),
    }
}

/// The number of states by origin and commit.
type StateCounts = HashMap<(RowOrigin, i64), u64>;

struct HistoryVerification<'a> {
    lake: &'a Lake,
    history: &'a Snapshot,
    table: &'a Snapshot,
}

impl HistoryVerification<'_> {
    fn verify(
        &self,
        listed: &[ListedInput],
        report: &mut VerificationReport,
    ) -> Result<(), RunError> {
        let mut companies = BTreeSet::new();
        for file in &self.history.files {
            companies.extend(
                file.partition("company_id")
                    .and_then(|id| id.parse::<i64>().ok()),
            );
        }
        for file in &self.table.files {
            companies.insert(partition_of(file)?.company_id);
        }
        let files = files_of(self.table, &companies)?;
        let mut counts = StateCounts::new();
        for company_id in companies {
            let parts = HistoryQuery::parts(self.history, company_id);
            let (mut differing, mut first) = (0_u64, None);
            for part in 0..parts {
                let query = HistoryQuery {
                    lake: self.lake,
                    company_id,
                    files: &self.history.files,
                    origins: &[],
                    broken: None,
                    is_requested: &|id: i64| id.unsigned_abs() % parts == part,
                };
                let history = query.read()?;
                count(&history, &mut counts);
                let ids = self.differences(&history, &query, &files)?;
                differing += ids.len() as u64;
                first = first.or(ids.first().copied());
            }
            if let Some(id) = first {
                let subject = format!("company {company_id}, purchase {id}");
                let what = "purchases in another state than the newest of supplier_versions";
                let table = supplier_purchases_spec().name;
                report.add_damage(table, &subject, what, (0, differing), FIX_FOLD);
            }
        }
        self.compare_counts(listed, &counts, report)
    }

    /// The purchases of a company whose row is not their newest state.
    fn differences(
        &self,
        history: &CompanyHistory,
        query: &HistoryQuery<'_>,
        files: &[PartitionFile<'_>],
    ) -> Result<BTreeSet<i64>, RunError> {
        let mut newest: HashMap<i64, FoldedState<'_>> = HashMap::new();
        for (key, states) in by_purchase(&history.states) {
            let (folded, _) = fold(states, &history.snapshots, i64::MAX);
            newest.extend(folded.map(|folded| (key.id, folded)));
        }
        let mut differing = BTreeSet::new();
        let of_company = files
            .iter()
            .filter(|file| file.0.company_id == query.company_id);
        for (_, file) in of_company {
            for_each_row(self.lake, file, &mut |row: &TableRow<'_>| {
                if !(query.is_requested)(row.id) {
                    return;
                }
                let is_newest = newest.remove(&row.id).is_some_and(|folded| {
                    history.is_row(&folded, row) && folded.is_deleted() == row.is_deleted
                });
                if !is_newest {
                    differing.insert(row.id);
                }
            })?;
        }
        differing.extend(newest.keys());
        Ok(differing)
    }

    /// Compares the states of each listed input with its counts.
    fn compare_counts(
        &self,
        listed: &[ListedInput],
        counts: &StateCounts,
        report: &mut VerificationReport,
    ) -> Result<(), RunError> {
        let current = listed
            .iter()
            .filter(|input| input.is_current() && input.row.counts.read > 0);
        let digests: BTreeSet<Digest> = current.clone().map(|input| input.row.digest).collect();
        let of_states = (&supplier_versions_spec(), self.history.version);
        let kind = SupplierPurchases::NAME;
        let kept = self.lake.contents_with_states(of_states, kind, &digests)?;
        for input in current.filter(|input| kept.contains(&input.row.digest)) {
            let valid = input.row.counts.valid();
            let origin = RowOrigin {
                path: input.row.path.clone(),
                run_id: input.run_id.clone(),
            };
            let of_input = counts.iter().filter(|((of, _), _)| *of == origin);
            let found: BTreeSet<u64> = of_input.map(|(_, states)| *states).collect();
            let is_whole = found.iter().all(|states| *states == valid);
            // Counts that were worked out again are listed by another run than that of the states.
            let is_unlisted = |of: &RowOrigin| {
                let mut listed = listed.iter();
                of.path == origin.path && !listed.any(|one| one.run_id == of.run_id)
            };
            let is_recounted = found.is_empty() && counts.keys().any(|(of, _)| is_unlisted(of));
            if !is_whole || (valid > 0 && found.is_empty() && !is_recounted) {
                let table = supplier_versions_spec().name;
                let found = found.first().copied().unwrap_or_default();
                let what = "states of the input";
                report.add_damage(table, &input.row.path, what, (valid, found), FIX_FOLD);
            }
        }
        Ok(())
    }
}

fn count(history: &CompanyHistory, counts: &mut StateCounts) {
    for state in history.states.iter().filter(|state| state.base.is_none()) {
        if let Some(origin) = history.origin_of(state) {
            *counts.entry((origin.clone(), state.order)).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::testing::{TestLake, supplier_dump};
    use crate::lake::{StagedFiles, TableChange};

    /// Takes the files of a table out behind the back of the other.
    fn empty(lake: &TestLake, of: fn() -> crate::lake::TableSpec) {
        let (spec, digest) = (of(), Digest::of(b"another program"));
        let kind = SupplierPurchases::NAME;
        let committed = lake.lake.commit_change::<LakeError>(
            &crate::lake::TableSpec {
                states: None,
                ..spec
            },
            "run-9999",
            kind,
            &[digest],
            &[],
            &mut |snapshot| {
                Ok(Some(TableChange {
                    remove: snapshot.files.clone(),
                    add: StagedFiles::none(&of()),
                    inputs: Vec::new(),
                    states: None,
                }))
            },
        );
        committed.unwrap();
    }

    fn findings(lake: &TestLake) -> Vec<(String, String)> {
        let mut report = VerificationReport::default();
        verify_history(&lake.lake, &mut report).unwrap();
        let findings = report.findings.iter();
        let named = findings.map(|finding| (finding.table.clone(), finding.what.to_owned()));
        named.collect()
    }

    #[test]
    fn rows_that_do_not_follow_from_the_states_are_damage() {
        let lake = TestLake::new();
        lake.write("s", &supplier_dump(&[(1, 9), (2, 9)]));
        lake.ingest_suppliers(&["s"], None).unwrap();
        assert_eq!(findings(&lake), []);
        empty(&lake, supplier_purchases_spec);
        let table = "supplier_purchases".to_owned();
        let what = "purchases in another state than the newest of supplier_versions";
        assert_eq!(findings(&lake), [(table, what.to_owned())]);
    }

    #[test]
    fn an_input_without_its_states_is_damage() {
        let lake = TestLake::new();
        lake.write("s", &supplier_dump(&[(1, 9), (2, 9)]));
        lake.ingest_suppliers(&["s"], None).unwrap();
        empty(&lake, supplier_versions_spec);
        let of_table = |table: &str, what: &str| (table.to_owned(), what.to_owned());
        let expected = [
            of_table(
                "supplier_purchases",
                "purchases in another state than the newest of supplier_versions",
            ),
            of_table("supplier_versions", "states of the input"),
        ];
        assert_eq!(findings(&lake), expected);
    }
}
