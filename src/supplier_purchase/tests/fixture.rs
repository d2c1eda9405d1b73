//! Shared by the tests of supplier purchases.

use super::super::{
    CompanyId, RawSupplierPurchase, SupplierPurchase, SupplierPurchaseColumns,
    SupplierPurchaseCsvColumns, SupplierPurchaseCsvReader, SupplierPurchaseField,
    SupplierPurchaseRuleSettings, SupplierPurchaseValidator, columns::SupplierRows, read_record,
};
use crate::input::csv::dialect::{CsvLayout, CsvSample, DialectOverrides, sniff};
use crate::input::csv::encoding::detect_encoding;
use crate::input::csv::rows::CsvRowReader;
use crate::json::{JsonCursor, JsonOptions};
use crate::record::{Finding, Findings, RecordError};
use crate::rules::RuleId;
use crate::values::currency::parse_currency;

/// The documented example of the response.
pub(super) const DOCUMENTED: &str = r#"{"id":123,"registration_date":"2025-01-14",
    "supplier":{"id":123,"name":"CPlug Supplier"},"invoice":{"serie":"1","number":"789"},"code":456,
    "value_of_items":{"amount":99.95,"currency":"BRL"},"discount":{"amount":10.00,"currency":"BRL"},
    "other_expenses_value":{"amount":5.05,"currency":"BRL"},"total":{"amount":95.00,"currency":"BRL"},
    "notes":"my notes","shipping":{"pay_shipping":true,"carrier":{"id":123,"name":"CPlug Logistics"},
    "shipping_value":{"amount":20,"currency":"BRL"}},"status":"pending","order_number":"code123",
    "has_stock_movement_out":true,"created_at":"2020-01-01T09:00:00-03:00",
    "updated_at":"2020-01-01T09:00:00-03:00"}"#;

/// Company 12, UTC, BRL, strict.
pub(super) fn settings() -> SupplierPurchaseRuleSettings {
    SupplierPurchaseRuleSettings {
        company: CompanyId::new(12),
        default_zone: chrono_tz::Tz::UTC,
        default_currency: parse_currency("BRL").unwrap().currency,
        fills: Vec::new(),
        numbers_as_strings: false,
        reject_unknown_fields: false,
        deleted_only: false,
    }
}

/// A minimal record with additional `members`.
pub(super) fn with(members: &str) -> String {
    format!(
        r#"{{"id":1,"registration_date":"2025-01-14","supplier":{{"id":3}},"updated_at":"2025-01-15T10:00:00Z",{members}}}"#
    )
}

