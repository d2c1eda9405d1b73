//! Rows of the table of inputs for files that stay bad and are acknowledged.

use crate::input::{Input, InputError, content_digest};
use crate::lake::{Digest, InputCounts, InputRow, InputState};

use super::pending_input::to_i64;

/// The row of a file as it is, acknowledged at `now_micros` (µs since 1970). Its digest is that of
/// the decompressed bytes, as far as they can be read.
///
/// # Errors
/// The file cannot be opened.
pub fn of_file(input: &Input, reason: &str, now_micros: i64) -> Result<InputRow, InputError> {
    let digest = Digest::from(content_digest(input)?);
    Ok(InputRow {
        path: input.location.to_string(),
        size_bytes: to_i64(input.size_bytes.unwrap_or_default()),
        modified_at: input.modified_micros,
        ..of_content(digest, reason, now_micros)
    })
}

/// The row of a content under any path; its own path is `*`.
pub fn of_content(digest: Digest, reason: &str, now_micros: i64) -> InputRow {
    InputRow {
        path: "*".to_owned(),
        size_bytes: 0,
        modified_at: None,
        digest,
        shape: "unknown".to_owned(),
        counts: InputCounts::default(),
        ingested_at: now_micros,
        default_timezone: None,
        with_rejects: false,
        state: InputState::Ignored,
        reading_settings: None,
        reason: Some(reason.to_owned()),
    }
}
