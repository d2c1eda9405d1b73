//! The table of the steps of a job at its end: text for people, which may have colours, and a log line
//! for each step.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::commands::{JobSummary, StepState, StepSummary};
use crate::input::escape_unprintable;
use crate::values::ExitCode;

/// The widest column of names; behind a longer one the rest is on the next line, in its columns.
const MAX_NAME_WIDTH: usize = 48;

/// The width of the column of outcomes.
const OUTCOME_WIDTH: usize = 18;

/// The table as text without unprintable characters; the outcomes are coloured for a terminal that
/// has colours.
pub(super) fn step_table(summary: &JobSummary, has_colours: bool) -> String {
    let names = summary
        .steps
        .iter()
        .map(|step| escape_unprintable(&step.step).chars().count());
    let width = names.max().unwrap_or_default().clamp(4, MAX_NAME_WIDTH);
    let job = escape_unprintable(&summary.job);
    let mut text = format!("steps of {job} for {}", summary.date);
    let mut line = |cells: [&str; 6], style: Style| {
        let [name, outcome, records, rejected, seconds, output] = cells;
        let style = if has_colours { style } else { Style::new() };
        let pad = OUTCOME_WIDTH.saturating_sub(outcome.len());
        let outcome = format!("{style}{outcome}{style:#}{:pad$}", "");
        let (name, output) = (escape_unprintable(name), escape_unprintable(output));
        let name = match name.chars().count() {
            ..=MAX_NAME_WIDTH => name,
            _ => format!("{name}\n  {:width$}", ""),
        };
        let row = format!(
            "\n  {name:<width$}  {outcome}  {records:>12}  {rejected:>10}  {seconds:>9}  {output}"
        );
        text.push_str(row.trim_end_matches(' '));
    };
    let headings = [
        "step", "outcome", "records", "rejected", "seconds", "output",
    ];
    line(headings, Style::new());
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
        let cells = [
            &step.step,
            &outcome(step),
            &count(|counts| counts.read),
            &count(|counts| counts.rejected),
            &seconds,
            &output(step),
        ];
        line(cells.map(String::as_str), style(step.state));
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

/// The colour of an outcome.
fn style(state: StepState) -> Style {
    let colour = match state {
        StepState::Ended(ExitCode::Done) => AnsiColor::Green,
        StepState::Ended(_) => AnsiColor::Red,
        StepState::HeldBack | StepState::Skipped => AnsiColor::Yellow,
    };
    colour.on_default()
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
        step_table(&summary(steps), false)
    }

    fn summary(steps: Vec<StepSummary>) -> JobSummary {
        JobSummary {
            job: "night".to_owned(),
            date: "2026-10-05".parse().expect("a date"),
            steps,
        }
    }

    #[test]
    fn outcomes_have_colours_and_names_cannot_have_any() {
        let refused = StepState::Ended(ExitCode::Refused);
        let steps = vec![
            step("dumps", StepState::Ended(ExitCode::Done), 1, None, None),
            step("\u{1b}[31mb", refused, 2, None, Some("a\nb")),
            step("c", StepState::HeldBack, 0, None, None),
            step("d", StepState::Skipped, 0, None, None),
        ];
        let table = step_table(&summary(steps), true);
        let marked = table
            .replace("\u{1b}[31m", "<r>")
            .replace("\u{1b}[32m", "<g>")
            .replace("\u{1b}[33m", "<y>")
            .replace("\u{1b}[0m", "</>");
        let expected = r"steps of night for 2026-10-05
  step         outcome                  records    rejected    seconds  output
  dumps        <g>ok</>                                                1.234
  \u{1b}[31mb  <r>refused, try 2</>                                    1.234  a\nb
  c            <y>held back</>
  d            <y>skipped</>";
        assert_eq!(marked, expected);
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
