//! `run --dry-run`: prints what each step would read and write. Nothing is written. A missing input
//! is shown, and the exit code is that of the run.

use std::fmt::Write;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::backfill_state::BackfillState;
use crate::commands::{
    CommandError, ListFormat, OutputTarget, RunContext, SharedContext, StepPlan, put,
};
use crate::job_file::{JobPlan, Step};
use crate::values::ExitCode;

/// The plan of a step.
struct PlannedStep<'a> {
    step: &'a Step,
    plan: StepPlan,
    tables: Vec<&'static str>,
    /// The destination of its output, and whether it exists.
    output: Option<(OutputTarget, Option<bool>)>,
}

type PlannedDay<'a> = (&'a JobPlan, bool, Vec<PlannedStep<'a>>);

pub(super) fn show(
    days: &[JobPlan],
    format: ListFormat,
    context: &mut RunContext<'_>,
) -> Result<ExitCode, CommandError> {
    let mut is_complete = true;
    let mut planned = Vec::new();
    for day in days {
        let steps = day
            .steps
            .iter()
            .map(|step| planned_step(step, day.date, &context.shared));
        let steps = steps.collect::<Result<Vec<_>, CommandError>>()?;
        is_complete &= steps.iter().all(|step| step.plan.missing.is_empty());
        planned.push((
            day,
            BackfillState::of(day, &context.shared)?.is_finished(day),
            steps,
        ));
    }
    let text = match format {
        ListFormat::Json => as_json(&planned)?,
        ListFormat::Text => as_text(&planned),
    };
    put(context.stdout, text.as_bytes())?;
    if is_complete {
        return Ok(ExitCode::Done);
    }
    tracing::error!("inputs are missing: the plan lists them, and the run would fail there");
    Ok(ExitCode::Usage)
}

fn planned_step<'a>(
    step: &'a Step,
    date: NaiveDate,
    shared: &SharedContext<'_>,
) -> Result<PlannedStep<'a>, CommandError> {
    let output = step.action.command().output().map(|output| {
        let exists = output.exists(&shared.stores);
        (output, exists)
    });
    Ok(PlannedStep {
        step,
        plan: step.action.command().plan(shared, Some(date))?,
        tables: step.action.command().tables_written(),
        output,
    })
}

impl PlannedStep<'_> {
    fn as_json(&self) -> Value {
        let output = self.output.as_ref();
        let output = output.map(|(target, exists)| json!({ "target": target, "exists": exists }));
        json!({
            "name": self.step.name,
            "needs": self.step.needs,
            "does": self.plan.does,
            self.plan.does: self.plan.details,
            "tables": self.tables,
            "outputs": Vec::from_iter(output),
        })
    }

    fn as_text(&self, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "step {:?}", self.step.name);
        text.push_str(&self.plan.text);
        if !self.tables.is_empty() {
            let _ = writeln!(text, "  -> tables {}", self.tables.join(", "));
        }
        if let Some((target, exists)) = &self.output {
            let state = match exists {
                Some(true) => " (exists, would be replaced)",
                Some(false) => " (new)",
                None => "",
            };
            let _ = writeln!(text, "  -> {}{state}", target.shown());
        }
    }
}

fn as_json(planned: &[PlannedDay<'_>]) -> Result<String, CommandError> {
    let days = planned.iter().map(|(day, is_finished, steps)| {
        json!({
            "date": day.date.to_string(),
            "finished": is_finished,
            "steps": steps.iter().map(PlannedStep::as_json).collect::<Vec<_>>(),
        })
    });
    let first = planned.first().map(|(day, ..)| day);
    let plan = json!({
        "job": first.map(|day| &day.name),
        "job_digest": first.map(|day| &day.digest),
        "lake": first.map(|day| &day.lake),
        "days": days.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&plan)? + "\n")
}

fn as_text(planned: &[PlannedDay<'_>]) -> String {
    let mut text = String::new();
    for (day, is_finished, steps) in planned {
        let state = if *is_finished {
            "already complete"
        } else {
            "would run"
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}: {state}", day.date);
        for step in steps {
            step.as_text(&mut text);
        }
    }
    text
}
