//! OpenTelemetry: a trace and metrics of a command by OTLP over HTTP, as JSON.
//!
//! In: the finished command. Out: two requests. The standard variables (`OTEL_…`) that are not in
//! [`OtelSettings`] are read by the OpenTelemetry libraries.

mod metrics;
mod settings;
mod spans;

use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{
    ExporterBuildError, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::SpanExporter as _;

use super::http::HttpSender;
use super::steps::FinishedCommand;

pub use settings::OtelSettings;

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum OtelError {
    #[error("cannot create the exporter")]
    Exporter(#[from] ExporterBuildError),
    #[error("cannot send {signal}")]
    Send {
        signal: &'static str,
        source: OTelSdkError,
    },
}

/// Exports the trace and the metrics of a command.
pub(super) fn export(
    settings: &OtelSettings,
    command: &FinishedCommand<'_>,
    sender: &HttpSender,
) -> Result<(), OtelError> {
    let resource = resource();
    if let Some(endpoint) = settings.traces() {
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(sender.exporter_client())
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(endpoint)
            .build()?;
        exporter.set_resource(&resource);
        let spans = spans::command_spans(settings, command, resource.clone());
        if !spans.is_empty() {
            let sent = sender.runtime().block_on(exporter.export(spans));
            sent.map_err(|source| OtelError::Send {
                signal: "traces",
                source,
            })?;
        }
    }
    if let Some(endpoint) = settings.metrics() {
        let exporter = MetricExporter::builder()
            .with_http()
            .with_http_client(sender.exporter_client())
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(endpoint)
            .build()?;
        metrics::send(exporter, command, resource).map_err(|source| OtelError::Send {
            signal: "metrics",
            source,
        })?;
    }
    Ok(())
}

/// The resource of this program: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` override the
/// default service name.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let detected = Resource::builder().build();
    let name = detected.get_ref(&Key::from_static_str("service.name"));
    let is_named = name.is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let builder = Resource::builder().with_attribute(version);
    if is_named {
        builder.build()
    } else {
        builder.with_service_name("purchase-etl").build()
    }
}
