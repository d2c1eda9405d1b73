//! Reads what the expectations are compared with, as far as they need it, and compares them.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{ExpectCommand, ExpectationName, ExpectedTable};
use crate::commands::tables::{
    AtVersion, OpenedTable, optional_table, purchases, supplier_purchases,
};
use crate::commands::{CommandError, RunContext};
use crate::lake::{Digest, InputCounts, InputRow, Lake, ListedInput};
use crate::report::{
    Assessment, AssessmentOutcome, Expectation, PurchaseFile, SeriesParameters, SeriesRequest,
    SupplierPurchaseFile, SupplierState, WEEKS_COMPARED, coverage, day_totals, newest_purchase,
    supplier_state,
};
use crate::run_report::{ExpectationOutcome, ExpectationResult, ExpectationSeverity};

/// Days of the comparison with the same weekday: the last one, and the weeks before it.
const DAYS_COMPARED: u16 = 7 * WEEKS_COMPARED + 1;

/// The files of the table, and the period of the comparison.
struct Facts {
    parameters: SeriesParameters,
    /// Purchases later than this do not count for the age.
    until_micros: i64,
    tables: ExpectedFiles,
    has_table: bool,
    /// The inputs of the job, or of the last ingest.
    inputs: Vec<InputCounts>,
}

/// The files of the table that is checked.
enum ExpectedFiles {
    Purchases(Vec<PurchaseFile>),
    SupplierPurchases(Vec<SupplierPurchaseFile>),
}

impl ExpectCommand {
    /// The results of all expectations, and whether the lake has the table.
    pub(super) fn assess(
        &self,
        lake: &Lake,
        zone: Tz,
        context: &RunContext<'_>,
    ) -> Result<(Vec<ExpectationResult>, bool), CommandError> {
        let facts = Facts::of(self, lake, zone, context)?;
        let set = self.expectations().into_iter();
        let results = set.map(|(name, expectation)| {
            let assessment = facts.assess(expectation)?;
            Ok(self.result(name, assessment))
        });
        let results: Result<_, CommandError> = results.collect();
        Ok((results?, facts.has_table))
    }

    fn result(&self, name: ExpectationName, assessment: Assessment) -> ExpectationResult {
        let (outcome, reason) = match assessment.outcome {
            AssessmentOutcome::Met => (ExpectationOutcome::Passed, None),
            AssessmentOutcome::NotMet => (ExpectationOutcome::Failed, None),
            AssessmentOutcome::Skipped(why) => (ExpectationOutcome::Skipped, Some(why)),
        };
        ExpectationResult {
            expectation: name.key(),
            table: self.table.spec().name,
            severity: if self.warn.contains(&name) {
                ExpectationSeverity::Warn
            } else {
                ExpectationSeverity::Error
            },
            outcome,
            expected: assessment.expected,
            found: assessment.found,
            reason,
        }
    }

    fn parameters(
        &self,
        zone: Tz,
        context: &RunContext<'_>,
    ) -> Result<SeriesParameters, CommandError> {
        let days = self.no_empty_days.unwrap_or_default().max(DAYS_COMPARED);
        let request = SeriesRequest {
            length: Some(days.to_string()),
            ending_at: Some(self.date(zone, context).to_string()),
            timezone: Some(zone.name().to_owned()),
            // The data date may end after the run.
            allow_future: true,
            ..SeriesRequest::default()
        };
        Ok(SeriesParameters::resolve(&request, self.now(context))?)
    }
}

impl Facts {
    fn of(
        command: &ExpectCommand,
        lake: &Lake,
        zone: Tz,
        context: &RunContext<'_>,
    ) -> Result<Self, CommandError> {
        let parameters = command.parameters(zone, context)?;
        let now: DateTime<Utc> = command.now(context);
        let (tables, has_table) = match command.table {
            ExpectedTable::Purchases => {
                let table = optional_table(purchases(lake, AtVersion::Latest))?;
                let has_table = table.is_some();
                (
                    ExpectedFiles::Purchases(files_of(command, table)),
                    has_table,
                )
            }
            ExpectedTable::SupplierPurchases => {
                let table = optional_table(supplier_purchases(lake, AtVersion::Latest, None))?;
                let has_table = table.is_some();
                let files = files_of(command, table);
                (ExpectedFiles::SupplierPurchases(files), has_table)
            }
        };
        let inputs = if command.max_reject_share.is_some() {
            let listed = lake.listed_inputs(command.table.spec().name)?;
            let current = listed.into_iter().filter(ListedInput::is_current);
            let rows: Vec<InputRow> = current.map(|input| input.row).collect();
            inputs_compared(&rows, context)
        } else {
            Vec::new()
        };
        Ok(Self {
            until_micros: parameters.ending_at_micros().min(now.timestamp_micros()),
            parameters,
            tables,
            has_table,
            inputs,
        })
    }

