//! A report with its parameters, and how its answer is written.

use std::fmt;

use super::options::ReportOptions;
use crate::commands::{CommandError, OptionError, OutputTarget, RunContext};
use crate::lake::TableSpec;

/// A report with its parameters.
pub(super) trait Report: fmt::Debug {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Lake, format and destination.
    fn options(&self) -> &ReportOptions;

    /// The table it reads.
    fn table(&self) -> TableSpec;

    /// Refuses options that do not fit together, such as a format that the answer does not support.
    fn validate(&self) -> Result<(), OptionError>;

    /// The destination of the answer, for people; none for standard output.
    fn destination(&self) -> Option<String> {
        let output = self.options().output.as_ref();
        output.map(|path| path.display().to_string())
    }

    /// The destination of the answer; the first of many pages.
    fn output(&self) -> OutputTarget {
        OutputTarget::of(self.options().output.as_deref())
    }

    /// Computes the answer and writes it to its destination.
    fn write(&self, context: &mut RunContext<'_>) -> Result<(), CommandError>;
}
