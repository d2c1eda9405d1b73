//! Small files into large ones, in order: a table and a target size come in; versions with the same
//! rows in fewer files go out.
//!
//! ```text
//! plan -> for each partition: read -> sort and merge -> write -> compare -> commit
//! ```
//!
//! Safe beside writers: what they append meanwhile is simply no part of it. A partition whose files
//! another process has replaced in the meantime is planned again, and given up after some rounds.
//! Killed in the middle, it leaves files that no version has.

mod merge;
mod outputs;
mod plan;
mod rewrite;
mod sums;

use std::collections::{BTreeSet, HashSet};

use deltalake::kernel::Action;
use serde::Serialize;

use super::land::Planned;
use super::loaded::{DayRange, LiveFile, Loaded};
use super::{CareError, CaredTable, FileCount, signed};
use crate::lake::actions::removes;
use crate::lake::attempt::Effect;
use crate::lake::{Lake, LakeError, log};

pub(super) use sums::Sums;

use outputs::COMPACTED_TAG;
use plan::Work;
use rewrite::Rewritten;

/// So much is committed at once, so that a stop loses little and each commit is a small target for
/// other writers.
const COMMIT_BYTES: u64 = 1 << 30;

/// And so many partitions.
const COMMIT_PARTITIONS: usize = 500;

/// How often a partition is planned that others keep changing.
const ROUNDS: u32 = 5;

/// What a compaction is to do.
#[derive(Clone, Debug)]
pub struct CompactOptions {
    /// The size that files are to have, about.
    pub target_bytes: u64,
    /// Only partitions with rows of these days.
    pub days: DayRange,
    /// The run, which becomes part of the file names.
    pub run_id: String,
    /// Only tell what would be done.
    pub dry_run: bool,
}

/// What a compaction of a table has done, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compacted {
    /// The table.
    pub table: String,
    /// Partitions that were rewritten, at least in part.
    pub partitions: u64,
    /// The files that were replaced.
    pub before: FileCount,
    /// The files that took their place; of a dry run, how many there would be about.
    pub after: FileCount,
    /// The rows in them.
    pub rows: u64,
    /// The versions that were committed.
    pub versions: Vec<i64>,
    /// Partitions that other processes kept changing: the next compaction sees to them.
    pub given_up: Vec<String>,
}

impl Lake {
    /// Compacts a table; nothing is said of one that does not exist. `interrupted` is asked between
    /// partitions.
    ///
    /// # Errors
    /// [`CareError::Differs`] if the rows would not stay the same, [`CareError::Interrupted`],
    /// [`LakeError::Conflict`] when other writers kept being quicker, or what the store said. What
    /// is committed by then stays.
    pub fn compact(
        &self,
        cared: &CaredTable,
        options: &CompactOptions,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Option<Compacted>, CareError> {
        if !self.has_table(cared)? {
            return Ok(None);
        }
        let mut run = Run {
            lake: self,
            cared,
            options,
            interrupted,
            commits: 0,
            done: Compacted {
                table: cared.spec.name.to_owned(),
                ..Compacted::default()
            },
        };
        if options.dry_run {
            for work in run.plan(None)? {
                run.foresee(&work);
            }
        } else {
            run.all()?;
        }
        Ok(Some(run.done))
    }
}

/// A compaction of one table.
struct Run<'a> {
    lake: &'a Lake,
    cared: &'a CaredTable,
    options: &'a CompactOptions,
    interrupted: &'a dyn Fn() -> bool,
    commits: u32,
    done: Compacted,
}

