//! Compares the store with the logs: tables come in, findings go out.
//!
//! | depth | what is compared |
//! |---|---|
//! | [`VerificationDepth::Footers`] | size, row count and statistics of each file of the newest version; its path and its partition; orphans; the counts of each input, and the inputs with the tables |
//! | [`VerificationDepth::Rows`] | in addition every row is read: its day or month against the partition, its record number, which must be unique in its input; rows and rejects of each input |

mod files;
mod ledger;
mod report;
mod rows;

use std::collections::BTreeMap;

use super::MaintainedTable;
use crate::lake::{Lake, LakeError};

pub use report::{VerificationFinding, VerificationReport, VerificationSeverity, VerifiedTable};
pub(super) use rows::TableScan;

/// How often damage is checked again while other commands change the tables; a command changes each
/// table once or twice.
const MAX_PASSES: u32 = 5;

/// How much of each file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationDepth {
    /// The footer of each file.
    Footers,
    /// Every row.
    Rows,
}

/// The tables of a lake by their role.
#[derive(Clone, Copy, Debug)]
pub struct TablesByRole<'a> {
    /// The tables of accepted rows, each named as its record kind.
    pub rows: &'a [MaintainedTable],
    /// The tables of all states of such rows.
    pub states: &'a [MaintainedTable],
    /// The table of rejects.
    pub rejects: &'a MaintainedTable,
    /// The table of inputs.
    pub inputs: &'a MaintainedTable,
}

impl<'a> TablesByRole<'a> {
    fn all(self) -> impl Iterator<Item = &'a MaintainedTable> {
        let of_rows = self.rows.iter().chain(self.states);
        of_rows.chain([self.rejects, self.inputs])
    }
}

impl Lake {
    /// Verifies all tables that exist. A concurrent run may be reported as unfinished, never as
    /// damage.
    ///
    /// If damage is found and a table has a new version since, the verification is repeated a few
    /// times: a concurrent restore or vacuum may have removed what it relied on.
    ///
    /// # Errors
    /// A log that cannot be read; problems of files are findings.
    pub fn verify(
        &self,
        tables: TablesByRole<'_>,
        depth: VerificationDepth,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<VerificationReport, LakeError> {
        for _ in 1..MAX_PASSES {
            let pass = self.verify_once(tables, depth, interrupted)?;
            if !pass.report.is_damaged() || !self.has_new_version(tables, &pass)? {
                return Ok(pass.report);
            }
        }
        Ok(self.verify_once(tables, depth, interrupted)?.report)
    }

    /// Reads the inputs first, at one version, and then the tables of their rows: the reverse order
    /// of the commits, so that whatever is listed is also in the tables. The transactions of a
    /// table are those of the version whose rows are counted.
    fn verify_once(
        &self,
        tables: TablesByRole<'_>,
        depth: VerificationDepth,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<VerificationPass, LakeError> {
        let mut report = VerificationReport::default();
        let ledger = self.ledger(tables.inputs, &mut report)?;
        let mut scans: BTreeMap<&'static str, TableScan> = BTreeMap::new();
        for maintained in tables.all() {
            if !self.has_table(maintained)? {
                continue;
            }
            let mut of_table = self.verify_files(maintained, depth, interrupted, &mut report)?;
            for kind in kinds_in(maintained, tables) {
                let inputs = self.inputs_in(maintained.spec.name, kind, of_table.version)?;
                of_table.inputs.insert(kind, inputs);
            }
            scans.insert(maintained.spec.name, of_table);
        }
        ledger.compare(tables, depth, &scans, &mut report);
        let listed = ledger
            .version
            .map(|version| (tables.inputs.spec.name, version));
        let versions = scans.iter().map(|(table, scan)| (*table, scan.version));
        Ok(VerificationPass {
            versions: versions.chain(listed).collect(),
            report,
        })
    }

    /// Whether a table has a newer version than the verified one.
    fn has_new_version(
        &self,
        tables: TablesByRole<'_>,
        pass: &VerificationPass,
    ) -> Result<bool, LakeError> {
        for maintained in tables.all() {
            let newest = self.newest_version(maintained.spec.name)?;
            let mut versions = pass.versions.iter();
            if versions
                .any(|(table, version)| *table == maintained.spec.name && Some(*version) != newest)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The result of one pass, and the versions of the tables it read.
struct VerificationPass {
    report: VerificationReport,
    /// The table of inputs may occur twice: its rows are read first, its files last.
    versions: Vec<(&'static str, u64)>,
}

/// The kinds whose inputs have transactions in a table.
fn kinds_in(maintained: &MaintainedTable, tables: TablesByRole<'_>) -> Vec<&'static str> {
    let kinds = tables.rows.iter().map(|rows| rows.spec.name);
    let is_rejects = maintained.spec.name == tables.rejects.spec.name;
    kinds
        .filter(|kind| is_rejects || *kind == maintained.spec.name)
        .collect()
}

#[cfg(test)]
mod tests;
