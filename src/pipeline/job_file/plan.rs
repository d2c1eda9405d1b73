//! `run --dry-run`: plans come in; what each step would read and write goes to standard output.
//! Nothing is written. An input that is not there is shown, and ends with the exit code that the
//! run would end with.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::backfill_state::BackfillState;
use super::targets::{Target, tables, targets};
use crate::input::{InputError, discover};
use crate::job::PlanFormat;
use crate::job::file::{Action, JobPlan, Step};
use crate::pipeline::discovered::log_omitted_inputs;
use crate::pipeline::ingest::IngestPlan;
use crate::pipeline::{Exit, PipelineError, RunContext, put};
use crate::storage::Stores;

/// What a step would do.
struct PlannedStep<'a> {
    step: &'a Step,
    work: PlannedWork,
    /// Where the step writes to, and whether that is there.
    outputs: Vec<(Target, Option<bool>)>,
}

enum PlannedWork {
    Ingest(IngestPlan),
    Check(CheckPlan),
    Answer(String),
    Lake(String),
}

#[derive(Serialize)]
struct CheckPlan {
    inputs: Vec<Value>,
    missing: Vec<String>,
}

pub(super) fn show(
    days: &[JobPlan],
    format: PlanFormat,
    context: &mut RunContext<'_>,
) -> Result<Exit, PipelineError> {
    let mut is_complete = true;
    let mut planned = Vec::new();
    for day in days {
        let steps = day
            .steps
            .iter()
            .map(|step| planned_step(step, &context.stores));
        let steps = steps.collect::<Result<Vec<_>, PipelineError>>()?;
        is_complete &= steps.iter().all(|step| step.missing().is_empty());
        planned.push((
            day,
            BackfillState::of(day, &context.stores)?.is_finished(day),
            steps,
        ));
    }
    let text = match format {
        PlanFormat::Json => as_json(&planned)?,
        PlanFormat::Text => as_text(&planned),
    };
    put(context.stdout, text.as_bytes())?;
    if is_complete {
        return Ok(Exit::Done);
    }
    tracing::error!("inputs are missing: the plan names them, and the run would stop there");
    Ok(Exit::Usage)
}

fn planned_step<'a>(step: &'a Step, stores: &Stores) -> Result<PlannedStep<'a>, PipelineError> {
    let work = match &step.action {
        Action::Ingest(job) => PlannedWork::Ingest(IngestPlan::of(job, stores)?),
        Action::Check(job) => PlannedWork::Check(check_plan(&job.read.inputs, stores)?),
        Action::Report(job) => {
            PlannedWork::Answer(format!("report {} from {}", job.query.name(), job.lake))
        }
        Action::Dashboard(job) => PlannedWork::Answer(format!("page from {}", job.lake)),
        Action::Lake(job) => PlannedWork::Lake(format!("{} of {}", job.task.name(), job.lake)),
    };
    let outputs = targets(&step.action).into_iter().map(|target| {
        let exists = target.exists(stores);
        (target, exists)
    });
    Ok(PlannedStep {
        step,
        work,
        outputs: outputs.collect(),
    })
}

fn check_plan(named: &[String], stores: &Stores) -> Result<CheckPlan, PipelineError> {
    let mut plan = CheckPlan {
        inputs: Vec::new(),
        missing: Vec::new(),
    };
    for named in named {
        match discover(std::slice::from_ref(named), stores, None) {
            Ok(found) => plan.inputs.extend(log_omitted_inputs(found).iter().map(
                |input| json!({ "path": input.location.shown(), "size_bytes": input.size_bytes }),
            )),
            Err(InputError::NotFound(named)) => plan.missing.push(named),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(plan)
}

type PlannedDay<'a> = (&'a JobPlan, bool, Vec<PlannedStep<'a>>);

impl PlannedStep<'_> {
    fn missing(&self) -> &[String] {
        match &self.work {
            PlannedWork::Ingest(plan) => plan.missing(),
            PlannedWork::Check(plan) => &plan.missing,
            PlannedWork::Answer(_) | PlannedWork::Lake(_) => &[],
        }
    }

    fn as_json(&self) -> Value {
        let outputs = self
            .outputs
            .iter()
            .map(|(target, exists)| json!({ "target": target, "exists": exists }));
        let (action, reads) = match &self.work {
            PlannedWork::Ingest(plan) => ("ingest", json!(plan)),
            PlannedWork::Check(plan) => ("check", json!(plan)),
            PlannedWork::Answer(text) => ("answer", json!(text)),
            PlannedWork::Lake(text) => ("lake", json!(text)),
        };
        json!({
            "name": self.step.name,
            "needs": self.step.needs,
            "does": action,
            action: reads,
            "tables": tables(&self.step.action),
            "outputs": outputs.collect::<Vec<_>>(),
        })
    }

    fn as_text(&self, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "step {:?}", self.step.name);
        match &self.work {
            PlannedWork::Ingest(plan) => text.push_str(&plan.text()),
            PlannedWork::Check(plan) => {
                let _ = writeln!(text, "check {} inputs", plan.inputs.len());
                for named in &plan.missing {
                    let _ = writeln!(text, "  nothing there  {named}");
                }
            }
            PlannedWork::Answer(description) | PlannedWork::Lake(description) => {
                let _ = writeln!(text, "{description}");
            }
        }
        let tables = tables(&self.step.action);
        if !tables.is_empty() {
            let _ = writeln!(text, "  -> tables {}", tables.join(", "));
        }
        for (target, exists) in &self.outputs {
            let state = match exists {
                Some(true) => " (there, would be replaced)",
                Some(false) => " (new)",
                None => "",
            };
            let shown = match target {
                Target::StandardOutput => "standard output".to_owned(),
                Target::File(path) => path.display().to_string(),
            };
            let _ = writeln!(text, "  -> {shown}{state}");
        }
    }
}

fn as_json(planned: &[PlannedDay<'_>]) -> Result<String, PipelineError> {
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
            "finished by an earlier backfill"
        } else {
            "to be run"
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}: {state}", day.date);
        for step in steps {
            step.as_text(&mut text);
        }
    }
    text
}
