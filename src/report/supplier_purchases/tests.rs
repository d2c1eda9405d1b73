//! Compares the list with plain loops over the same rows.

use chrono::{Days, NaiveDate};

use super::*;
use crate::report::supplier_table::fixture::{
    COMPANY, SupplierTableFixture, TestSupplierPurchase, parameters_with, purchase_row,
    set_boolean, set_money, set_supplier, set_text, set_time, time,
};
use crate::report::{DeletedFilter, SupplierListRequest};
use crate::supplier_purchase::SupplierPurchaseField as Name;

fn id(row: &TestSupplierPurchase) -> i64 {
    row.integer(Name::Id).expect("an id")
}

fn date(row: &TestSupplierPurchase) -> NaiveDate {
    row.date(Name::RegistrationDate).expect("a date")
}

/// The filters of a test as values, used by the oracle; the request of the report is built from
/// them.
#[derive(Clone, Debug, Default)]
struct TestFilter {
    search: Option<&'static str>,
    status: Option<&'static str>,
    suppliers: &'static [i64],
    start: Option<&'static str>,
    end: Option<&'static str>,
    updated_from: Option<&'static str>,
    deleted: DeletedFilter,
}

impl TestFilter {
    fn parameters(&self, per_page: u32) -> SupplierListParameters {
        let ids: Vec<String> = self.suppliers.iter().map(i64::to_string).collect();
        parameters_with(|request| {
            *request = SupplierListRequest {
                company_id: request.company_id.take(),
                search_term: self.search.map(str::to_owned),
                purchase_status: self.status.map(str::to_owned),
                supplier_ids: Some(ids.join(",")),
                registration_start: self.start.map(str::to_owned),
                registration_end: self.end.map(str::to_owned),
                page: None,
                per_page: Some(per_page.to_string()),
                updated_from: self.updated_from.map(str::to_owned),
                deleted: Some(self.deleted.as_str().to_owned()),
            };
        })
    }

    fn has(&self, row: &TestSupplierPurchase) -> bool {
        let day = date(row).to_string();
        let found = self.search.is_none_or(|term| {
            let number: u128 = term.parse().expect("digits");
            let same = |text: &str| {
                let zeros = text.bytes().take_while(|byte| *byte == b'0').count();
                let rest = &text[zeros..];
                !text.is_empty()
                    && rest
                        == if number == 0 {
                            String::new()
                        } else {
                            number.to_string()
                        }
            };
            u128::try_from(id(row)) == Ok(number) || row.text(Name::InvoiceNumber).is_some_and(same)
        });
        found
            && self.status.is_none_or(|status| row.text(Name::Status) == Some(status))
            && (self.suppliers.is_empty()
                || row.integer(Name::SupplierId).is_some_and(|id| self.suppliers.contains(&id)))
            // Dates with four-digit years sort like their texts.
            && self.start.is_none_or(|start| day.as_str() >= start)
            && self.end.is_none_or(|end| day.as_str() <= end)
            && self.updated_from.is_none_or(|from| row.time(Name::UpdatedAt).expect("a time").micros_utc >= time(from).micros_utc)
            && match self.deleted {
                DeletedFilter::NotInclude => !row.is_deleted(),
                DeletedFilter::Include => true,
                DeletedFilter::Only => row.is_deleted(),
            }
    }

    /// The expected rows by insertion sort.
    fn oracle(&self, rows: &[TestSupplierPurchase]) -> Vec<TestSupplierPurchase> {
        let mut list: Vec<TestSupplierPurchase> = Vec::new();
        for row in rows.iter().filter(|row| self.has(row)) {
            let place = list.iter().position(|other| {
                date(row) > date(other) || (date(row) == date(other) && id(row) > id(other))
            });
            list.insert(place.unwrap_or(list.len()), row.clone());
        }
        list
    }
}

/// Picks a value by a random number.
fn pick<T: Copy>(values: &[T], n: u64) -> T {
    values[usize::try_from(n).expect("small") % values.len()]
}

/// Rows with few distinct values, so that every filter and every tie occurs.
fn some_rows() -> Vec<TestSupplierPurchase> {
    let first_day: NaiveDate = "2024-11-20".parse().expect("a date");
    (0..900_u64)
        .map(|n| {
            // The high bits of a linear congruential generator.
            let random = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) >> 33;
            let id = i64::try_from(n * 7 % 901 + 1).expect("small");
            let day = first_day
                .checked_add_days(Days::new(random % 130))
                .expect("a date");
            let mut row = purchase_row(id, &day.to_string());
            if random % 5 != 0 {
                set_supplier(&mut row, i64::try_from(random % 4).expect("small"), "A");
            }
            let status = pick(&[None, Some("pending"), Some("received")], n);
            set_text(&mut row, Name::Status, status);
            let number = match random % 6 {
                0 => None,
                1 => Some(String::new()),
                2 => Some("000".to_owned()),
                3 => Some(format!("000{}", random % 40)),
                4 => Some(format!("{}", random % 40)),
                _ => Some("NF-7".to_owned()),
            };
            set_text(&mut row, Name::InvoiceNumber, number.as_deref());
            let is_deleted = random % 7 == 0;
            set_boolean(&mut row, Name::Deleted, Some(is_deleted));
            let were_deleted = (is_deleted && random % 2 == 0).then_some(true);
            set_boolean(&mut row, Name::WereStockMovementsDeleted, were_deleted);
            let updated = pick(
                &[
                    "2025-01-14T09:00:00-03:00",
                    "2025-01-14T12:00:00.000001+00:00",
                    "2025-01-14T11:59:59.999999+00:00",
                    "2025-02-01T00:00:00+05:30",
                ],
                n,
            );
            set_time(&mut row, Name::UpdatedAt, updated);
            set_money(
                &mut row,
                Name::TotalAmount,
                i128::from(random) * 1_000_000,
                "BRL",
            );
            row
        })
        .collect()
}

