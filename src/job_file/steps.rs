//! The steps of a job file, resolved from their tables and sorted into the order of execution.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, ACTIONS, ActionSpec};
use super::order::{self, StepNode};
use super::parser::JobFileParser;
use super::{Setting, Step};
use crate::commands::StepAction;

/// A step before the order is known.
struct DraftStep {
    node: StepNode,
    /// Position of `days_in_parallel = true`.
    parallel: Option<Range<usize>>,
    step: Option<Step>,
}

impl JobFileParser<'_> {
    /// All steps, in the order they run. Problems are recorded.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let entry = self.table.get("steps").cloned();
        let tables = match entry.as_ref().map(Spanned::get_ref) {
            Some(DeValue::Array(entries)) if !entries.is_empty() => entries,
            _ => {
                let span = entry.map_or(0..0, |entry| entry.span());
                let remedy = "add [[steps]] with a name and an action";
                self.problems
                    .add(&span, "steps", "the job has no steps", remedy);
                return Vec::new();
            }
        };
        let drafts = tables.iter().enumerate();
        let drafts = drafts.filter_map(|(at, entry)| self.draft(at, entry));
        let (nodes, mut rest): (Vec<StepNode>, Vec<_>) = drafts
            .map(|draft| (draft.node, (draft.step, draft.parallel)))
            .unzip();
        let needs = order::needs(&nodes, &mut self.problems);
        if !self.problems.is_empty() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        for at in order::sorted(&nodes, &needs, &mut self.problems) {
            let (step, parallel) = &mut rest[at];
            if let Some(mut step) = step.take() {
                step.needs.clone_from(&needs[at]);
                step.after = all_needs(&step.needs, &steps);
                self.check_parallel(&step, parallel.as_ref(), &steps);
                steps.push(step);
            }
        }
        steps
    }

    fn draft(&mut self, at: usize, entry: &Spanned<DeValue<'_>>) -> Option<DraftStep> {
        let number = format!("steps[{}].", at + 1);
        let DeValue::Table(table) = entry.get_ref() else {
            let remedy = "write [[steps]] with two brackets";
            self.problems
                .add(&entry.span(), &number, "a step must be a table", remedy);
            return None;
        };
        let Some((name, span)) = self.named(&number, &entry.span(), table) else {
            // The action is resolved as well, to report all problems at once.
            self.only_action(&number, "", &entry.span(), table);
            return None;
        };
        let prefix = format!("steps.{name:?}.");
        let needs = self.needs(&prefix, table);
        let parallel = self.days_in_parallel(&prefix, table);
        let limits = self.limits(&prefix, table);
        let action = self.only_action(&prefix, &name, &entry.span(), table);
        let step = action.map(|(action, settings)| Step {
            name: name.clone(),
            needs: Vec::new(),
            names_needs: needs.is_some(),
            after: BTreeSet::new(),
            days_in_parallel: parallel.is_some(),
            limits,
            settings,
            action,
        });
        Some(DraftStep {
            node: StepNode { name, span, needs },
            parallel,
            step,
        })
    }

    fn named(
        &mut self,
        prefix: &str,
        step: &Range<usize>,
        table: &DeTable<'_>,
    ) -> Option<(String, Range<usize>)> {
        let key = format!("{prefix}name");
        match table
            .get("name")
            .map(|entry| (entry.get_ref(), entry.span()))
        {
            Some((DeValue::String(name), span)) if !name.trim().is_empty() => {
                Some((name.to_string(), span))
            }
            found => {
                let span = found.map_or(step.clone(), |(_, span)| span);
                let remedy = "add name = \"…\"";
                self.problems
                    .add(&span, &key, "the step has no name", remedy);
                None
            }
        }
    }

    fn needs(&mut self, prefix: &str, table: &DeTable<'_>) -> Option<Vec<(String, Range<usize>)>> {
        let entry = table.get("needs")?;
        let name = |entry: &Spanned<DeValue<'_>>| {
            let name = entry.get_ref().as_str()?.to_owned();
            Some((name, entry.span()))
        };
        let names = entry.get_ref().as_array();
        let names = names.and_then(|entries| entries.iter().map(name).collect());
        if names.is_none() {
            let message = "expected an array of step names";
            let remedy = "write needs = [\"name of a step\"], or needs = [] for none";
            self.problems
                .add(&entry.span(), &format!("{prefix}needs"), message, remedy);
        }
        names
    }

    fn days_in_parallel(&mut self, prefix: &str, table: &DeTable<'_>) -> Option<Range<usize>> {
        let entry = table.get("days_in_parallel")?;
        if let DeValue::Boolean(is_on) = entry.get_ref() {
            return is_on.then(|| entry.span());
        }
        let key = format!("{prefix}days_in_parallel");
        let remedy = "write true or false";
        self.problems
            .add(&entry.span(), &key, "expected a boolean", remedy);
        None
    }

    /// The one action of a step.
    fn only_action(
        &mut self,
        prefix: &str,
        step: &str,
        span: &Range<usize>,
        table: &DeTable<'_>,
    ) -> Option<(StepAction, Vec<Setting>)> {
        let actions = ACTIONS.each_ref().map(|action| action.key);
        let known: Vec<&str> = keys::names(keys::STEP_KEYS)
            .into_iter()
            .chain(actions)
            .collect();
        self.record_unknown_keys(table, prefix, &known);
        let found: Vec<&ActionSpec> = ACTIONS
            .iter()
            .filter(|action| table.contains_key(action.key))
            .collect();
        let [action] = found.as_slice() else {
            let message = if found.is_empty() {
                "the step has no action"
            } else {
                "the step has more than one action"
            };
            let remedy = format!(
                "use exactly one of {}",
                actions.map(|name| format!("`{name}`")).join(", ")
            );
            self.problems
                .add(span, prefix.trim_end_matches('.'), message, remedy);
            return None;
        };
        let entry = table.get(action.key)?;
        self.action(prefix, step, action, entry)
    }

    /// Days may run at the same time only where the order of two runs has no effect. The steps that
    /// such a step needs, which are `before` it, must allow it too.
    fn check_parallel(&mut self, step: &Step, parallel: Option<&Range<usize>>, before: &[Step]) {
        let Some(span) = parallel else { return };
        let key = format!("steps.{:?}.days_in_parallel", step.name);
        let is_parallel = |name: &String| {
            let mut found = before.iter().filter(|step| step.name == *name);
            found.all(|step| step.days_in_parallel)
        };
        if !step.action.command().allows_parallel_days() {
            let message = "only the ingest of customer purchases can run several days at a time";
            self.problems.add(span, &key, message, "remove it");
        } else if !step.needs.iter().all(is_parallel) {
            let message = "the step needs one without days_in_parallel";
            let remedy = "move it first, or set needs = []";
            self.problems.add(span, &key, message, remedy);
        }
    }
}

/// The steps that `needs` names and those that these need, which are all `before` the step.
fn all_needs(needs: &[String], before: &[Step]) -> BTreeSet<String> {
    let direct = before.iter().filter(|step| needs.contains(&step.name));
    let indirect = direct.flat_map(|step| step.after.iter());
    needs.iter().chain(indirect).cloned().collect()
}
