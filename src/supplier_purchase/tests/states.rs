//! Columns, and the versions of a purchase.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int16Type, Int64Type, TimestampMicrosecondType,
};

use super::super::columns::{
    PARTITION_COLUMNS, STATISTICS_COLUMNS, SupplierPurchaseColumns, schema, shift_source_rows,
};
use super::super::version::hash;
use super::super::{
    FIELDS, RegistrationMonth, SupplierFieldSpec, SupplierPurchaseField as Name,
    SupplierPurchaseKey, SupplierPurchaseVersion,
};
use super::fixture::{DOCUMENTED, accepted, rows_of, with};

/// The documented columns of the table: name, type, and whether it may be null.
const COLUMNS: &str = "\
    id Int64 no|registration_date Date32 no|supplier_id Int64 yes|supplier_name Utf8 yes|\
    invoice_serie Utf8 yes|invoice_number Utf8 yes|code Int64 yes|\
    value_of_items Decimal128(38, 9) yes|value_of_items_currency Utf8 yes|\
    discount Decimal128(38, 9) yes|discount_currency Utf8 yes|\
    other_expenses_value Decimal128(38, 9) yes|other_expenses_value_currency Utf8 yes|\
    total Decimal128(38, 9) yes|total_currency Utf8 yes|notes Utf8 yes|pay_shipping Boolean yes|\
    carrier_id Int64 yes|carrier_name Utf8 yes|\
    shipping_value Decimal128(38, 9) yes|shipping_value_currency Utf8 yes|\
    status Utf8 yes|order_number Utf8 yes|has_stock_movement_out Boolean yes|\
    were_stock_movements_deleted Boolean yes|is_deleted Boolean no|\
    created_at Timestamp(µs, \"UTC\") yes|created_at_offset_minutes Int16 yes|\
    updated_at Timestamp(µs, \"UTC\") no|updated_at_offset_minutes Int16 no|\
    version_hash Int64 no|extra Utf8 yes|source_row Int64 no|\
    source_file Dictionary(Int32, Utf8) no|run_id Dictionary(Int32, Utf8) no";

#[test]
fn the_schema_is_the_promised_one() {
    let found: Vec<String> = (schema().fields().iter())
        .map(|field| {
            let null = if field.is_nullable() { "yes" } else { "no" };
            format!("{} {} {null}", field.name(), field.data_type())
        })
        .collect();
    assert_eq!(found, COLUMNS.split('|').collect::<Vec<_>>());
    for column in STATISTICS_COLUMNS {
        let schema = schema();
        let form = schema.field_with_name(column).unwrap().data_type();
        assert_ne!(*form, DataType::Utf8, "{column} could be personal data");
    }
    for column in PARTITION_COLUMNS {
        assert!(schema().index_of(column).is_err(), "{column}");
    }
}

#[test]
fn the_documented_example_fills_its_columns() {
    let rows = rows_of(&[DOCUMENTED]);
    let batch = &rows.batch;
    assert_eq!(batch.schema(), schema());
    let column = |name: &str| batch.column_by_name(name).unwrap();
    let text = |name: &str| column(name).as_string::<i32>().value(0).to_owned();
    let number = |name: &str| column(name).as_primitive::<Int64Type>().value(0);
    let nanos = |name: &str| column(name).as_primitive::<Decimal128Type>().value(0);
    assert_eq!(
        (number("id"), number("supplier_id"), number("code")),
        (123, 123, 456)
    );
    assert_eq!((number("carrier_id"), number("source_row")), (123, 0));
    // 2025-01-14 is 20,102 days after 1970-01-01.
    assert_eq!(
        column("registration_date")
            .as_primitive::<Date32Type>()
            .value(0),
        20_102
    );
    for (name, expected) in [
        ("supplier_name", "CPlug Supplier"),
        ("invoice_serie", "1"),
        ("invoice_number", "789"),
        ("notes", "my notes"),
        ("carrier_name", "CPlug Logistics"),
        ("status", "pending"),
        ("order_number", "code123"),
    ] {
        assert_eq!(text(name), expected);
    }
    for (name, expected) in [
        ("value_of_items", 99_950_000_000),
        ("discount", 10_000_000_000),
        ("other_expenses_value", 5_050_000_000),
        ("total", 95_000_000_000),
        ("shipping_value", 20_000_000_000),
    ] {
        assert_eq!(nanos(name), expected, "{name}");
        assert_eq!(text(&format!("{name}_currency")), "BRL");
    }
    let flag = |name: &str| column(name).as_boolean().value(0);
    assert!(flag("pay_shipping") && flag("has_stock_movement_out") && !flag("is_deleted"));
    assert!(column("were_stock_movements_deleted").is_null(0) && column("extra").is_null(0));
    for name in ["created_at", "updated_at"] {
        // 2020-01-01T12:00:00Z.
        let micros = column(name)
            .as_primitive::<TimestampMicrosecondType>()
            .value(0);
        assert_eq!(micros, 1_577_880_000_000_000);
        let offset = column(&format!("{name}_offset_minutes"));
        assert_eq!(offset.as_primitive::<Int16Type>().value(0), -180);
    }
}

