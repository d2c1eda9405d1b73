//! Reads what the expectations are compared with, as far as they need it, and compares them.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{ExpectCommand, ExpectationName, ExpectedTable};
use crate::commands::tables::{AtVersion, optional_table, purchases, supplier_purchases};
use crate::commands::{CommandError, RunContext};
use crate::lake::{Digest, InputCounts, InputRow, Lake, ListedInput};
use crate::report::{
    Assessment, AssessmentOutcome, DayTotal, Expectation, SeriesParameters, SeriesRequest,
    SupplierState, WEEKS_COMPARED, coverage, day_totals, newest_purchase, supplier_state,
};
use crate::run_report::{ExpectationOutcome, ExpectationResult, ExpectationSeverity};

/// Days of the comparison with the same weekday: the last one, and the weeks before it.
const DAYS_COMPARED: u16 = 7 * WEEKS_COMPARED + 1;

/// What the table has, as far as the expectations need it.
struct Facts {
    has_table: bool,
    /// The purchases that `min_records` counts, and where they are.
    records: u64,
    within: String,
    /// The days up to the data date; none for supplier purchases.
    days: Vec<DayTotal>,
    /// The first UTC day with purchases.
    first_date: Option<NaiveDate>,
    /// The newest purchase or state up to `until_micros`, the earlier one of the current time and the
    /// end of the data date.
    newest_micros: Option<i64>,
    until_micros: i64,
    /// The inputs of the job, or of the last ingest.
    inputs: Vec<InputCounts>,
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
        let results = set.map(|(name, expectation)| self.result(name, facts.assess(expectation)));
        Ok((results.collect(), facts.has_table))
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
        let now = command.now(context).timestamp_micros();
        let mut facts = Self {
            has_table: true,
            records: 0,
            within: String::new(),
            days: Vec::new(),
            first_date: None,
            newest_micros: None,
            until_micros: parameters.ending_at_micros().min(now),
            inputs: Vec::new(),
        };
        if command.max_reject_share.is_some() {
            let listed = lake.listed_inputs(command.table.spec().name)?;
            let current = listed.into_iter().filter(ListedInput::is_current);
            let rows: Vec<InputRow> = current.map(|input| input.row).collect();
            facts.inputs = inputs_compared(&rows, context);
        }
        match command.table {
            ExpectedTable::Purchases => facts.add_purchases(command, lake, &parameters)?,
            ExpectedTable::SupplierPurchases => facts.add_supplier_purchases(lake)?,
        }
        if !facts.has_table {
            let name = command.table.spec().name;
            tracing::warn!(lake = command.lake, "the lake has no table {name}");
        }
        Ok(facts)
    }

    fn add_purchases(
        &mut self,
        command: &ExpectCommand,
        lake: &Lake,
        parameters: &SeriesParameters,
    ) -> Result<(), CommandError> {
        let table = optional_table(purchases(lake, AtVersion::Latest))?;
        self.has_table = table.is_some();
        let files = table.map(|table| table.files).unwrap_or_default();
        self.first_date = coverage(&files).map(|covered| covered.first);
        if command.max_age.is_some() {
            self.newest_micros = newest_purchase(&files, self.until_micros)?;
        }
        let is_of_days = |(_, expectation): &(_, Expectation)| {
            !matches!(
                expectation,
                Expectation::MaxAge(_) | Expectation::MaxRejectShare(_)
            )
        };
        if command.expectations().iter().any(is_of_days) {
            self.days = day_totals(parameters, &files)?;
        }
        if let Some(day) = self.days.last() {
            self.records = day.records;
            self.within = format!("on {}", day.day);
        }
        Ok(())
    }

    fn add_supplier_purchases(&mut self, lake: &Lake) -> Result<(), CommandError> {
        let table = optional_table(supplier_purchases(lake, AtVersion::Latest, None))?;
        self.has_table = table.is_some();
        let files = table.map(|table| table.files).unwrap_or_default();
        let SupplierState {
            records,
            newest_micros,
        } = supplier_state(&files, self.until_micros)?;
        self.records = records;
        self.newest_micros = newest_micros;
        "that are not deleted".clone_into(&mut self.within);
        Ok(())
    }

    fn assess(&self, expectation: Expectation) -> Assessment {
        match expectation {
            Expectation::MinRecords(least) => {
                Assessment::of_records(least, self.records, &self.within)
            }
            Expectation::MaxRejectShare(most) => {
                let sum = |count: fn(&InputCounts) -> i64| {
                    self.inputs.iter().map(count).sum::<i64>().unsigned_abs()
                };
                let validated = sum(|input| input.read - input.skipped);
                let rejected = sum(|input| input.rejected);
                Assessment::of_rejects(most, self.inputs.len(), rejected, validated)
            }
            Expectation::MaxAge(most) => {
                Assessment::of_age(most, self.newest_micros, self.until_micros)
            }
            Expectation::NoEmptyDays(count) => {
                Assessment::of_empty_days(count, &self.days, self.first_date)
            }
            Expectation::ChangeWithin(within) => Assessment::of_change(within, &self.days),
        }
    }
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
