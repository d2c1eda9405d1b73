use super::testing::*;
use super::*;
use arrow::array::*;
use arrow::datatypes::*;
use std::sync::Arc;
use std::time::Instant;

fn wide_spec() -> TableSpec {
    let mut fields: Vec<Field> = vec![
        Field::new("external_id", DataType::Utf8, true),
        Field::new("product_id", DataType::Utf8, false),
        Field::new("price", DataType::Decimal128(38, 9), false),
        Field::new("time", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("currency", DataType::Utf8, false),
        Field::new("quantity", DataType::Int64, false),
        Field::new("properties", DataType::Utf8, true),
        Field::new("source_file", DataType::Utf8, false),
        Field::new("source_row", DataType::Int64, false),
        Field::new("run_id", DataType::Utf8, false),
        Field::new("off", DataType::Int16, true),
    ];
    for i in 0..14 {
        fields.push(Field::new(format!("rare_{i}"), DataType::Utf8, true));
    }
    TableSpec {
        name: "purchases",
        schema: Arc::new(Schema::new(fields)),
        partition_column: Some("purchase_date"),
        partition_type: PartitionType::Date,
        statistics_columns: &["time", "source_row", "quantity"],
    }
}

fn make(spec: &TableSpec, from: i64, n: i64) -> RecordBatch {
    let mut x = from as u64 * 7919 + 1;
    let mut rnd = move || { x ^= x << 13; x ^= x >> 7; x ^= x << 17; x };
    let n_us = n as usize;
    let ids: Vec<String> = (0..n).map(|_| format!("user-{:010}", rnd() % 3_000_000)).collect();
    let prods: Vec<String> = (0..n).map(|_| format!("sku-{:05}", rnd() % 5000)).collect();
    let props: Vec<Option<String>> = (0..n).map(|_| { let r = rnd(); (r % 2 == 0).then(|| format!("{{\"color\":\"c{}\",\"n\":{}}}", r % 17, r % 100000)) }).collect();
    let dict = |s: &str| -> ArrayRef { let d: DictionaryArray<Int32Type> = std::iter::repeat_n(s, n_us).collect(); Arc::new(d) };
    let mut cols: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(ids)),
        Arc::new(StringArray::from(prods)),
        Arc::new(Decimal128Array::from_iter_values((0..n).map(|i| i128::from((i * 7919) % 100_000) * 10_000_000)).with_precision_and_scale(38, 9).unwrap()),
        Arc::new(TimestampMicrosecondArray::from_iter_values((0..n).map(|i| 1_700_000_000_000_000 + (from + i) * 17_000)).with_timezone("UTC")),
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n("BRL", n_us))),
        Arc::new(Int64Array::from_iter_values((0..n).map(|i| i % 5 + 1))),
        Arc::new(StringArray::from(props)),
        dict("dumps/2026/purchases-000.ndjson.gz"),
        Arc::new(Int64Array::from_iter_values(from..from + n)),
        dict("0192f0c1-aaaa-bbbb-cccc-ddddeeeeffff"),
        Arc::new(Int16Array::from_iter_values((0..n).map(|_| -180))),
    ];
    for _ in 0..14 { cols.push(new_null_array(&DataType::Utf8, n_us)); }
    let fields: Vec<Field> = spec.schema.fields().iter().zip(&cols).map(|(f, c)| Field::new(f.name(), c.data_type().clone(), f.is_nullable())).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), cols).unwrap()
}

fn hwm() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS")).collect::<Vec<_>>().join(" ")
}

#[test]
#[ignore]
fn measure() {
    let days: u32 = std::env::var("DAYS").unwrap().parse().unwrap();
    let rows: i64 = std::env::var("ROWS").unwrap().parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lake = reopen(&folder);
    let spec = wide_spec();
    lake.create_if_missing(&spec).unwrap();
    let mut w = PartitionWriter::new(&lake, &spec, WriterOptions::new("run")).unwrap();
    let chunk = 40_000;
    let template = make(&spec, 0, chunk);
    let per = chunk as usize / days as usize;
    let split: Vec<UInt32Array> = (0..days as usize).map(|d| UInt32Array::from_iter_values((0..per).map(|k| (k * days as usize + d) as u32))).collect();
    let start = Instant::now();
    let mut produce = std::time::Duration::ZERO;
    let mut total = 0u64;
    for _ in 0..rows / chunk {
        let t = Instant::now();
        let parts: Vec<RecordBatch> = split.iter().map(|ix| arrow::compute::take_record_batch(&template, ix).unwrap()).collect();
        produce += t.elapsed();
        for (d, b) in parts.into_iter().enumerate() { total += b.num_rows() as u64; w.append(day(d as u32), b).unwrap(); }
    }
    let appended = start.elapsed();
    let staged = w.finish().unwrap();
    let finished = start.elapsed();
    assert_eq!(staged.rows, total);
    let bytes: u64 = staged.files.iter().map(|f| f.bytes).sum();
    eprintln!("days {days} rows {total}: produce {produce:?} append {appended:?} finish {finished:?} files {} bytes {} MB, {}", staged.files.len(), bytes / 1_000_000, hwm());
}

#[test]
#[ignore]
fn commits() {
    let (_folder, lake) = lake();
    let spec = spec();
    let t = Instant::now();
    for load in 0..100 {
        let b = batch(&lake, &spec, "run", &format!("{load}.json"), 3, 1);
        lake.commit_batch(b, &mut |_| {}).unwrap();
    }
    eprintln!("100 batches staged and committed: {:?}", t.elapsed());
    let digests: Vec<Digest> = (0..10_000_u32).map(|n| Digest::of(&n.to_le_bytes())).collect();
    let t = Instant::now();
    lake.known("purchases", KIND, &digests).unwrap();
    eprintln!("known 10000: {:?}", t.elapsed());
}
