//! Looks at the first records of inputs, for `init`: their kind, columns and values, and what a check
//! finds in them.
//!
//! In: an ingest step, whose settings apply. Out: counts, names of columns and keys, and formats; no
//! value of a record but in the messages of findings.

mod columns;
mod sample;
mod value_profile;

use std::num::NonZeroU64;

use super::assign_inputs::{AssignedInputs, ListedInputsByKind, assign_inputs};
use super::check::check_assigned;
use super::discovered::log_omitted_inputs;
use super::ingest::IngestCommand;
use super::read::{KindSettings, ReadArguments};
use super::{CommandError, RunContext};
use crate::ingest::CheckEvent;
use crate::input::{Input, discover};
use columns::{SurveyedColumns, survey_columns};
use sample::SampleCollector;

pub use columns::SurveyedColumn;
pub use sample::SampleCheck;
pub use value_profile::ValueProfile;

/// Records of each input that are read.
pub const SAMPLE_RECORDS: NonZeroU64 = NonZeroU64::new(1_000).expect("above zero");

/// Inputs that are read at most: the files of a folder are alike.
const SAMPLE_INPUTS: usize = 5;

/// The reject limit of an ingest that sets none.
const USUAL_REJECT_LIMIT: f64 = 0.05;

/// The kind of the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurveyedKind {
    /// Purchases of customers.
    Purchases,
    /// Purchases from suppliers.
    SupplierPurchases,
    /// Some inputs have the one kind, and some the other.
    Both,
    /// No header or key is known.
    Unknown,
}

/// What the beginning of the inputs shows.
#[derive(Clone, Debug)]
pub struct DumpSurvey {
    /// The kind.
    pub kind: SurveyedKind,
    /// The number of inputs that were found.
    pub inputs: usize,
    /// The columns of the first input, if it is delimited text.
    pub columns: Vec<SurveyedColumn>,
    /// What was decided about its dialect, and why; without values of the input.
    pub decisions: Vec<String>,
}

/// Detects the kind of the inputs of an ingest step, and the columns of the first.
///
/// # Errors
/// An input does not exist or cannot be listed.
pub fn survey_inputs(
    command: &IngestCommand,
    context: &RunContext<'_>,
) -> Result<DumpSurvey, CommandError> {
    let arguments = command.read_arguments();
    let (all, inputs) = first_inputs(arguments, context)?;
    let read = arguments.resolve("", context.shared.now, None)?;
    let assigned = assign_inputs(inputs.clone(), &read.kinds, ListedInputsByKind::default())?;
    let AssignedInputs {
        purchases,
        supplier_purchases,
        ..
    } = assigned;
    let kind = match (&purchases, &supplier_purchases) {
        (Some(_), Some(_)) => SurveyedKind::Both,
        (Some(_), None) => SurveyedKind::Purchases,
        (None, Some(_)) => SurveyedKind::SupplierPurchases,
        (None, None) => SurveyedKind::Unknown,
    };
    let most = SAMPLE_RECORDS.get();
    let columns = inputs.first().map(|input| match (&read.kinds, kind) {
        (KindSettings::SupplierPurchases(settings), _) => survey_columns(input, settings, most),
        (KindSettings::Auto(_, settings), SurveyedKind::SupplierPurchases) => {
            survey_columns(input, settings, most)
        }
        (KindSettings::Purchases(settings) | KindSettings::Auto(settings, _), _) => {
            survey_columns(input, settings, most)
        }
    });
    let SurveyedColumns { columns, decisions } = columns.unwrap_or_default();
    Ok(DumpSurvey {
        kind,
        inputs: all,
        columns,
        decisions,
    })
}

/// Validates the first records of the inputs of an ingest step as the step would.
///
/// # Errors
/// An input does not exist or cannot be listed, or the run is interrupted.
pub fn sample_inputs(
    command: &IngestCommand,
    context: &RunContext<'_>,
) -> Result<SampleCheck, CommandError> {
    let mut arguments = command.read_arguments().clone();
    arguments.limit = Some(SAMPLE_RECORDS);
    let (_, inputs) = first_inputs(&arguments, context)?;
    let read = arguments.resolve(&context.run_id, context.shared.now, None)?;
    let assigned = assign_inputs(inputs, &read.kinds, ListedInputsByKind::default())?;
    let mut collector = SampleCollector::default();
    let mut add = |_kind: &str, event: CheckEvent<'_>| {
        collector.add(&event);
        Ok(())
    };
    let checked = check_assigned(assigned, 1.0, &context.shared.progress, &mut add)?;
    Ok(collector.finish(&checked, USUAL_REJECT_LIMIT))
}

/// The number of inputs, and the first ones that are not empty.
fn first_inputs(
    arguments: &ReadArguments,
    context: &RunContext<'_>,
) -> Result<(usize, Vec<Input>), CommandError> {
    let found = discover(&arguments.inputs, &context.shared.stores, None)?;
    let inputs = log_omitted_inputs(found);
    let all = inputs.len();
    let inputs = inputs.into_iter();
    let inputs = inputs.filter(|input| input.size_bytes != Some(0));
    Ok((all, inputs.take(SAMPLE_INPUTS).collect()))
}
