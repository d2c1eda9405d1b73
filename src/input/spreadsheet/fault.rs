//! Why a workbook is refused.

use crate::input::refusal::Refusal;
use crate::rules::RuleId;

/// The bytes are not those of a workbook that its program has written completely.
pub(super) fn damaged(what: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        RuleId::FileWorkbookDamaged,
        format!(
            "the workbook is truncated or damaged: {what}; copy the file again, or open it in a spreadsheet program and save it as .xlsx"
        ),
    )
}

/// The workbook exceeds a limit.
pub(super) fn too_large(what: impl std::fmt::Display, remedy: &str) -> Refusal {
    Refusal::new(RuleId::FileLimit, format!("{what}; {remedy}"))
}

/// The sheet with the records is not certain.
pub(super) fn sheet_unknown(what: impl std::fmt::Display) -> Refusal {
    Refusal::new(RuleId::FileWorkbookSheet, what.to_string())
}

/// The file is of another format.
pub(super) fn other_format(what: &str, remedy: &str) -> Refusal {
    Refusal::new(
        RuleId::FileFormat,
        format!("the file is {what}, not JSON or delimited text; {remedy}"),
    )
}
