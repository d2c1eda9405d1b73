//! The list of runs, from their reports as JSON.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::commands::options::second;
use crate::input::escape_unprintable;

/// One run of the list. Reports of other program versions may lack fields.
#[derive(Debug, Serialize)]
pub(super) struct ListedRun {
    run_id: String,
    started_at: String,
    command: Option<String>,
    /// The job, step and data date of a step of a job.
    job: Option<String>,
    step: Option<String>,
    data_date: Option<String>,
    record_kind: Option<String>,
    inputs: Option<usize>,
    accepted: Option<u64>,
    rejected: Option<u64>,
    elapsed_ms: Option<u64>,
    exit_code: Option<u64>,
    error: Option<String>,
}

impl ListedRun {
    /// The run of a report; none if the JSON is not a run report.
    pub(super) fn of(report: &Value) -> Option<Self> {
        let text = |key: &str| Some(report.get(key)?.as_str()?.to_owned());
        // Comparing expectations reads no inputs.
        let has_inputs = text("command").as_deref() != Some("expect");
        let count = |key: &str| report.get("counts")?.get(key)?.as_u64();
        let count = |key: &str| count(key).filter(|_| has_inputs);
        Some(Self {
            run_id: text("run_id")?,
            started_at: text("started_at")?,
            command: text("command"),
            job: text("job"),
            step: text("step"),
            data_date: text("data_date"),
            record_kind: text("record_kind"),
            inputs: report
                .get("inputs")
                .and_then(Value::as_array)
                .map(Vec::len)
                .filter(|_| has_inputs),
            accepted: count("accepted"),
            rejected: count("rejected"),
            elapsed_ms: report.get("elapsed_ms").and_then(Value::as_u64),
            exit_code: report.get("exit_code").and_then(Value::as_u64),
            error: text("error"),
        })
    }

    /// Job, data date and step.
    fn step_of_job(&self) -> String {
        let names = [&self.job, &self.data_date, &self.step].map(Option::as_deref);
        let [Some(job), Some(date), Some(step)] = names else {
            return "-".to_owned();
        };
        format!("{job} {date}: {step}")
    }
}

/// The list as a text table.
pub(super) fn text(runs: &[ListedRun]) -> String {
    if runs.is_empty() {
        return "no runs\n".to_owned();
    }
    let mut text = format!(
        "{:<20}  {:<36}  {:<18}  {:>6}  {:>12}  {:>10}  {:>10}  {:>4}  step of a job\n",
        "started (UTC)", "run", "kind", "inputs", "accepted", "rejected", "seconds", "exit"
    );
    for run in runs {
        let seconds = run
            .elapsed_ms
            .map(|ms| format!("{}.{:03}", ms / 1000, ms % 1000));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{:<20}  {:<36}  {:<18}  {:>6}  {:>12}  {:>10}  {:>10}  {:>4}  {}",
            escape_unprintable(&second(&run.started_at)),
            escape_unprintable(&run.run_id),
            escape_unprintable(run.record_kind.as_deref().unwrap_or("-")),
            or_dash(run.inputs),
            or_dash(run.accepted),
            or_dash(run.rejected),
            or_dash(seconds),
            or_dash(run.exit_code),
            escape_unprintable(&run.step_of_job()),
        );
        if let Some(error) = &run.error {
            let _ = write!(text, "  {}", escape_unprintable(error));
        }
        text.push('\n');
    }
    text
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// The list as CSV with a header line; unknown values are empty.
pub(super) fn csv(runs: &[ListedRun]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headers = [
        "started_at",
        "run_id",
        "record_kind",
        "inputs",
        "accepted",
        "rejected",
        "elapsed_ms",
        "exit_code",
        "error",
        "command",
        "job",
        "data_date",
        "step",
    ];
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    writer.write_record(headers).expect("memory takes all");
    for run in runs {
        let row = [
            run.started_at.clone(),
            run.run_id.clone(),
            run.record_kind.clone().unwrap_or_default(),
            number(run.inputs.map(|inputs| inputs as u64)),
            number(run.accepted),
            number(run.rejected),
            number(run.elapsed_ms),
            number(run.exit_code),
            run.error.clone().unwrap_or_default(),
            run.command.clone().unwrap_or_default(),
            run.job.clone().unwrap_or_default(),
            run.data_date.clone().unwrap_or_default(),
            run.step.clone().unwrap_or_default(),
        ];
        writer.write_record(row).expect("memory takes all");
    }
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8_lossy(&bytes).into_owned()
}
