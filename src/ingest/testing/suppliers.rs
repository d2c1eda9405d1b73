//! Dumps of supplier purchases, and what their table holds.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use chrono::NaiveDate;

use super::{
    ChangedInput, IngestFailure, IngestOptions, Progress, ReadingSettings, RunError, RunSettings,
    TestLake, TestReader,
};
use crate::ingest::listed_inputs::ListedInputs;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{
    CompanySource, SupplierPurchases, supplier_purchases_spec, upsert,
};
use crate::supplier_purchase::SupplierPurchaseRuleSettings;
use crate::values::currency::Currency;

/// A dump of company 7: the id and the hour of the state of each purchase.
pub(in crate::ingest) fn supplier_dump(purchases: &[(u32, u32)]) -> String {
    let record = |(id, hour): &(u32, u32)| {
        format!(
            r#"{{"company_id":7,"id":{id},"registration_date":"2026-10-05","supplier":{{"id":3,"name":"M"}},"total":{{"amount":9.90,"currency":"BRL"}},"updated_at":"2026-10-06T{hour:02}:00:00-03:00"}}"#
        ) + "\n"
    };
    purchases.iter().map(record).collect()
}

impl TestLake {
    /// Ingests dumps of supplier purchases; with a day of October, as the full snapshot of it.
    pub(in crate::ingest) fn ingest_suppliers(
        &self,
        names: &[&str],
        day: Option<u32>,
    ) -> Result<(), RunError> {
        let rules = SupplierPurchaseRuleSettings {
            company: None,
            default_zone: chrono_tz::Tz::UTC,
            default_currency: Currency::BRL,
            fills: Vec::new(),
            numbers_as_strings: false,
            reject_unknown_fields: false,
            deleted_only: false,
        };
        let mut reader = TestReader::new().options;
        reader.envelope = SupplierPurchases::ENVELOPE;
        let (spec, kind) = (supplier_purchases_spec(), SupplierPurchases::NAME);
        let listed = ListedInputs::load(&self.lake, &spec, kind)?;
        let options = IngestOptions {
            run: RunSettings {
                run_id: self.next_run(),
                reader,
                kind: SupplierPurchases::new(CompanySource::Records, rules),
                severities: None,
                with_texts: false,
                threads: 2,
            },
            reject_limit: 0.6,
            listed: listed.into(),
            changed_input: ChangedInput::Append,
            reading_settings: ReadingSettings::default(),
            max_partitions: 100,
            now_micros: self.now(),
            default_timezone: chrono_tz::Tz::UTC,
        };
        let date = day.and_then(|day| NaiveDate::from_ymd_opt(2026, 10, day));
        let inputs = self.inputs(names);
        let ended = upsert(&self.lake, &inputs, &options, date, &Progress::default());
        ended.map(drop).map_err(|IngestFailure { error, .. }| error)
    }

    /// The rows of the table: the id, the time of the state, and whether it is deleted.
    pub(super) fn supplier_rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        self.for_each_row(&supplier_purchases_spec(), &mut |batch| {
            let column = |name| batch.column_by_name(name).unwrap();
            let ids = column("id").as_primitive::<Int64Type>();
            let times = column("updated_at");
            let deleted = column("is_deleted").as_boolean();
            for row in 0..batch.num_rows() {
                let time = arrow::util::display::array_value_to_string(times, row).unwrap();
                let (id, is_deleted) = (ids.value(row), deleted.value(row));
                rows.push(format!("{id} {time} {is_deleted}"));
            }
        });
        rows.sort();
        rows
    }
}
