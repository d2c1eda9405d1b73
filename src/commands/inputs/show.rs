//! `inputs show`

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::selection::{ShownInput, listed_inputs, named};
use crate::commands::output::put;
use crate::commands::read::RecordKindSelection;
use crate::commands::{CommandError, ListOutput, RunContext};
use crate::input::escape_unprintable;
use crate::lake::{Lake, LakeError};
use crate::run_report::CountedRule;
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
        let shown = found.iter().map(|input| {
            let input = ShownInput::from(input);
            Ok(InputDetail {
                rejected_by_rule: rejected_by_rule(&lake, &input)?,
                input,
            })
        });
        let shown = shown.collect::<Result<Vec<_>, CommandError>>()?;
        let text = self.output.format.write(&shown[..], show_text)?;
        put(context.stdout, text.as_bytes())?;
        Ok(ExitCode::Done)
    }
}

/// An input with what the report of its run has of it.
#[derive(Debug, Serialize)]
struct InputDetail {
    #[serde(flatten)]
    input: ShownInput,
    /// Its rejected records by rule; null without a report.
    rejected_by_rule: Option<BTreeMap<String, u64>>,
}

/// The rejected records of an input by rule, from the report of the run that has ingested it.
fn rejected_by_rule(
    lake: &Lake,
    input: &ShownInput,
) -> Result<Option<BTreeMap<String, u64>>, LakeError> {
    // The id is of a column, which other programs may have written.
    let bytes = match lake.read_run_report(&input.run_id) {
        Ok(Some(bytes)) => bytes,
        Ok(None) | Err(LakeError::RunId { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let report: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let inputs = report["inputs"].as_array().into_iter().flatten();
    let mut same =
        inputs.filter(|one| one["digest"] == *input.digest && one["path"] == *input.path);
    let counts = same
        .next()
        .and_then(|one| one["rejected_by_rule"].as_object());
    let counts = counts.map(|counts| {
        let counts = counts
            .iter()
            .filter_map(|(rule, count)| Some((rule.clone(), count.as_u64()?)));
        counts.collect()
    });
    Ok(counts)
}

fn show_text(inputs: &[InputDetail]) -> String {
    let mut text = String::new();
    for (position, detail) in inputs.iter().enumerate() {
        let input = &detail.input;
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
        let read = u64::try_from(input.records_read).unwrap_or_default();
        for (at, (rule, &count)) in detail.rejected_by_rule.iter().flatten().enumerate() {
            let name = if at == 0 { "rejected" } else { "" };
            let columns = CountedRule::rejected(rule, count).columns(read);
            let _ = writeln!(text, "{name:<10}{}", escape_unprintable(&columns));
        }
    }
    text
}
