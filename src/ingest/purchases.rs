//! Customer purchases in a run: every purchase is an event of its own and is appended to the
//! partition of its UTC day.

mod across;
mod batch;
mod collector;
mod events;
mod own_files;
mod recount;
mod repeats;
mod table;

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::error::ArrowError;
use foldhash::quality::FixedState;

use super::kind::{Kind, Part, PartForm, RecordText, Words};
use crate::input::Envelope;
use crate::input::csv::columns::Columns;
use crate::input::csv::dialect::Layout;
use crate::input::csv::rows::Row;
use crate::json::{Cursor, JsonError, Options};
use crate::purchase::columns::DayRows;
use crate::purchase::{
    Checker, CsvPurchases, Name, PurchaseColumns, PurchaseCsvColumns, RawPurchase,
    pass_http_purchase, read_record, with_payload,
};
use crate::record::{Field, Findings, RecordError};
use crate::rules::RuleId;

pub use across::AcrossPurchases;
pub use collector::ingest;
pub use table::purchases_spec;

/// The kind of customer purchases.
#[derive(Clone, Debug)]
pub struct Purchases {
    /// The rules.
    pub checker: Checker,
}

/// The accepted purchases of a piece.
#[derive(Debug, Default)]
pub struct PurchaseRows {
    /// Rows by UTC day.
    pub days: Vec<DayRows>,
    /// Fingerprints of the records, in order.
    pub fingerprints: Vec<u64>,
    /// Fingerprints of the product ids met.
    pub products: foldhash::HashSet<u64>,
    /// Whether any row has an event id.
    pub has_event_ids: bool,
}

/// The accepted purchases of a piece in the making.
#[derive(Debug)]
pub struct Accepting {
    columns: PurchaseColumns,
    hasher: FixedState,
    rows: PurchaseRows,
}

impl Kind for Purchases {
    type Raw<'a> = RawPurchase<'a>;
    type CsvRows<'l> = CsvPurchases<'l>;
    type Accepting = Accepting;
    type Rows = PurchaseRows;
    type Across = AcrossPurchases;

    const NAME: &'static str = "purchases";
    const ENVELOPE: Envelope = Envelope::Track;
    const WORDS: Words = Words {
        own: "customer purchases",
        other: "supplier purchases",
        other_option: "supplier-purchases",
    };

    fn csv_columns(&self) -> &dyn Columns {
        &PurchaseCsvColumns
    }

    fn read_record<'a>(
        cursor: &mut Cursor<'a>,
        raw: &mut RawPurchase<'a>,
    ) -> Result<(), RecordError> {
        read_record(cursor, raw)
    }

    fn csv_rows(layout: &Layout) -> CsvPurchases<'_> {
        CsvPurchases::new(layout)
    }

    fn read_row<'r, 'l: 'r>(rows: &CsvPurchases<'l>, row: &Row<'r>, raw: &mut RawPurchase<'r>) {
        rows.read(row, raw);
    }

    fn foreign(raw: &RawPurchase<'_>) -> Option<RuleId> {
        raw.foreign()
    }

    fn pass_sibling(cursor: &mut Cursor<'_>) -> Result<Option<RuleId>, JsonError> {
        let is_purchase = pass_http_purchase(cursor)?;
        Ok(is_purchase.then_some(RuleId::FileCurrentsHttp))
    }

    /// An envelope is told apart from a record by what it has: arrays of records or their
    /// siblings, no field of a purchase, and no ingestion payload.
    fn parts(raw: &RawPurchase<'_>, _json: Options) -> Vec<Part> {
        const OWN: [Name; 5] = [
            Name::ProductId,
            Name::Price,
            Name::Currency,
            Name::Time,
            Name::Payload,
        ];
        let is_record = OWN.iter().any(|name| !raw.get(*name).is_missing());
        if raw.extra.is_empty() || is_record || raw.duplicate_key.is_some() {
            return Vec::new();
        }
        let arrays = raw
            .extra
            .iter()
            .filter(|extra| extra.value.starts_with('['));
        arrays
            .filter_map(|extra| {
                let held = Self::ENVELOPE.holds(&[&*extra.key])?;
                Some(Part {
                    offset: extra.offset,
                    length: extra.value.len(),
                    form: PartForm::Array(held),
                })
            })
            .collect()
    }

    fn judge(
        &self,
        raw: &mut RawPurchase<'_>,
        record: RecordText<'_>,
        json: Options,
        findings: &mut Findings,
        accepting: &mut Accepting,
    ) -> Result<bool, RecordError> {
        with_payload(raw, json, |raw| {
            let Some(purchase) = self.checker.check(raw, findings) else {
                return false;
            };
            let Accepting {
                columns,
                hasher,
                rows,
            } = accepting;
            columns.push(&purchase, record.ordinal);
            rows.fingerprints.push(hasher.hash_one(record.text));
            let product = purchase.text(Name::ProductId).unwrap_or_default();
            rows.products.insert(hasher.hash_one(product));
            rows.has_event_ids |= matches!(raw.get(Name::EventId), Field::Text(_));
            true
        })
    }

    fn accepting(piece_bytes: usize) -> Accepting {
        Accepting {
            columns: PurchaseColumns::for_text(piece_bytes),
            // A fixed seed: the same dump gives the same counts every time.
            hasher: FixedState::with_seed(0),
            rows: PurchaseRows::default(),
        }
    }

    fn accepted(accepting: &Accepting) -> usize {
        accepting.columns.len()
    }

    fn finish(
        accepting: Accepting,
        source_file: &Arc<str>,
        run_id: &Arc<str>,
    ) -> Result<PurchaseRows, ArrowError> {
        let Accepting { columns, rows, .. } = accepting;
        let days = columns.finish(source_file, run_id)?;
        Ok(PurchaseRows { days, ..rows })
    }
}
