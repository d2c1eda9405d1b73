//! The metrics of a command: counters of records, inputs and bytes, and its duration.

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_otlp::MetricExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::telemetry::steps::{FinishedCommand, inputs_by_outcome, seconds_between};

/// Sends the metrics in one request.
pub(super) fn send(
    exporter: MetricExporter,
    command: &FinishedCommand<'_>,
    resource: Resource,
) -> Result<(), OTelSdkError> {
    let provider = SdkMeterProvider::builder()
        .with_resource(resource)
        .with_periodic_exporter(exporter)
        .build();
    measure(&provider, command);
    // The shutdown sends the pending metrics; a flush before it would send them twice.
    provider.shutdown()
}

fn measure(provider: &SdkMeterProvider, command: &FinishedCommand<'_>) {
    let meter = provider.meter("purchase-etl");
    let records = meter
        .u64_counter("purchase_etl.records")
        .with_unit("{record}")
        .with_description("Records read, by outcome")
        .build();
    let inputs = meter
        .u64_counter("purchase_etl.inputs")
        .with_unit("{input}")
        .with_description("Inputs, by outcome")
        .build();
    let read = meter
        .u64_counter("purchase_etl.read")
        .with_unit("By")
        .with_description("Decompressed bytes read")
        .build();
    for step in command.steps {
        let Some(report) = &step.end.report else {
            continue;
        };
        let of = |outcome: Option<&'static str>| {
            let mut labels = vec![
                KeyValue::new("purchase_etl.job", step.start.job().to_owned()),
                KeyValue::new("purchase_etl.step", step.start.step().to_owned()),
                KeyValue::new("purchase_etl.record_kind", report.record_kind),
            ];
            labels.extend(outcome.map(|name| KeyValue::new("purchase_etl.outcome", name)));
            labels
        };
        for (name, count) in report.counts.by_outcome() {
            records.add(count, &of(Some(name)));
        }
        for (name, count) in inputs_by_outcome(report) {
            inputs.add(count, &of(Some(name)));
        }
        read.add(report.bytes, &of(None));
    }
    let duration = meter
        .f64_gauge("purchase_etl.run.duration")
        .with_unit("s")
        .with_description("Wall time of the command")
        .build();
    let labels = [
        KeyValue::new("purchase_etl.job", command.job.to_owned()),
        KeyValue::new("purchase_etl.command", command.name.to_owned()),
        KeyValue::new("purchase_etl.outcome", command.exit.name()),
    ];
    duration.record(
        seconds_between(command.started_at, command.ended_at),
        &labels,
    );
}
