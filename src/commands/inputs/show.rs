//! `inputs show`

use std::fmt::Write;

use clap::Args;

use super::selection::{ShownInput, listed_inputs, named};
use crate::commands::output::put;
use crate::commands::read::RecordKindSelection;
use crate::commands::{CommandError, ListOutput, RunContext};
use crate::input::escape_unprintable;
use crate::lake::Lake;
use crate::values::ExitCode;

/// `inputs show`
#[derive(Clone, Debug, Args)]
pub struct ShowInputs {
    /// Show the inputs with this path, or whose digest begins with these digits
    #[arg(value_name = "PATH|DIGEST")]
    name: String,
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Format
    #[command(flatten)]
    output: ListOutput,
}

impl ShowInputs {
    pub(super) fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let listed = listed_inputs(&lake, RecordKindSelection::Auto)?;
        let found = named(&listed, &self.name, &lake)?;
        let shown: Vec<ShownInput> = found.iter().map(ShownInput::from).collect();
        let text = self.output.format.write(&shown[..], show_text)?;
        put(context.stdout, text.as_bytes())?;
        Ok(ExitCode::Done)
    }
}

fn show_text(inputs: &[ShownInput]) -> String {
    let mut text = String::new();
    for (position, input) in inputs.iter().enumerate() {
        let counts = format!(
            "{} read: {} accepted, {} rejected, {} duplicate, {} superseded, {} skipped",
            input.records_read,
            input.accepted,
            input.rejected,
            input.duplicate,
            input.superseded,
            input.skipped
        );
        let size = format!("{} bytes", input.size_bytes);
        let lines = [
            ("path", escape_unprintable(&input.path)),
            ("state", input.state.to_owned()),
            ("kind", escape_unprintable(&input.record_kind)),
            ("records", counts),
            ("digest", input.digest.clone()),
            ("size", size),
            (
                "modified",
                input.modified_at.clone().unwrap_or_else(|| "-".to_owned()),
            ),
            ("ingested", input.ingested_at.clone()),
            ("run", escape_unprintable(&input.run_id)),
        ];
        let reason = input.reason.as_deref().map(escape_unprintable);
        let reason = reason.map(|reason| ("ignored", reason));
        if position > 0 {
            text.push('\n');
        }
        for (name, value) in lines.into_iter().chain(reason) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<10}{value}");
        }
    }
    text
}