/// The same without the member `key`.
pub(super) fn without(key: &str) -> String {
    let mut record: serde_json::Value = serde_json::from_str(&with(r#""code":1"#)).unwrap();
    record.as_object_mut().unwrap().remove(key).unwrap();
    record.to_string()
}

/// An amount with its currency, `99.95 BRL`; both are there or neither.
pub(super) fn shown(
    purchase: &SupplierPurchase<'_>,
    amount: SupplierPurchaseField,
) -> Option<String> {
    let currency = purchase.values.currency_of(amount);
    let amount = purchase.values.amount(amount);
    assert_eq!(amount.is_some(), currency.is_some());
    Some(format!("{} {}", amount?, currency?))
}

/// The result of validating one record.
#[derive(Debug)]
pub(super) struct ValidatedRecord {
    pub(super) is_accepted: bool,
    pub(super) findings: Vec<Finding>,
}

impl ValidatedRecord {
    /// The violated rules that reject it, each once.
    pub(super) fn broken(&self) -> Vec<RuleId> {
        self.rules(true)
    }

    /// The violated rules that do not reject it, each once.
    pub(super) fn noted(&self) -> Vec<RuleId> {
        self.rules(false)
    }

    fn rules(&self, rejecting: bool) -> Vec<RuleId> {
        let of_kind = self
            .findings
            .iter()
            .filter(|found| found.rejecting == rejecting);
        let mut rules: Vec<RuleId> = of_kind.map(|found| found.rule).collect();
        rules.dedup();
        rules
    }

    /// The fields of all findings.
    pub(super) fn fields(&self) -> Vec<&str> {
        self.findings.iter().map(|found| &*found.field).collect()
    }
}

fn validate(
    raw: &RawSupplierPurchase<'_>,
    settings: &SupplierPurchaseRuleSettings,
    inspect: &mut dyn FnMut(&SupplierPurchase<'_>),
) -> ValidatedRecord {
    let mut findings = Findings::new(true);
    let purchase = SupplierPurchaseValidator::new(settings.clone()).validate(raw, &mut findings);
    assert_eq!(purchase.is_none(), findings.rejects());
    if let Some(purchase) = &purchase {
        inspect(purchase);
    }
    ValidatedRecord {
        is_accepted: purchase.is_some(),
        findings: findings.list().to_vec(),
    }
}

/// Validates a JSON record with these settings.
pub(super) fn validate_with(
    settings: &SupplierPurchaseRuleSettings,
    json: &str,
) -> ValidatedRecord {
    let mut raw = RawSupplierPurchase::default();
    let mut cursor = JsonCursor::new(json, JsonOptions::default());
    match read_record(&mut cursor, &mut raw) {
        Ok(()) => validate(&raw, settings, &mut |_| {}),
        Err(RecordError::Rule { rule, detail }) => {
            let mut findings = Findings::new(true);
            findings.add_rejecting(rule, "", "", &detail);
            ValidatedRecord {
                is_accepted: false,
                findings: findings.list().to_vec(),
            }
        }
        Err(RecordError::Syntax(error)) => panic!("{json}: {error}"),
    }
}

/// Validates a JSON record with [`settings`].
pub(super) fn validate_json(json: &str) -> ValidatedRecord {
    validate_with(&settings(), json)
}

/// Passes an accepted JSON record to `inspect`.
#[track_caller]
pub(super) fn accepted(json: &str, inspect: impl FnOnce(&SupplierPurchase<'_>)) {
    let mut raw = RawSupplierPurchase::default();
    read_record(&mut JsonCursor::new(json, JsonOptions::default()), &mut raw).unwrap();
    let mut inspect = Some(inspect);
    let validated = validate(&raw, &settings(), &mut |purchase| {
        inspect.take().unwrap()(purchase);
    });
    assert!(validated.is_accepted, "{json}: {:?}", validated.findings);
}

/// The rows of JSON records, which are all accepted.
pub(super) fn rows_of(records: &[&str]) -> SupplierRows {
    let mut columns = SupplierPurchaseColumns::new();
    for (row, record) in (0..).zip(records) {
        accepted(record, |purchase| columns.push(purchase, row));
    }
    columns.finish("dump.json", "run-1").unwrap()
}

/// The detected layout of delimited text.
pub(super) fn layout(text: &str) -> CsvLayout {
    let sample = CsvSample {
        text,
        complete: true,
        encoding: detect_encoding(text.as_bytes(), true),
    };
    let overrides = DialectOverrides::default();
    let layout = sniff(&sample, &SupplierPurchaseCsvColumns, &overrides);
    layout.unwrap().expect("a header")
}

/// Reads the rows of a table; `inspect` gets each raw row and the result of its validation.
pub(super) fn each_row(
    settings: &SupplierPurchaseRuleSettings,
    text: &str,
    mut inspect: impl FnMut(&RawSupplierPurchase<'_>, ValidatedRecord, Option<&SupplierPurchase<'_>>),
) {
    let layout = layout(text);
    let reader = SupplierPurchaseCsvReader::new(&layout);
    let start = usize::try_from(layout.body.byte_offset).unwrap();
    let body = &text.as_bytes()[start..];
    let mut rows = CsvRowReader::new(body, layout.body, layout.row_shape()).unwrap();
    while let Some(row) = rows.next_row() {
        let mut raw = RawSupplierPurchase::default();
        reader.read(&row.unwrap(), &mut raw);
        let mut findings = Findings::new(true);
        let purchase =
            SupplierPurchaseValidator::new(settings.clone()).validate(&raw, &mut findings);
        let validated = ValidatedRecord {
            is_accepted: purchase.is_some(),
            findings: findings.list().to_vec(),
        };
        inspect(&raw, validated, purchase.as_ref());
    }
}
