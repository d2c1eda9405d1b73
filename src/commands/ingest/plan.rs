//! `ingest --dry-run`: the inputs that an ingest would read, with their sizes. Nothing is written.

use std::fmt::Write;

use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::assign_inputs::ListedInputsByKind;
use crate::commands::discovered::{lake_location, log_omitted_inputs};
use crate::commands::read::{ReadArguments, RecordKindSelection};
use crate::commands::{CommandError, StepPlan};
use crate::input::{Input, discover_present};
use crate::lake::Lake;
use crate::storage::Stores;

/// The inputs of an ingest, and its lake.
#[derive(Debug, Serialize)]
pub(super) struct IngestPlan {
    /// The lake.
    lake: String,
    /// Record kind.
    record_kind: &'static str,
    /// The day whose full snapshot the inputs are together; absent if they are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snapshot_date: Option<NaiveDate>,
    /// The inputs that exist.
    pub(super) inputs: Vec<PlannedInput>,
    /// Arguments that match no input.
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct PlannedInput {
    path: String,
    size_bytes: Option<u64>,
    already_ingested: bool,
    /// Acknowledged as bad, and not read.
    ignored: bool,
    /// Left out by `--min-age`.
    too_recent: bool,
    #[serde(skip)]
    input: Input,
}

impl PlannedInput {
    fn is_new(&self) -> bool {
        !(self.already_ingested || self.ignored || self.too_recent)
    }
}

impl IngestPlan {
    /// Finds the inputs and compares them with the ingested files of the lake, unless all of them
    /// are read.
    ///
    /// # Errors
    /// The lake or an input cannot be read. A missing input is not an error here.
    pub(super) fn of(
        lake: &str,
        read: &ReadArguments,
        reads_all: bool,
        is_too_recent: &dyn Fn(&Input) -> bool,
        stores: &Stores,
    ) -> Result<Self, CommandError> {
        let lake = Lake::at(lake, stores)?;
        let may_be_of_another_company =
            read.kind != RecordKindSelection::Purchases && !read.company_source().is_in_records();
        let known = if reads_all || may_be_of_another_company {
            ListedInputsByKind::default()
        } else {
            ListedInputsByKind::of(&lake, read.kind, true)?
        };
        let mut found = discover_present(
            &read.inputs,
            stores,
            lake_location(&lake).as_ref(),
            read.order_events,
        )?;
        let missing = std::mem::take(&mut found.missing);
        let inputs = log_omitted_inputs(found)
            .into_iter()
            .map(|input| PlannedInput {
                path: input.location.shown(),
                size_bytes: input.size_bytes,
                already_ingested: known.contains(&input) && !known.is_ignored(&input),
                ignored: known.is_ignored(&input),
                too_recent: is_too_recent(&input),
                input,
            });
        let inputs: Vec<PlannedInput> = inputs.collect();
        Ok(Self {
            lake: lake.location().to_string(),
            record_kind: read.kind.name(),
            snapshot_date: None,
            inputs,
            missing,
        })
    }

    /// The inputs that an ingest would read.
    pub(super) fn into_new_inputs(self) -> Vec<Input> {
        let new = self.inputs.into_iter().filter(PlannedInput::is_new);
        new.map(|planned| planned.input).collect()
    }

    /// The plan of the step.
    pub(super) fn into_step_plan(self) -> Result<StepPlan, CommandError> {
        Ok(StepPlan {
            does: "ingest",
            details: serde_json::to_value(&self)?,
            text: self.text(),
            missing: self.missing,
        })
    }

    /// The plan as text, one line per input.
    fn text(&self) -> String {
        let date = self.snapshot_date;
        let snapshot = date.map(|date| format!(", full snapshot of {date}"));
        let mut text = format!(
            "ingest {} into {}{}\n",
            self.record_kind,
            self.lake,
            snapshot.unwrap_or_default()
        );
        for input in &self.inputs {
            let state = if input.too_recent {
                "too recent"
            } else if input.ignored {
                "ignored"
            } else if input.already_ingested {
                "already ingested"
            } else {
                "new"
            };
            let size = input.size_bytes;
            let size = size.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string());
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {state:<16}  {size:>14} bytes  {}", input.path);
        }
        for named in &self.missing {
            let _ = writeln!(text, "  {:<16}  {:>14}        {named}", "not found", "-");
        }
        let fresh = self.inputs.iter().filter(|input| input.is_new());
        let _ = writeln!(
            text,
            "{} of {} inputs would be read; nothing was written",
            fresh.count(),
            self.inputs.len()
        );
        text
    }
}
