//! Ingests supplier purchases: a purchase is a state, and the table keeps its newest version.
//!
//! ```text
//! chunks -collect-> versions and rows -select-> newest -merge-> changed partitions -> one commit
//! ```
//!
//! All inputs of a run are committed together: the pages of a dump belong together, and a reader
//! sees all of them or none.

mod accepted_rows;
mod commit_change;
mod commit_run;
mod company;
mod dump_completeness;
mod fold;
mod full_snapshot;
mod history;
mod input_versions;
mod merge;
mod outgoing;
mod refold;
mod remove_inputs;
mod restored_rows;
mod rewrite_partitions;
mod row_edits;
mod select_versions;
mod snapshot_order;
mod sort_rows;
mod stage_states;
mod states_at;
mod stored_rows;
mod table;
mod table_rows;
mod uncommitted_records;
mod upsert;
mod verify_history;

use std::sync::Arc;

use arrow::error::ArrowError;

use super::record_kind::{
    EnvelopePart, EnvelopePartForm, KindLabels, RecordKind, RecordOutcome, RecordText,
};
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::rows::CsvRow;
use crate::input::mapping::Mapping;
use crate::input::{ArrayContent, Envelope, Input, InputTotals};
use crate::json::{JsonCursor, JsonKind, JsonOptions};
use crate::lake::{Digest, TableSpec};
use crate::record::{Findings, RecordError};
use crate::rules::RuleId;
use crate::run_report::TableVersions;
use crate::supplier_purchase::columns::SupplierRows;
use crate::supplier_purchase::page::{DumpPage, read_meta};
use crate::supplier_purchase::{
    RawSupplierPurchase, SupplierPurchaseColumns, SupplierPurchaseCsvColumns,
    SupplierPurchaseCsvReader, SupplierPurchaseRuleSettings, SupplierPurchaseValidator,
    read_mapped_record, read_record,
};

pub use company::{CompanyPath, CompanySource, InvalidCompanyPath};
pub use remove_inputs::remove_inputs;
pub use table::{supplier_purchases_spec, supplier_versions_spec};
pub use upsert::{check, upsert};
pub use verify_history::verify_history;

/// The record kind of supplier purchases.
#[derive(Clone, Debug)]
pub struct SupplierPurchases {
    /// Where the company of an input is taken from.
    company: CompanySource,
    rules: SupplierPurchaseRuleSettings,
    validator: SupplierPurchaseValidator,
}

impl SupplierPurchases {
    /// The kind with these rules; the company is set for each input.
    pub fn new(company: CompanySource, rules: SupplierPurchaseRuleSettings) -> Self {
        Self {
            validator: SupplierPurchaseValidator::new(rules.clone()),
            company,
            rules,
        }
    }

    /// Where the company of an input is taken from.
    pub fn company(&self) -> &CompanySource {
        &self.company
    }
}

/// The accepted purchases of a chunk, and the list pages in it.
#[derive(Debug)]
pub struct SupplierChunkRows {
    /// Rows and versions, in record order.
    pub rows: SupplierRows,
    /// Pages with the number of their records.
    pub pages: Vec<DumpPage>,
    /// Number of rows before the end of each page.
    pub page_ends: Vec<usize>,
}

/// Collects the accepted purchases of a chunk.
#[derive(Debug, Default)]
pub struct SupplierRowsBuilder {
    columns: SupplierPurchaseColumns,
    pages: Vec<DumpPage>,
    page_ends: Vec<usize>,
}

impl RecordKind for SupplierPurchases {
    type Raw<'a> = RawSupplierPurchase<'a>;
    type CsvRows<'l> = SupplierPurchaseCsvReader<'l>;
    type Builder = SupplierRowsBuilder;
    type Rows = SupplierChunkRows;

    const NAME: &'static str = "supplier_purchases";
    const ENVELOPE: Envelope = Envelope::ListResponse;
    const LABELS: KindLabels = KindLabels {
        own: "supplier purchases",
        other: "customer purchases",
        other_option: "purchases",
    };