/// One filter at a time, both ends of every range, and all filters at once.
fn filters() -> Vec<TestFilter> {
    let wanted = |change: fn(&mut TestFilter)| {
        let mut wanted = TestFilter::default();
        change(&mut wanted);
        wanted
    };
    vec![
        wanted(|_| ()),
        wanted(|w| w.deleted = DeletedFilter::Include),
        wanted(|w| w.deleted = DeletedFilter::Only),
        wanted(|w| (w.search, w.deleted) = (Some("7"), DeletedFilter::Include)),
        wanted(|w| w.search = Some("00007")),
        wanted(|w| w.search = Some("0")),
        wanted(|w| w.search = Some("99999999999999999999")),
        wanted(|w| w.status = Some("received")),
        wanted(|w| (w.status, w.deleted) = (Some("pending"), DeletedFilter::Only)),
        wanted(|w| w.suppliers = &[2]),
        wanted(|w| (w.suppliers, w.deleted) = (&[0, 3, 99], DeletedFilter::Include)),
        wanted(|w| w.start = Some("2024-12-31")),
        wanted(|w| w.end = Some("2024-12-01")),
        wanted(|w| (w.start, w.end) = (Some("2025-01-14"), Some("2025-01-14"))),
        wanted(|w| (w.start, w.end) = (Some("2025-01-01"), Some("2025-02-28"))),
        wanted(|w| w.start = Some("2030-01-01")),
        wanted(|w| w.updated_from = Some("2025-01-14T12:00:00Z")),
        wanted(|w| w.updated_from = Some("2025-01-14T12:00:00.000001Z")),
        TestFilter {
            search: Some("12"),
            status: Some("received"),
            suppliers: &[0, 1, 2, 3],
            start: Some("2024-12-02"),
            end: Some("2025-03-01"),
            updated_from: Some("2025-01-14T09:00:00-03:00"),
            deleted: DeletedFilter::Include,
        },
    ]
}

fn page_of(
    parameters: &SupplierListParameters,
    table: &SupplierTableFixture,
) -> SupplierPurchasePage {
    supplier_purchases(parameters, &table.files).expect("a page")
}

fn all_batches(
    parameters: &SupplierListParameters,
    table: &SupplierTableFixture,
) -> Vec<TestSupplierPurchase> {
    let mut rows = Vec::new();
    for_each_supplier_batch::<ReportError>(parameters, &table.files, &mut |run| {
        assert!(!run.is_empty() && run.len() <= MAX_BATCH_ROWS);
        rows.extend(run);
        Ok(())
    })
    .expect("rows");
    rows
}

#[test]
fn every_filter_selects_and_orders_as_plain_loops_do() {
    let rows = some_rows();
    let mut table = SupplierTableFixture::in_parts(&rows, 3);
    table.add(COMPANY + 1, &rows, 1);
    let mut empty = 0;
    for wanted in filters() {
        let expected = wanted.oracle(&rows);
        empty += usize::from(expected.is_empty());
        let parameters = wanted.parameters(500);
        let page = page_of(&parameters, &table);
        let first = &expected[..expected.len().min(500)];
        assert_eq!(page.purchases, first, "{wanted:?}");
        assert_eq!(page.total, expected.len() as u64, "{wanted:?}");
        assert_eq!(all_batches(&parameters, &table), expected, "{wanted:?}");
    }
    assert_eq!(empty, 2, "all questions but two are about something");
}

