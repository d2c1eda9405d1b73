//! Dumps of supplier purchases, and what their table holds.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use chrono::NaiveDate;

use super::{
    ChangedInput, IngestFailure, IngestOptions, Progress, ReadingSettings, RunError, RunSettings,
    TestLake, TestReader, texts,
};
use crate::ingest::listed_inputs::ListedInputs;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{
    self, CompanySource, SupplierPurchases, supplier_purchases_spec, supplier_versions_spec, upsert,
};
use crate::lake::{COMMIT_ORDER, SNAPSHOT_DATE, TableSpec};
use crate::supplier_purchase::SupplierPurchaseRuleSettings;
use crate::values::currency::Currency;

/// A state of a purchase of a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TestState {
    pub(crate) company: i64,
    pub(crate) id: u32,
    pub(crate) hour: u32,
    pub(crate) note: char,
    pub(crate) is_deleted: bool,
}

impl TestState {
    fn json(&self) -> String {
        let Self {
            company,
            id,
            hour,
            note,
            is_deleted,
        } = self;
        let deleted = if *is_deleted {
            r#""were_stock_movements_deleted":true,"#
        } else {
            ""
        };
        format!(
            r#"{{"company_id":{company},"id":{id},"registration_date":"2026-10-05","supplier":{{"id":3,"name":"M"}},"notes":"{note}",{deleted}"total":{{"amount":9.90,"currency":"BRL"}},"updated_at":"2026-10-06T{hour:02}:00:00-03:00"}}"#
        ) + "\n"
    }
}

/// A dump of states.
pub(in crate::ingest) fn state_dump(states: &[TestState]) -> String {
    states.iter().map(TestState::json).collect()
}

/// A dump of company 7: the id and the hour of the state of each purchase.
pub(crate) fn supplier_dump(purchases: &[(u32, u32)]) -> String {
    let state = |&(id, hour): &(u32, u32)| TestState {
        company: 7,
        id,
        hour,
        note: 'a',
        is_deleted: false,
    };
    state_dump(&purchases.iter().map(state).collect::<Vec<_>>())
}

/// A record without an id.
pub(in crate::ingest) fn bad_supplier_record(note: &str) -> String {
    format!(
        r#"{{"company_id":7,"registration_date":"2026-10-05","supplier":{{"id":3,"name":"M"}},"notes":"{note}","total":{{"amount":9.90,"currency":"BRL"}},"updated_at":"2026-10-06T09:00:00-03:00"}}"#
    )
}

impl TestLake {
    /// Ingests dumps of supplier purchases; with a day of October, as the full snapshot of it.
    pub(crate) fn ingest_suppliers(
        &self,
        names: &[&str],
        day: Option<u32>,
    ) -> Result<(), RunError> {
        self.ingest_suppliers_with(names, day, ChangedInput::Append)
    }

    /// The same, with a policy for changed inputs.
    pub(in crate::ingest) fn ingest_suppliers_with(
        &self,
        names: &[&str],
        day: Option<u32>,
        changed_input: ChangedInput,
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
        let run_id = self.next_run();
        self.lake.recover_changed_inputs(&run_id, &spec, kind)?;
        let listed = ListedInputs::load(&self.lake, &spec, kind)?;
        let options = IngestOptions {
            run: RunSettings {
                run_id,
                reader,
                kind: SupplierPurchases::new(CompanySource::Records, rules),
                severities: None,
                with_texts: false,
                max_records: None,
                threads: 2,
            },
            reject_limit: 0.6,
            listed: listed.into(),
            changed_input,
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

    /// Takes the current supplier inputs of a path out.
    pub(in crate::ingest) fn remove_suppliers(&self, name: &str) -> Result<(), RunError> {
        let outgoing = self.current(SupplierPurchases::NAME, name)?;
        supplier_purchases::remove_inputs(&self.lake, &self.next_run(), &outgoing)
    }

    /// The rows of the table: company, id, hour in Sao Paulo, note, whether it is deleted, and path.
    pub(crate) fn supplier_rows(&self) -> Vec<String> {
        self.states_in(&supplier_purchases_spec())
    }

    /// The rows of the history, each with its commit, counted from 0, and whether it is of a full
    /// snapshot.
    pub(in crate::ingest) fn supplier_states(&self) -> Vec<String> {
        self.states_in(&supplier_versions_spec())
    }

    fn states_in(&self, spec: &TableSpec) -> Vec<String> {
        let mut rows = Vec::new();
        let mut commits = BTreeSet::new();
        self.for_each_row_of(spec, &mut |batch, file| {
            let number = |name| {
                batch
                    .column_by_name(name)
                    .unwrap()
                    .as_primitive::<Int64Type>()
            };
            let times = batch.column_by_name("updated_at").unwrap();
            let times = times.as_primitive::<TimestampMicrosecondType>();
            let deleted = batch.column_by_name("is_deleted").unwrap().as_boolean();
            let (notes, paths) = (texts(batch, "notes"), texts(batch, "source_file"));
            let company = file.partition("company_id").unwrap();
            for row in 0..batch.num_rows() {
                let hour = times.value(row) / 3_600_000_000 % 24 - 3;
                let (id, note) = (number("id").value(row), notes.value(row));
                let (is_deleted, path) = (deleted.value(row), self.name_of(paths.value(row)));
                let mut commit = None;
                if let Some(dates) = batch.column_by_name(SNAPSHOT_DATE) {
                    let order = number(COMMIT_ORDER).value(row);
                    commits.insert(order);
                    commit = Some((order, dates.is_valid(row)));
                }
                rows.push((
                    format!("{company} {id} {hour}{note} {is_deleted} {path}"),
                    commit,
                ));
            }
        });
        let rank = |order: i64| commits.iter().filter(|other| **other < order).count();
        let text = |(row, commit): (String, Option<(i64, bool)>)| match commit {
            Some((order, true)) => format!("{row} {} snapshot", rank(order)),
            Some((order, false)) => format!("{row} {}", rank(order)),
            None => row,
        };
        let mut rows: Vec<String> = rows.into_iter().map(text).collect();
        rows.sort();
        rows
    }
}
