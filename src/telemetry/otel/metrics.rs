//! The metrics of a command: counters of records, inputs, bytes, expectations and answers that are held
//! back, and its duration.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_otlp::MetricExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::telemetry::steps::{FinishedCommand, FinishedStep, inputs_by_outcome, seconds_between};

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
    measure_records(&meter, command.steps);
    measure_gates(&meter, command.steps);
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

/// The attributes of the job and a step of it.
fn of_step(job: &str, step: &str) -> Vec<KeyValue> {
    vec![
        KeyValue::new("purchase_etl.job", job.to_owned()),
        KeyValue::new("purchase_etl.step", step.to_owned()),
    ]
}

fn measure_records(meter: &Meter, steps: &[FinishedStep]) {
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
    for step in steps {
        let Some(report) = &step.end.report else {
            continue;
        };
        // Comparing expectations reads no records.
        if !report.expectations.is_empty() {
            continue;
        }
        let of = |outcome: Option<&'static str>| {
            let mut labels = of_step(step.start.job(), step.start.step());
            labels.push(KeyValue::new(
                "purchase_etl.record_kind",
                report.record_kind,
            ));
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
}

fn measure_gates(meter: &Meter, steps: &[FinishedStep]) {
    let expectations = meter
        .u64_counter("purchase_etl.expectations")
        .with_unit("{expectation}")
        .with_description("Compared expectations of a table, by outcome")
        .build();
    let held_back = meter
        .u64_counter("purchase_etl.held_back_answers")
        .with_unit("{answer}")
        .with_description("Answers of a step that were not written")
        .build();
    for step in steps {
        let Some(report) = &step.end.report else {
            continue;
        };
        for result in &report.expectations {
            let mut labels = of_step(step.start.job(), step.start.step());
            labels.extend([
                KeyValue::new("purchase_etl.table", result.table),
                KeyValue::new("purchase_etl.expectation", result.expectation),
                KeyValue::new("purchase_etl.outcome", result.outcome.name()),
            ]);
            expectations.add(1, &labels);
        }
        for held in &report.held_back {
            held_back.add(1, &of_step(step.start.job(), &held.step));
        }
    }
}
