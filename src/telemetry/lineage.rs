//! `--lineage-file` and `--lineage-url`: events of the OpenLineage standard.
//!
//! In: starts and ends of steps. Out: a START event when a step starts and a COMPLETE, FAIL or
//! ABORT event when it has ended, and the same for a job of several steps.
//!
//! After the first error no more events are sent, with one warning: lineage never makes a run fail.

mod dataset;
mod event;
mod facet;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use serde_json::Value;
use uuid::Uuid;

use super::file;
use super::http::HttpSender;
use super::steps::{FinishedStep, StepStart};
use crate::values::ExitCode;
use event::{LineageEvent, LineageEventType, LineageJobName, ParentRun};

/// The settings of lineage events.
#[derive(Clone, Default, Args)]
#[command(next_help_heading = "Observability")]
pub struct LineageSettings {
    /// Append OpenLineage events to this file, one JSON document per line
    #[arg(long, value_name = "FILE", env = "PURCHASE_ETL_LINEAGE_FILE")]
    pub lineage_file: Option<PathBuf>,
    /// Send OpenLineage events to the receiver at this URL
    #[arg(
        long,
        value_name = "URL",
        env = "OPENLINEAGE_URL",
        hide_env_values = true
    )]
    pub lineage_url: Option<String>,
    /// Set the path of the OpenLineage endpoint
    #[arg(
        long,
        value_name = "PATH",
        env = "OPENLINEAGE_ENDPOINT",
        default_value = "api/v1/lineage"
    )]
    pub lineage_endpoint: String,
    /// Set the OpenLineage namespace of the jobs
    #[arg(
        long,
        value_name = "NAME",
        env = "OPENLINEAGE_NAMESPACE",
        default_value = "purchase-etl"
    )]
    pub lineage_namespace: String,
    /// Set the OpenLineage parent run, as namespace/job/run
    #[arg(long, value_name = "ID", env = "OPENLINEAGE_PARENT_ID")]
    pub lineage_parent: Option<String>,
    /// The token for the receiver: `OPENLINEAGE_API_KEY`.
    #[arg(skip)]
    pub api_key: Option<String>,
}

impl std::fmt::Debug for LineageSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // URL and key may contain secrets.
        f.debug_struct("LineageSettings")
            .field("lineage_file", &self.lineage_file)
            .field("lineage_namespace", &self.lineage_namespace)
            .finish_non_exhaustive()
    }
}

/// Emits events.
#[derive(Debug)]
pub(super) struct LineageEmitter {
    settings: LineageSettings,
    sender: Option<Arc<HttpSender>>,
    caller: Option<ParentRun>,
    /// The run ids of the jobs that steps are part of.
    jobs: Mutex<BTreeMap<(String, NaiveDate), String>>,
    is_disabled: AtomicBool,
}

impl LineageEmitter {
    /// `None` when neither a file nor a URL is set.
    pub(super) fn new(settings: LineageSettings, sender: Option<Arc<HttpSender>>) -> Option<Self> {
        if settings.lineage_file.is_none() && settings.lineage_url.is_none() {
            return None;
        }
        let caller = settings.lineage_parent.as_deref().and_then(|text| {
            let parent = ParentRun::parse(text);
            if parent.is_none() {
                tracing::warn!(
                    "OPENLINEAGE_PARENT_ID is not namespace/job/run with a UUID and is ignored"
                );
            }
            parent
        });
        Some(Self {
            settings,
            sender,
            caller,
            jobs: Mutex::default(),
            is_disabled: AtomicBool::new(false),
        })
    }

    pub(super) fn step_started(&self, start: &StepStart, at: DateTime<Utc>) {
        let parent = self.job_of(start, at);
        self.emit(&self.step(start, LineageEventType::Start, at, parent).json());
    }

    pub(super) fn step_ended(&self, step: &FinishedStep) {
        let parent = self.job_of(&step.start, step.started_at);
        let mut event = self.step(
            &step.start,
            LineageEventType::of(step.end.exit),
            step.ended_at,
            parent,
        );
        event.end = Some(&step.end);
        self.emit(&event.json());
    }

