//! The days of a job that a backfill has completed: a completion marker per day, in the lake.
//!
//! A day is complete as long as its fingerprint is the same and its output files exist. The
//! fingerprint covers the version of the program, the job file with `--set` and `--only`, every
//! resolved setting, the inputs by path, size and modification time (objects by `ETag` too), and the
//! arguments that match no input. So a late file, a deleted report or a changed environment variable
//! makes the day run again. A day that writes to stdout is never complete, because its output may be
//! lost, nor one that leaves out inputs, because a later run reads them.
//!
//! The markers are in the lake, so that every machine sees them and a new lake has none. Losing them
//! only costs time.

use blake3::Hasher;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::commands::{CommandError, OutputTarget, SharedContext, lake_location};
use crate::input::discover_present;
use crate::job_file::JobPlan;
use crate::lake::{Lake, LakeError};
use crate::storage::Stores;
use crate::values::ExitCode;

/// Digits of the digest of the job in the name of the folder: 128 bits, so that names are unique.
const NAME_DIGITS: usize = 32;

/// In the fingerprint, before an argument that matches no input; no location is this text.
const MISSING: &str = "\u{2}";

/// The completion markers of a job.
pub(super) struct BackfillState {
    lake: Lake,
    stores: Stores,
    /// The start of the program.
    clock: DateTime<Utc>,
    folder: String,
}

/// The marker of a completed day.
#[derive(Debug, Deserialize, Serialize)]
struct CompletionMarker {
    job: String,
    date: String,
    fingerprint: String,
    exit_code: u8,
}

impl BackfillState {
    /// # Errors
    /// The location of the lake is invalid.
    pub(super) fn of(plan: &JobPlan, shared: &SharedContext<'_>) -> Result<Self, LakeError> {
        let mut hasher = Hasher::new();
        hasher.update(plan.digest.as_bytes());
        for step in &plan.steps {
            hasher.update(step.name.as_bytes()).update(b"\0");
        }
        let digest = hasher.finalize().to_hex();
        Ok(Self {
            lake: Lake::at(&plan.lake, &shared.stores)?,
            stores: shared.stores.clone(),
            clock: shared.clock,
            folder: digest[..NAME_DIGITS].to_owned(),
        })
    }

    /// Whether the day is complete.
    pub(super) fn is_finished(&self, plan: &JobPlan) -> bool {
        self.completed_exit(plan).is_some()
    }

    /// The exit code of a complete day. An unreadable marker is ignored.
    pub(super) fn completed_exit(&self, plan: &JobPlan) -> Option<ExitCode> {
        let read = self
            .lake
            .read_completion_marker(&self.folder, &plan.date.to_string());
        let bytes = read.ok().flatten()?;
        let marker: CompletionMarker = serde_json::from_slice(&bytes).ok()?;
        let are_there = plan.steps.iter().all(|step| {
            let output = step.action.command().output();
            output.is_none_or(|output| output.exists(&self.stores) != Some(false))
        });
        let is_same =
            fingerprint(plan, &self.stores, self.clock).as_deref() == Some(&*marker.fingerprint);
        [ExitCode::Done, ExitCode::Refused]
            .into_iter()
            .find(|exit| exit.code() == marker.exit_code)
            .filter(|_| is_same && are_there)
    }

    /// Writes the marker of a day, with the fingerprint from before the day ran.
    pub(super) fn record_completion(
        &self,
        plan: &JobPlan,
        fingerprint: String,
        exit: ExitCode,
    ) -> Result<(), CommandError> {
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

/// The fingerprint of a day; none if it cannot be computed.
pub(super) fn fingerprint(plan: &JobPlan, stores: &Stores, clock: DateTime<Utc>) -> Option<String> {
    let mut hasher = Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes()).update(b"\0");
    };
    add(env!("CARGO_PKG_VERSION"));
    add(&plan.digest);
    add(&plan.lake);
    for step in &plan.steps {
        add(&step.name);
        if step.action.command().output() == Some(OutputTarget::StandardOutput) {
            return None;
        }
        for setting in &step.settings {
            add(&setting.name);
            add(setting.value.as_deref().unwrap_or("\u{1}"));
        }
        let named = step.action.command().inputs();
        if named.is_empty() {
            continue;
        }
        let lake = match step.action.command().lake() {
            Some(lake) => lake_location(&Lake::at(lake, stores).ok()?),
            None => None,
        };
        let order_events = step.action.command().order_events();
        let found = discover_present(named, stores, lake.as_ref(), order_events).ok()?;
        // A day that requires them fails, so it is not complete.
        for argument in &found.missing {
            add(MISSING);
            add(argument);
        }
        for input in found.inputs {
            if step.action.command().leaves_out(&input, clock) {
                return None;
            }
            add(&input.location.to_string());
            // An input without size or time may have changed.
            add(&input.size_bytes?.to_string());
            add(&input.modified_micros?.to_string());
            // Stores report whole seconds, in which an object may be written twice.
            add(input.etag().unwrap_or_default());
        }
    }
    Some(hasher.finalize().to_hex().to_string())
}
