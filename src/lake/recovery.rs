//! Recovery of inputs that a stopped run has committed and not listed: the rows of `inputs` that
//! the run has written are committed.
//!
//! The commit of an input's rows names the data file with its row of `inputs`, which was already
//! durable. So a recovery commits exactly what the run would have committed, even if the input has
//! been renamed.
//!
//! Refused: file names that are no plain paths inside the table.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arrow::array::RecordBatch;

use super::columns::texts;
use super::commit::{CommitIdentity, CommitOutcome, app_id};
use super::inputs::{ListedInput, StagedInputs, filter_inputs, listed_in};
use super::partition::is_inside_table;
use super::staged::{DataFile, StagedFiles};
use super::table_spec::{INPUTS, TableSpec, inputs_spec};
use super::{Digest, FileRef, InputRow, Lake, LakeError, PartitionWriter, WriterOptions};

/// The result of recovering inputs that were committed and not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveredInputs {
    /// The version of the table of inputs; `None` if nothing was missing.
    pub inputs_version: Option<i64>,
    /// The inputs without a row of `inputs`: the commit that names its file, or the file, no longer
    /// exists.
    pub lost: Vec<Digest>,
}

/// A data file of the table of inputs, and its rows of one kind.
pub(super) struct InputsFile {
    file: DataFile,
    rows: Vec<RecordBatch>,
    digests: BTreeSet<Digest>,
}

impl InputsFile {
    pub(super) fn staged(&self) -> StagedFiles {
        StagedFiles {
            files: vec![self.file.clone()],
            rows: self.file.rows,
            table: INPUTS,
        }
    }

    /// Its rows if they belong to a change of inputs; `None` if they are all new.
    pub(super) fn changed_rows(&self) -> Result<Option<Vec<ListedInput>>, LakeError> {
        let mut rows = Vec::new();
        for batch in &self.rows {
            rows.extend(listed_in(batch)?);
        }
        let is_change = rows.iter().any(|row| !row.is_current());
        Ok(is_change.then_some(rows))
    }
}

impl Lake {
    /// Lists inputs whose rows are in `rows_table`, as the run that committed them would have.
    /// Inputs that are already listed are ignored. All inputs that the run committed together with
    /// a given one are listed too.
    ///
    /// # Errors
    /// As [`Lake::commit_batch`], and for a log that cannot be read.
    pub fn recover_inputs(
        &self,
        run_id: &str,
        rows_table: &TableSpec,
        record_kind: &str,
        digests: &[Digest],
    ) -> Result<RecoveredInputs, LakeError> {
        let table = rows_table.name;
        let id = |digest: &Digest| app_id(table, record_kind, digest);
        let wanted: HashSet<String> = digests.iter().map(id).collect();
        let named = self.log(table)?.inputs_files(&wanted, true)?;
        let mut recovered = RecoveredInputs::default();
        let mut by_file: BTreeMap<&str, BTreeSet<Digest>> = BTreeMap::new();
        for digest in digests.iter().collect::<BTreeSet<_>>() {
            match named.get(&id(digest)).filter(|file| is_inside_table(file)) {
                Some(file) => drop(by_file.entry(file).or_default().insert(*digest)),
                None => recovered.lost.push(*digest),
            }
        }
        for (file, digests) in by_file {
            let inputs_file = self.read_inputs_file(record_kind, file)?;
            match inputs_file.filter(|inputs_file| inputs_file.digests.is_superset(&digests)) {
                Some(inputs_file) => {
                    let version =
                        self.commit_inputs_file(run_id, table, record_kind, &inputs_file)?;
                    recovered.inputs_version = version.or(recovered.inputs_version);
                }
                None => recovered.lost.extend(digests),
            }
        }
        Ok(recovered)
    }

    /// Adds the rows of `inputs` for inputs whose accepted rows are committed and which
    /// [`Lake::recover_inputs`] could not recover. Inputs that already have their row are left out.
    ///
    /// Returns the version of the table of inputs, or `None` if nothing was missing.
    ///
    /// # Errors
    /// As [`Lake::commit_batch`].
    pub fn commit_inputs_only(
        &self,
        run_id: &str,
        record_kind: &str,
        inputs: &[InputRow],
    ) -> Result<Option<i64>, LakeError> {
        let digests: Vec<Digest> = inputs.iter().map(|input| input.digest).collect();
        self.list_missing(run_id, record_kind, &digests, &mut |missing| {
            let mut inputs = inputs.to_vec();
            inputs.retain(|input| missing.contains(&input.digest));
            Ok(self.stage_inputs(run_id, record_kind, &inputs)?.files)
        })
    }

