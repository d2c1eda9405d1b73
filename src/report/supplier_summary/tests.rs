//! Compares the summary with plain loops over the same rows.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::report::SupplierSummaryRequest;
use crate::report::supplier_table::fixture::{
    COMPANY, SupplierTableFixture, TestSupplierPurchase, currency_field, purchase_row, set_boolean,
    set_date, set_integer, set_money, set_supplier, set_text, set_time,
};
use crate::supplier_purchase::SupplierPurchaseField as Name;
use crate::values::money::Amount;

const UNIT: i128 = 1_000_000_000;
/// The largest amount of the table, just below 10^29 currency units.
const LARGEST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

fn parameters(change: impl FnOnce(&mut SupplierSummaryRequest)) -> SupplierSummaryParameters {
    let mut request = SupplierSummaryRequest {
        company_id: Some(COMPANY.to_string()),
        ..SupplierSummaryRequest::default()
    };
    change(&mut request);
    SupplierSummaryParameters::resolve(&request).expect("correct parameters")
}

fn summary(table: &SupplierTableFixture) -> Vec<SupplierSummaryRow> {
    supplier_summary(&parameters(|_| ()), &table.files)
        .expect("a summary")
        .rows
}

/// The values compared: counts, then the five sums in units of 1e-9.
type SummaryNumbers = ([i64; 4], [i128; 5]);

/// The key of a row: supplier, month and currency; a null sorts last.
type SummaryKey = (Option<i64>, String, Option<String>);

fn numbers(row: &SupplierSummaryRow) -> (SummaryKey, SummaryNumbers) {
    let key = (row.supplier_id, row.month.to_string(), row.currency.clone());
    let counts = row.purchases;
    let sums = row.amounts;
    let counts = [
        counts.purchases,
        counts.received,
        counts.pending,
        counts.without_status,
    ];
    let sums = [
        sums.value_of_items,
        sums.discount,
        sums.other_expenses,
        sums.shipping,
        sums.total,
    ];
    (key, (counts, sums.map(Amount::nanos)))
}

/// The amounts of a purchase in the order of the summary.
const AMOUNT_FIELDS: [Name; 5] = [
    Name::ValueOfItemsAmount,
    Name::DiscountAmount,
    Name::OtherExpensesValueAmount,
    Name::ShippingValueAmount,
    Name::TotalAmount,
];

fn oracle(rows: &[TestSupplierPurchase]) -> BTreeMap<SummaryKey, SummaryNumbers> {
    let mut groups: BTreeMap<SummaryKey, SummaryNumbers> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_deleted()) {
        let date = row.date(Name::RegistrationDate).expect("a date");
        let month = format!("{}-01", &date.to_string()[..7]);
        let key = |currency: Option<&str>| {
            let supplier = row.integer(Name::SupplierId);
            (supplier, month.clone(), currency.map(str::to_owned))
        };
        let own = row.text(Name::TotalCurrency);
        let own = own.or(row.text(Name::ValueOfItemsCurrency));
        let (counts, _) = groups.entry(key(own)).or_default();
        counts[0] += 1;
        match row.text(Name::Status) {
            Some("received") => counts[1] += 1,
            Some("pending") => counts[2] += 1,
            _ => counts[3] += 1,
        }
        for (at, field) in AMOUNT_FIELDS.into_iter().enumerate() {
            if let Some(amount) = row.amount(field) {
                let currency = row.text(currency_field(field));
                groups.entry(key(currency)).or_default().1[at] += amount.nanos();
            }
        }
    }
    groups
}

fn some_rows() -> Vec<TestSupplierPurchase> {
    (0..400_u64)
        .map(|n| {
            let random = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) >> 33;
            let day = format!("2025-{:02}-{:02}", random % 3 + 1, random % 28 + 1);
            let mut row = purchase_row(i64::try_from(n).expect("small"), &day);
            if random % 4 != 0 {
                set_supplier(&mut row, i64::try_from(random % 3).expect("small"), "S");
            }
            for (field, by) in AMOUNT_FIELDS.into_iter().zip([1, 3, 7, 11, 13]) {
                let nanos = i128::from(random / by) - 1_000_000_000;
                match (random / by) % 5 {
                    0 => {}
                    1 => set_money(&mut row, field, nanos, "USD"),
                    _ => set_money(&mut row, field, nanos, "BRL"),
                }
            }
            let status =
                [None, Some("pending"), Some("received")][usize::try_from(n % 3).expect("small")];
            set_text(&mut row, Name::Status, status);
            set_boolean(&mut row, Name::Deleted, Some(random % 9 == 0));
            row
        })
        .collect()
}

