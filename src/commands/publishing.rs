//! Which answers of a job are held back after a step found that what they read is incomplete.
//!
//! In: the answers of the later steps, with the tables they read, and the tables that must not be
//! published. Out: the answers that are not written, in the order of the steps.

use crate::run_report::{HeldAnswer, InputOutcome, InputReport};

/// A later step of the job that publishes an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishingStep {
    /// The step.
    pub step: String,
    /// The tables of purchases that the answer is about.
    pub tables: Vec<&'static str>,
    /// The destination of the answer: a path, a URL or `stdout`.
    pub output: String,
    /// The steps that its key `needs` names.
    pub named_needs: Vec<String>,
}

/// The answers among `later` about one of these tables, and those that name one of them in `needs`,
/// such as a file that marks the others as complete.
pub(super) fn held_back(later: &[PublishingStep], tables: &[&str]) -> Vec<HeldAnswer> {
    let mut held: Vec<HeldAnswer> = Vec::new();
    for answer in later {
        let reads_held = answer.tables.iter().any(|table| tables.contains(table));
        let is_held = |need: &String| held.iter().any(|held| held.step == *need);
        if reads_held || answer.named_needs.iter().any(is_held) {
            held.push(HeldAnswer {
                step: answer.step.clone(),
                output: answer.output.clone(),
            });
        }
    }
    held
}

/// The tables that the refused inputs would have been written to, among those that the run writes;
/// all of these for an input whose kind is unknown. A table has the name of its kind.
pub(super) fn tables_of_refused(
    inputs: &[InputReport],
    written: &[&'static str],
) -> Vec<&'static str> {
    let refused = inputs
        .iter()
        .filter(|input| input.outcome == InputOutcome::Refused);
    let kinds: Vec<&str> = refused.map(|input| input.record_kind).collect();
    let is_known = |kind: &&str| written.contains(kind);
    let all = !kinds.iter().all(is_known);
    let tables = written.iter().copied();
    tables
        .filter(|table| all || kinds.contains(table))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_report::RecordCounts;

    fn answer(step: &str, tables: &[&'static str], needs: &[&str]) -> PublishingStep {
        PublishingStep {
            step: step.to_owned(),
            tables: tables.to_vec(),
            output: format!("{step}.json"),
            named_needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        }
    }

    fn input(record_kind: &'static str, outcome: InputOutcome) -> InputReport {
        InputReport {
            path: "x".to_owned(),
            record_kind,
            outcome,
            shape: None,
            digest: None,
            bytes: 0,
            counts: RecordCounts::default(),
            refusal: None,
            dialect: Vec::new(),
            rejected_by_rule: crate::run_report::RuleCounts::new(),
            refused_findings: Vec::new(),
            notes: Vec::new(),
            findings: Vec::new(),
        }
    }

    #[test]
    fn answers_about_the_table_are_held_back_and_those_that_name_them() {
        let later = [
            answer("series", &["purchases"], &[]),
            answer("summary", &["supplier_purchases"], &[]),
            answer("mark", &["supplier_purchases"], &["series", "summary"]),
            answer("dashboard", &["purchases", "supplier_purchases"], &[]),
            answer("after the mark", &["supplier_purchases"], &["mark"]),
        ];
        let steps = |tables: &[&str]| {
            let held = held_back(&later, tables).into_iter();
            held.map(|held| held.step).collect::<Vec<_>>()
        };
        assert_eq!(
            steps(&["purchases"]),
            ["series", "mark", "dashboard", "after the mark"]
        );
        assert_eq!(
            steps(&["supplier_purchases"]),
            ["summary", "mark", "dashboard", "after the mark"]
        );
        assert!(steps(&[]).is_empty());
    }

    #[test]
    fn a_refused_input_of_unknown_kind_concerns_every_table_of_the_run() {
        let both = ["purchases", "supplier_purchases"];
        let refused = |kind| input(kind, InputOutcome::Refused);
        let ingested = input("purchases", InputOutcome::Ingested);
        let suppliers = [ingested.clone(), refused("supplier_purchases")];
        assert_eq!(tables_of_refused(&suppliers, &both), ["supplier_purchases"]);
        let unknown = [ingested.clone(), refused("unknown")];
        assert_eq!(tables_of_refused(&unknown, &both), both);
        assert!(tables_of_refused(&[ingested], &both).is_empty());
    }
}
