//! Dumps with keys and columns of other names, from the command line to the answers.

use crate::avro_text::avro_file;
use crate::python::table_rows;
use crate::workdir::{Output, Workdir};

/// The sources of the dumps below.
const SOURCES: [&str; 7] = [
    "customer.id=external_id",
    "item=product_id",
    "each=price",
    "units=quantity",
    "sold=time:%d/%m/%y %H:%M",
    "weight=properties.weight",
    "shop=app_id",
];

fn options() -> Vec<String> {
    let sources = SOURCES.iter().map(|source| format!("--map={source}"));
    sources
        .chain(["--default-currency=BRL".to_owned()])
        .collect()
}

/// Three purchases of 2, 3 and 4 items: 2 × 10.10 + 3 × 0.50 on 1 October, 4 × 1.25 on 2 October.
const NESTED: &str = r#"{"customer":{"id":1},"item":"cup","each":10.10,"units":2,"sold":"01/10/26 10:00","weight":0.35}
{"customer":{"id":2},"item":"pen","each":0.50,"units":3,"sold":"01/10/26 23:59","shop":"web"}
{"customer":{"id":3},"item":"cap","each":1.25,"units":4,"sold":"02/10/26 00:00"}
"#;

const FLAT: &str = "Customer.ID;Item;Each;Units;Sold\n1;cup;10,10;2;01/10/26 10:00\n\
                    2;pen;0,50;3;01/10/26 23:59\n3;cap;1,25;4;02/10/26 00:00\n";

fn report(workdir: &Workdir, name: &str) -> Output {
    let arguments = ["report", name, "--lake", "lake", "--length", "2"];
    workdir.run(arguments.into_iter().chain(["--ending-at", "2026-10-02"]))
}

#[test]
fn mapped_dumps_of_every_shape_give_the_answers_computed_by_hand() {
    let document = format!("[{}]", NESTED.trim().replace('\n', ",\n"));
    for (name, text) in [
        ("sales.ndjson", NESTED),
        ("sales.json", document.as_str()),
        ("sales.csv", FLAT),
    ] {
        let workdir = Workdir::new();
        workdir.write(name, text);
        let arguments = options().into_iter().chain([name.to_owned()]);
        let output = workdir.ingest(arguments);
        output.assert_code(0);
        assert_eq!(
            output.summary_count("accepted"),
            3,
            "{}",
            output.transcript()
        );
        let quantities = report(&workdir, "quantity-series").json();
        let expected = serde_json::json!([
            {"time": "2026-10-01", "purchase_quantity": 5},
            {"time": "2026-10-02", "purchase_quantity": 4},
        ]);
        assert_eq!(quantities["data"], expected, "{name}");
        let revenue = report(&workdir, "revenue-series").json();
        let expected = serde_json::json!([
            {"time": "2026-10-01", "revenue": 21.70},
            {"time": "2026-10-02", "revenue": 5.00},
        ]);
        assert_eq!(revenue["data"], expected, "{name}");
    }
}

#[test]
fn the_settings_are_in_the_run_report_and_other_settings_refuse_the_content() {
    let workdir = Workdir::new();
    workdir.write("sales.ndjson", NESTED);
    let arguments = |more: &[&str]| -> Vec<String> {
        let more = more.iter().map(|one| (*one).to_owned());
        options().into_iter().chain(more).collect()
    };
    let first = workdir.ingest(arguments(&["--constant=braze_id=b", "sales.ndjson"]));
    let settings = &first.assert_code(0).json()["settings"];
    assert_eq!(settings["map"], SOURCES.join(", "));
    assert_eq!(settings["constant"], "braze_id=b");
    assert_eq!(settings["default_currency"], "BRL");
    let again = workdir.ingest(arguments(&["--constant=braze_id=c", "sales.ndjson"]));
    again
        .assert_code(3)
        .assert_stderr_contains(&["FILE-SETTINGS-CHANGED"]);
    let same = workdir.ingest(arguments(&["--constant=braze_id=b", "sales.ndjson"]));
    assert_eq!(same.assert_code(0).outcomes(), ["already_ingested"]);
}

#[test]
fn a_renamed_quantity_refuses_the_input_unless_a_default_is_stated() {
    let workdir = Workdir::new();
    workdir.write("sales.ndjson", NESTED.replace("units", "amount_of_units"));
    workdir.write("sales.csv", FLAT.replace("Units", "Amount of units"));
    for name in ["sales.ndjson", "sales.csv"] {
        let arguments = |more: &[&str]| -> Vec<String> {
            let more = more.iter().map(|one| (*one).to_owned());
            options().into_iter().chain(more).collect()
        };
        let refused = workdir.ingest(arguments(&[name]));
        refused
            .assert_code(3)
            .assert_stderr_contains(&["FILE-MAP-QUANTITY"]);
        let accepted = workdir.run(
            ["check".to_owned()]
                .into_iter()
                .chain(arguments(&["--default=quantity=1", name])),
        );
        accepted.assert_code(0);
    }
}

