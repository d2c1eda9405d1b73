//! Metrics, traces and alerts, as their receivers get them.

/// `--alert-command` and `--alert-url`.
mod alerts;
/// Failed commands of `lake`, and those whose command line is refused.
mod lake_commands;
/// `--metrics-file` in the parser of Prometheus.
mod metrics;
/// All telemetry of jobs of several days, interrupted jobs and invalid job files.
mod multi_day_jobs;
/// Traces and metrics at an OpenTelemetry collector.
mod otel;

use crate::purchase_fixtures::numbered;
use crate::workdir::Workdir;

/// A job that ingests three purchases and reports a series.
pub(crate) fn shop(workdir: &Workdir) -> [String; 4] {
    workdir.write("dumps/good.ndjson", numbered(0, 3));
    let job = workdir.write(
        "shop.toml",
        r#"
lake = "lake"
[[steps]]
name = "dumps"
ingest = { inputs = ["dumps"], summary = "run.json" }
[[steps]]
name = "series"
report = { type = "quantity-series", length = 1, ending_at = "2026-10-05", output = "series.json" }
"#,
    );
    let job = job.to_str().expect("a path").to_owned();
    [
        "run".to_owned(),
        job,
        "--date".to_owned(),
        "2026-10-05".to_owned(),
    ]
}
