//! The first bytes of a workbook.

/// The first bytes of a zip archive that is not empty (APPNOTE 6.3.10, §4.3.7).
pub(in crate::input) const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
