//! `check`: the reading and the rules of `ingest`, with every finding listed and nothing written.

mod listing;
mod results;
mod service;

use listing::Listing;
use results::put_results;

use super::found::logged;
use super::ingest::{exit_with, total_bytes};
use super::kinds::{Assigned, KnownKinds, assign};
use super::{Exit, PipelineError, Stage};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::{IngestOutcome, RunSettings, check_inputs};
use crate::input::{Input, discover};
use crate::job::CheckJob;

pub(super) fn run(job: &CheckJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let inputs = logged(discover(&job.read.inputs, &stage.stores, None)?);
    stage.watcher.begin(total_bytes(&inputs), &stage.progress);
    let mut listing = Listing::new(job, &stage.stores);
    let checked = check_by_kind(job, inputs, &mut listing, stage);
    stage.watcher.end();
    let checked = checked?;
    put_results(job.format, &listing, &checked, stage.stdout)?;
    Ok(exit_with(&checked.inputs))
}

fn check_by_kind(
    job: &CheckJob,
    inputs: Vec<Input>,
    listing: &mut Listing,
    stage: &mut Stage<'_>,
) -> Result<IngestOutcome, PipelineError> {
    let Assigned {
        purchases,
        supplier_purchases,
        refused,
    } = assign(inputs, &job.read.kinds, &KnownKinds::default())?;
    let mut checked = IngestOutcome {
        inputs: refused,
        ..IngestOutcome::default()
    };
    listing.undecided(&checked.inputs, stage.stdout)?;
    if let Some((inputs, settings)) = purchases {
        checked.add(check_kind(job, &inputs, settings, listing, stage)?);
    }
    if let Some((mut inputs, settings)) = supplier_purchases {
        // The order of their run, which decides between two contents of one time.
        inputs.sort_by(|one, other| one.location.cmp(&other.location));
        checked.add(check_kind(job, &inputs, settings, listing, stage)?);
    }
    Ok(checked)
}

fn check_kind<K: RecordKind>(
    job: &CheckJob,
    inputs: &[Input],
    settings: &RunSettings<K>,
    listing: &mut Listing,
    stage: &mut Stage<'_>,
) -> Result<IngestOutcome, PipelineError> {
    let mut listed = listing.of_kind::<K>(inputs, stage.stdout);
    check_inputs(
        inputs,
        settings,
        job.reject_limit,
        &stage.progress,
        &mut listed,
    )
}