#[test]
fn sums_and_counts_are_those_of_plain_loops() {
    let rows = some_rows();
    let mut table = SupplierTableFixture::in_parts(&rows, 2);
    table.add(COMPANY + 1, &rows, 1);
    let found = summary(&table);
    let expected = oracle(&rows);
    assert_eq!(found.len(), expected.len());
    let by_key: BTreeMap<SummaryKey, SummaryNumbers> = found.iter().map(numbers).collect();
    assert_eq!(by_key, expected);
    let purchases: i64 = found.iter().map(|row| row.purchases.purchases).sum();
    let live = rows.iter().filter(|row| !row.is_deleted()).count();
    assert_eq!(purchases, i64::try_from(live).expect("small"));
    let currencies: BTreeSet<Option<&str>> =
        found.iter().map(|row| row.currency.as_deref()).collect();
    assert_eq!(currencies, BTreeSet::from([None, Some("BRL"), Some("USD")]));
}

#[test]
fn rows_are_sorted_with_nulls_last() {
    let mut with = purchase_row(1, "2025-02-01");
    set_supplier(&mut with, 7, "S");
    set_money(&mut with, Name::TotalAmount, UNIT, "BRL");
    let mut earlier = with.clone();
    set_integer(&mut earlier, Name::Id, Some(2));
    set_date(&mut earlier, "2025-01-31");
    earlier.set(Name::TotalAmount, None);
    earlier.set(Name::TotalCurrency, None);
    let mut dollars = earlier.clone();
    set_integer(&mut dollars, Name::Id, Some(3));
    set_money(&mut dollars, Name::TotalAmount, UNIT, "USD");
    let mut without = earlier.clone();
    set_integer(&mut without, Name::Id, Some(4));
    set_integer(&mut without, Name::SupplierId, None);
    set_text(&mut without, Name::SupplierName, None);
    let mut small = without.clone();
    set_integer(&mut small, Name::Id, Some(5));
    set_supplier(&mut small, -1, "S");
    let table = SupplierTableFixture::of(&[without, dollars, with, small, earlier]);
    let keys: Vec<SummaryKey> = summary(&table).iter().map(|row| numbers(row).0).collect();
    let key = |id, month: &str, currency: Option<&str>| {
        (id, month.to_owned(), currency.map(str::to_owned))
    };
    let expected = [
        key(Some(-1), "2025-01-01", None),
        key(Some(7), "2025-01-01", Some("USD")),
        key(Some(7), "2025-01-01", None),
        key(Some(7), "2025-02-01", Some("BRL")),
        key(None, "2025-01-01", None),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn a_purchase_of_mixed_currencies_counts_once_and_its_amounts_stay_separate() {
    let mut row = purchase_row(1, "2025-01-14");
    set_supplier(&mut row, 7, "S");
    set_money(&mut row, Name::ValueOfItemsAmount, 100 * UNIT, "USD");
    set_money(&mut row, Name::TotalAmount, 500 * UNIT, "BRL");
    let mut other = purchase_row(2, "2025-01-20");
    set_supplier(&mut other, 7, "S");
    set_money(&mut other, Name::TotalAmount, UNIT, "BRL");
    let found = summary(&SupplierTableFixture::of(&[row, other]));
    let numbers: Vec<SummaryNumbers> = found.iter().map(|row| numbers(row).1).collect();
    assert_eq!(
        numbers,
        [
            ([2, 0, 0, 2], [0, 0, 0, 0, 501 * UNIT]),
            ([0, 0, 0, 0], [100 * UNIT, 0, 0, 0, 0]),
        ]
    );
    let dates = |row: &SupplierSummaryRow| [row.first_date, row.last_date].map(|d| d.to_string());
    assert_eq!(dates(&found[0]), ["2025-01-14", "2025-01-20"]);
    assert_eq!(dates(&found[1]), ["2025-01-14", "2025-01-14"]);
}

#[test]
fn the_name_is_the_latest_and_all_are_kept() {
    let named = |id, date, name: Option<&str>, updated: &str| {
        let mut row = purchase_row(id, date);
        set_integer(&mut row, Name::SupplierId, Some(7));
        set_text(&mut row, Name::SupplierName, name);
        set_time(&mut row, Name::UpdatedAt, updated);
        row
    };
    let mut anonymous = named(9, "2025-01-05", Some("Anonymous"), "2025-06-01T00:00:00Z");
    set_integer(&mut anonymous, Name::SupplierId, None);
    let table = SupplierTableFixture::of(&[
        named(1, "2025-03-01", Some("Old"), "2025-03-01T00:00:00Z"),
        named(2, "2025-01-01", Some("New"), "2025-05-01T00:00:00Z"),
        named(3, "2025-02-01", Some("Also new"), "2025-05-01T00:00:00Z"),
        named(4, "2025-02-02", None, "2025-06-01T00:00:00Z"),
        named(5, "2025-02-03", Some("Old"), "2025-02-01T00:00:00Z"),
        anonymous,
    ]);
    let found = summary(&table);
    assert_eq!(found.len(), 4);
    for row in &found[..3] {
        assert_eq!(row.supplier_name.as_deref(), Some("New"));
        assert_eq!(row.names_seen, ["Also new", "New", "Old"]);
    }
    assert_eq!(found[3].supplier_name, None);
    assert_eq!(found[3].names_seen, ["Anonymous"]);
}

#[test]
fn amounts_near_the_limit_neither_wrap_nor_get_lost() {
    // Four times the limit and back, and small amounts: intermediate sums exceed an i128.
    let totals = [[LARGEST; 4], [-LARGEST; 4], [25; 4]].concat();
    let rows: Vec<TestSupplierPurchase> = totals
        .iter()
        .zip(0..)
        .map(|(nanos, id)| {
            let mut row = purchase_row(id, "2025-01-14");
            set_money(&mut row, Name::TotalAmount, *nanos, "BRL");
            set_money(&mut row, Name::DiscountAmount, 1, "USD");
            row
        })
        .collect();
    let found = summary(&SupplierTableFixture::in_parts(&rows, 3));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].amounts.total.nanos(), 100);
    assert_eq!(found[0].purchases.purchases, 12);
    assert_eq!(found[1].amounts.discount.nanos(), 12);

    let beyond: Vec<TestSupplierPurchase> = (0..2)
        .map(|id| {
            let mut row = purchase_row(id, "2025-01-14");
            set_supplier(&mut row, 7, "S");
            set_money(&mut row, Name::TotalAmount, LARGEST, "BRL");
            row
        })
        .collect();
    let table = SupplierTableFixture::of(&beyond);
    let error = supplier_summary(&parameters(|_| ()), &table.files).expect_err("too large");
    assert_eq!(
        error.to_string(),
        "the sum of `total` for supplier 7 in 2025-01 is out of the range of decimal(38, 9)"
    );
}

