//! `ingest --dry-run`: the plan of an ingest, and with `--limit` what a check finds in the first records
//! of the inputs that are new.

use chrono::NaiveDate;

use super::IngestCommand;
use super::plan::IngestPlan;
use crate::commands::check::check_as_text;
use crate::commands::output::put;
use crate::commands::{CommandError, RunContext, SharedContext, StepCommand};
use crate::input::{Input, InputError};
use crate::lake::Lake;
use crate::values::ExitCode;

impl IngestCommand {
    /// Finds the inputs and compares them with the lake.
    pub(super) fn plan_inputs(
        &self,
        shared: &SharedContext<'_>,
        data_date: Option<NaiveDate>,
    ) -> Result<IngestPlan, CommandError> {
        let reads_all = self.verify_content || self.full_snapshot;
        let is_too_recent = |input: &Input| self.leaves_out(input, shared.clock);
        let stores = &shared.stores;
        let mut plan = IngestPlan::of(&self.lake, &self.read, reads_all, &is_too_recent, stores)?;
        let now = self.read.now_or(shared.now);
        plan.snapshot_date = self.date_of_snapshot(now, data_date);
        Ok(plan)
    }

    /// Shows which inputs would be read and which are already ingested.
    pub(super) fn show_plan(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let plan = self.plan(&context.shared, context.data_date())?;
        if let Some(named) = plan.missing.first() {
            return Err(InputError::NotFound(named.clone()).into());
        }
        put(context.stdout, plan.text.as_bytes())?;
        if self.read.limit.is_none() {
            return Ok(ExitCode::Done);
        }
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let zone = self.read.lake_timezone(&lake)?;
        let now = context.shared.now;
        let read = self.read.resolve(&context.run_id, now, zone)?;
        let plan = self.plan_inputs(&context.shared, context.data_date())?;
        let inputs = plan.into_new_inputs();
        check_as_text(&read, inputs, self.reject_limit.0, context)
    }
}