    fn assess(&self, expectation: Expectation) -> Result<Assessment, CommandError> {
        let days = |files: &[PurchaseFile]| day_totals(&self.parameters, files);
        Ok(match (&self.tables, expectation) {
            (ExpectedFiles::Purchases(files), Expectation::MinRecords(least)) => {
                let days = days(files)?;
                let day = days.last();
                let within = day.map(|day| format!("on {}", day.day)).unwrap_or_default();
                Assessment::of_records(least, day.map_or(0, |day| day.records), &within)
            }
            (ExpectedFiles::SupplierPurchases(files), Expectation::MinRecords(least)) => {
                let SupplierState { records, .. } = supplier_state(files, self.until_micros)?;
                Assessment::of_records(least, records, "that are not deleted")
            }
            (_, Expectation::MaxRejectShare(most)) => {
                let sum = |count: fn(&InputCounts) -> i64| {
                    self.inputs.iter().map(count).sum::<i64>().unsigned_abs()
                };
                let validated = sum(|input| input.read - input.skipped);
                let rejected = sum(|input| input.rejected);
                Assessment::of_rejects(most, self.inputs.len(), rejected, validated)
            }
            (ExpectedFiles::Purchases(files), Expectation::MaxAge(most)) => {
                let newest = newest_purchase(files, self.until_micros)?;
                Assessment::of_age(most, newest, self.until_micros)
            }
            (ExpectedFiles::SupplierPurchases(files), Expectation::MaxAge(most)) => {
                let state = supplier_state(files, self.until_micros)?;
                Assessment::of_age(most, state.newest_micros, self.until_micros)
            }
            (_, Expectation::NoEmptyDays(count)) => {
                let files = self.purchases();
                let first = coverage(files).map(|covered| covered.first);
                Assessment::of_empty_days(count, &days(files)?, first)
            }
            (_, Expectation::ChangeWithin(within)) => {
                Assessment::of_change(within, &days(self.purchases())?)
            }
        })
    }

    /// The files of customer purchases: expectations of days are refused for other tables.
    fn purchases(&self) -> &[PurchaseFile] {
        match &self.tables {
            ExpectedFiles::Purchases(files) => files,
            ExpectedFiles::SupplierPurchases(_) => &[],
        }
    }
}

/// The files of a table; a table that does not exist has none, which is logged.
fn files_of<F>(command: &ExpectCommand, table: Option<OpenedTable<F>>) -> Vec<F> {
    if table.is_none() {
        let name = command.table.spec().name;
        tracing::warn!(lake = command.lake, "the lake has no table {name}");
    }
    table.map(|table| table.files).unwrap_or_default()
}

/// The counts of the current inputs of the job, each of its newest content; without an ingest step in
/// the job, of those of the last ingest. A further path of a content has the counts of the content.
fn inputs_compared(all: &[InputRow], context: &RunContext<'_>) -> Vec<InputCounts> {
    let mut counts: HashMap<Digest, InputCounts> = HashMap::new();
    for input in all {
        let known = counts.entry(input.digest).or_default();
        if input.counts.read > known.read {
            *known = input.counts;
        }
    }
    let mut compared: BTreeMap<&str, &InputRow> = BTreeMap::new();
    let last = all.iter().map(|input| input.ingested_at).max();
    for input in all {
        let is_compared = match &context.job_inputs {
            Some(paths) => paths.contains(&input.path),
            None => Some(input.ingested_at) == last,
        };
        let known = compared.get(input.path.as_str());
        let is_newer = known.is_none_or(|known| known.ingested_at < input.ingested_at);
        if is_compared && is_newer {
            compared.insert(&input.path, input);
        }
    }
    let digests = compared.into_values().map(|input| input.digest);
    digests
        .filter_map(|digest| counts.get(&digest).copied())
        .collect()
}
