//! `--lineage-file` and `--lineage-url`: events of the OpenLineage standard. Facts about steps go in;
//! for each step a START goes out when it begins and a COMPLETE, FAIL or ABORT when it has ended, and
//! for a job of several steps the same around them.
//!
//! A receiver that cannot be reached is given up after one warning: a run never fails by it.

mod dataset;
mod event;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::facts::{Step, StepFacts};
use super::file;
use super::http::Sender;
use crate::run_report::Exit;
use event::{Event, JobName, Parent, Transition};

/// Where events go, and as whose.
#[derive(Clone, Default)]
pub struct LineageSettings {
    /// A file that grows by one JSON document a line.
    pub file: Option<PathBuf>,
    /// The receiver, without the path of its endpoint.
    pub url: Option<String>,
    /// The path of its endpoint.
    pub endpoint: String,
    /// The namespace of our jobs.
    pub namespace: String,
    /// The run that started this one, as `namespace/job/run`.
    pub parent: Option<String>,
    /// The receiver's token.
    pub api_key: Option<String>,
}

impl std::fmt::Debug for LineageSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // URL and key may be secrets.
        f.debug_struct("LineageSettings")
            .field("file", &self.file)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// Emits events.
#[derive(Debug)]
pub(super) struct Lineage {
    settings: LineageSettings,
    caller: Option<Parent>,
    /// The ids of the runs of whole jobs, of which steps are parts.
    jobs: Mutex<BTreeMap<(String, NaiveDate), String>>,
    given_up: AtomicBool,
}

impl Lineage {
    /// Nothing when nobody wants events.
    pub(super) fn new(settings: LineageSettings) -> Option<Self> {
        if settings.file.is_none() && settings.url.is_none() {
            return None;
        }
        let caller = settings.parent.as_deref().and_then(|text| {
            let parent = Parent::parse(text);
            if parent.is_none() {
                tracing::warn!(
                    "OPENLINEAGE_PARENT_ID is not namespace/job/run with a UUID: left out"
                );
            }
            parent
        });
        Some(Self {
            settings,
            caller,
            jobs: Mutex::default(),
            given_up: AtomicBool::new(false),
        })
    }

    pub(super) fn step_started(
        &self,
        facts: &StepFacts,
        at: DateTime<Utc>,
        sender: Option<&Sender>,
    ) {
        let parent = self.job_of(facts, at, sender);
        self.emit(
            &self.step(facts, Transition::Start, at, parent).json(),
            sender,
        );
    }

    pub(super) fn step_ended(&self, step: &Step, sender: Option<&Sender>) {
        let parent = self.job_of(&step.facts, step.started_at, sender);
        let mut event = self.step(
            &step.facts,
            Transition::of(step.end.exit),
            step.ended_at,
            parent,
        );
        event.end = Some(&step.end);
        self.emit(&event.json(), sender);
    }

    /// Ends a job, if a step of it was told.
    pub(super) fn job_ended(
        &self,
        job: &str,
        date: NaiveDate,
        exit: Exit,
        at: DateTime<Utc>,
        sender: Option<&Sender>,
    ) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run_id) = jobs.remove(&(job.to_owned(), date)) {
            let event = self.job(job, date, &run_id, Transition::of(exit), at);
            self.emit(&event.json(), sender);
        }
    }

    /// Ends the jobs that were left: steps of theirs were run ahead of a turn that did not come.
    pub(super) fn finish(&self, at: DateTime<Utc>, sender: Option<&Sender>) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        for ((job, date), run_id) in std::mem::take(&mut *jobs) {
            let event = self.job(&job, date, &run_id, Transition::of(Exit::Interrupted), at);
            self.emit(&event.json(), sender);
        }
    }

    /// The run of the job that a step belongs to, begun with its first step; else whoever called us.
    fn job_of(
        &self,
        facts: &StepFacts,
        at: DateTime<Utc>,
        sender: Option<&Sender>,
    ) -> Option<Parent> {
        let Some(of) = &facts.step else {
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
            let event = self.job(&of.job, of.date, &run_id, Transition::Start, at);
            self.emit(&event.json(), sender);
        }
        Some(Parent {
            namespace: self.settings.namespace.clone(),
            job: of.job.clone(),
            run_id,
            root: self.caller.clone().map(Box::new),
        })
    }

    fn step<'a>(
        &'a self,
        facts: &'a StepFacts,
        transition: Transition,
        at: DateTime<Utc>,
        parent: Option<Parent>,
    ) -> Event<'a> {
        let name = match &facts.step {
            Some(of) => JobName::Step(of.job.clone(), of.step.clone()),
            None => JobName::Whole(facts.command.to_owned()),
        };
        Event {
            transition,
            at,
            run_id: facts.run_id.clone(),
            namespace: &self.settings.namespace,
            job: name,
            date: facts.step.as_ref().map(|of| of.date),
            parent,
            facts: Some(facts),
            end: None,
        }
    }

    fn job<'a>(
        &'a self,
        job: &str,
        date: NaiveDate,
        run_id: &str,
        transition: Transition,
        at: DateTime<Utc>,
    ) -> Event<'a> {
        Event {
            transition,
            at,
            run_id: run_id.to_owned(),
            namespace: &self.settings.namespace,
            job: JobName::Whole(job.to_owned()),
            date: Some(date),
            parent: self.caller.clone(),
            facts: None,
            end: None,
        }
    }

    fn emit(&self, event: &Value, sender: Option<&Sender>) {
        if self.given_up.load(Ordering::Relaxed) {
            return;
        }
        let mut line = event.to_string();
        line.push('\n');
        if let Some(path) = &self.settings.file
            && let Err(error) = file::append(path, line.as_bytes())
        {
            self.give_up(&format!("cannot append to {}: {error}", path.display()));
        }
        let (Some(url), Some(sender)) = (&self.settings.url, sender) else {
            return;
        };
        let url = format!(
            "{}/{}",
            url.trim_end_matches('/'),
            self.settings.endpoint.trim_start_matches('/')
        );
        if let Err(error) = sender.post(&url, self.settings.api_key.as_deref(), line.into_bytes()) {
            self.give_up(&format!(
                "cannot reach OPENLINEAGE_URL: {}",
                super::error_text(&error)
            ));
        }
    }

    fn give_up(&self, reason: &str) {
        self.given_up.store(true, Ordering::Relaxed);
        tracing::warn!("lineage events end here: {reason}");
    }
}