#[test]
fn rows_are_in_the_order_they_came_with_their_versions() {
    let other_month =
        with(r#""were_stock_movements_deleted":true"#).replace("2025-01-14", "2024-12-31");
    let rows = rows_of(&[DOCUMENTED, &other_month]);
    let months: Vec<String> = (rows.versions.iter())
        .map(|version| version.month.to_string())
        .collect();
    assert_eq!(months, ["2025-01", "2024-12"]);
    let [first, second] = rows.versions[..] else {
        panic!("two rows");
    };
    assert_eq!(
        first.key,
        SupplierPurchaseKey {
            company_id: 12,
            id: 123
        }
    );
    assert_eq!(
        second.key,
        SupplierPurchaseKey {
            company_id: 12,
            id: 1
        }
    );
    assert_eq!((first.is_deleted, second.is_deleted), (false, true));
    let hashes = rows.batch.column_by_name("version_hash").unwrap();
    let hashes = hashes.as_primitive::<Int64Type>();
    assert_eq!(hashes.values(), &[first.version_hash, second.version_hash]);
    let shifted = shift_source_rows(&rows.batch, 10).unwrap();
    let numbers = shifted.column_by_name("source_row").unwrap();
    assert_eq!(numbers.as_primitive::<Int64Type>().values(), &[10, 11]);
}

#[test]
fn no_purchases_are_a_batch_without_rows() {
    let columns = SupplierPurchaseColumns::new();
    assert!(columns.is_empty());
    let rows = columns.finish("dump.json", "run-1").unwrap();
    assert_eq!((rows.batch.num_rows(), rows.versions.len()), (0, 0));
}

fn version(record: &str) -> SupplierPurchaseVersion {
    rows_of(&[record]).versions[0]
}

#[test]
fn spelling_does_not_change_a_state_and_every_value_does() {
    let base = with(r#""code":1,"total":{"amount":10,"currency":"BRL"}"#);
    let same = with(r#""total": {"currency":"brl", "amount":10.00}, "code":1,"notes":null"#);
    assert_eq!(version(&base), version(&same));
    let moved = base.replace("2025-01-14", "2025-02-14");
    assert_eq!(
        version(&moved).month,
        "2025-02".parse::<RegistrationMonth>().unwrap()
    );
    let others = [
        moved,
        base.replace("\"id\":1", "\"id\":2"),
        base.replace("\"id\":3", "\"id\":4"),
        base.replace("\"id\":3", "\"name\":\"3\""),
        base.replace("\"code\":1", "\"code\":2"),
        base.replace("BRL", "USD"),
        base.replace("\"amount\":10", "\"amount\":10.01"),
        base.replace("\"total\"", "\"discount\""),
        base.replace("T10:00:00Z", "T07:00:00-03:00"),
        base.replace("T10:00:00Z", "T10:00:00.000001Z"),
        with(r#""code":1,"total":{"amount":10,"currency":"BRL"},"x":1"#),
        with(
            r#""code":1,"total":{"amount":10,"currency":"BRL"},"were_stock_movements_deleted":true"#,
        ),
        with(
            r#""code":1,"total":{"amount":10,"currency":"BRL"},"were_stock_movements_deleted":false"#,
        ),
        with(r#""code":1,"total":{"amount":10,"currency":"BRL"},"status":"pending""#),
        with(r#""code":1,"total":{"amount":10,"currency":"BRL"},"notes":"ab","order_number":"c""#),
        with(r#""code":1,"total":{"amount":10,"currency":"BRL"},"notes":"a","order_number":"bc""#),
    ];
    let mut hashes: Vec<i64> = others
        .iter()
        .map(|other| version(other).version_hash)
        .collect();
    hashes.push(version(&base).version_hash);
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

/// Hashes are stored and must not change between versions of this program. The number was computed
/// with the blake3 package of Python, from the description of the bytes.
#[test]
fn the_hash_of_the_documented_example_stays_the_same() {
    assert_eq!(version(DOCUMENTED).version_hash, -1_564_521_686_571_357_783);
}

/// The table of fields, as if these had been added to it.
fn with_added(added: &[Name]) -> Vec<SupplierFieldSpec> {
    let mut fields = FIELDS.to_vec();
    for field in added {
        fields[*field as usize] = fields[*field as usize].added();
    }
    fields
}

/// The number was computed with the blake3 package of Python, from the description of the bytes.
#[test]
fn the_values_of_added_fields_come_last_with_their_names() {
    let fields = with_added(&[Name::Notes, Name::CreatedAt]);
    accepted(DOCUMENTED, |purchase| {
        assert_eq!(hash(&fields, purchase), -8_772_273_235_213_175_611);
    });
}

#[test]
fn a_state_without_a_value_of_an_added_field_keeps_its_hash() {
    let fields = with_added(&[Name::Notes, Name::CreatedAt]);
    let mut before = FIELDS.to_vec();
    before.retain(|spec| ![Name::Notes, Name::CreatedAt].contains(&spec.field));
    accepted(DOCUMENTED, |purchase| {
        let mut purchase = purchase.clone();
        assert_ne!(hash(&fields, &purchase), hash(&before, &purchase));
        for field in [Name::Notes, Name::CreatedAt] {
            purchase.values.set(field, None);
        }
        assert_eq!(hash(&fields, &purchase), hash(&before, &purchase));
    });
}

#[test]
fn no_field_of_the_first_version_is_marked_as_added() {
    let first = "id registration_date supplier_id supplier_name invoice_serie invoice_number \
                 code value_of_items value_of_items_currency discount discount_currency \
                 other_expenses_value other_expenses_value_currency total total_currency \
                 notes pay_shipping carrier_id carrier_name shipping_value \
                 shipping_value_currency status order_number has_stock_movement_out \
                 were_stock_movements_deleted is_deleted created_at updated_at";
    let unmarked = FIELDS.iter().filter(|spec| !spec.is_added);
    let unmarked: Vec<&str> = unmarked.filter_map(|spec| spec.column).collect();
    assert_eq!(unmarked, first.split(' ').collect::<Vec<_>>());
}
