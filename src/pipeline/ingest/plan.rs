//! What an ingest would read: inputs as named come in; sizes and what is known of them go out.
//! Nothing is written.

use std::collections::HashSet;
use std::fmt::Write;

use serde::Serialize;

use crate::ingest::IngestedFiles;
use crate::ingest::purchases::Purchases;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{SnapshotMode, SupplierPurchases};
use crate::input::{InputError, discover};
use crate::job::{IngestJob, KindSettings};
use crate::lake::Lake;
use crate::pipeline::PipelineError;
use crate::pipeline::discovered::{lake_location, log_omitted_inputs};
use crate::storage::Stores;

/// What an ingest would read, and where to.
#[derive(Debug, Serialize)]
pub(in crate::pipeline) struct IngestPlan {
    /// The lake.
    lake: String,
    /// Kind of the records.
    record_kind: &'static str,
    /// The inputs that are there.
    inputs: Vec<PlannedInput>,
    /// What was named and matches nothing.
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PlannedInput {
    path: String,
    size_bytes: Option<u64>,
    already_ingested: bool,
}

impl IngestPlan {
    /// Looks at the inputs and at what the lake knows of them.
    ///
    /// # Errors
    /// The lake or an input cannot be read. That there is no such input is no error here.
    pub(in crate::pipeline) fn of(job: &IngestJob, stores: &Stores) -> Result<Self, PipelineError> {
        let lake = Lake::at(&job.lake, stores)?;
        let known = known_files(job, &lake)?;
        let place = lake_location(&lake);
        let mut plan = Self {
            lake: lake.location().to_string(),
            record_kind: job.read.kinds.name(),
            inputs: Vec::new(),
            missing: Vec::new(),
        };
        let mut seen = HashSet::new();
        for named in &job.read.inputs {
            let found = match discover(std::slice::from_ref(named), stores, place.as_ref()) {
                Ok(found) => log_omitted_inputs(found),
                Err(InputError::NotFound(named)) => {
                    plan.missing.push(named);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let new = found
                .into_iter()
                .filter(|input| seen.insert(input.location.clone()));
            plan.inputs.extend(new.map(|input| PlannedInput {
                path: input.location.shown(),
                size_bytes: input.size_bytes,
                already_ingested: known.contains(&input),
            }));
        }
        Ok(plan)
    }

    /// What was named and matches nothing.
    pub(in crate::pipeline) fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The plan for people, a line for each input.
    pub(in crate::pipeline) fn text(&self) -> String {
        let mut text = format!("ingest {} into {}\n", self.record_kind, self.lake);
        for input in &self.inputs {
            let state = if input.already_ingested {
                "already ingested"
            } else {
                "to be read"
            };
            let size = input.size_bytes;
            let size = size.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string());
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {state:<16}  {size:>14} bytes  {}", input.path);
        }
        for named in &self.missing {
            let _ = writeln!(
                text,
                "  {:<16}  {:>14}        {named}",
                "nothing there", "-"
            );
        }
        let fresh = self.inputs.iter().filter(|input| !input.already_ingested);
        let _ = writeln!(
            text,
            "{} of {} inputs would be read; nothing was written",
            fresh.count(),
            self.inputs.len()
        );
        text
    }
}

/// The files that would not be read again.
fn known_files(job: &IngestJob, lake: &Lake) -> Result<IngestedFiles, PipelineError> {
    let reads_all = job.verify_content || job.snapshot_mode == SnapshotMode::Full;
    let suppliers = || IngestedFiles::load(lake, SupplierPurchases::NAME);
    Ok(match &job.read.kinds {
        _ if reads_all => IngestedFiles::default(),
        KindSettings::Purchases(_) => IngestedFiles::load(lake, Purchases::NAME)?,
        KindSettings::SupplierPurchases(settings) | KindSettings::Auto(_, settings)
            if !settings.kind.company().is_in_records() =>
        {
            IngestedFiles::default()
        }
        KindSettings::SupplierPurchases(_) => suppliers()?,
        KindSettings::Auto(..) => {
            let mut known = IngestedFiles::load(lake, Purchases::NAME)?;
            known.extend(suppliers()?);
            known
        }
    })
}
