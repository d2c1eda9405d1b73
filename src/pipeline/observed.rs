//! Commands with somebody watching: says when a step begins and how it ended, and keeps a report of
//! runs that failed.

use uuid::Uuid;

use super::{Exit, PipelineError, Stage, check, ingest, lake, page, report};
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::job::{
    CheckJob, IngestJob, KindSettings, LakeJob, ListScope, PageJob, Question, ReportJob,
};
use crate::lake::{TableSpec, inputs_spec, rejects_spec};
use crate::run_report::RunReport;
use crate::storage::error_text;
use crate::telemetry::{Column, Dataset, StepEnd, StepFacts, StepOfJob};

pub(super) fn ingest(job: &IngestJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let facts = StepFacts {
        run_id: job.read.run_id.clone(),
        command: "ingest",
        step: step_of(stage),
        lake: Some(job.lake.clone()),
        inputs: Vec::new(),
        outputs: ingested_tables(job),
    };
    let span = facts.span();
    let _entered = span.enter();
    let observer = stage.observer;
    let open = observer.step_started(facts);
    let ingest::Ended { report, exit } = ingest::run(job, stage);
    observer.step_ended(open, end_of(exit.as_ref().copied(), report));
    exit
}

pub(super) fn check(job: &CheckJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let inputs = job.read.inputs.iter().cloned().map(Dataset::File);
    let facts = StepFacts {
        run_id: job.read.run_id.clone(),
        command: "check",
        step: step_of(stage),
        lake: None,
        inputs: inputs.collect(),
        outputs: Vec::new(),
    };
    watched(facts, stage, |stage| check::run(job, stage))
}

pub(super) fn report(job: &ReportJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let spec = match job.question {
        Question::QuantitySeries(_) | Question::RevenueSeries(_) | Question::ProductList { .. } => {
            purchases_spec()
        }
        Question::SupplierPurchases(..) | Question::SupplierSummary(_) => supplier_purchases_spec(),
    };
    let goes_to_file = job.output.is_some()
        || matches!(
            job.question,
            Question::SupplierPurchases(_, ListScope::EachPage(_))
        );
    let outputs = goes_to_file.then(|| Dataset::File(job.target()));
    let facts = StepFacts {
        run_id: Uuid::now_v7().to_string(),
        command: "report",
        step: step_of(stage),
        lake: Some(job.lake.clone()),
        inputs: vec![table(&job.lake, &spec)],
        outputs: outputs.into_iter().collect(),
    };
    watched(facts, stage, |stage| report::run(job, stage))
}

pub(super) fn page(job: &PageJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let specs = [purchases_spec(), supplier_purchases_spec(), rejects_spec()];
    let page = job.output.join("index.html").display().to_string();
    let facts = StepFacts {
        run_id: Uuid::now_v7().to_string(),
        command: "dashboard",
        step: step_of(stage),
        lake: Some(job.lake.clone()),
        inputs: specs.iter().map(|spec| table(&job.lake, spec)).collect(),
        outputs: vec![Dataset::File(page)],
    };
    watched(facts, stage, |stage| page::run(job, stage))
}

/// What is done for a lake reads and writes no rows that others wait for, so it names no tables.
pub(super) fn lake(job: &LakeJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let facts = StepFacts {
        run_id: job.run_id.clone(),
        command: "lake",
        step: step_of(stage),
        lake: Some(job.lake.clone()),
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    watched(facts, stage, |stage| lake::run(job, stage))
}

fn watched(
    facts: StepFacts,
    stage: &mut Stage<'_>,
    run: impl FnOnce(&mut Stage<'_>) -> Result<Exit, PipelineError>,
) -> Result<Exit, PipelineError> {
    let span = facts.span();
    let _entered = span.enter();
    let observer = stage.observer;
    let open = observer.step_started(facts);
    let ran = run(stage);
    observer.step_ended(open, end_of(ran.as_ref().copied(), None));
    ran
}

fn end_of(ran: Result<Exit, &PipelineError>, report: Option<RunReport>) -> StepEnd {
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
pub(super) fn step_of(stage: &Stage<'_>) -> Option<StepOfJob> {
    stage.step.as_ref().map(|of| StepOfJob {
        job: of.job.clone(),
        step: of.step.clone(),
        date: of.date,
    })
}

fn ingested_tables(job: &IngestJob) -> Vec<Dataset> {
    let mut specs = match &job.read.kinds {
        KindSettings::Purchases(_) => vec![purchases_spec()],
        KindSettings::SupplierPurchases(_) => vec![supplier_purchases_spec()],
        KindSettings::Auto(..) => vec![purchases_spec(), supplier_purchases_spec()],
    };
    specs.extend([rejects_spec(), inputs_spec()]);
    specs.iter().map(|spec| table(&job.lake, spec)).collect()
}

fn table(lake: &str, spec: &TableSpec) -> Dataset {
    let fields = spec.schema.fields().iter();
    let mut columns: Vec<Column> = fields
        .map(|field| (field.name().clone(), field.data_type().to_string()))
        .collect();
    let partitions = spec.partition_columns.iter();
    columns.extend(partitions.map(|column| {
        let kind = format!("{:?}", column.partition_type);
        (column.name.to_owned(), kind)
    }));
    Dataset::Table {
        lake: lake.to_owned(),
        table: spec.name,
        columns,
    }
}
