//! The result of a verification: the tables that exist, and the differences found.

use std::collections::BTreeMap;

use serde::Serialize;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationSeverity {
    /// No error, but something remains to be done.
    Note,
    /// The lake differs from its log.
    Damage,
}

/// A difference between the store and the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerificationFinding {
    /// The severity.
    pub severity: VerificationSeverity,
    /// The table.
    pub table: String,
    /// The file below the table's folder, or the input.
    pub subject: Option<String>,
    /// What was compared.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The value found.
    pub found: String,
    /// What to do about it.
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
    /// Exact sums of its amounts by currency, if every row was read.
    pub sums: BTreeMap<String, String>,
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerificationReport {
    /// The tables that exist.
    pub tables: Vec<VerifiedTable>,
    /// The differences found.
    pub findings: Vec<VerificationFinding>,
}

impl VerificationReport {
    /// Whether any finding is damage.
    pub fn is_damaged(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.severity == VerificationSeverity::Damage)
    }

    /// Adds damage, with the expected value and the one found.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass numbers and texts inline"
    )]
    pub fn add_damage(
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

    /// Adds what remains to be done, with the expected value and the one found.
    pub fn add_note(
        &mut self,
        table: &str,
        subject: &str,
        what: &'static str,
        numbers: (impl ToString, impl ToString),
        remedy: &'static str,
    ) {
        self.add_damage(table, subject, what, numbers, remedy);
        if let Some(finding) = self.findings.last_mut() {
            finding.severity = VerificationSeverity::Note;
        }
    }
}
