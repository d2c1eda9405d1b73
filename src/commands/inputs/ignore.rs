//! `inputs ignore`

use clap::Args;
use uuid::Uuid;

use super::selection::{ShownInput, listed_inputs};
use crate::commands::output::put;
use crate::commands::read::RecordKindSelection;
use crate::commands::{CommandError, ListOutput, OptionError, RunContext};
use crate::ingest::ignored_input;
use crate::input::{InputError, discover, escape_unprintable};
use crate::lake::{Digest, Lake, inputs_spec};
use crate::values::ExitCode;

/// `inputs ignore`
#[derive(Clone, Debug, Args)]
pub struct IgnoreInput {
    /// Acknowledge this file or object, or the content with this digest, as run reports show it
    #[arg(value_name = "PATH|DIGEST")]
    name: String,
    /// State why it stays bad; kept in the table of inputs
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    /// Write to the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// The record kind that it is ingested as
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    kind: RecordKindSelection,
    /// Format
    #[command(flatten)]
    output: ListOutput,
}

impl IgnoreInput {
    pub(super) fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        context.run_id = Uuid::now_v7().to_string();
        let kinds = self.kind.tables();
        let [rows_table] = kinds.as_slice() else {
            return Err(OptionError::NotApplicable {
                option: "--kind auto",
                reason: "does not say which ingest ignores the input; set --kind purchases or --kind supplier-purchases",
            }
            .into());
        };
        let stores = &context.shared.stores;
        let lake = Lake::at(&self.lake, stores)?;
        let now = context.shared.clock.timestamp_micros();
        let row = if let Ok(digest) = self.name.parse::<Digest>() {
            ignored_input::of_content(digest, &self.reason, now)
        } else {
            let found = discover(std::slice::from_ref(&self.name), stores, None)?;
            let [input] = found.inputs.as_slice() else {
                return Err(InputError::NotOne(self.name.clone()).into());
            };
            ignored_input::of_file(input, &self.reason, now)?
        };
        let listed = listed_inputs(&lake, self.kind)?;
        let is_same = |digest: Digest, path: &str| digest == row.digest || path == row.path;
        if let Some(input) = listed
            .iter()
            .find(|input| input.is_current() && is_same(input.row.digest, &input.row.path))
        {
            let path = input.row.path.clone();
            return Err(CommandError::IgnoredIsCurrent { path });
        }
        lake.create_if_missing(&inputs_spec())?;
        lake.list_inputs(&context.run_id, rows_table, self.kind.name(), vec![row])?;
        let listed = listed_inputs(&lake, self.kind)?;
        let of_run = listed.iter().filter(|input| input.run_id == context.run_id);
        let shown: Vec<ShownInput> = of_run.map(ShownInput::from).collect();
        let text = self.output.format.write(&shown[..], |shown| {
            let paths = shown.iter().map(|input| escape_unprintable(&input.path));
            let lines: Vec<String> = paths.map(|path| format!("{path}: ignored\n")).collect();
            lines.concat()
        })?;
        put(context.stdout, text.as_bytes())?;
        Ok(ExitCode::Done)
    }
}
