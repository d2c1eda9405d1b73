//! Who is told about runs: options that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Metrics, traces, lineage, alerts. Secrets, such as `OPENLINEAGE_API_KEY` and
/// `OTEL_EXPORTER_OTLP_HEADERS`, are taken from the environment only.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Telling others")]
pub struct TelemetryArguments {
    /// Keep metrics in this file, in Prometheus's text format
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
    /// Send traces here instead
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        hide_env_values = true,
        hide = true
    )]
    pub otlp_traces_endpoint: Option<String>,
    /// Send metrics here instead
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        hide_env_values = true,
        hide = true
    )]
    pub otlp_metrics_endpoint: Option<String>,
    /// Append OpenLineage events to this file, one JSON document a line
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PURCHASE_ETL_LINEAGE_FILE",
        hide_short_help = true
    )]
    pub lineage_file: Option<PathBuf>,
    /// Send OpenLineage events to this receiver
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "OPENLINEAGE_URL",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub lineage_url: Option<String>,
    /// Path of the receiver's endpoint
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "OPENLINEAGE_ENDPOINT",
        default_value = "api/v1/lineage",
        hide_short_help = true
    )]
    pub lineage_endpoint: String,
    /// Namespace of our jobs in OpenLineage
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "OPENLINEAGE_NAMESPACE",
        default_value = "purchase-etl",
        hide_short_help = true
    )]
    pub lineage_namespace: String,
    /// The run that started this one, as namespace/job/run
    #[arg(
        long,
        global = true,
        value_name = "ID",
        env = "OPENLINEAGE_PARENT_ID",
        hide_short_help = true
    )]
    pub lineage_parent: Option<String>,
    /// Run this command when a run ends; `sh -c` gets it, and the event on standard input
    #[arg(
        long,
        global = true,
        value_name = "COMMAND",
        env = "PURCHASE_ETL_ALERT_COMMAND",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub alert_command: Option<String>,
    /// Post the event to this URL when a run ends
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_ALERT_URL",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub alert_url: Option<String>,
    /// The ends that raise an alert, comma separated
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "ENDS",
        value_delimiter = ',',
        env = "PURCHASE_ETL_ALERT_ON",
        default_value = "failed,usage,refused,unbalanced,conflict,interrupted",
        hide_short_help = true
    )]
    pub alert_on: Vec<AlertOn>,
}

/// How a run may end, by exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AlertOn {
    /// 0
    Done,
    /// 1
    Failed,
    /// 2
    Usage,
    /// 3
    Refused,
    /// 4
    Unbalanced,
    /// 5
    Conflict,
    /// 130
    Interrupted,
}
