//! Which days of a job a backfill has finished: a mark for each day, in the lake.
//!
//! A day counts as finished as long as everything that it was made of is the same: the program's
//! version, the job file and what `--set` and `--only` made of it, every resolved setting, the
//! inputs by path, size and time of change (objects by their `ETag` too), and its output files are there. So a late file, a
//! deleted report or a changed environment variable make the day run again. A day that writes to
//! standard output is never finished: nobody can tell whether its answer was kept.
//!
//! The marks are in the lake, so that every machine sees them and a new lake has none; they are
//! hints, and losing them costs time alone.

use blake3::Hasher;
use serde::{Deserialize, Serialize};

use super::targets::{Target, targets};
use crate::input::discover;
use crate::job::file::{Action, JobPlan};
use crate::lake::{Lake, LakeError};
use crate::pipeline::discovered::lake_location;
use crate::pipeline::{Exit, PipelineError};
use crate::storage::Stores;

/// Digits of the job's digest in the name of the folder: enough for as many jobs as anybody has.
const NAME_DIGITS: usize = 32;

/// The marks of a job.
pub(super) struct BackfillState {
    lake: Lake,
    stores: Stores,
    folder: String,
}

/// The mark of a day.
#[derive(Debug, Deserialize, Serialize)]
struct CompletionMarker {
    job: String,
    date: String,
    fingerprint: String,
    exit_code: u8,
}

impl BackfillState {
    /// # Errors
    /// The lake's place is none.
    pub(super) fn of(plan: &JobPlan, stores: &Stores) -> Result<Self, LakeError> {
        let mut hasher = Hasher::new();
        hasher.update(plan.digest.as_bytes());
        for step in &plan.steps {
            hasher.update(step.name.as_bytes()).update(b"\0");
        }
        let digest = hasher.finalize().to_hex();
        Ok(Self {
            lake: Lake::at(&plan.lake, stores)?,
            stores: stores.clone(),
            folder: digest[..NAME_DIGITS].to_owned(),
        })
    }

    /// Whether the day was finished and nothing has changed since.
    pub(super) fn is_finished(&self, plan: &JobPlan) -> bool {
        self.completed_exit(plan).is_some()
    }

    /// How the day ended, if it was finished and nothing has changed since. A mark that cannot be
    /// read is none.
    pub(super) fn completed_exit(&self, plan: &JobPlan) -> Option<Exit> {
        let read = self
            .lake
            .read_completion_marker(&self.folder, &plan.date.to_string());
        let bytes = read.ok().flatten()?;
        let marker: CompletionMarker = serde_json::from_slice(&bytes).ok()?;
        let are_there = plan.steps.iter().all(|step| {
            let mut targets = targets(&step.action).into_iter();
            targets.all(|target| target.exists(&self.stores) != Some(false))
        });
        let is_same = fingerprint(plan, &self.stores).as_deref() == Some(&*marker.fingerprint);
        [Exit::Done, Exit::Refused]
            .into_iter()
            .find(|exit| exit.code() == marker.exit_code)
            .filter(|_| is_same && are_there)
    }

    /// Marks a day as finished, with the fingerprint from before it was run.
    pub(super) fn record_completion(
        &self,
        plan: &JobPlan,
        fingerprint: String,
        exit: Exit,
    ) -> Result<(), PipelineError> {
        let marker = CompletionMarker {
            job: plan.name.clone(),
            date: plan.date.to_string(),
            fingerprint,
            exit_code: exit.code(),
        };
        let bytes = serde_json::to_vec_pretty(&marker)?;
        Ok(self
            .lake
            .write_completion_marker(&self.folder, &marker.date, &bytes)?)
    }
}

/// Everything that a day is made of; nothing when that cannot be told.
pub(super) fn fingerprint(plan: &JobPlan, stores: &Stores) -> Option<String> {
    let mut hasher = Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes()).update(b"\0");
    };
    add(env!("CARGO_PKG_VERSION"));
    add(&plan.digest);
    add(&plan.lake);
    for step in &plan.steps {
        add(&step.name);
        if targets(&step.action).contains(&Target::StandardOutput) {
            return None;
        }
        for setting in &step.settings {
            add(&setting.name);
            add(setting.value.as_deref().unwrap_or("\u{1}"));
        }
        let (named, lake) = match &step.action {
            Action::Ingest(job) => {
                let lake = Lake::at(&job.lake, stores).ok()?;
                (&job.read.inputs, lake_location(&lake))
            }
            Action::Check(job) => (&job.read.inputs, None),
            Action::Report(_) | Action::Dashboard(_) | Action::Lake(_) => continue,
        };
        for input in discover(named, stores, lake.as_ref()).ok()?.inputs {
            add(&input.location.to_string());
            // What has no size or time is not known to be the same.
            add(&input.size_bytes?.to_string());
            add(&input.modified_micros?.to_string());
            // Stores tell whole seconds, in which an object may be written twice.
            add(input.etag().unwrap_or_default());
        }
    }
    Some(hasher.finalize().to_hex().to_string())
}
