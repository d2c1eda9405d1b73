//! The answers that the later steps of a job publish.

use crate::commands::{OutputTarget, PublishingStep};
use crate::job_file::{JobPlan, Step};

/// The steps after `step`, in the order of the needs, that publish an answer.
pub(super) fn answers_after(plan: &JobPlan, step: &Step) -> Vec<PublishingStep> {
    let later = plan
        .steps
        .iter()
        .filter(|later| later.after.contains(&step.name));
    later.filter_map(answer_of).collect()
}

fn answer_of(step: &Step) -> Option<PublishingStep> {
    let command = step.action.command();
    let tables = command.tables_published();
    if tables.is_empty() {
        return None;
    }
    let output = command.output();
    let needs = step.names_needs.then(|| step.needs.clone());
    Some(PublishingStep {
        step: step.name.clone(),
        tables,
        output: output.unwrap_or(OutputTarget::StandardOutput).shown(),
        named_needs: needs.unwrap_or_default(),
    })
}
