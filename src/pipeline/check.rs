//! `check`: the reading and the rules of `ingest`, with every finding listed and nothing written.

mod listing;
mod results;
mod service;

use listing::FindingListing;
use results::put_results;

use super::assignment::{AssignedInputs, KnownFilesByKind, assign_inputs};
use super::discovered::log_omitted_inputs;
use super::ingest::{exit_with, total_bytes};
use super::{Exit, PipelineError, RunContext};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::{IngestOutcome, RunSettings, check_inputs};
use crate::input::{Input, discover};
use crate::job::CheckJob;

pub(super) fn run(job: &CheckJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    let inputs = log_omitted_inputs(discover(&job.read.inputs, &context.stores, None)?);
    context
        .progress_ui
        .begin(total_bytes(&inputs), &context.progress);
    let mut listing = FindingListing::new(job, &context.stores);
    let checked = check_by_kind(job, inputs, &mut listing, context);
    context.progress_ui.end();
    let checked = checked?;
    put_results(job.format, &listing, &checked, context.stdout)?;
    Ok(exit_with(&checked.inputs))
}

fn check_by_kind(
    job: &CheckJob,
    inputs: Vec<Input>,
    listing: &mut FindingListing,
    context: &mut RunContext<'_>,
) -> Result<IngestOutcome, PipelineError> {
    let AssignedInputs {
        purchases,
        supplier_purchases,
        refused,
    } = assign_inputs(inputs, &job.read.kinds, &KnownFilesByKind::default())?;
    let mut checked = IngestOutcome {
        inputs: refused,
        ..IngestOutcome::default()
    };
    listing.list_unassigned(&checked.inputs, context.stdout)?;
    if let Some((inputs, settings)) = purchases {
        checked.add(check_kind(job, &inputs, settings, listing, context)?);
    }
    if let Some((mut inputs, settings)) = supplier_purchases {
        // The order of their run, which decides between two contents of one time.
        inputs.sort_by(|one, other| one.location.cmp(&other.location));
        checked.add(check_kind(job, &inputs, settings, listing, context)?);
    }
    Ok(checked)
}

fn check_kind<K: RecordKind>(
    job: &CheckJob,
    inputs: &[Input],
    settings: &RunSettings<K>,
    listing: &mut FindingListing,
    context: &mut RunContext<'_>,
) -> Result<IngestOutcome, PipelineError> {
    let mut listed = listing.for_kind::<K>(inputs, context.stdout);
    check_inputs(
        inputs,
        settings,
        job.reject_limit,
        &context.progress,
        &mut listed,
    )
}