impl Run<'_> {
    fn plan(&self, only: Option<&BTreeSet<String>>) -> Result<Vec<Work>, CareError> {
        let loaded = self.lake.load_checked(&self.cared.spec)?;
        let mut works = plan::plan(self.lake, self.cared, self.options, &loaded.files)?;
        if let Some(only) = only {
            works.retain(|work| only.contains(&work.name));
        }
        Ok(works)
    }

    fn foresee(&mut self, work: &Work) {
        self.done.partitions += 1;
        for live in &work.files {
            self.done.before.add(live.bytes());
        }
        self.done.rows += work.rows();
        self.done.after.files += work.outputs(self.options.target_bytes);
        self.done.after.bytes += work.bytes();
    }

    fn all(&mut self) -> Result<(), CareError> {
        let mut again = None;
        for round in 1..=ROUNDS {
            let works = self.plan(again.as_ref())?;
            let lost = self.work_off(works)?;
            if lost.is_empty() {
                return Ok(());
            }
            if round == ROUNDS {
                self.done.given_up = lost.into_iter().collect();
                return Ok(());
            }
            again = Some(lost);
        }
        Ok(())
    }

    /// Rewrites and commits, group by group; returns the partitions that others have changed.
    fn work_off(&mut self, works: Vec<Work>) -> Result<BTreeSet<String>, CareError> {
        let mut lost = BTreeSet::new();
        let mut group: Vec<Rewritten> = Vec::new();
        let mut bytes = 0;
        for work in works {
            if (self.interrupted)() {
                self.discard(group)?;
                return Err(CareError::Interrupted);
            }
            bytes += work.bytes();
            match rewrite::rewrite(self.lake, self.cared, self.options, work) {
                Ok(rewritten) => group.push(rewritten),
                Err(error) => {
                    self.discard(group)?;
                    return Err(error);
                }
            }
            if bytes >= COMMIT_BYTES || group.len() >= COMMIT_PARTITIONS {
                bytes = 0;
                lost.extend(self.commit(std::mem::take(&mut group))?);
            }
        }
        lost.extend(self.commit(group)?);
        Ok(lost)
    }

    fn discard(&self, group: Vec<Rewritten>) -> Result<(), CareError> {
        for rewritten in group {
            rewritten.staged.discard(self.lake)?;
        }
        Ok(())
    }

    /// Commits those partitions whose files are all still there.
    fn commit(&mut self, group: Vec<Rewritten>) -> Result<Vec<String>, CareError> {
        let (lake, spec) = (self.lake, &self.cared.spec);
        let mut lost = Vec::new();
        let mut left = group;
        let mut plan = || {
            let loaded = lake.load_checked(spec)?;
            let live: HashSet<&str> = loaded.files.iter().map(LiveFile::relative_path).collect();
            let is_whole = |one: &Rewritten| {
                let mut files = one.work.files.iter();
                files.all(|file| live.contains(file.relative_path()))
            };
            let (whole, broken): (Vec<_>, Vec<_>) =
                std::mem::take(&mut left).into_iter().partition(is_whole);
            left = whole;
            for rewritten in broken {
                lost.push(rewritten.work.name.clone());
                rewritten.staged.discard(lake)?;
            }
            if left.is_empty() {
                return Ok(None);
            }
            let actions = self.actions(&loaded, &left)?;
            Ok(Some(Planned {
                table: loaded.table,
                effect: Effect::Compact {
                    target_bytes: signed(self.options.target_bytes),
                },
                actions,
            }))
        };
        let run_id = self.options.run_id.as_str();
        let name = format!("compact-{run_id}-{}", self.commits);
        let landed = lake.land(spec, run_id, &name, &mut plan);
        self.commits += 1;
        let version = match landed {
            Ok(version) => version,
            Err(error) => {
                // Only then it is certain that no version has them.
                if error.is_conflict() {
                    self.discard(left)?;
                }
                return Err(error);
            }
        };
        if let Some(version) = version {
            self.done.versions.push(log::signed(version));
            for rewritten in &left {
                self.note(rewritten);
            }
        }
        Ok(lost)
    }

    fn actions(&self, loaded: &Loaded, group: &[Rewritten]) -> Result<Vec<Action>, LakeError> {
        let spec = &self.cared.spec;
        let files = group.iter().flat_map(|one| &one.work.files);
        let gone: Vec<_> = files.map(|live| live.file.clone()).collect();
        let state = loaded.state(spec.name)?;
        let removes = removes(spec.name, state, &gone)?.into_iter();
        // The rows stay what they were: readers of changes see none.
        let mut actions: Vec<Action> = removes
            .map(|mut remove| {
                remove.data_change = false;
                Action::Remove(remove)
            })
            .collect();
        let target = self.options.target_bytes.to_string();
        for rewritten in group {
            for mut add in self.lake.adds(spec, &rewritten.staged)? {
                add.data_change = false;
                let tag = (COMPACTED_TAG.to_owned(), Some(target.clone()));
                add.tags = Some([tag].into());
                actions.push(Action::Add(add));
            }
        }
        Ok(actions)
    }

    fn note(&mut self, rewritten: &Rewritten) {
        self.done.partitions += 1;
        for live in &rewritten.work.files {
            self.done.before.add(live.bytes());
        }
        for file in &rewritten.staged.files {
            self.done.after.add(file.bytes);
        }
        self.done.rows += rewritten.staged.rows;
    }
}
