//! The `ingest` entry of a step: its keys are the options of the command, with `_` for `-`.

use serde::Deserialize;

use super::{Context, JobError, Value};
use crate::cli::{
    DateOrderArgument, DecimalArgument, IngestArguments, InputFormatArgument, ReadArguments,
    RecordKind,
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the job file"
)]
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct IngestEntry {
    inputs: Vec<String>,
    kind: RecordKind,
    company_id: Option<Value>,
    company_path: Option<String>,
    default_currency: Option<String>,
    deleted_only: bool,
    full_snapshot: bool,
    input_format: InputFormatArgument,
    lenient: bool,
    numbers_as_strings: bool,
    freeze_contract: bool,
    default_timezone: Option<String>,
    reject_future: bool,
    reject_limit: Option<String>,
    verify_content: bool,
    max_partitions: Option<usize>,
    delimiter: Option<String>,
    encoding: Option<String>,
    decimal: Option<DecimalArgument>,
    date_order: Option<DateOrderArgument>,
    map: Vec<String>,
    max_record_bytes: Option<usize>,
    max_line_bytes: Option<usize>,
    max_depth: Option<usize>,
    max_ratio: Option<u64>,
    threads: Option<usize>,
    summary: Option<String>,
}

impl IngestEntry {
    /// What would have been typed.
    pub(super) fn arguments(
        self,
        context: &Context<'_>,
        step: &str,
        lake: &str,
    ) -> Result<IngestArguments, JobError> {
        if self.inputs.is_empty() {
            return Err(context.wrong(step, "`inputs` names no input".to_owned()));
        }
        let inputs: Result<Vec<String>, JobError> = self
            .inputs
            .iter()
            .map(|input| context.fill(step, input))
            .collect();
        let read = ReadArguments {
            inputs: inputs?,
            kind: self.kind,
            company_id: self.company_id.map(Value::text),
            company_path: self.company_path,
            default_currency: self.default_currency,
            deleted_only: self.deleted_only,
            input_format: self.input_format,
            lenient: self.lenient,
            numbers_as_strings: self.numbers_as_strings,
            freeze_contract: self.freeze_contract,
            default_timezone: self.default_timezone.unwrap_or_else(|| "UTC".to_owned()),
            reject_future: self.reject_future,
            delimiter: self.delimiter,
            encoding: self.encoding,
            decimal: self.decimal,
            date_order: self.date_order,
            mapping: self.map,
            max_record_bytes: self.max_record_bytes,
            max_line_bytes: self.max_line_bytes,
            max_depth: self.max_depth,
            max_ratio: self.max_ratio,
            threads: self.threads,
            now: None,
        };
        Ok(IngestArguments {
            lake: lake.to_owned(),
            read,
            reject_limit: self.reject_limit.unwrap_or_else(|| "5%".to_owned()),
            verify_content: self.verify_content,
            // As on the command line.
            max_partitions: self.max_partitions.unwrap_or(1000),
            full_snapshot: self.full_snapshot,
            summary: context.fill_path(step, self.summary.as_deref())?,
            dry_run: context.dry_run,
        })
    }
}
