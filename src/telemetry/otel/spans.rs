//! The spans of a command: one for the command, one for each step, one for each input of a step.
//!
//! Inputs are read in parallel and not timed separately: their spans have the times of their step.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span, SpanData, SpanProcessor};

use super::settings::OtelSettings;
use crate::run_report::{InputOutcome, InputReport, RecordCounts};
use crate::storage::{scrubbed, scrubbed_location};
use crate::telemetry::steps::{FinishedCommand, FinishedStep};
use crate::values::ExitCode;

/// Larger traces are hard to read and exceed the limits of some receivers.
const MAX_INPUT_SPANS: usize = 1_000;

/// All finished spans of a command; empty when the trace is not sampled.
pub(super) fn command_spans(
    settings: &OtelSettings,
    command: &FinishedCommand<'_>,
    resource: Resource,
) -> Vec<SpanData> {
    let ended = SpanCollector::default();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_span_processor(ended.clone())
        .build();
    let tracer = provider.tracer("purchase-etl");
    let parent_context = parent_context(settings);
    let name = format!("purchase-etl {}", command.name);
    let root = start_span(&tracer, &parent_context, name, command.started_at);
    let within = parent_context.with_remote_span_context(root.span_context().clone());
    for step in command.steps {
        step_span(&tracer, &within, step);
    }
    let mut root = root;
    root.set_attribute(KeyValue::new(
        "process.exit.code",
        i64::from(command.exit.code()),
    ));
    if !command.job.is_empty() {
        root.set_attribute(KeyValue::new("purchase_etl.job", command.job.to_owned()));
    }
    end_span(root, command.exit, command.error, command.ended_at);
    let mut spans = ended.0.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *spans)
}

/// The trace context of the calling process, or a new one.
fn parent_context(settings: &OtelSettings) -> Context {
    let mut carrier = HashMap::new();
    for (name, value) in [
        ("traceparent", &settings.traceparent),
        ("tracestate", &settings.tracestate),
    ] {
        if let Some(value) = value {
            carrier.insert(name.to_owned(), value.clone());
        }
    }
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

fn start_span(tracer: &SdkTracer, within: &Context, name: String, at: DateTime<Utc>) -> Span {
    tracer
        .span_builder(name)
        .with_kind(SpanKind::Internal)
        .with_start_time(SystemTime::from(at))
        .start_with_context(tracer, within)
}

fn end_span(mut span: Span, exit: ExitCode, error: Option<&str>, at: DateTime<Utc>) {
    if !exit.is_success() {
        span.set_attribute(KeyValue::new("error.type", exit.name()));
        span.set_status(Status::error(error.unwrap_or_default().to_owned()));
    }
    span.end_with_timestamp(SystemTime::from(at));
}

fn step_span(tracer: &SdkTracer, within: &Context, step: &FinishedStep) {
    let start = &step.start;
    let name = match start.step() {
        "" => start.command.to_owned(),
        name => format!("step {name}"),
    };
    let mut span = start_span(tracer, within, name, step.started_at);
    span.set_attributes([
        KeyValue::new("purchase_etl.run_id", start.run_id.clone()),
        KeyValue::new("purchase_etl.command", start.command),
    ]);
    if let Some(of) = &start.step {
        span.set_attributes([
            KeyValue::new("purchase_etl.job", of.job.clone()),
            KeyValue::new("purchase_etl.step", of.step.clone()),
            KeyValue::new("purchase_etl.date", of.date.to_string()),
        ]);
    }
    if let Some(lake) = &start.lake {
        span.set_attribute(KeyValue::new("purchase_etl.lake", scrubbed_location(lake)));
    }
    if let Some(report) = &step.end.report {
        span.set_attributes(counts(&report.counts));
        let inputs = report.inputs.len();
        span.set_attribute(KeyValue::new("purchase_etl.inputs", whole(inputs as u64)));
        let inside = within.with_remote_span_context(span.span_context().clone());
        for input in report.inputs.iter().take(MAX_INPUT_SPANS) {
            input_span(tracer, &inside, step, input);
        }
    }
    end_span(
        span,
        step.end.exit,
        step.end.error.as_deref(),
        step.ended_at,
    );
}

fn input_span(tracer: &SdkTracer, within: &Context, step: &FinishedStep, input: &InputReport) {
    let mut span = start_span(tracer, within, "input".to_owned(), step.started_at);
    let location = scrubbed_location(&input.path);
    let key = if location.contains("://") {
        "url.full"
    } else {
        "file.path"
    };
    span.set_attributes([
        KeyValue::new(key, location),
        KeyValue::new("file.size", whole(input.bytes)),
        KeyValue::new("purchase_etl.record_kind", input.record_kind),
        KeyValue::new("purchase_etl.outcome", input.outcome.name()),
    ]);
    span.set_attributes(counts(&input.counts));
    if let (InputOutcome::Refused, Some(refusal)) = (input.outcome, &input.refusal) {
        span.set_attribute(KeyValue::new("error.type", refusal.rule_id.code()));
        span.set_status(Status::error(scrubbed(&refusal.message)));
    }
    span.end_with_timestamp(SystemTime::from(step.ended_at));
}

fn counts(counts: &RecordCounts) -> impl Iterator<Item = KeyValue> {
    let named = [("read", counts.read)]
        .into_iter()
        .chain(counts.by_outcome());
    named.map(|(name, count)| KeyValue::new(format!("purchase_etl.records.{name}"), whole(count)))
}

/// Converts a count to the signed integers of OpenTelemetry.
fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Collects finished spans, so that they are sent in one request whose failure is reported.
#[derive(Clone, Debug, Default)]
struct SpanCollector(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for SpanCollector {
    fn on_start(&self, _span: &mut Span, _within: &Context) {}

    fn on_end(&self, span: SpanData) {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
