//! `lake manifest`

use std::fmt::{self, Write as _};

use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::TableSelection;
use crate::commands::CommandError;
use crate::lake::Lake;
use crate::lake::maintenance::ManifestReport;
use crate::values::ExitCode;

/// `lake manifest`
#[derive(Clone, Debug, Args)]
pub struct ManifestAction {
    /// Select this table
    #[arg(long, value_enum, value_name = "TABLE", default_value_t = TableSelection::All)]
    table: TableSelection,
}

/// It writes no table: manifests are files beside the data, which no version names.
impl LakeAction for ManifestAction {
    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let mut done = Vec::new();
        for table in self.table.tables() {
            if run.is_interrupted() {
                break;
            }
            let Some(written) = lake.write_manifests(&table)? else {
                continue;
            };
            let (table, version) = (&written.table, written.version);
            let (manifests, removed) = (written.manifests, written.removed);
            tracing::info!(table, version, manifests, removed, "manifests written");
            if !written.is_newest {
                tracing::warn!(
                    table,
                    version,
                    "newer versions were committed meanwhile; run lake manifest again"
                );
            }
            done.push(written);
        }
        run.print(&done[..], manifest_text)
    }
}

fn manifest_text(tables: &[ManifestReport], text: &mut String) -> fmt::Result {
    for done in tables {
        let ManifestReport {
            table,
            version,
            is_newest,
            location,
            manifests,
            files,
            removed,
        } = done;
        writeln!(
            text,
            "{table}: version {version}, {files} files; {manifests} manifests written, {removed} removed: {location}"
        )?;
        if !is_newest {
            writeln!(text, "{table}: newer versions were committed meanwhile")?;
        }
    }
    Ok(())
}
