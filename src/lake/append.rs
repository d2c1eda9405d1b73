//! One append to one table: staged files and application transactions come in; what became of them
//! goes out, read back from the log whenever the answer was not plain.
//!
//! A commit has three outcomes: it landed, it was refused because a transaction of it is there
//! already, or nobody can tell ([`LakeError::OutcomeUnknown`]).

use std::time::Duration;

use deltalake::kernel::Action;

use super::attempt::Effect;
use super::read_back::{Claim, Outcome, Tries};
use super::staged::StagedFiles;
use super::{Lake, LakeError};

/// How often an append is tried from a fresh snapshot. Each try has the library's own 15 inside,
/// for appends that only need the next version number.
const TRIES: u32 = 8;

/// The pauses of so few tries may double as they like.
const LONGEST_PAUSE: Duration = Duration::MAX;

impl Lake {
    /// Commits staged files that only add to a table, and makes the commit durable.
    pub(super) fn append(
        &self,
        claim: Claim<'_>,
        files: &StagedFiles,
    ) -> Result<Outcome, LakeError> {
        let adds = self.adds(claim.spec, files)?;
        let mut tries = Tries::new(claim, TRIES, LONGEST_PAUSE);
        loop {
            let (table, present) = self.runtime().block_on(self.look(claim))?;
            if !present.is_empty() {
                return tries.met(self, present);
            }
            let actions = adds.iter().cloned().map(Action::Add).collect();
            let attempt = self.attempt(claim, &table, Effect::Append, actions);
            match self.runtime().block_on(attempt)? {
                Ok(version) => return Ok(Outcome::Landed(version)),
                Err(failure) => {
                    if let Some(settled) = tries.failed(self, failure)? {
                        return Ok(settled);
                    }
                }
            }
            tries.pause();
        }
    }
}