    fn table() -> TableSpec {
        supplier_purchases_spec()
    }

    fn rows_version(versions: &mut TableVersions) -> &mut Option<i64> {
        &mut versions.supplier_purchases
    }

    fn for_input(&self, input: &Input) -> Self {
        let company = self.company.company_of(input);
        let rules = SupplierPurchaseRuleSettings {
            company,
            ..self.rules.clone()
        };
        Self::new(self.company.clone(), rules)
    }

    /// The same bytes for another company are another input.
    fn digest(&self, input: &Input, totals: &InputTotals) -> Option<Digest> {
        let digest = totals.digest?;
        let Some(company) = self.company.company_of(input) else {
            return Some(Digest::new(*digest.as_bytes()));
        };
        let mut hasher = blake3::Hasher::new_derive_key("purchase-etl input of a company");
        hasher.update(digest.as_bytes());
        hasher.update(&company.get().to_le_bytes());
        Some(Digest::new(*hasher.finalize().as_bytes()))
    }

    fn csv_columns(&self) -> &dyn ColumnAliases {
        &SupplierPurchaseCsvColumns
    }

    fn read_record<'a>(
        cursor: &mut JsonCursor<'a>,
        raw: &mut RawSupplierPurchase<'a>,
    ) -> Result<(), RecordError> {
        read_record(cursor, raw)
    }

    fn read_mapped_record<'a>(
        mapping: &Mapping,
        cursor: &mut JsonCursor<'a>,
        raw: &mut RawSupplierPurchase<'a>,
    ) -> Result<(), RecordError> {
        read_mapped_record(mapping, cursor, raw)
    }

    fn csv_rows(layout: &CsvLayout) -> SupplierPurchaseCsvReader<'_> {
        SupplierPurchaseCsvReader::new(layout)
    }

    fn read_row<'r, 'l: 'r>(
        rows: &SupplierPurchaseCsvReader<'l>,
        row: &CsvRow<'r>,
        raw: &mut RawSupplierPurchase<'r>,
    ) {
        rows.read(row, raw);
    }

    fn wrong_kind(raw: &RawSupplierPurchase<'_>) -> Option<RuleId> {
        raw.wrong_kind()
    }

    fn missing_context(&self, raw: &RawSupplierPurchase<'_>) -> Option<(RuleId, &'static str)> {
        let remedy = match self.company {
            CompanySource::Path(_) => {
                "the company of the dump is unknown: the records do not contain it, and --company-path finds no whole number above 0 in this path"
            }
            _ => {
                "the company of the dump is unknown: the records do not contain it; set it with --company-id, or with --company-path if the path contains it"
            }
        };
        self.validator
            .is_missing_company(raw)
            .then_some((RuleId::CplCompanyRequired, remedy))
    }

    /// The saved response: `data.purchases`, `data` with several or one, or `purchases` alone.
    fn envelope_parts(raw: &RawSupplierPurchase<'_>, json: JsonOptions) -> Vec<EnvelopePart> {
        // A duplicate key hides the first value: such an object is not read as an envelope.
        if raw.is_record() || raw.duplicate_key.is_some() {
            return Vec::new();
        }
        let mut parts = Vec::new();
        for extra in &raw.extra {
            let content = Self::ENVELOPE.array_content(&[&*extra.key]);
            match (content, extra.value.as_bytes().first()) {
                (Some(content), Some(b'[')) => parts.push(EnvelopePart {
                    offset: extra.offset,
                    length: extra.value.len(),
                    form: EnvelopePartForm::Array(content),
                }),
                (Some(_), Some(b'{')) if extra.key == "data" => {
                    parts.push(data_part(&extra.value, extra.offset, json));
                }
                _ => {}
            }
        }
        parts
    }

    fn read_envelope_metadata(
        builder: &mut SupplierRowsBuilder,
        raw: &RawSupplierPurchase<'_>,
        records: u64,
        json: JsonOptions,
    ) -> Option<RuleId> {
        let meta = raw.extra.iter().find(|extra| extra.key == "meta")?;
        match read_meta(&meta.value, json) {
            Ok(page) => {
                let seen = page.map(|page| DumpPage {
                    page,
                    rows: records,
                });
                if let Some(seen) = seen {
                    builder.pages.push(seen);
                    builder.page_ends.push(builder.columns.len());
                }
                None
            }
            Err(_fault) => Some(RuleId::CplMetaShape),
        }
    }

    fn validate_record(
        &self,
        raw: &mut RawSupplierPurchase<'_>,
        record: RecordText<'_>,
        _json: JsonOptions,
        findings: &mut Findings,
        builder: &mut SupplierRowsBuilder,
    ) -> Result<RecordOutcome, RecordError> {
        self.validator.fill(raw);
        let Some(purchase) = self.validator.validate(raw, findings) else {
            return Ok(RecordOutcome::Rejected);
        };
        builder.columns.push(&purchase, record.ordinal);
        Ok(RecordOutcome::Accepted)
    }

    fn new_builder(_chunk_bytes: usize) -> SupplierRowsBuilder {
        SupplierRowsBuilder::default()
    }

    fn accepted_count(builder: &SupplierRowsBuilder) -> usize {
        builder.columns.len()
    }

    fn finish(
        builder: SupplierRowsBuilder,
        source_file: &Arc<str>,
        run_id: &Arc<str>,
    ) -> Result<SupplierChunkRows, ArrowError> {
        let SupplierRowsBuilder {
            columns,
            pages,
            page_ends,
        } = builder;
        let rows = columns.finish(source_file, run_id)?;
        Ok(SupplierChunkRows {
            rows,
            pages,
            page_ends,
        })
    }
}

