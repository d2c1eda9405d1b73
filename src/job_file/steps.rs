//! The steps of a job file, resolved from their tables and sorted into the order of execution.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, ACTIONS, ActionSpec};
use super::order::{self, StepNode};
use super::parser::JobFileParser;
use super::{Setting, Step};
use crate::commands::StepCommand;

/// A step before the order is known.
struct DraftStep {
    node: StepNode,
    days_in_parallel: Option<Range<usize>>,
    step: Option<Step>,
}

impl JobFileParser<'_> {
    /// All steps, in the order they run. Problems are recorded.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let entry = self.table.get("steps").cloned();
        let tables: Vec<Spanned<DeValue<'_>>> = match entry.as_ref().map(Spanned::get_ref) {
            Some(DeValue::Array(entries)) if !entries.is_empty() => {
                entries.iter().cloned().collect()
            }
            _ => {
                let span = entry.map_or(0..0, |entry| entry.span());
                let remedy = "add [[steps]] with a name and an action";
                self.problems
                    .add(&span, "steps", "the job has no steps", remedy);
                return Vec::new();
            }
        };
        let drafts: Vec<DraftStep> = tables
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| self.draft(at, entry))
            .collect();
        let (nodes, rest): (Vec<StepNode>, Vec<_>) = drafts
            .into_iter()
            .map(|draft| (draft.node, (draft.days_in_parallel, draft.step)))
            .unzip();
        let needs = order::needs(&nodes, &mut self.problems);
        if !self.problems.is_empty() {
            return Vec::new();
        }
        let order = order::sorted(&nodes, &needs, &mut self.problems);
        let (spans, mut steps): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
        for (step, needs) in steps.iter_mut().flatten().zip(needs) {
            step.needs = needs;
        }
        let ordered: Vec<(Step, Option<Range<usize>>)> = order
            .into_iter()
            .filter_map(|at| Some((steps[at].take()?, spans[at].clone())))
            .collect();
        self.check_parallel(&ordered);
        ordered.into_iter().map(|(step, _)| step).collect()
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
        let days_in_parallel = self.days_in_parallel(&prefix, table);
        let action = self.only_action(&prefix, &name, &entry.span(), table);
        let step = action.map(|(command, settings)| Step {
            name: name.clone(),
            needs: Vec::new(),
            days_in_parallel: days_in_parallel.is_some(),
            settings,
            command,
        });
        Some(DraftStep {
            node: StepNode { name, span, needs },
            days_in_parallel,
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
        let names = match entry.get_ref() {
            DeValue::Array(entries) => entries.iter().map(|entry| match entry.get_ref() {
                DeValue::String(name) => Some((name.to_string(), entry.span())),
                _ => None,
            }),
            _ => return self.record_wrong_needs(prefix, &entry.span()),
        };
        let names: Option<Vec<_>> = names.collect();
        names.or_else(|| self.record_wrong_needs(prefix, &entry.span()))
    }

    fn record_wrong_needs<T>(&mut self, prefix: &str, span: &Range<usize>) -> Option<T> {
        let message = "expected an array of step names";
        let remedy = "write needs = [\"name of a step\"], or needs = [] for none";
        self.problems
            .add(span, &format!("{prefix}needs"), message, remedy);
        None
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
    ) -> Option<(Box<dyn StepCommand>, Vec<Setting>)> {
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

    /// Days may run at the same time only where the order of two ingests has no effect: customer
    /// purchases are events, but of supplier purchases the newest version is current. The steps
    /// that such a step needs must allow it too.
    fn check_parallel(&mut self, steps: &[(Step, Option<Range<usize>>)]) {
        let is_parallel = |name: &String| {
            let mut found = steps.iter().filter(|(step, _)| step.name == *name);
            found.all(|(step, _)| step.days_in_parallel)
        };
        for (step, span) in steps {
            let Some(span) = span else { continue };
            let key = format!("steps.{:?}.days_in_parallel", step.name);
            if !step.command.allows_parallel_days() {
                let message =
                    "only the ingest of customer purchases can run several days at a time";
                self.problems.add(span, &key, message, "remove it");
            } else if !step.needs.iter().all(is_parallel) {
                let message = "the step needs one without days_in_parallel";
                let remedy = "move it first, or set needs = []";
                self.problems.add(span, &key, message, remedy);
            }
        }
    }
}
