//! Reads what the expectations are compared with, as far as they need it, and compares them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{ExpectCommand, ExpectationName, ExpectedTable};
use crate::commands::tables::{AtVersion, optional_table, purchases, supplier_purchases};
use crate::commands::{CommandError, RunContext};
use crate::lake::{IngestedInput, Lake};
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
    inputs: Vec<IngestedInput>,
}

impl ExpectCommand {
    /// The results of all expectations, and whether the lake has the table.
    pub(super) fn assess(
        &self,
        lake: &Lake,
        context: &RunContext<'_>,
    ) -> Result<(Vec<ExpectationResult>, bool), CommandError> {
        let facts = Facts::of(self, lake, context)?;
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

    fn parameters(&self, context: &RunContext<'_>) -> Result<SeriesParameters, CommandError> {
        let days = self.no_empty_days.unwrap_or_default().max(DAYS_COMPARED);
        let request = SeriesRequest {
            length: Some(days.to_string()),
            ending_at: Some(self.date(context).to_string()),
            timezone: Some(self.timezone.name().to_owned()),
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
        context: &RunContext<'_>,
    ) -> Result<Self, CommandError> {
        let parameters = command.parameters(context)?;
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
            let all = lake.ingested_inputs(command.table.spec().name)?;
            facts.inputs = inputs_compared(all, context);
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
        let table = optional_table(purchases(lake, AtVersion::Latest, None))?;
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
                let sum = |count: fn(&IngestedInput) -> i64| {
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

/// Of the ingested inputs, those of the job, each with the counts of its newest content; without an
/// ingest step in the job, those of the last ingest.
fn inputs_compared(all: Vec<IngestedInput>, context: &RunContext<'_>) -> Vec<IngestedInput> {
    let Some(paths) = &context.job_inputs else {
        let last = all.iter().map(|input| input.ingested_at).max();
        let of_last = all.into_iter();
        return of_last
            .filter(|input| Some(input.ingested_at) == last)
            .collect();
    };
    let mut newest: BTreeMap<String, IngestedInput> = BTreeMap::new();
    for input in all {
        if !paths.contains(&input.path) {
            continue;
        }
        let known = newest.get(&input.path);
        if known.is_none_or(|known| known.ingested_at < input.ingested_at) {
            newest.insert(input.path.clone(), input);
        }
    }
    newest.into_values().collect()
}
