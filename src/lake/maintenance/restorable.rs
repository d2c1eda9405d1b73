//! Whether a table can be restored: the application ids of the inputs that a restore changes come in.
//!
//! Refused: removing rejects whose inputs stay, and restoring a table alone to a version before
//! inputs were replaced or removed.

use std::collections::{BTreeMap, HashSet};

use crate::lake::table_spec::{INPUTS, REJECTS};
use crate::lake::{InputChangeError, Lake, LakeError, ListedInput};

impl Lake {
    /// Rejects are read again only with their input: they may be removed only together with its
    /// rows. `withdrawn` are the ids of the inputs that a restore of `table` withdraws.
    pub(super) fn check_rejects(
        &self,
        table: &str,
        rows_tables: &[&str],
        withdrawn: &[String],
    ) -> Result<(), LakeError> {
        if table != REJECTS {
            return Ok(());
        }
        let mut inputs = 0;
        for rows_table in rows_tables {
            let ids: HashSet<String> = withdrawn
                .iter()
                .filter_map(|id| id.strip_prefix(REJECTS))
                .map(|rest| format!("{rows_table}{rest}"))
                .collect();
            inputs += self.log(rows_table)?.present_app_ids(&ids)?.len();
        }
        if inputs > 0 {
            return Err(InputChangeError::RejectsWithoutInputs(inputs).into());
        }
        Ok(())
    }

    /// Refuses to restore a table alone to a version before inputs were replaced or removed: the
    /// other tables would keep the change. `changed` are the ids of the inputs that it changes.
    pub(super) fn check_changed_inputs<'i>(
        &self,
        table: &str,
        changed: impl Iterator<Item = &'i String>,
    ) -> Result<(), LakeError> {
        if table == INPUTS {
            return Ok(());
        }
        let mut kinds: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        for id in changed {
            let mut parts = id.splitn(3, ':').skip(1);
            if let (Some(kind), Some(digest)) = (parts.next(), parts.next()) {
                kinds.entry(kind).or_default().insert(digest);
            }
        }
        for (kind, digests) in kinds {
            let listed = self.listed_inputs(kind)?;
            let mut out = listed.into_iter().filter(ListedInput::is_out);
            if let Some(changed) =
                out.find(|input| digests.contains(input.row.digest.to_string().as_str()))
            {
                return Err(InputChangeError::RestoreOfOneTable {
                    table: table.to_owned(),
                    path: changed.row.path,
                }
                .into());
            }
        }
        Ok(())
    }
}