#[test]
fn the_filters_are_those_of_the_list() {
    let mut deleted = purchase_row(1, "2025-01-14");
    set_boolean(&mut deleted, Name::Deleted, Some(true));
    set_supplier(&mut deleted, 1, "S");
    let mut second = purchase_row(2, "2025-02-14");
    set_supplier(&mut second, 2, "T");
    let table = SupplierTableFixture::of(&[deleted, second]);
    let count = |change: fn(&mut SupplierSummaryRequest)| {
        let found = supplier_summary(&parameters(change), &table.files).expect("a summary");
        let counts = found.rows.iter().map(|row| row.purchases.purchases);
        counts.sum::<i64>()
    };
    assert_eq!(count(|_| ()), 1);
    assert_eq!(count(|r| r.deleted = Some("include".to_owned())), 2);
    assert_eq!(count(|r| r.supplier_ids = Some("1".to_owned())), 0);
    assert_eq!(
        count(|r| r.registration_start = Some("2025-02-14".to_owned())),
        1
    );
    assert_eq!(
        count(|r| r.registration_end = Some("2025-02-13".to_owned())),
        0
    );
}

#[test]
fn no_purchases_are_no_rows() {
    let found = supplier_summary(&parameters(|_| ()), &[]).expect("a summary");
    assert_eq!(found.rows, []);
}
