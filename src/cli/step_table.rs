//! The table of the steps of a job at its end: text for people, and a log line for each step.

use std::fmt::Write as _;

use crate::commands::{JobSummary, StepState, StepSummary};

/// The widest column of names; behind a longer one the rest is on the next line, in its columns.
const MAX_NAME_WIDTH: usize = 48;

/// The table as text.
pub(super) fn step_table(summary: &JobSummary) -> String {
    let names = summary.steps.iter().map(|step| step.step.chars().count());
    let width = names.max().unwrap_or_default().clamp(4, MAX_NAME_WIDTH);
    let mut text = format!("steps of {} for {}", summary.job, summary.date);
    let mut line = |cells: [&str; 6]| {
        let [name, outcome, records, rejected, seconds, output] = cells;
        let name = match name.chars().count() {
            ..=MAX_NAME_WIDTH => name.to_owned(),
            _ => format!("{name}\n  {:width$}", ""),
        };
        let row = format!(
            "\n  {name:<width$}  {outcome:<18}  {records:>12}  {rejected:>10}  {seconds:>9}  {output}"
        );
        text.push_str(row.trim_end_matches(' '));
    };
    line([
        "step", "outcome", "records", "rejected", "seconds", "output",
    ]);
    for step in &summary.steps {
        let count = |of: fn(&crate::run_report::RecordCounts) -> u64| {
            let counts = step.counts.as_ref();
            counts
                .map(|counts| of(counts).to_string())
                .unwrap_or_default()
        };
        let seconds = match step.attempts {
            0 => String::new(),
            _ => format!(
                "{}.{:03}",
                step.elapsed.as_secs(),
                step.elapsed.subsec_millis()
            ),
        };
        line([
            &step.step,
            &outcome(step),
            &count(|counts| counts.read),
            &count(|counts| counts.rejected),
            &seconds,
            &output(step),
        ]);
    }
    text
}

/// Logs each step as a JSON line.
pub(super) fn log_steps(summary: &JobSummary) {
    for step in &summary.steps {
        tracing::info!(
            job = summary.job,
            date = %summary.date,
            step = step.step,
            outcome = step.state.name(),
            attempts = step.attempts,
            read = step.counts.map(|counts| counts.read),
            rejected = step.counts.map(|counts| counts.rejected),
            output = step.output,
            elapsed_ms = u64::try_from(step.elapsed.as_millis()).unwrap_or(u64::MAX),
            "step ended"
        );
    }
}

/// What became of the step, and how many attempts it took.
fn outcome(step: &StepSummary) -> String {
    let mut outcome = step.state.name().to_owned();
    if step.attempts > 1 {
        // Writing to a String cannot fail.
        let _ = write!(outcome, ", try {}", step.attempts);
    }
    outcome
}

fn output(step: &StepSummary) -> String {
    let output = step.output.as_deref().unwrap_or_default();
    match step.state {
        StepState::Ended(_) => output.to_owned(),
        StepState::HeldBack | StepState::Skipped if output.is_empty() => String::new(),
        StepState::HeldBack | StepState::Skipped => format!("{output} (not written)"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::run_report::RecordCounts;
    use crate::values::ExitCode;

    fn step(
        step: &str,
        state: StepState,
        attempts: u32,
        counts: Option<RecordCounts>,
        output: Option<&str>,
    ) -> StepSummary {
        StepSummary {
            step: step.to_owned(),
            state,
            attempts,
            counts,
            output: output.map(str::to_owned),
            elapsed: Duration::from_millis(1_234),
        }
    }

    fn table_of(steps: Vec<StepSummary>) -> String {
        step_table(&JobSummary {
            job: "night".to_owned(),
            date: "2026-10-05".parse().expect("a date"),
            steps,
        })
    }

    #[test]
    fn a_step_has_a_line_with_its_outcome_counts_time_and_output() {
        let counts = RecordCounts {
            read: 60,
            accepted: 57,
            rejected: 3,
            ..RecordCounts::default()
        };
        let refused = StepState::Ended(ExitCode::Refused);
        let table = table_of(vec![
            step("dumps", refused, 2, Some(counts), Some("run.json")),
            step("series", StepState::HeldBack, 0, None, Some("a.json")),
            step("status", StepState::Ended(ExitCode::Done), 1, None, None),
            step("late", StepState::Skipped, 0, None, None),
        ]);
        let expected = "\
steps of night for 2026-10-05
  step    outcome                  records    rejected    seconds  output
  dumps   refused, try 2                60           3      1.234  run.json
  series  held back                                                a.json (not written)
  status  ok                                                1.234
  late    skipped";
        assert_eq!(table, expected);
    }

    #[test]
    fn a_name_of_the_greatest_width_is_in_its_column_and_a_longer_one_has_a_line_of_its_own() {
        let done = |name: &str| step(name, StepState::Ended(ExitCode::Done), 1, None, Some("a"));
        let widest = "loja-são-paulo-vendas-e-compras-da-semana-passada";
        assert_eq!(widest.chars().count(), MAX_NAME_WIDTH + 1);
        let table = table_of(vec![done(widest), done(&widest[1..]), done("status")]);
        let expected = "\
steps of night for 2026-10-05
  step                                              outcome                  records    rejected    seconds  output
  loja-são-paulo-vendas-e-compras-da-semana-passada
                                                    ok                                                1.234  a
  oja-são-paulo-vendas-e-compras-da-semana-passada  ok                                                1.234  a
  status                                            ok                                                1.234  a";
        assert_eq!(table, expected);
    }
}
