//! The listed inputs of a lake, and those that an argument names.

use serde::Serialize;

use crate::commands::CommandError;
use crate::commands::read::RecordKindSelection;
use crate::ingest::purchases::Purchases;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::SupplierPurchases;
use crate::lake::{Lake, LakeError, ListedInput};
use crate::values::instant::format_utc_micros;

/// The fewest digits of a digest that select an input.
const MIN_DIGEST_DIGITS: usize = 8;

/// The inputs of the selected kinds, in any state, by path.
pub(super) fn listed_inputs(
    lake: &Lake,
    kind: RecordKindSelection,
) -> Result<Vec<ListedInput>, LakeError> {
    let mut listed = Vec::new();
    if kind != RecordKindSelection::SupplierPurchases {
        listed.extend(lake.listed_inputs(Purchases::NAME)?);
    }
    if kind != RecordKindSelection::Purchases {
        listed.extend(lake.listed_inputs(SupplierPurchases::NAME)?);
    }
    Ok(listed)
}

/// Those of the inputs that have this path, or a digest that begins with this text.
///
/// # Errors
/// [`CommandError::NoInput`] if there is none.
pub(super) fn named(
    listed: &[ListedInput],
    name: &str,
    lake: &Lake,
) -> Result<Vec<ListedInput>, CommandError> {
    let is_digest =
        name.len() >= MIN_DIGEST_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = name.to_ascii_lowercase();
    // A path is listed as an absolute one.
    let absolute = std::path::absolute(name).ok();
    let absolute = absolute.and_then(|path| path.to_str().map(str::to_owned));
    let of_path = |input: &&ListedInput| {
        let path = Some(&input.row.path);
        path == absolute.as_ref() || input.row.path == name
    };
    let of_digest =
        |input: &&ListedInput| is_digest && input.row.digest.to_string().starts_with(&digits);
    let mut found: Vec<ListedInput> = listed.iter().filter(of_path).cloned().collect();
    if found.is_empty() {
        found.extend(listed.iter().filter(of_digest).cloned());
    }
    if found.is_empty() {
        return Err(CommandError::NoInput {
            name: name.to_owned(),
            lake: lake.location().to_string(),
        });
    }
    Ok(found)
}

/// An input as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct ShownInput {
    pub(super) path: String,
    pub(super) record_kind: String,
    pub(super) state: &'static str,
    pub(super) records_read: i64,
    pub(super) accepted: i64,
    pub(super) rejected: i64,
    pub(super) duplicate: i64,
    pub(super) superseded: i64,
    pub(super) skipped: i64,
    pub(super) size_bytes: i64,
    /// RFC 3339 in UTC; null for standard input.
    pub(super) modified_at: Option<String>,
    /// RFC 3339 in UTC.
    pub(super) ingested_at: String,
    pub(super) run_id: String,
    pub(super) digest: String,
    /// Why it is ignored; null if it is not.
    pub(super) reason: Option<String>,
}

impl From<&ListedInput> for ShownInput {
    fn from(input: &ListedInput) -> Self {
        let row = &input.row;
        Self {
            path: row.path.clone(),
            record_kind: input.record_kind.clone(),
            state: row.state.name(),
            records_read: row.counts.read,
            accepted: row.counts.accepted,
            rejected: row.counts.rejected,
            duplicate: row.counts.duplicate,
            superseded: row.counts.superseded,
            skipped: row.counts.skipped,
            size_bytes: row.size_bytes,
            modified_at: row.modified_at.map(format_utc_micros),
            ingested_at: format_utc_micros(row.ingested_at),
            run_id: input.run_id.clone(),
            digest: row.digest.to_string(),
            reason: row.reason.clone(),
        }
    }
}
