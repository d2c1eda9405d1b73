//! Purchases from Currents and the Snowflake share, from `ingest` to the reports.

use crate::check::check;
use crate::purchase_fixtures::quantity_series;
use crate::workdir::Workdir;

const SHARE: &str = r#"ID,USER_ID,EXTERNAL_USER_ID,APP_API_ID,TIME,PRODUCT_ID,PRICE,CURRENCY,PROPERTIES,SF_CREATED_AT
s1,u1,x1,app-1,1712068448,pen,12.340000153,USD,"{""a"":1,""b"":2}",2024-04-02 14:34:20.123
s2,u1,\N,\N,1712068448,pen,40,USD,{},\N
s3,u1,x1,app-1,2024-04-02 00:30:00.000,pen,1,USD,{},
"#;

#[test]
fn the_snowflake_share_is_found_by_its_app_and_its_utc_day() {
    let workdir = Workdir::new();
    let share = workdir.write("share.csv", SHARE);
    let zone = ["--default-timezone", "America/Sao_Paulo"];
    let output = workdir.ingest(zone.iter().map(AsRef::as_ref).chain([share.as_os_str()]));
    output.assert_code(0);
    let report = output.json();
    let warned = serde_json::json!({"BRZ-PRICE-WIDENED": 1, "BRZ-TIME-SPACE": 1});
    assert_eq!(report["warned_by_rule"], warned, "{}", output.transcript());
    let noted = output.stderr().contains("SF_CREATED_AT");
    assert!(!noted, "{}", output.transcript());
    let day = ["--length", "1", "--ending-at", "2024-04-02"];
    for (app, quantity) in [(&["--app-id", "app-1"][..], 2), (&[], 3)] {
        let series = workdir.report("quantity-series", day.iter().chain(app));
        series
            .assert_code(0)
            .assert_stdout(&quantity_series(&[("2024-04-02", quantity)]));
    }
}

#[test]
fn events_whose_id_was_removed_are_all_kept() {
    let workdir = Workdir::new();
    let event = |id: &str, product: &str| {
        format!(
            "{{\"id\":\"{id}\",\"user_id\":\"b\",\"external_user_id\":\"x\",\"time\":1790812961,\"product_id\":\"{product}\",\"price\":1,\"currency\":\"BRL\"}}\n"
        )
    };
    for (what, id) in [("empty", ""), ("redacted", "[REDACTED]")] {
        let name = |number: usize| format!("{what}{number}.ndjson");
        let first = workdir.write(&name(1), event(id, "a") + &event(id, "b"));
        let second = workdir.write(&name(2), event(id, "c"));
        for (input, rows) in [(first, 2), (second, 1)] {
            let run = workdir.ingest([&input]);
            run.assert_code(0);
            let counts = (
                run.summary_count("accepted"),
                run.summary_count("duplicate"),
            );
            assert_eq!(counts, (rows, 0), "{}", run.transcript());
        }
        let checked = check(&workdir, &[&name(1), &name(2)]);
        let kept = checked
            .assert_code(0)
            .stdout()
            .matches("warning BRZ-CURRENTS-NOID:")
            .count();
        assert_eq!(kept, 3, "{}", checked.transcript());
    }
}

#[test]
fn bodies_of_the_http_connector_are_read_event_by_event() {
    let workdir = Workdir::new();
    let purchase = r#"{"event_type":"users.behaviors.Purchase","id":"e2","time":1712068448,"user":{"user_id":"u1"},"properties":{"product_id":"pen","price":3.14,"currency":"USD","purchase_properties":{"a":1}}}"#;
    let other = r#"{"event_type":"users.messages.email.Open","id":"e3","time":1,"user":{},"properties":{}}"#;
    let named = |id: &str| purchase.replace("e2", id);
    workdir.write(
        "in/a.json",
        format!("{{\"events\":[{},{other}]}}", named("e1")),
    );
    // Several chunks, with the purchase in the last one.
    let many = format!("{other},\n").repeat(60_000);
    workdir.write(
        "in/b.json",
        format!("{{\n\"events\":[{many}{}]}}", named("e2")),
    );
    workdir.write("in/c.ndjson", named("e3"));
    // Delivered again.
    workdir.write("in/d.ndjson", named("e1"));
    for kind in ["purchases", "auto"] {
        check(&workdir, &["--kind", kind, "in"])
            .assert_code(0)
            .assert_stdout_contains(&["60001 records, 1 would be accepted"]);
    }
    let output = workdir.ingest(["in"]);
    output.assert_code(0);
    let counts = ["accepted", "duplicate", "skipped"].map(|name| output.summary_count(name));
    assert_eq!(counts, [3, 1, 60_001], "{}", output.transcript());
    let day = ["--length", "1", "--ending-at", "2024-04-02"];
    workdir
        .report("quantity-series", day)
        .assert_code(0)
        .assert_stdout(&quantity_series(&[("2024-04-02", 3)]));
}
