//! The settings of OpenTelemetry.

use clap::Args;

/// The settings of OpenTelemetry. An endpoint of a signal is used unchanged; the paths of the
/// signals are appended to the general one.
#[derive(Clone, Default, Args)]
#[command(next_help_heading = "Observability")]
pub struct OtelSettings {
    /// Send traces and metrics to this OpenTelemetry collector (OTLP over HTTP)
    #[arg(
        long,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true
    )]
    pub otlp_endpoint: Option<String>,
    /// Send traces to this OTLP endpoint instead
    #[arg(
        long,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        hide_env_values = true
    )]
    pub otlp_traces_endpoint: Option<String>,
    /// Send metrics to this OTLP endpoint instead
    #[arg(
        long,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        hide_env_values = true
    )]
    pub otlp_metrics_endpoint: Option<String>,
    /// Whether OpenTelemetry is disabled: `OTEL_SDK_DISABLED`.
    #[arg(skip)]
    pub disabled: bool,
    /// The W3C trace context of the calling process: `TRACEPARENT`.
    #[arg(skip)]
    pub traceparent: Option<String>,
    /// The vendor-specific part of the trace context: `TRACESTATE`.
    #[arg(skip)]
    pub tracestate: Option<String>,
}

impl std::fmt::Debug for OtelSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The endpoints may contain secrets.
        f.debug_struct("OtelSettings")
            .field("disabled", &self.disabled)
            .field("traceparent", &self.traceparent)
            .finish_non_exhaustive()
    }
}

impl OtelSettings {
    /// Whether traces or metrics are exported.
    pub(in crate::telemetry) fn is_enabled(&self) -> bool {
        self.traces().is_some() || self.metrics().is_some()
    }

    pub(super) fn traces(&self) -> Option<String> {
        self.signal_endpoint(self.otlp_traces_endpoint.as_deref(), "v1/traces")
    }

    pub(super) fn metrics(&self) -> Option<String> {
        self.signal_endpoint(self.otlp_metrics_endpoint.as_deref(), "v1/metrics")
    }

    /// The endpoint of a signal: by the standard, its own endpoint is used unchanged, and the path
    /// of the signal is appended to the general one.
    fn signal_endpoint(&self, own: Option<&str>, path: &str) -> Option<String> {
        let general = || {
            let base = self
                .otlp_endpoint
                .as_deref()
                .filter(|base| !base.is_empty())?;
            Some(format!("{}/{path}", base.trim_end_matches('/')))
        };
        let own = own.filter(|own| !own.is_empty()).map(str::to_owned);
        own.or_else(general).filter(|_| !self.disabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_general_endpoint_gets_paths_and_a_signals_own_does_not() {
        let mut settings = OtelSettings {
            otlp_endpoint: Some("http://host:4318/base/".to_owned()),
            otlp_metrics_endpoint: Some("http://other/m".to_owned()),
            ..OtelSettings::default()
        };
        assert_eq!(
            settings.traces().unwrap(),
            "http://host:4318/base/v1/traces"
        );
        assert_eq!(settings.metrics().unwrap(), "http://other/m");
        settings.disabled = true;
        assert!(!settings.is_enabled());
    }
}
