//! Where the answers of a step go, as far as it can be told beforehand.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::job::file::Action;
use crate::job::{LakeTask, ListScope, ReportQuery};
use crate::pipeline::lake::name_of;
use crate::pipeline::output::store_url;
use crate::storage::Stores;

/// A place that a step writes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "to", content = "path")]
pub(super) enum Target {
    /// Standard output.
    StandardOutput,
    /// A file; of many pages, the first.
    File(PathBuf),
}

impl Target {
    /// Whether it is there; nothing for standard output, and when a store does not say.
    pub(super) fn exists(&self, stores: &Stores) -> Option<bool> {
        let Self::File(path) = self else {
            return None;
        };
        match store_url(path) {
            Ok(None) => Some(path.exists()),
            Ok(Some(url)) => stores.head(&url).ok().map(|object| object.is_some()),
            Err(_) => None,
        }
    }
}

/// The tables that a step writes.
pub(super) fn tables(action: &Action) -> Vec<&'static str> {
    use crate::job::KindSettings::{Auto, Purchases, SupplierPurchases};
    match action {
        Action::Ingest(job) => match job.read.kinds {
            Purchases(_) => vec!["purchases", "rejects", "inputs"],
            SupplierPurchases(_) => vec!["supplier_purchases", "rejects", "inputs"],
            Auto(..) => vec!["purchases", "supplier_purchases", "rejects", "inputs"],
        },
        Action::Lake(job) => match &job.task {
            LakeTask::Compact { tables, .. } => tables.iter().copied().map(name_of).collect(),
            // A vacuum takes files that no version needs.
            _ => Vec::new(),
        },
        Action::Check(_) | Action::Report(_) | Action::Dashboard(_) => Vec::new(),
    }
}

/// The places that a step writes answers to.
pub(super) fn targets(action: &Action) -> Vec<Target> {
    match action {
        Action::Ingest(job) => job.summary.iter().map(|path| target(path)).collect(),
        Action::Check(_) | Action::Lake(_) => vec![Target::StandardOutput],
        Action::Report(job) => vec![match (&job.query, &job.output) {
            (ReportQuery::SupplierPurchases(_, ListScope::EachPage(folder)), _) => {
                Target::File(folder.join("page-1.json"))
            }
            (_, Some(path)) => Target::File(path.clone()),
            (_, None) => Target::StandardOutput,
        }],
        Action::Dashboard(job) => vec![Target::File(job.output.join("index.html"))],
    }
}

/// The run report of an ingest may go to standard output as `-`.
fn target(path: &Path) -> Target {
    if path.as_os_str() == "-" {
        Target::StandardOutput
    } else {
        Target::File(path.to_owned())
    }
}
