//! Metrics, traces and alerts, as those get them who are told.

/// `--alert-command` and `--alert-url`.
mod alerts;
/// `--metrics-file` in the parser of Prometheus.
mod metrics;
/// Jobs of several days, interruptions and wrong job files, in all of them.
mod multi_day_jobs;
/// Traces and metrics at an OpenTelemetry collector.
mod otel;

use crate::purchase_fixtures::numbered;
use crate::workdir::Workdir;

/// A job that ingests three purchases and asks for a series.
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
report = { question = "quantity-series", length = 1, ending_at = "2026-10-05", output = "series.json" }
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
