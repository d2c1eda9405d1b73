//! Limits on the resources that a workbook may use.

use crate::input::stream::InputLimits;

/// Limits on one workbook. Those of all inputs are in [`InputLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) struct WorkbookLimits {
    /// Maximum length of the file, which is held in memory because its directory is at its end.
    pub(super) file_bytes: usize,
    /// Maximum unpacked bytes of one part.
    pub(super) part_bytes: u64,
    /// Maximum parts. A workbook has a few for each sheet.
    pub(super) parts: usize,
    /// Maximum bytes of all shared texts, which are held in memory.
    pub(super) shared_text_bytes: usize,
    /// Maximum bytes of one tag or text of a part.
    pub(super) token_bytes: usize,
    /// Maximum bytes of the texts of one row.
    pub(super) record_bytes: usize,
    /// Maximum unpacked bytes of a part per stored byte, after the first MiB.
    pub(super) ratio: u64,
}

impl WorkbookLimits {
    /// 256 MiB per file, 4 GiB per part (a sheet of 1,048,576 rows and 50 columns has about 2 GiB), 10,000
    /// parts, 256 MiB of shared texts, 1 MiB more for a tag than for a record.
    pub(in crate::input) fn new(limits: InputLimits) -> Self {
        Self {
            file_bytes: 256 << 20,
            part_bytes: 4 << 30,
            parts: 10_000,
            shared_text_bytes: 256 << 20,
            token_bytes: limits.max_record_bytes.saturating_add(1 << 20),
            record_bytes: limits.max_record_bytes,
            ratio: limits.max_ratio,
        }
    }

    /// Maximum length of the file, bytes.
    pub(in crate::input) fn max_file_bytes(&self) -> usize {
        self.file_bytes
    }
}

/// Rows of a sheet, by the specification of the program that has most (Excel).
pub(super) const MAX_ROWS: u32 = 1_048_576;

/// Columns of a sheet, by the same.
pub(super) const MAX_SHEET_COLUMNS: u32 = 16_384;
