//! `inputs remove`

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use uuid::Uuid;

use super::selection::{ShownInput, listed_inputs, named};
use crate::commands::output::put;
use crate::commands::read::RecordKindSelection;
use crate::commands::{CommandError, ListOutput, OptionError, RunContext};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::SupplierPurchases;
use crate::ingest::{purchases, supplier_purchases};
use crate::input::escape_unprintable;
use crate::lake::{InputState, Lake, ListedInput};
use crate::values::ExitCode;

/// `inputs remove`
#[derive(Clone, Debug, Args)]
pub struct RemoveInputs {
    /// Take out the inputs with this path, or whose digest begins with these digits
    #[arg(value_name = "PATH|DIGEST")]
    name: String,
    /// Write to the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Do not ask for confirmation
    #[arg(long, short = 'y')]
    yes: bool,
    /// Show what would be taken out, and exit
    #[arg(long)]
    dry_run: bool,
    /// Format
    #[command(flatten)]
    output: ListOutput,
}

impl RemoveInputs {
    pub(super) fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        context.run_id = Uuid::now_v7().to_string();
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let listed = listed_inputs(&lake, RecordKindSelection::Auto)?;
        let mut outgoing = named(&listed, &self.name, &lake)?;
        outgoing
            .retain(|input| matches!(input.row.state, InputState::Current | InputState::Ignored));
        if outgoing.is_empty() {
            return self.print(&outgoing, false, context);
        }
        if self.dry_run {
            return self.print(&outgoing, false, context);
        }
        if !self.yes && !confirmed(&outgoing)? {
            return Ok(ExitCode::Done);
        }
        // First, because a completion marker must not remain without the rows of its day.
        lake.delete_completion_markers()?;
        purchases::remove_inputs(&lake, &context.run_id, &outgoing)?;
        supplier_purchases::remove_inputs(&lake, &context.run_id, &outgoing)?;
        self.print(&outgoing, true, context)
    }

    fn print(
        &self,
        outgoing: &[ListedInput],
        is_removed: bool,
        context: &mut RunContext<'_>,
    ) -> Result<ExitCode, CommandError> {
        let shown: Vec<ShownInput> = outgoing.iter().map(ShownInput::from).collect();
        let text = self.output.format.write(&shown[..], |shown| {
            let verb = if is_removed {
                "removed"
            } else {
                "would be removed"
            };
            removal_text(shown, verb)
        })?;
        put(context.stdout, text.as_bytes())?;
        Ok(ExitCode::Done)
    }
}

/// Asks on the terminal whether to take the inputs out.
fn confirmed(outgoing: &[ListedInput]) -> Result<bool, CommandError> {
    if !io::stdin().is_terminal() {
        return Err(OptionError::NotApplicable {
            option: "inputs remove",
            reason: "asks for confirmation on a terminal; add --yes to take the input out without it, or --dry-run to see what would be taken out",
        }
        .into());
    }
    let shown: Vec<ShownInput> = outgoing.iter().map(ShownInput::from).collect();
    let question = removal_text(&shown, "will be removed") + "Continue? [y/N] ";
    let mut stderr = io::stderr();
    let asked = stderr
        .write_all(question.as_bytes())
        .and_then(|()| stderr.flush());
    asked.map_err(CommandError::Stdout)?;
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(CommandError::Stdout)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn removal_text(inputs: &[ShownInput], verb: &str) -> String {
    if inputs.is_empty() {
        return "nothing to remove: no such input is in the tables\n".to_owned();
    }
    let mut text = String::new();
    for input in inputs {
        // Of supplier purchases the states that were not the newest are kept too.
        let (records, what) = if input.record_kind == SupplierPurchases::NAME {
            let states = input.accepted + input.duplicate + input.superseded;
            (states, "states")
        } else {
            (input.accepted, "rows")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}: {records} {what} and {} rejects of run {} {verb}",
            escape_unprintable(&input.path),
            input.rejected,
            escape_unprintable(&input.run_id),
        );
    }
    text
}
