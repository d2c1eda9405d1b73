//! Puts the content of an input in the place of what its path brought before.

use std::sync::Arc;

use super::Purchases;
use super::commit_buffer::PendingPurchases;
use super::output_writers::OutputWriters;
use super::table::purchases_spec;
use crate::ingest::changed_input::InputDifference;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::listed_inputs::ListedInputs;
use crate::ingest::record_kind::RecordKind;
use crate::input::Refusal;
use crate::lake::{
    CommitOutcome, IncomingContent, InputChange, InputChangeOutcome, InputRow, InputState, Lake,
    LakeError, ListedInput, RowsPlan,
};
use crate::rules::RuleId;

/// What came of an input that takes the place of others.
pub(super) enum Replacement {
    /// Its content is in the lake.
    Committed,
    /// Another process has changed the lake meanwhile: the input is read again.
    Superseded,
    /// It cannot take their place.
    Refused(Refusal),
}

/// Commits the rows of an input in the place of the listed inputs that it differs from.
///
/// # Errors
/// The lake fails, or record counts are inconsistent.
pub(super) fn replace_input(
    lake: &Lake,
    run: &mut IngestRun<'_, Purchases>,
    writers: OutputWriters,
    input: &PendingPurchases,
) -> Result<Replacement, RunError> {
    let (spec, kind) = (purchases_spec(), Purchases::NAME);
    run.read_listing(lake)?;
    let listed = Arc::clone(&run.listed);
    let settings = &run.options.reading_settings;
    let difference = InputDifference::of(&listed, &input.path, input.digest, settings);
    if difference.is_none() {
        writers.discard()?;
        return Ok(Replacement::Superseded);
    }
    if let Some(refusal) = difference.refusal(run.options.changed_input) {
        writers.discard()?;
        return Ok(Replacement::Refused(refusal));
    }
    let outgoing = difference.outgoing();
    if let Some(later) = duplicates_of(lake, &listed, &outgoing)? {
        writers.discard()?;
        return Ok(Replacement::Refused(duplicates_refusal(later)));
    }
    let known = lake.committed_digests(spec.name, kind, &[input.digest])?;
    let is_copy = known.rows.contains(&input.digest) && difference.other_settings.is_none();
    let row = input.row(&input.counters, true, run.options);
    let (rows, rejects, row) = if is_copy {
        writers.discard()?;
        (None, None, row.as_copy())
    } else {
        let (rows, rejects) = writers.finish(lake, std::slice::from_ref(&row))?;
        (Some(rows), Some(rejects), row)
    };
    let change = InputChange {
        run_id: run.run_id(),
        record_kind: kind,
        rows_table: &spec,
        listed: listed.rows(),
        outgoing: &outgoing,
        state: InputState::Replaced,
        incoming: vec![IncomingContent { row, is_copy }],
        rejects,
        snapshots: &[],
    };
    let changed = lake.change_inputs(&change, RowsPlan::Files(rows));
    record_change(run, changed)
}

/// Records the versions of a change.
fn record_change(
    run: &mut IngestRun<'_, Purchases>,
    changed: Result<InputChangeOutcome, LakeError>,
) -> Result<Replacement, RunError> {
    let committed = match changed {
        Ok(InputChangeOutcome::Superseded) => return Ok(Replacement::Superseded),
        Ok(InputChangeOutcome::Listed(version)) => {
            run.versions.inputs = version.or(run.versions.inputs);
            return Ok(Replacement::Committed);
        }
        Ok(InputChangeOutcome::Committed(versions)) => Ok(CommitOutcome::Committed(versions)),
        Err(error) => Err(error),
    };
    run.record_commit(committed)?;
    Ok(Replacement::Committed)
}

/// A later input that counts duplicates, if the outgoing ones have rows with an event id. Its
/// events may be theirs: without these rows they would be lost.
pub(super) fn duplicates_of<'l>(
    lake: &Lake,
    listed: &'l ListedInputs,
    outgoing: &[ListedInput],
) -> Result<Option<&'l ListedInput>, LakeError> {
    for out in outgoing.iter().filter(|out| out.is_current()) {
        let later = listed.rows().iter().find(|later| {
            later.is_current()
                && later.row.counts.duplicate > 0
                && later.row.ingested_at >= out.row.ingested_at
                && !outgoing.contains(later)
        });
        if later.is_some() && lake.has_text(&purchases_spec(), "event_id", out)? {
            return Ok(later);
        }
    }
    Ok(None)
}

fn duplicates_refusal(later: &ListedInput) -> Refusal {
    let InputRow { path, counts, .. } = &later.row;
    let message = format!(
        "its earlier content cannot be taken out: {path}, ingested later, counts {} events as duplicates, perhaps of its events; take that input out first (`purchase-etl inputs remove`), and ingest it again after this one",
        counts.duplicate
    );
    Refusal::new(RuleId::FileChanged, message)
}
