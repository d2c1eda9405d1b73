//! Commits that replace files: what they are made of is asked for anew as often as another writer is
//! quicker; the version they landed at goes out.

use std::collections::HashSet;
use std::time::Duration;

use deltalake::DeltaTable;
use deltalake::kernel::Action;

use super::CareError;
use crate::lake::attempt::Effect;
use crate::lake::read_back::{Claim, Outcome, Tries};
use crate::lake::{Lake, TableSpec};

/// How often a commit is tried. Each loss is a commit of somebody else.
const TRIES: u32 = 50;

/// Care is patient, but a longer pause would leave the field to the other writers.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// A commit in the making: it holds for the version that is loaded and no other.
pub(super) struct Planned {
    pub(super) table: DeltaTable,
    pub(super) effect: Effect,
    pub(super) actions: Vec<Action>,
}

/// The name under which a commit of care finds itself in the log again.
fn own_id(table: &str, name: &str) -> String {
    format!("{}{name}", own_prefix(table))
}

/// How these names begin: they stand for no input.
pub(super) fn own_prefix(table: &str) -> String {
    format!("{table}:care:")
}

impl Lake {
    /// Commits what `plan` makes of the newest version; it is asked again when another writer was
    /// quicker. Nothing is committed once it says that there is nothing to do. `name` tells this
    /// commit from all others of its table.
    pub(super) fn land(
        &self,
        spec: &TableSpec,
        run_id: &str,
        name: &str,
        plan: &mut dyn FnMut() -> Result<Option<Planned>, CareError>,
    ) -> Result<Option<u64>, CareError> {
        let app_ids = HashSet::from([own_id(spec.name, name)]);
        let claim = Claim {
            spec,
            run_id,
            app_ids: &app_ids,
            inputs_file: None,
        };
        let mut tries = Tries::new(claim, TRIES, LONGEST_PAUSE);
        while let Some(planned) = plan()? {
            let Planned {
                table,
                effect,
                actions,
            } = planned;
            let attempt = self.attempt(claim, &table, effect, actions);
            match self.runtime().block_on(attempt)? {
                Ok(version) => return Ok(Some(version)),
                Err(failure) => {
                    if let Some(Outcome::Landed(version)) = tries.failed(self, failure)? {
                        return Ok(Some(version));
                    }
                }
            }
            tries.pause();
        }
        Ok(None)
    }
}
