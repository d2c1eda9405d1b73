//! Rejects as rows of the `rejects` table.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;

use super::validate::Reject;
use crate::lake::rejects_spec;

/// The rejects of one chunk as a batch; `base` records of the input precede the chunk.
///
/// # Errors
/// None that rejects can cause; Arrow's own are passed on.
pub(super) fn reject_rows(
    rejects: &[Reject],
    base: u64,
    source_file: &str,
    run_id: &str,
) -> Result<RecordBatch, ArrowError> {
    let integer = |of: fn(&Reject) -> u64, plus: u64| -> ArrayRef {
        let values = rejects
            .iter()
            .map(|reject| i64::try_from(of(reject) + plus).unwrap_or(i64::MAX));
        Arc::new(Int64Array::from_iter_values(values))
    };
    let text = |of: fn(&Reject) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rejects.iter().map(of)))
    };
    let same = |value: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rejects.iter().map(|_| value)))
    };
    let fields = rejects.iter().map(|reject| {
        reject
            .findings
            .first()
            .map(|finding| finding.field.as_str())
            .filter(|f| !f.is_empty())
    });
    let columns: Vec<ArrayRef> = vec![
        same(run_id),
        same(source_file),
        integer(|reject| reject.ordinal, base),
        integer(|reject| reject.position.byte_offset, 0),
        integer(|reject| reject.position.line, 0),
        text(|reject| {
            rules(reject)
                .first()
                .map(|rule| (*rule).to_owned())
                .unwrap_or_default()
        }),
        text(|reject| rules(reject).join(",")),
        Arc::new(fields.collect::<StringArray>()),
        text(message),
        Arc::new(BinaryArray::from_iter_values(
            rejects.iter().map(|reject| &reject.raw),
        )),
    ];
    RecordBatch::try_new(rejects_spec().schema, columns)
}

/// The rules that reject the record, each once, in the order of the checks.
fn rules(reject: &Reject) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = Vec::new();
    for finding in reject.findings.iter().filter(|finding| finding.rejecting) {
        if !codes.contains(&finding.rule.code()) {
            codes.push(finding.rule.code());
        }
    }
    codes
}

fn message(reject: &Reject) -> String {
    let rejecting = reject.findings.iter().filter(|finding| finding.rejecting);
    let sentences: Vec<String> = rejecting.map(crate::record::Finding::message).collect();
    let message = sentences.join("; ");
    match reject.block_ordinal {
        Some(ordinal) => {
            let block = reject.position.line;
            format!("{message} [block {block}, record {ordinal} of it]")
        }
        None => message,
    }
}
