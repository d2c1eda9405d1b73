//! Who is told about a command: options and environment in, an observer out. Secrets come from the
//! environment only.

use purchase_etl::cli::{AlertOn, Cli, Command, TelemetryArguments};
use purchase_etl::job::file::job_name;
use purchase_etl::pipeline::Exit;
use purchase_etl::telemetry::{
    AlertSettings, LineageSettings, OtelSettings, Telemetry, TelemetrySettings,
};

/// The observer of a command; of one that runs nothing, an observer nobody listens to.
pub(crate) fn for_command(cli: &Cli) -> Telemetry {
    let name = instrumented_command(&cli.command).filter(|_| cli.explain_config.is_none());
    let settings = match name {
        Some(_) => settings(cli.telemetry.clone()),
        None => TelemetrySettings::default(),
    };
    let name = name.unwrap_or_default();
    let job = match &cli.command {
        Command::Run(arguments) => Some(job_name(&arguments.job)),
        _ => None,
    };
    Telemetry::new(name, job, settings, crate::clock)
}

/// The name of a command that runs something; none for those that only show, and for dry runs.
fn instrumented_command(command: &Command) -> Option<&'static str> {
    match command {
        Command::Ingest(arguments) if !arguments.dry_run => Some("ingest"),
        Command::Run(arguments) if !arguments.dry_run => Some("run"),
        Command::Check(_) => Some("check"),
        Command::Report(_) => Some("report"),
        Command::Dashboard(_) => Some("page"),
        Command::Lake(command) if command.is_instrumented() => Some("lake"),
        _ => None,
    }
}

fn settings(arguments: TelemetryArguments) -> TelemetrySettings {
    let TelemetryArguments {
        metrics_file,
        otlp_endpoint,
        otlp_traces_endpoint,
        otlp_metrics_endpoint,
        lineage_file,
        lineage_url,
        lineage_endpoint,
        lineage_namespace,
        lineage_parent,
        alert_command,
        alert_url,
        alert_on,
    } = arguments;
    let is_true = |text: String| text.eq_ignore_ascii_case("true");
    TelemetrySettings {
        metrics_file,
        otel: OtelSettings {
            endpoint: otlp_endpoint,
            traces_endpoint: otlp_traces_endpoint,
            metrics_endpoint: otlp_metrics_endpoint,
            disabled: variable("OTEL_SDK_DISABLED").is_some_and(is_true),
            traceparent: variable("TRACEPARENT"),
            tracestate: variable("TRACESTATE"),
        },
        lineage: LineageSettings {
            file: lineage_file,
            url: lineage_url,
            endpoint: lineage_endpoint,
            namespace: lineage_namespace,
            parent: lineage_parent,
            api_key: variable("OPENLINEAGE_API_KEY"),
        },
        alert: AlertSettings {
            command: alert_command,
            url: alert_url,
            on: alert_on.into_iter().map(exit).collect(),
        },
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn exit(on: AlertOn) -> Exit {
    match on {
        AlertOn::Done => Exit::Done,
        AlertOn::Failed => Exit::Failed,
        AlertOn::Usage => Exit::Usage,
        AlertOn::Refused => Exit::Refused,
        AlertOn::Unbalanced => Exit::Unbalanced,
        AlertOn::Conflict => Exit::Conflict,
        AlertOn::Interrupted => Exit::Interrupted,
    }
}
