//! The metric families: names, help texts and labels.
//!
//! Every label has few values: jobs, steps and commands are defined in job files; kinds, outcomes,
//! rules and tables in this program. The label of the job is `etl_job`, because scrapers set `job`
//! themselves.

use prometheus::core::Collector;
use prometheus::{CounterVec, Encoder, GaugeVec, Opts, Registry, TextEncoder};

const RUN_LABELS: [&str; 3] = ["etl_job", "step", "command"];

/// All metric families of the file.
pub(super) struct MetricFamilies {
    registry: Registry,
    pub(super) runs: CounterVec,
    pub(super) records: CounterVec,
    pub(super) rejected: CounterVec,
    pub(super) warned: CounterVec,
    pub(super) inputs: CounterVec,
    pub(super) read_bytes: CounterVec,
    pub(super) gates: GateFamilies,
    pub(super) last_duration: GaugeVec,
    pub(super) last_run: GaugeVec,
    pub(super) last_success: GaugeVec,
    pub(super) last_exit_code: GaugeVec,
    pub(super) table_version: GaugeVec,
    pub(super) build_info: GaugeVec,
}

impl MetricFamilies {
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counter = |name, help, labels: &[&str]| {
            registered(&registry, CounterVec::new(opts(name, help), labels))
        };
        let gauge = |name, help, labels: &[&str]| {
            registered(&registry, GaugeVec::new(opts(name, help), labels))
        };
        let by = |more: &[&'static str]| [&["etl_job", "step", "kind"], more].concat();
        Ok(Self {
            runs: counter(
                "runs_total",
                "Ended commands and steps, by outcome",
                &[&RUN_LABELS[..], &["outcome"]].concat(),
            )?,
            records: counter(
                "records_total",
                "Records read, by outcome",
                &by(&["outcome"]),
            )?,
            rejected: counter(
                "rejected_records_total",
                "Rejected records, by rule; a record counts under every rule it violates",
                &by(&["rule"]),
            )?,
            warned: counter("warnings_total", "Warnings, by rule", &by(&["rule"]))?,
            inputs: counter("inputs_total", "Inputs, by outcome", &by(&["outcome"]))?,
            read_bytes: counter("read_bytes_total", "Decompressed bytes read", &by(&[]))?,
            gates: GateFamilies::new(&registry)?,
            last_duration: gauge(
                "last_run_duration_seconds",
                "Wall time of the last run",
                &RUN_LABELS,
            )?,
            last_run: gauge(
                "last_run_timestamp_seconds",
                "When the last run ended",
                &RUN_LABELS,
            )?,
            last_success: gauge(
                "last_success_timestamp_seconds",
                "When the last successful run ended (exit code 0 or 3)",
                &RUN_LABELS,
            )?,
            last_exit_code: gauge(
                "last_run_exit_code",
                "Exit code of the last run",
                &RUN_LABELS,
            )?,
            table_version: gauge(
                "lake_table_version",
                "Version of a table of the lake after the last run that changed it",
                &["table"],
            )?,
            build_info: gauge(
                "build_info",
                "The program that wrote this file",
                &["version"],
            )?,
            registry,
        })
    }

    /// The counter of this name.
    pub(super) fn counter(&self, name: &str) -> Option<&CounterVec> {
        Some(match name.strip_prefix("purchase_etl_")? {
            "runs_total" => &self.runs,
            "records_total" => &self.records,
            "rejected_records_total" => &self.rejected,
            "warnings_total" => &self.warned,
            "inputs_total" => &self.inputs,
            "read_bytes_total" => &self.read_bytes,
            "expectations_total" => &self.gates.expectations,
            "held_back_answers_total" => &self.gates.held_back,
            _ => return None,
        })
    }

    /// The gauge of this name, if its value is kept across runs.
    pub(super) fn gauge(&self, name: &str) -> Option<&GaugeVec> {
        Some(match name.strip_prefix("purchase_etl_")? {
            "last_run_duration_seconds" => &self.last_duration,
            "last_run_timestamp_seconds" => &self.last_run,
            "last_success_timestamp_seconds" => &self.last_success,
            "last_run_exit_code" => &self.last_exit_code,
            "lake_table_version" => &self.table_version,
            _ => return None,
        })
    }

    /// The metrics in Prometheus text format.
    pub(super) fn text(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// The families of expectations and of the answers that are held back.
pub(super) struct GateFamilies {
    pub(super) expectations: CounterVec,
    pub(super) held_back: CounterVec,
}

impl GateFamilies {
    fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name, help, labels: &[&str]| {
            registered(registry, CounterVec::new(opts(name, help), labels))
        };
        Ok(Self {
            expectations: counter(
                "expectations_total",
                "Compared expectations of a table, by outcome",
                &["etl_job", "step", "table", "expectation", "outcome"],
            )?,
            held_back: counter(
                "held_back_answers_total",
                "Answers that were held back and not written",
                &["etl_job", "step"],
            )?,
        })
    }
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(format!("purchase_etl_{name}"), help)
}

fn registered<F: Collector + Clone + 'static>(
    registry: &Registry,
    family: Result<F, prometheus::Error>,
) -> Result<F, prometheus::Error> {
    let family = family?;
    registry.register(Box::new(family.clone()))?;
    Ok(family)
}