    /// The last step of a commit whose rows are in version `rows_version`: lists its inputs. A
    /// recovery by another process may already have listed them with the same file, so the file is
    /// kept in any case.
    ///
    /// # Errors
    /// [`LakeError::NotListed`].
    pub(super) fn list_committed(
        &self,
        run_id: &str,
        rows_table: &TableSpec,
        rows_version: i64,
        kind: &str,
        staged: &StagedInputs,
    ) -> Result<Option<i64>, LakeError> {
        let StagedInputs { digests, files } = staged;
        if digests.is_empty() {
            return Ok(None);
        }
        let listed = match self.append_digests(&inputs_spec(), run_id, kind, digests, files) {
            Ok(CommitOutcome::Committed(version)) => Ok(Some(version)),
            Ok(CommitOutcome::AlreadyCommitted { .. }) => self
                .recover_inputs(run_id, rows_table, kind, digests)
                .map(|recovered| recovered.inputs_version),
            Err(error) => Err(error),
        };
        listed.map_err(|source| LakeError::NotListed {
            table: rows_table.name.to_owned(),
            version: rows_version,
            source: Box::new(source),
        })
    }

    /// Commits the rows of a file for those inputs that are not listed yet.
    fn commit_inputs_file(
        &self,
        run_id: &str,
        rows_table: &str,
        kind: &str,
        inputs_file: &InputsFile,
    ) -> Result<Option<i64>, LakeError> {
        if let Some(rows) = inputs_file.changed_rows()? {
            let staged = Some(&inputs_file.staged());
            return self.change_listing(run_id, rows_table, &rows, staged);
        }
        let digests: Vec<Digest> = inputs_file.digests.iter().copied().collect();
        let file = inputs_file.staged();
        match self.append_digests(&inputs_spec(), run_id, kind, &digests, &file)? {
            CommitOutcome::Committed(version) => Ok(Some(version)),
            // Some inputs of the file were listed or withdrawn otherwise.
            CommitOutcome::AlreadyCommitted { .. } => {
                self.list_missing(run_id, kind, &digests, &mut |missing| {
                    self.stage_subset(run_id, &inputs_file.rows, missing)
                })
            }
        }
    }

    /// Commits the rows of those inputs that are not listed yet, which `stage` writes; `None` if
    /// all are listed.
    fn list_missing(
        &self,
        run_id: &str,
        kind: &str,
        digests: &[Digest],
        stage: &mut dyn FnMut(&[Digest]) -> Result<StagedFiles, LakeError>,
    ) -> Result<Option<i64>, LakeError> {
        let spec = inputs_spec();
        loop {
            let known = self.committed_in(INPUTS, kind, digests)?;
            let mut missing = digests.to_vec();
            missing.retain(|digest| !known.contains(digest));
            if missing.is_empty() {
                return Ok(None);
            }
            let identity = CommitIdentity::of_inputs(&spec, run_id, kind, &missing)?;
            let files = stage(&missing)?;
            match self.append(&identity, &files, None)? {
                CommitOutcome::Committed(version) => return Ok(Some(version)),
                // Some are listed now, so the next round has fewer: the loop ends.
                CommitOutcome::AlreadyCommitted { .. } => files.discard(self)?,
            }
        }
    }

    /// Writes the rows of some inputs into a new file.
    fn stage_subset(
        &self,
        run_id: &str,
        rows: &[RecordBatch],
        digests: &[Digest],
    ) -> Result<StagedFiles, LakeError> {
        let wanted: HashSet<String> = digests.iter().map(Digest::to_string).collect();
        let mut writer = PartitionWriter::new(self, &inputs_spec(), WriterOptions::new(run_id))?;
        for batch in rows {
            let wanted = |_: &str, digest: &str, _| wanted.contains(digest);
            writer.append_unpartitioned(filter_inputs(batch, &wanted)?)?;
        }
        writer.finish()
    }

    /// Reads a staged file of one kind; `None` if it does not exist or is not such a file.
    pub(super) fn read_inputs_file(
        &self,
        kind: &str,
        relative_path: &str,
    ) -> Result<Option<InputsFile>, LakeError> {
        let Some(file) = self.find_staged_file(&inputs_spec(), relative_path)? else {
            return Ok(None);
        };
        let reference = FileRef::of_staged(&file);
        let rows: Result<Vec<RecordBatch>, LakeError> =
            self.read_rows(&inputs_spec(), &reference, None)?.collect();
        let rows = rows?;
        let mut digests: BTreeSet<Digest> = BTreeSet::new();
        for batch in &rows {
            let kinds = texts(batch, INPUTS, "record_kind")?;
            // Each kind has its own commit, and so its own file.
            if kinds.iter().any(|other: Option<&str>| other != Some(kind)) {
                return Ok(None);
            }
            let names = texts(batch, INPUTS, "digest")?.iter().flatten();
            let parsed = names.filter_map(|name: &str| name.parse::<Digest>().ok());
            digests.extend(parsed);
        }
        Ok(Some(InputsFile {
            file,
            rows,
            digests,
        }))
    }
}
