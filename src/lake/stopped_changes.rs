//! Changes of inputs that were stopped before they were complete: the transactions of the tables
//! differ; the table of inputs gets what the commit of the rows names.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::commit::app_id;
use super::partition::is_inside_table;
use super::table_spec::{INPUTS, REJECTS, TableSpec};
use super::{Digest, InputState, Lake, LakeError, log};

impl Lake {
    /// Completes changes of inputs of a kind that were stopped before they were listed: the
    /// transactions of listed inputs differ from those in `rows_table`.
    ///
    /// Returns the version of the table of inputs; `None` if nothing was missing.
    ///
    /// # Errors
    /// As [`Lake::change_inputs`], and for a log that cannot be read.
    pub fn recover_changed_inputs(
        &self,
        run_id: &str,
        rows_table: &TableSpec,
        record_kind: &str,
    ) -> Result<Option<i64>, LakeError> {
        let listed = self.contents_in(INPUTS, record_kind)?;
        if listed.is_empty() {
            return Ok(None);
        }
        let table = rows_table.name;
        let in_rows = self.contents_in(table, record_kind)?;
        let (mut withdrawn, mut changed) = (HashSet::new(), HashSet::new());
        for (digest, version) in listed {
            let found = in_rows.get(&digest).copied().unwrap_or(log::WITHDRAWN);
            let is_unfinished = version >= log::COMMITTED && version != found;
            if is_unfinished && found >= log::COMMITTED {
                changed.insert(app_id(table, record_kind, digest));
            } else if is_unfinished {
                withdrawn.insert(app_id(table, record_kind, digest));
            }
        }
        if withdrawn.is_empty() && changed.is_empty() {
            return Ok(None);
        }
        let rows_log = self.log(table)?;
        let mut files = rows_log.inputs_files(&withdrawn, false)?;
        files.extend(rows_log.inputs_files(&changed, true)?);
        let files: BTreeSet<String> = files.into_values().collect();
        let mut recovered = None;
        for file in files.iter().filter(|file| is_inside_table(file)) {
            let file = self.read_inputs_file(record_kind, file)?;
            let Some(file) = file else { continue };
            if let Some(rows) = file.changed_rows()? {
                let staged = Some(&file.staged());
                let version = self.change_listing(run_id, table, &rows, staged)?;
                recovered = version.or(recovered);
            }
        }
        // The commit that names the file, or the file, may no longer exist.
        let mut lost = self.listed_inputs(record_kind)?;
        lost.retain(|listed| {
            let id = app_id(table, record_kind, listed.row.digest);
            listed.is_current() && withdrawn.contains(&id)
        });
        for listed in &mut lost {
            listed.row.state = InputState::Replaced;
        }
        if !lost.is_empty() {
            recovered = self
                .change_listing(run_id, table, &lost, None)?
                .or(recovered);
        }
        Ok(recovered)
    }

    /// Contents whose rows are in `rows_table` and whose rejects a stopped change has taken out.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn contents_without_rejects(
        &self,
        rows_table: &TableSpec,
        record_kind: &str,
    ) -> Result<HashSet<Digest>, LakeError> {
        let mut withdrawn = self.contents_in(REJECTS, record_kind)?;
        withdrawn.retain(|_, version| *version == log::WITHDRAWN);
        if withdrawn.is_empty() {
            return Ok(HashSet::new());
        }
        let mut in_rows = self.contents_in(rows_table.name, record_kind)?;
        in_rows
            .retain(|digest, version| *version >= log::COMMITTED && withdrawn.contains_key(digest));
        let digests = in_rows.into_keys();
        Ok(digests.filter_map(|digest| digest.parse().ok()).collect())
    }

    /// The transaction versions of the contents of a kind in a table, by digest.
    fn contents_in(&self, table: &str, kind: &str) -> Result<BTreeMap<String, i64>, LakeError> {
        let prefix = app_id(table, kind, "");
        let wanted = |id: &str| id.starts_with(&prefix);
        let versions = self.log(table)?.transaction_versions(&wanted, None)?;
        let digest = |id: String| id.strip_prefix(&prefix).map(str::to_owned);
        let contents = versions.into_iter();
        Ok(contents
            .filter_map(|(id, version)| Some((digest(id)?, version)))
            .collect())
    }
}
