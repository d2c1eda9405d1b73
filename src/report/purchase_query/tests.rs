//! A query reads only the files of its dates and the columns it needs.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::report::fixture::{PurchaseTableFixture, TestPurchase, request, resolved};
use crate::report::{SeriesRequest, quantity_series};

/// Three days, the last of which is queried: at 10:00 three items in a shop, at 11:30 four.
fn three_days() -> PurchaseTableFixture {
    let shop = |time: &str| TestPurchase::at(time).product("mug").app("shop");
    PurchaseTableFixture::of(&[
        shop("2024-01-29T10:00:00Z").quantity(1),
        shop("2024-01-30T10:00:00Z").quantity(2),
        shop("2024-01-31T10:00:00Z").quantity(3),
        TestPurchase::at("2024-01-31T11:30:00Z").quantity(4),
    ])
}

/// Overwrites all columns of a data file except `kept`; reading another column fails.
fn ruin_columns_but(kept: &[&str], path: &str) {
    let reader = SerializedFileReader::new(File::open(path).expect("a data file"));
    let metadata = reader.expect("a footer").metadata().clone();
    let mut file = OpenOptions::new().write(true).open(path).expect("the file");
    let columns = metadata
        .row_groups()
        .iter()
        .flat_map(RowGroupMetaData::columns);
    for column in columns.filter(|column| !kept.contains(&column.column_path().string().as_str())) {
        let (start, length) = column.byte_range();
        file.seek(SeekFrom::Start(start)).expect("the column");
        let junk = vec![0xFF; usize::try_from(length).expect("a small column")];
        file.write_all(&junk).expect("ruined");
    }
}

/// The items of the last day, read from its file with only these columns intact.
fn items_from(kept: &[&str], series_request: &SeriesRequest) -> Result<i64, ReportError> {
    let mut table = three_days();
    let (last, others) = table.files.split_last_mut().expect("three files");
    ruin_columns_but(kept, last.path.as_str());
    for other in others {
        other.path = "/nowhere/at-all.parquet".to_owned().into();
    }
    quantity_series(&resolved(series_request), &table.files).map(|series| series.gross_items)
}

#[test]
fn a_day_reads_its_own_files_and_the_columns_it_needs() {
    let day = |unit| request(1, "2024-01-31", unit, "UTC");
    let of_product = SeriesRequest {
        product: Some("mug".to_owned()),
        ..day("day")
    };
    let of_app = SeriesRequest {
        app_id: Some("shop".to_owned()),
        ..day("day")
    };
    for (series_request, filter, items) in [
        (day("day"), None, 7),
        (of_product, Some("product_id"), 3),
        (of_app, Some("app_id"), 3),
        (day("hour"), Some("time"), 7),
    ] {
        let needed: Vec<&str> = ["quantity", "is_refund", "event_name"]
            .into_iter()
            .chain(filter)
            .collect();
        let found = items_from(&needed, &series_request).expect("an answer");
        assert_eq!(found, items, "{needed:?}");
        for missing in 0..needed.len() {
            let mut too_few = needed.clone();
            too_few.remove(missing);
            let error = items_from(&too_few, &series_request).expect_err("a column that is needed");
            assert!(matches!(error, ReportError::Scan { .. }), "{error}");
        }
    }
}

#[test]
fn an_hour_that_ends_within_its_day_reads_no_more() {
    let series_request = request(1, "2024-01-31T11:00:00Z", "hour", "UTC");
    let found = items_from(
        &["quantity", "is_refund", "event_name", "time"],
        &series_request,
    );
    assert_eq!(found.expect("an answer"), 3);
}
