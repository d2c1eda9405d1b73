//! JSON documents, indented by two spaces, with a final newline.

use serde::Serialize;

use super::RenderError;

/// A document in the shape of a serde type.
pub(super) fn json_bytes(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
