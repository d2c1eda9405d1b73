//! The first bytes of a container file.

use super::fault::AvroFault;
use crate::input::refusal::Refusal;

/// The first bytes of a container file of version 1.
pub(in crate::input) const AVRO_MAGIC: &[u8] = b"Obj\x01";

/// The refusal of a file that does not begin with them.
pub(super) fn no_container(bytes: &[u8]) -> Refusal {
    let found = bytes.get(..4.min(bytes.len())).unwrap_or_default();
    AvroFault::damaged(format!(
        "the file does not begin like an Avro container file of version 1 (it begins with \"{}\")",
        found.escape_ascii()
    ))
    .in_header()
}

/// The refusal of a file that begins like a container file of another version.
pub(in crate::input) fn other_version(bytes: &[u8]) -> Option<Refusal> {
    let version = bytes.strip_prefix(b"Obj")?.first()?;
    let is_version = version.is_ascii_control() && !version.is_ascii_whitespace();
    (is_version && *version != 1).then(|| no_container(bytes))
}