/// The part of `data` when it is an object: its only member `purchases`, or one purchase.
fn data_part(data: &str, offset: usize, json: JsonOptions) -> EnvelopePart {
    match single_member(data, json) {
        Some(("purchases", inner, value)) if value.starts_with('[') => EnvelopePart {
            offset: offset + inner,
            length: value.len(),
            form: EnvelopePartForm::Array(ArrayContent::Records),
        },
        _ => EnvelopePart {
            offset,
            length: data.len(),
            form: EnvelopePartForm::Record,
        },
    }
}

/// The key, offset and value of the member of an object that has exactly one.
fn single_member(object: &str, json: JsonOptions) -> Option<(&'static str, usize, &str)> {
    let mut cursor = JsonCursor::new(object, json);
    cursor.peek().ok()?;
    let mut members = cursor.open_object().ok()?;
    let key = cursor.next_key(&mut members).ok()??;
    let name = if key.decode() == "purchases" {
        "purchases"
    } else {
        "another"
    };
    let value = cursor.skip_value().ok()?;
    let found = (name, cursor.offset() - value.len(), value);
    cursor
        .next_key(&mut members)
        .ok()?
        .is_none()
        .then_some(found)
}

/// The offset and value of a member of an object; `None` when it is missing.
fn member_of<'a>(object: &'a str, name: &str, json: JsonOptions) -> Option<(usize, &'a str)> {
    let mut cursor = JsonCursor::new(object, json);
    if cursor.peek().ok()? != JsonKind::Object {
        return None;
    }
    let mut members = cursor.open_object().ok()?;
    while let Some(key) = cursor.next_key(&mut members).ok()? {
        let value = cursor.skip_value().ok()?;
        if key.decode() == name {
            return Some((cursor.offset() - value.len(), value));
        }
    }
    None
}

/// The list page described by `meta` in the envelope of a document, and whether `meta` is invalid.
fn page_of_frame(
    totals: &InputTotals,
    records: u64,
    json: JsonOptions,
) -> (Option<DumpPage>, bool) {
    let meta = totals
        .frame
        .as_deref()
        .and_then(|frame| member_of(frame, "meta", json));
    match meta.map(|(_, meta)| read_meta(meta, json)) {
        None => (None, false),
        Some(Err(_fault)) => (None, true),
        Some(Ok(page)) => {
            let seen = page.map(|page| DumpPage {
                page,
                rows: records,
            });
            (seen, false)
        }
    }
}