    /// Sends the end of a job, if one of its steps was reported.
    pub(super) fn job_ended(&self, job: &str, date: NaiveDate, exit: ExitCode, at: DateTime<Utc>) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run_id) = jobs.remove(&(job.to_owned(), date)) {
            let event = self.job(job, date, &run_id, LineageEventType::of(exit), at);
            self.emit(&event.json());
        }
    }

    /// Sends the end of the remaining jobs: some of their steps ran in parallel before the job was
    /// abandoned.
    pub(super) fn finish(&self, at: DateTime<Utc>) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        for ((job, date), run_id) in std::mem::take(&mut *jobs) {
            let event = self.job(
                &job,
                date,
                &run_id,
                LineageEventType::of(ExitCode::Interrupted),
                at,
            );
            self.emit(&event.json());
        }
    }

    /// The job run that a step belongs to, started with its first step; otherwise the parent run
    /// given by the caller.
    fn job_of(&self, start: &StepStart, at: DateTime<Utc>) -> Option<ParentRun> {
        let Some(of) = &start.step else {
            return self.caller.clone();
        };
        let key = (of.job.clone(), of.date);
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let (run_id, is_new) = match jobs.get(&key) {
            Some(run_id) => (run_id.clone(), false),
            None => (Uuid::now_v7().to_string(), true),
        };
        if is_new {
            jobs.insert(key, run_id.clone());
            let event = self.job(&of.job, of.date, &run_id, LineageEventType::Start, at);
            self.emit(&event.json());
        }
        Some(ParentRun {
            namespace: self.settings.lineage_namespace.clone(),
            job: of.job.clone(),
            run_id,
            root: self.caller.clone().map(Box::new),
        })
    }

    fn step<'a>(
        &'a self,
        start: &'a StepStart,
        event_type: LineageEventType,
        at: DateTime<Utc>,
        parent: Option<ParentRun>,
    ) -> LineageEvent<'a> {
        let name = match &start.step {
            Some(of) => LineageJobName::FinishedStep(of.job.clone(), of.step.clone()),
            None => LineageJobName::Whole(start.command.to_owned()),
        };
        LineageEvent {
            event_type,
            at,
            run_id: start.run_id.clone(),
            namespace: &self.settings.lineage_namespace,
            job: name,
            date: start.step.as_ref().map(|of| of.date),
            parent,
            start: Some(start),
            end: None,
        }
    }

    fn job<'a>(
        &'a self,
        job: &str,
        date: NaiveDate,
        run_id: &str,
        event_type: LineageEventType,
        at: DateTime<Utc>,
    ) -> LineageEvent<'a> {
        LineageEvent {
            event_type,
            at,
            run_id: run_id.to_owned(),
            namespace: &self.settings.lineage_namespace,
            job: LineageJobName::Whole(job.to_owned()),
            date: Some(date),
            parent: self.caller.clone(),
            start: None,
            end: None,
        }
    }

    fn emit(&self, event: &Value) {
        if self.is_disabled.load(Ordering::Relaxed) {
            return;
        }
        let mut line = event.to_string();
        line.push('\n');
        if let Some(path) = &self.settings.lineage_file
            && let Err(error) = file::append(path, line.as_bytes())
        {
            self.disable(&format!("cannot append to {}: {error}", path.display()));
        }
        let (Some(url), Some(sender)) = (&self.settings.lineage_url, &self.sender) else {
            return;
        };
        let url = format!(
            "{}/{}",
            url.trim_end_matches('/'),
            self.settings.lineage_endpoint.trim_start_matches('/')
        );
        if let Err(error) = sender.post(&url, self.settings.api_key.as_deref(), line.into_bytes()) {
            self.disable(&format!(
                "cannot reach OPENLINEAGE_URL: {}",
                super::error_text(&error)
            ));
        }
    }

    fn disable(&self, reason: &str) {
        self.is_disabled.store(true, Ordering::Relaxed);
        tracing::warn!("no more lineage events are sent: {reason}");
    }
}
