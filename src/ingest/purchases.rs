//! Ingests customer purchases: each is an event and is appended to the partition of its UTC day.

mod append;
mod commit_buffer;
mod cross_chunk;
mod events_in_lake;
mod order_notes;
mod output_writers;
mod recount;
mod remove_inputs;
mod replace_input;
mod rows;
mod seen_events;
mod seen_records;
mod table;

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use arrow::error::ArrowError;
use foldhash::quality::FixedState;

use super::error::RunError;
use super::record_kind::{
    DecodedValues, EnvelopePart, EnvelopePartForm, EventLines, KindLabels, RecordKind,
    RecordOutcome, RecordText,
};
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::rows::CsvRow;
use crate::input::mapping::Mapping;
use crate::input::{Envelope, OrderEvents, Refusal};
use crate::json::{JsonCursor, JsonError, JsonOptions};
use crate::lake::TableSpec;
use crate::purchase::{
    OrderLines, Purchase, PurchaseColumns, PurchaseCsvColumns, PurchaseCsvReader, PurchaseField,
    PurchaseValidator, RawPurchase, read_mapped_record, read_record, skip_event, with_payload,
};
use crate::record::{Findings, RecordError, SkippedRecord};
use crate::rules::RuleId;
use crate::run_report::TableVersions;

use events_in_lake::EventsInLake;

pub use append::{check, ingest};
pub use remove_inputs::remove_inputs;
pub use rows::{PurchaseDay, PurchaseRows};
pub use table::purchases_spec;

/// The record kind of customer purchases.
#[derive(Clone, Debug)]
pub struct Purchases {
    /// Applies the rules.
    validator: PurchaseValidator,
    /// The events of earlier runs; `None` if nothing is written.
    events_in_lake: Option<Arc<EventsInLake>>,
}

impl Purchases {
    /// The kind with these rules, compared with no lake.
    pub fn new(validator: PurchaseValidator) -> Self {
        Self {
            validator,
            events_in_lake: None,
        }
    }

    /// What becomes of order events.
    fn order_events(&self) -> OrderEvents {
        self.validator.order_events()
    }

    /// Leaves out the events in the lake of a path from now on, or those of none.
    fn leave_out_events(&self, path: Option<String>) {
        if let Some(events) = &self.events_in_lake {
            events.leave_out(path);
        }
    }

    /// Another process has changed the lake.
    fn forget_lake(&self) {
        if let Some(events) = &self.events_in_lake {
            events.forget();
        }
    }
}

/// Collects the accepted purchases of a chunk.
#[derive(Debug)]
pub struct PurchaseRowsBuilder {
    columns: PurchaseColumns,
    hasher: FixedState,
    rows: PurchaseRows,
}

impl PurchaseRowsBuilder {
    /// Adds an accepted purchase; `repeated` is equal for exact repeats of its record.
    fn add_row(&mut self, purchase: &Purchase<'_>, ordinal: i64, repeated: &impl Hash) {
        self.columns.push(purchase, ordinal);
        let fingerprint = self.hasher.hash_one(repeated);
        self.rows.fingerprints.push(fingerprint);
        let product = purchase.text(PurchaseField::ProductId).unwrap_or_default();
        self.rows.products.insert(self.hasher.hash_one(product));
    }
}

impl Purchases {
    /// Validates an order event, and adds its lines.
    fn add_order(
        &self,
        raw: &RawPurchase<'_>,
        record: RecordText<'_>,
        findings: &mut Findings,
        builder: &mut PurchaseRowsBuilder,
    ) -> RecordOutcome {
        let mut ordinal = record.ordinal;
        let mut add_row = |row: &Purchase<'_>, line: usize| {
            builder.add_row(row, ordinal, &(record.text, line));
            ordinal += 1;
        };
        let lines = self.validator.validate_order(raw, findings, &mut add_row);
        let Some(OrderLines {
            rows,
            without_items,
        }) = lines
        else {
            return RecordOutcome::RejectedEvent;
        };
        RecordOutcome::AcceptedEvent(EventLines {
            rows,
            skipped: without_items,
        })
    }
}

impl RecordKind for Purchases {
    type Raw<'a> = RawPurchase<'a>;
    type CsvRows<'l> = PurchaseCsvReader<'l>;
    type Builder = PurchaseRowsBuilder;
    type Rows = PurchaseRows;

    const NAME: &'static str = "purchases";
    const ENVELOPE: Envelope = Envelope::Track;
    const LABELS: KindLabels = KindLabels {
        own: "customer purchases",
        other: "supplier purchases",
        other_option: "supplier-purchases",
    };

    fn table() -> TableSpec {
        purchases_spec()
    }

    fn rows_version(versions: &mut TableVersions) -> &mut Option<i64> {
        &mut versions.purchases
    }

    fn csv_columns(&self) -> &dyn ColumnAliases {
        &PurchaseCsvColumns
    }

