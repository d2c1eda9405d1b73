//! `inputs list`

use std::fmt::Write;

use clap::Args;

use super::selection::{ShownInput, listed_inputs};
use crate::commands::options::second;
use crate::commands::read::RecordKindSelection;
use crate::commands::{CommandError, ListOutput, RunContext};
use crate::input::escape_unprintable;
use crate::lake::{InputState, Lake};
use crate::values::ExitCode;

/// `inputs list`
#[derive(Clone, Debug, Args)]
pub struct ListInputs {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Select inputs of this record kind
    #[arg(long, value_enum, value_name = "KIND", default_value_t = RecordKindSelection::Auto)]
    kind: RecordKindSelection,
    /// Select inputs in this state
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<InputState>,
    /// Format
    #[command(flatten)]
    output: ListOutput,
}

impl ListInputs {
    pub(super) fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let mut listed = listed_inputs(&lake, self.kind)?;
        listed.retain(|input| self.state.is_none_or(|state| input.row.state == state));
        let shown: Vec<ShownInput> = listed.iter().map(ShownInput::from).collect();
        self.output.format.print(&shown[..], list_text, context)?;
        Ok(ExitCode::Done)
    }
}

fn list_text(inputs: &[ShownInput]) -> String {
    if inputs.is_empty() {
        return "no inputs\n".to_owned();
    }
    let mut text = format!(
        "{:<8}  {:<18}  {:>10}  {:>10}  {:>10}  {:>10}  {:<20}  {:<16}  path\n",
        "state", "kind", "records", "accepted", "rejected", "duplicate", "ingested (UTC)", "digest"
    );
    for input in inputs {
        let digest = input.digest.get(..16).unwrap_or(&input.digest);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<8}  {:<18}  {:>10}  {:>10}  {:>10}  {:>10}  {:<20}  {digest:<16}  {}",
            input.state,
            escape_unprintable(&input.record_kind),
            input.records_read,
            input.accepted,
            input.rejected,
            input.duplicate,
            second(&input.ingested_at),
            escape_unprintable(&input.path),
        );
    }
    text
}
