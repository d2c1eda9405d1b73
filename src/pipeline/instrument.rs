//! Commands with somebody watching: says when a step begins and how it ended, and keeps a report of
//! runs that failed.

use uuid::Uuid;

use super::{Exit, PipelineError, RunContext, check, dashboard, ingest, lake, report};
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::job::{
    CheckJob, DashboardJob, IngestJob, KindSettings, LakeJob, ListScope, ReportJob, ReportQuery,
};
use crate::lake::{TableSpec, inputs_spec, rejects_spec};
use crate::run_report::RunReport;
use crate::storage::error_text;
use crate::telemetry::{DatasetColumn, LineageDataset, StepEnd, StepId, StepStart};

pub(super) fn ingest(job: &IngestJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    let start = StepStart {
        run_id: job.read.run_id.clone(),
        command: "ingest",
        step: step_of(context),
        lake: Some(job.lake.clone()),
        inputs: Vec::new(),
        outputs: ingested_tables(job),
    };
    let span = start.span();
    let _entered = span.enter();
    let telemetry = context.telemetry;
    let open = telemetry.step_started(start);
    let ingest::IngestEnd { report, exit } = ingest::run(job, context);
    telemetry.step_ended(open, step_end(exit.as_ref().copied(), report));
    exit
}

pub(super) fn check(job: &CheckJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    let inputs = job.read.inputs.iter().cloned().map(LineageDataset::File);
    let start = StepStart {
        run_id: job.read.run_id.clone(),
        command: "check",
        step: step_of(context),
        lake: None,
        inputs: inputs.collect(),
        outputs: Vec::new(),
    };
    instrumented(start, context, |context| check::run(job, context))
}

pub(super) fn report(job: &ReportJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    let spec = match job.query {
        ReportQuery::QuantitySeries(_)
        | ReportQuery::RevenueSeries(_)
        | ReportQuery::ProductList { .. } => purchases_spec(),
        ReportQuery::SupplierPurchases(..) | ReportQuery::SupplierSummary(_) => {
            supplier_purchases_spec()
        }
    };
    let goes_to_file = job.output.is_some()
        || matches!(
            job.query,
            ReportQuery::SupplierPurchases(_, ListScope::EachPage(_))
        );
    let outputs = goes_to_file.then(|| LineageDataset::File(job.target()));
    let start = StepStart {
        run_id: Uuid::now_v7().to_string(),
        command: "report",
        step: step_of(context),
        lake: Some(job.lake.clone()),
        inputs: vec![table(&job.lake, &spec)],
        outputs: outputs.into_iter().collect(),
    };
    instrumented(start, context, |context| report::run(job, context))
}

pub(super) fn dashboard(
    job: &DashboardJob,
    context: &mut RunContext<'_>,
) -> Result<Exit, PipelineError> {
    let specs = [purchases_spec(), supplier_purchases_spec(), rejects_spec()];
    let dashboard = job.output.join("index.html").display().to_string();
    let start = StepStart {
        run_id: Uuid::now_v7().to_string(),
        command: "page",
        step: step_of(context),
        lake: Some(job.lake.clone()),
        inputs: specs.iter().map(|spec| table(&job.lake, spec)).collect(),
        outputs: vec![LineageDataset::File(dashboard)],
    };
    instrumented(start, context, |context| dashboard::run(job, context))
}

/// What is done for a lake reads and writes no rows that others wait for, so it names no tables.
pub(super) fn lake(job: &LakeJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    let start = StepStart {
        run_id: job.run_id.clone(),
        command: "lake",
        step: step_of(context),
        lake: Some(job.lake.clone()),
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    instrumented(start, context, |context| lake::run(job, context))
}

fn instrumented(
    start: StepStart,
    context: &mut RunContext<'_>,
    run: impl FnOnce(&mut RunContext<'_>) -> Result<Exit, PipelineError>,
) -> Result<Exit, PipelineError> {
    let span = start.span();
    let _entered = span.enter();
    let telemetry = context.telemetry;
    let open = telemetry.step_started(start);
    let ran = run(context);
    telemetry.step_ended(open, step_end(ran.as_ref().copied(), None));
    ran
}

fn step_end(ran: Result<Exit, &PipelineError>, report: Option<RunReport>) -> StepEnd {
    let (exit, error) = match ran {
        Ok(exit) => (exit, None),
        Err(error) => (error.exit(), Some(error_text(error))),
    };
    StepEnd {
        exit,
        // A reader that has seen enough is no failure.
        error: error.filter(|_| exit != Exit::Done),
        report,
    }
}

/// The step that a stage works for.
pub(super) fn step_of(context: &RunContext<'_>) -> Option<StepId> {
    context.step.as_ref().map(|of| StepId {
        job: of.job.clone(),
        step: of.step.clone(),
        date: of.date,
    })
}

fn ingested_tables(job: &IngestJob) -> Vec<LineageDataset> {
    let mut specs = match &job.read.kinds {
        KindSettings::Purchases(_) => vec![purchases_spec()],
        KindSettings::SupplierPurchases(_) => vec![supplier_purchases_spec()],
        KindSettings::Auto(..) => vec![purchases_spec(), supplier_purchases_spec()],
    };
    specs.extend([rejects_spec(), inputs_spec()]);
    specs.iter().map(|spec| table(&job.lake, spec)).collect()
}

fn table(lake: &str, spec: &TableSpec) -> LineageDataset {
    let fields = spec.schema.fields().iter();
    let mut columns: Vec<DatasetColumn> = fields
        .map(|field| (field.name().clone(), field.data_type().to_string()))
        .collect();
    let partitions = spec.partition_columns.iter();
    columns.extend(partitions.map(|column| {
        let kind = format!("{:?}", column.partition_type);
        (column.name.to_owned(), kind)
    }));
    LineageDataset::Table {
        lake: lake.to_owned(),
        table: spec.name,
        columns,
    }
}
