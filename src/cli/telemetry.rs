//! Metrics, traces, lineage and alerts: options of every command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Metrics, traces, lineage, alerts. Secrets, such as `OPENLINEAGE_API_KEY` and
/// `OTEL_EXPORTER_OTLP_HEADERS`, are taken from the environment only.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Observability")]
pub struct TelemetryArguments {
    /// Write metrics to this file in the Prometheus text format
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PURCHASE_ETL_METRICS_FILE",
        hide_short_help = true
    )]
    pub metrics_file: Option<PathBuf>,
    /// Send traces and metrics to this OpenTelemetry collector (OTLP over HTTP)
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub otlp_endpoint: Option<String>,
    /// Send traces to this OTLP endpoint instead
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub otlp_traces_endpoint: Option<String>,
    /// Send metrics to this OTLP endpoint instead
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub otlp_metrics_endpoint: Option<String>,
    /// Append OpenLineage events to this file, one JSON document per line
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PURCHASE_ETL_LINEAGE_FILE",
        hide_short_help = true
    )]
    pub lineage_file: Option<PathBuf>,
    /// Send OpenLineage events to the receiver at this URL
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OPENLINEAGE_URL",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub lineage_url: Option<String>,
    /// Set the path of the OpenLineage endpoint
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "OPENLINEAGE_ENDPOINT",
        default_value = "api/v1/lineage",
        hide_short_help = true
    )]
    pub lineage_endpoint: String,
    /// Set the OpenLineage namespace of the jobs
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "OPENLINEAGE_NAMESPACE",
        default_value = "purchase-etl",
        hide_short_help = true
    )]
    pub lineage_namespace: String,
    /// Set the OpenLineage parent run, as namespace/job/run
    #[arg(
        long,
        global = true,
        value_name = "ID",
        env = "OPENLINEAGE_PARENT_ID",
        hide_short_help = true
    )]
    pub lineage_parent: Option<String>,
    /// Run this shell command when a run ends, with the event as JSON on its stdin
    #[arg(
        long,
        global = true,
        value_name = "COMMAND",
        env = "PURCHASE_ETL_ALERT_COMMAND",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub alert_command: Option<String>,
    /// Post the event as JSON to this URL when a run ends
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_ALERT_URL",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub alert_url: Option<String>,
    /// Alert when a run ends with one of these outcomes, separated by commas
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "OUTCOMES",
        value_delimiter = ',',
        env = "PURCHASE_ETL_ALERT_ON",
        default_value = "failed,usage,refused,unbalanced,conflict,interrupted",
        hide_short_help = true
    )]
    pub alert_on: Vec<AlertOn>,
}

/// The outcome of a run, by exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AlertOn {
    /// Exit code 0
    Done,
    /// Exit code 1
    Failed,
    /// Exit code 2
    Usage,
    /// Exit code 3
    Refused,
    /// Exit code 4
    Unbalanced,
    /// Exit code 5
    Conflict,
    /// Exit code 130
    Interrupted,
}