    fn read_record<'a>(
        cursor: &mut JsonCursor<'a>,
        raw: &mut RawPurchase<'a>,
    ) -> Result<(), RecordError> {
        read_record(cursor, raw)
    }

    fn read_mapped_record<'a>(
        mapping: &Mapping,
        cursor: &mut JsonCursor<'a>,
        raw: &mut RawPurchase<'a>,
    ) -> Result<(), RecordError> {
        read_mapped_record(mapping, cursor, raw)
    }

    fn add_decoded_values<'a>(raw: &mut RawPurchase<'a>, values: DecodedValues<'a>) {
        raw.price_is_float32 = values.price_is_float32;
        if let Some(digits) = values.time_digits {
            raw.time_as_written = Some(Cow::Borrowed(digits));
        }
    }

    fn csv_rows(layout: &CsvLayout) -> PurchaseCsvReader<'_> {
        PurchaseCsvReader::new(layout)
    }

    fn read_row<'r, 'l: 'r>(
        rows: &PurchaseCsvReader<'l>,
        row: &CsvRow<'r>,
        raw: &mut RawPurchase<'r>,
    ) {
        rows.read(row, raw);
    }

    fn wrong_kind(raw: &RawPurchase<'_>) -> Option<RuleId> {
        raw.wrong_kind()
    }

    fn skip_event(&self, cursor: &mut JsonCursor<'_>) -> Result<Option<SkippedRecord>, JsonError> {
        skip_event(cursor, self.order_events())
    }

    /// An envelope has arrays of records or of their siblings, no field of a purchase, and no Cloud
    /// Data Ingestion payload.
    fn envelope_parts(raw: &RawPurchase<'_>, _json: JsonOptions) -> Vec<EnvelopePart> {
        const PURCHASE_FIELDS: [PurchaseField; 5] = [
            PurchaseField::ProductId,
            PurchaseField::Price,
            PurchaseField::Currency,
            PurchaseField::Time,
            PurchaseField::Payload,
        ];
        let is_record = PURCHASE_FIELDS
            .iter()
            .any(|name| !raw.get(*name).is_missing());
        if raw.extra.is_empty() || is_record || raw.duplicate_key.is_some() {
            return Vec::new();
        }
        let arrays = raw
            .extra
            .iter()
            .filter(|extra| extra.value.starts_with('['));
        arrays
            .filter_map(|extra| {
                let content = Self::ENVELOPE.array_content(&[&*extra.key])?;
                Some(EnvelopePart {
                    offset: extra.offset,
                    length: extra.value.len(),
                    form: EnvelopePartForm::Array(content),
                })
            })
            .collect()
    }

    fn validate_record(
        &self,
        raw: &mut RawPurchase<'_>,
        record: RecordText<'_>,
        json: JsonOptions,
        findings: &mut Findings,
        builder: &mut PurchaseRowsBuilder,
    ) -> Result<RecordOutcome, RecordError> {
        with_payload(raw, json, |raw| {
            if let Some(skipped) = self.validator.skipped(raw) {
                return RecordOutcome::Skipped(skipped);
            }
            self.validator.fill(raw);
            if raw.custom_event.is_some() {
                return self.add_order(raw, record, findings, builder);
            }
            let Some(purchase) = self.validator.validate(raw, findings) else {
                return RecordOutcome::Rejected;
            };
            builder.add_row(&purchase, record.ordinal, &record.text);
            if raw.get(PurchaseField::Quantity).is_missing() {
                builder.rows.without_quantity += 1;
            } else {
                builder.rows.with_quantity += 1;
            }
            RecordOutcome::Accepted
        })
    }

    fn new_builder(chunk_bytes: usize) -> PurchaseRowsBuilder {
        PurchaseRowsBuilder {
            columns: PurchaseColumns::for_text(chunk_bytes),
            // A fixed seed: the same dump gives the same counts in every run.
            hasher: FixedState::with_seed(0),
            rows: PurchaseRows::default(),
        }
    }

    fn accepted_count(builder: &PurchaseRowsBuilder) -> usize {
        builder.columns.len()
    }

    fn finish(
        builder: PurchaseRowsBuilder,
        source_file: &Arc<str>,
        run_id: &Arc<str>,
    ) -> Result<PurchaseRows, ArrowError> {
        let days = builder.columns.finish(source_file, run_id)?;
        Ok(PurchaseRows {
            days: days.into_iter().map(PurchaseDay::new).collect(),
            ..builder.rows
        })
    }

    /// A quantity whose source no record has would be 1 in all of them.
    fn refusal_of_input(&self, with_quantity: u64, without_quantity: u64) -> Option<Refusal> {
        let is_mapped = self.validator.has_mapped_quantity();
        let is_missing = is_mapped && with_quantity == 0 && without_quantity > 0;
        is_missing.then(|| {
            Refusal::new(
                RuleId::FileMapQuantity,
                "no record has the column or key that --map names for quantity, and each would count as one item; correct the mapping, or state --default quantity=1",
            )
        })
    }

    fn drop_known(&self, rows: &mut PurchaseRows) -> Result<(), RunError> {
        let lake = self.events_in_lake.as_ref();
        lake.map_or(Ok(()), |events| events.drop_known(rows))
    }
}
