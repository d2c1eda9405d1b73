//! An event of OpenLineage 2-0-2 (<https://openlineage.io/spec/2-0-2/OpenLineage.json>), converted
//! to JSON with the facets of the standard.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::dataset;
use super::facet::{PRODUCER, facet};
use crate::run_report::RunReport;
use crate::telemetry::steps::{StepEnd, StepStart};
use crate::values::ExitCode;

const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// The run state transition of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineageEventType {
    Start,
    Complete,
    Fail,
    Abort,
}

impl LineageEventType {
    /// A run with refused inputs is complete; the assertions contain the refusals.
    pub(super) fn of(exit: ExitCode) -> Self {
        match exit {
            ExitCode::Done | ExitCode::Refused => Self::Complete,
            ExitCode::Interrupted => Self::Abort,
            ExitCode::Failed
            | ExitCode::Usage
            | ExitCode::Unbalanced
            | ExitCode::Conflict
            | ExitCode::Unmet => Self::Fail,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Complete => "COMPLETE",
            Self::Fail => "FAIL",
            Self::Abort => "ABORT",
        }
    }
}

/// The run that started another run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParentRun {
    pub(super) namespace: String,
    pub(super) job: String,
    pub(super) run_id: String,
    pub(super) root: Option<Box<Self>>,
}

impl ParentRun {
    /// `namespace/job/run`, as Airflow's `lineage_parent_id` writes it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (rest, run_id) = text.rsplit_once('/')?;
        let (namespace, job) = rest.rsplit_once('/')?;
        let run_id = Uuid::parse_str(run_id).ok()?.to_string();
        Some(Self {
            namespace: namespace.to_owned(),
            job: job.to_owned(),
            run_id,
            root: None,
        })
    }

    fn json(&self) -> Value {
        let of = |parent: &Self| {
            json!({
                "run": { "runId": parent.run_id },
                "job": { "namespace": parent.namespace, "name": parent.job },
            })
        };
        let mut json = of(self);
        json["root"] = of(self.root.as_deref().unwrap_or(self));
        json
    }
}

/// The name of a job in lineage events.
#[derive(Clone, Debug)]
pub(super) enum LineageJobName {
    /// A command, or a job with its steps.
    Whole(String),
    /// A step of a job.
    FinishedStep(String, String),
}

/// An event before its conversion to JSON.
#[derive(Debug)]
pub(super) struct LineageEvent<'a> {
    pub(super) event_type: LineageEventType,
    pub(super) at: DateTime<Utc>,
    pub(super) run_id: String,
    pub(super) namespace: &'a str,
    pub(super) job: LineageJobName,
    pub(super) date: Option<NaiveDate>,
    pub(super) parent: Option<ParentRun>,
    pub(super) start: Option<&'a StepStart>,
    pub(super) end: Option<&'a StepEnd>,
}

impl LineageEvent<'_> {
    pub(super) fn json(&self) -> Value {
        let (name, job_type) = match &self.job {
            LineageJobName::Whole(name) => (name.clone(), "JOB"),
            LineageJobName::FinishedStep(job, step) => (format!("{job}.{step}"), "TASK"),
        };
        let job_type = json!({
            "processingType": "BATCH",
            "integration": "PURCHASE_ETL",
            "jobType": job_type,
        });
        json!({
            "eventType": self.event_type.name(),
            "eventTime": instant(self.at),
            "producer": PRODUCER,
            "schemaURL": SCHEMA,
            "run": { "runId": self.run_id, "facets": self.run_facets() },
            "job": {
                "namespace": self.namespace,
                "name": name,
                "facets": { "jobType": facet("2-0-4/JobTypeJobFacet", job_type) },
            },
            "inputs": self.start.map_or(Vec::new(), |start| dataset::inputs(start, self.end)),
            "outputs": self.start.map_or(Vec::new(), |start| dataset::outputs(start, self.end)),
        })
    }

    fn run_facets(&self) -> Map<String, Value> {
        let mut facets = Map::new();
        let engine = json!({
            "name": "purchase-etl",
            "version": env!("CARGO_PKG_VERSION"),
        });
        let engine = facet("1-1-1/ProcessingEngineRunFacet", engine);
        facets.insert("processing_engine".to_owned(), engine);
        if let Some(date) = self.date {
            let midnight = |date: NaiveDate| format!("{date}T00:00:00Z");
            let mut nominal = json!({ "nominalStartTime": midnight(date) });
            if let Some(next) = date.checked_add_days(Days::new(1)) {
                nominal["nominalEndTime"] = midnight(next).into();
            }
            let nominal = facet("1-0-1/NominalTimeRunFacet", nominal);
            facets.insert("nominalTime".to_owned(), nominal);
        }
        if let Some(parent) = &self.parent {
            let parent = facet("1-2-0/ParentRunFacet", parent.json());
            facets.insert("parent".to_owned(), parent);
        }
        if let Some(error) = self.end.and_then(|end| end.error.as_deref()) {
            let error = json!({ "message": error, "programmingLanguage": "Rust" });
            let error = facet("1-0-1/ErrorMessageRunFacet", error);
            facets.insert("errorMessage".to_owned(), error);
        }
        if let Some(report) = self.end.and_then(|end| end.report.as_ref()) {
            facets.insert("purchaseEtl_run".to_owned(), run_facet(report));
        }
        facets
    }
}

/// A custom facet for values that the standard does not define.
fn run_facet(report: &RunReport) -> Value {
    json!({
        "_producer": PRODUCER,
        "_schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet",
        "recordKind": report.record_kind,
        "counts": report.counts,
        "rejectedByRule": report.rejected_by_rule,
        "warnedByRule": report.warned_by_rule,
        "exitCode": report.exit_code,
    })
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_a_namespace_a_job_and_a_uuid() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let parent = ParentRun::parse(&format!("airflow/prod/shop.ingest/{id}")).unwrap();
        assert_eq!(parent.namespace, "airflow/prod");
        assert_eq!(parent.job, "shop.ingest");
        assert_eq!(parent.run_id, id);
        for text in ["", id, "ns/job/3", "job/3"] {
            assert_eq!(ParentRun::parse(text), None, "{text}");
        }
    }
}
