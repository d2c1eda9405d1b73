//! Whether the store holds what the logs say: tables come in, findings go out.
//!
//! | depth | what is compared |
//! |---|---|
//! | [`VerificationDepth::Footers`] | size, row count and statistics of each file of the newest version; its path and its partition; files that no version has; the ledger of each input, and the inputs together with the tables |
//! | [`VerificationDepth::Rows`] | besides, every row is read: its day or month against the partition, its place in its input, which no other row may have; rows and rejects of each input |

mod files;
mod ledger;
mod rows;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{MaintainedTable, MaintenanceError};
use crate::lake::Lake;

pub(super) use rows::TableScan;

/// How often damage is looked for before it is believed, while other commands change the tables: a
/// command changes each table once or twice.
const MAX_PASSES: u32 = 5;

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationDepth {
    /// The end of each file.
    Footers,
    /// Every row.
    Rows,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationSeverity {
    /// Nothing is wrong, and something is left to do.
    Note,
    /// The lake does not hold what it should.
    Damage,
}

/// Something that is not as the log says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerificationFinding {
    /// How bad it is.
    pub severity: VerificationSeverity,
    /// The table.
    pub table: String,
    /// The file below the table's folder, or the input.
    pub subject: Option<String>,
    /// What was compared.
    pub what: &'static str,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
    /// What to do.
    pub remedy: &'static str,
}

/// A table that was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifiedTable {
    /// Its name.
    pub table: String,
    /// The version.
    pub version: i64,
    /// Its files.
    pub files: u64,
    /// Its rows.
    pub rows: u64,
    /// Exact sums of its amounts by currency, where every row was read.
    pub sums: BTreeMap<String, String>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerificationReport {
    /// The tables that are there.
    pub tables: Vec<VerifiedTable>,
    /// What is not as it should be, and what is left to do.
    pub findings: Vec<VerificationFinding>,
}

impl VerificationReport {
    /// Whether anything is damaged.
    pub fn is_damaged(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.severity == VerificationSeverity::Damage)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and texts are written where they are used"
    )]
    fn add_damage(
        &mut self,
        table: &str,
        subject: &str,
        what: &'static str,
        numbers: (impl ToString, impl ToString),
        remedy: &'static str,
    ) {
        self.findings.push(VerificationFinding {
            severity: VerificationSeverity::Damage,
            table: table.to_owned(),
            subject: (!subject.is_empty()).then(|| subject.to_owned()),
            what,
            expected: numbers.0.to_string(),
            found: numbers.1.to_string(),
            remedy,
        });
    }

    fn add_note(
        &mut self,
        table: &str,
        what: &'static str,
        numbers: (impl ToString, impl ToString),
        remedy: &'static str,
    ) {
        self.add_damage(table, "", what, numbers, remedy);
        if let Some(finding) = self.findings.last_mut() {
            finding.severity = VerificationSeverity::Note;
        }
    }
}

/// The tables of a lake by what they are for.
#[derive(Clone, Copy, Debug)]
pub struct TablesByRole<'a> {
    /// Those that take accepted rows, each named as its record kind.
    pub rows: &'a [MaintainedTable],
    /// The rejects.
    pub rejects: &'a MaintainedTable,
    /// The inputs.
    pub inputs: &'a MaintainedTable,
}

impl Lake {
    /// Verifies all tables that are there. A run that goes on beside it may show as work that is
    /// left to do, never as damage.
    ///
    /// Damage is looked for again, a few times, where a table has got another version meanwhile: a
    /// restore or a vacuum beside it takes away what the first look relied on.
    ///
    /// # Errors
    /// A log that cannot be read; what is wrong with files is a finding.
    pub fn verify(
        &self,
        tables: TablesByRole<'_>,
        depth: VerificationDepth,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<VerificationReport, MaintenanceError> {
        let mut passes = 1;
        loop {
            let pass = self.verify_once(tables, depth, interrupted)?;
            if passes == MAX_PASSES
                || !pass.report.is_damaged()
                || !self.has_new_version(tables, &pass)?
            {
                return Ok(pass.report);
            }
            passes += 1;
        }
    }

    /// The inputs first, at one version, then the tables that their rows are in: against the order of
    /// the commits, so that what is in the first is in the others. The transactions of a table are
    /// those of the version whose rows are counted.
    fn verify_once(
        &self,
        tables: TablesByRole<'_>,
        depth: VerificationDepth,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<VerificationPass, MaintenanceError> {
        let mut report = VerificationReport::default();
        let ledger = self.ledger(tables.inputs, &mut report)?;
        let mut scans: BTreeMap<&'static str, TableScan> = BTreeMap::new();
        let all = tables.rows.iter().chain([tables.rejects, tables.inputs]);
        for maintained in all {
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

    /// Whether a table has another version than those that were looked at.
    fn has_new_version(
        &self,
        tables: TablesByRole<'_>,
        pass: &VerificationPass,
    ) -> Result<bool, MaintenanceError> {
        for maintained in tables.rows.iter().chain([tables.rejects, tables.inputs]) {
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

/// What one look has found, and at which versions of the tables.
struct VerificationPass {
    report: VerificationReport,
    /// That of the inputs may be there twice: their list is read first, their files last.
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