#[test]
fn pages_partition_the_list_and_are_what_each_page_answers() {
    let rows = some_rows();
    let table = SupplierTableFixture::in_parts(&rows, 2);
    for (wanted, per_page) in [
        (TestFilter::default(), 20),
        (
            TestFilter {
                deleted: DeletedFilter::Include,
                ..TestFilter::default()
            },
            500,
        ),
        (
            TestFilter {
                deleted: DeletedFilter::Include,
                ..TestFilter::default()
            },
            300,
        ),
        (
            TestFilter {
                suppliers: &[1],
                ..TestFilter::default()
            },
            7,
        ),
        (
            TestFilter {
                suppliers: &[99],
                ..TestFilter::default()
            },
            7,
        ),
    ] {
        let expected = wanted.oracle(&rows);
        let parameters = wanted.parameters(per_page);
        let mut pages = Vec::new();
        for_each_supplier_page::<ReportError>(&parameters, &table.files, &mut |page| {
            pages.push(page);
            Ok(())
        })
        .expect("pages");
        let size = per_page as usize;
        assert_eq!(pages.len(), expected.len().div_ceil(size).max(1));
        for (page, number) in pages.iter().zip(1..) {
            assert_eq!(page, &page_of(&parameters.at_page(number), &table));
            assert_eq!(
                (page.current_page, page.last_page),
                (number, pages.len() as u64)
            );
            assert_eq!(
                (page.total, page.per_page),
                (expected.len() as u64, per_page)
            );
        }
        let joined: Vec<_> = pages.into_iter().flat_map(|page| page.purchases).collect();
        assert_eq!(joined, expected);
    }
}

#[test]
fn a_page_beyond_the_last_is_empty_with_the_same_metadata() {
    let table = SupplierTableFixture::of(&some_rows()[..50]);
    let first = page_of(&parameters_with(|_| ()), &table);
    let beyond = first.last_page + 1;
    for number in [beyond, u64::MAX >> 1] {
        let page = page_of(
            &parameters_with(|r| r.page = Some(number.to_string())),
            &table,
        );
        let expected = SupplierPurchasePage {
            purchases: Vec::new(),
            current_page: number,
            ..first.clone()
        };
        assert_eq!(page, expected);
    }
}

#[test]
fn a_table_without_files_has_one_empty_page() {
    let page = supplier_purchases(&parameters_with(|_| ()), &[]).expect("a page");
    assert_eq!((page.current_page, page.last_page, page.total), (1, 1, 0));
    let mut pages = 0;
    for_each_supplier_page::<ReportError>(&parameters_with(|_| ()), &[], &mut |page| {
        assert!(page.purchases.is_empty());
        pages += 1;
        Ok(())
    })
    .expect("pages");
    assert_eq!(pages, 1);
}

#[test]
fn a_month_larger_than_a_batch_is_given_in_batches_without_a_gap() {
    let count = i64::try_from(2 * MAX_BATCH_ROWS + 5).expect("small");
    // Three days, so that batches end within a day.
    let rows: Vec<TestSupplierPurchase> = (1..=count)
        .map(|id| purchase_row(id, &format!("2025-01-{:02}", id % 3 + 1)))
        .collect();
    let table = SupplierTableFixture::in_parts(&rows, 2);
    let keys = |rows: &[TestSupplierPurchase]| -> Vec<(u32, i64)> {
        let day = |row: &TestSupplierPurchase| chrono::Datelike::day(&date(row));
        rows.iter().map(|row| (day(row), id(row))).collect()
    };
    let found = keys(&all_batches(&parameters_with(|_| ()), &table));
    let mut expected = keys(&rows);
    expected.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(found, expected);
    // A page in the middle of the month has the same rows.
    let parameters = parameters_with(|r| {
        r.page = Some("100".to_owned());
        r.per_page = Some("500".to_owned());
    });
    assert_eq!(
        keys(&page_of(&parameters, &table).purchases),
        expected[99 * 500..100 * 500]
    );
}

#[test]
fn an_error_of_the_visitor_ends_the_list() {
    #[derive(Debug)]
    enum StopEarly {
        Enough,
        Report(#[expect(dead_code, reason = "only for the panic's text")] ReportError),
    }
    impl From<ReportError> for StopEarly {
        fn from(error: ReportError) -> Self {
            Self::Report(error)
        }
    }
    let table = SupplierTableFixture::of(&some_rows());
    let mut pages = 0;
    let stopped =
        for_each_supplier_page::<StopEarly>(&parameters_with(|_| ()), &table.files, &mut |_| {
            pages += 1;
            if pages == 3 {
                Err(StopEarly::Enough)
            } else {
                Ok(())
            }
        });
    assert!(matches!(stopped, Err(StopEarly::Enough)), "{stopped:?}");
    assert_eq!(pages, 3);
}

#[test]
fn files_of_other_months_and_companies_are_not_opened() {
    let mut table =
        SupplierTableFixture::of(&[purchase_row(1, "2025-01-14"), purchase_row(2, "2025-02-14")]);
    for file in table
        .files
        .iter_mut()
        .filter(|file| file.path.as_str().contains("2025-02"))
    {
        file.path = "/nowhere/at-all.parquet".to_owned().into();
    }
    table.files.push(SupplierPurchaseFile {
        company_id: COMPANY + 1,
        ..table.files[1].clone()
    });
    let january = parameters_with(|r| r.registration_end = Some("2025-01-31".to_owned()));
    assert_eq!(page_of(&january, &table).total, 1);
    let error =
        supplier_purchases(&parameters_with(|_| ()), &table.files).expect_err("no such file");
    assert!(matches!(error, ReportError::Scan { .. }), "{error}");
}