#[test]
fn supplier_purchases_with_flat_keys_are_read_with_their_mapping() {
    let workdir = Workdir::new();
    let flat = r#"{"codigo":9001,"data":"30/10/26","fornecedor":{"cod":7,"nome":"Moinho"},"valor":1250.40,"atualizado":"31/10/26 18:00"}"#;
    workdir.write("compras.ndjson", flat);
    let output = workdir.ingest([
        "--kind=supplier-purchases",
        "--company-id=34",
        "--map=codigo=id",
        "--map=data=registration_date:%d/%m/%y",
        "--map=fornecedor.cod=supplier_id",
        "--map=fornecedor.nome=supplier_name",
        "--map=valor=total",
        "--map=atualizado=updated_at:%d/%m/%y %H:%M",
        "compras.ndjson",
    ]);
    output.assert_code(0);
    assert_eq!(
        output.summary_count("accepted"),
        1,
        "{}",
        output.transcript()
    );
    let list = workdir.run([
        "report",
        "supplier-purchases",
        "--lake=lake",
        "--company-id=34",
    ]);
    let purchase = list.assert_code(0).json()["data"]["purchases"][0].clone();
    assert_eq!(purchase["id"], 9001);
    assert_eq!(purchase["registration_date"], "2026-10-30");
    assert_eq!(purchase["supplier"]["name"], "Moinho");
    assert_eq!(purchase["total"]["amount"].to_string(), "1250.4");
    assert_eq!(purchase["total"]["currency"], "BRL");
    assert_eq!(purchase["updated_at"], "2026-10-31T18:00:00+00:00");
}

#[test]
fn an_entry_that_cannot_be_meant_is_a_usage_error() {
    let workdir = Workdir::new();
    workdir.write("sales.ndjson", NESTED);
    for (option, expected) in [
        ("--map=item", "SOURCE=FIELD"),
        ("--map=item=product", "valid fields: external_id"),
        ("--map=each=price:%d/%m/%y", "has no format"),
        ("--map=sold=time:%H:%M", "day, month and year"),
        ("--default=quantity=some", "a number"),
        ("--constant=currency", "FIELD=VALUE"),
    ] {
        let output = workdir.ingest([option, "sales.ndjson"]);
        output.assert_code(2).assert_stderr_contains(&[expected]);
    }
    assert!(!workdir.lake().exists(), "nothing was written");
}

/// An Avro file of records with other names: a 32-bit price of 3.14, an identifier that is a number.
const SHOP_AVRO: &str = r#"avro.schema {"type":"record","name":"Sale","fields":[{"name":"customer","type":"long"},{"name":"item","type":"string"},{"name":"each","type":"float"},{"name":"sold","type":"long"}]}
{"customer":7,"item":"pen","each":3.14,"sold":1712068448}"#;

#[test]
fn fields_of_avro_records_are_mapped_like_keys_of_json() {
    let workdir = Workdir::new();
    workdir.write("sales.avro", avro_file(SHOP_AVRO));
    let refused = workdir.ingest(["sales.avro"]);
    refused.assert_code(3);
    let message = refused.json()["inputs"][0]["refusal"]["message"].to_string();
    assert!(message.contains("--map SOURCE=FIELD"), "{message}");
    let sources = [
        "customer=external_id",
        "item=product_id",
        "each=price",
        "sold=time:%s",
    ];
    let sources = sources.map(|source| format!("--map={source}")).into_iter();
    let others = ["--default-currency=USD", "sales.avro"].map(str::to_owned);
    let output = workdir.ingest(sources.chain(others));
    assert_eq!(output.assert_code(0).summary_count("accepted"), 1);
    let rows = table_rows(&workdir.lake(), "purchases");
    let found = ["external_id", "product_id", "price", "currency", "time_raw"]
        .map(|name| rows[0][name].clone());
    assert_eq!(found, ["7", "pen", "3.140000000", "USD", "1712068448"]);
}

#[test]
fn a_field_of_avro_that_is_mapped_to_the_price_has_to_be_a_number() {
    let workdir = Workdir::new();
    let text = SHOP_AVRO
        .replace("\"float\"", "\"string\"")
        .replace("3.14", "\"3.14\"");
    workdir.write("sales.avro", avro_file(&text));
    let sources = ["item=product_id", "each=price", "sold=time"];
    let sources = sources.map(|source| format!("--map={source}")).into_iter();
    let others = ["--default-currency=USD", "sales.avro"].map(str::to_owned);
    let refused = workdir.ingest(sources.chain(others));
    let refusal = &refused.assert_code(3).json()["inputs"][0]["refusal"];
    assert_eq!(
        refusal["rule_id"],
        "FILE-AVRO-SCHEMA",
        "{}",
        refused.transcript()
    );
    assert!(refusal["message"].to_string().contains("each"), "{refusal}");
}
