use std::fs;

use crate::purchase_fixtures::PurchaseFixture;
use crate::workdir::{NOW, Output, Workdir, sample};

/// Runs `init` and returns its output with the text of the job file.
fn init(workdir: &Workdir, arguments: &[&str]) -> (Output, String) {
    let fixed = ["init", "--output", "job.toml", "--force"];
    let output = workdir.run(fixed.iter().chain(arguments));
    let text = fs::read_to_string(workdir.path("job.toml")).unwrap_or_default();
    (output, text)
}

/// Runs `init` on a CSV of this text; returns its exit code and the text of the job file.
fn init_csv(csv: &str) -> (Option<i32>, String) {
    let workdir = Workdir::new();
    workdir.write("a.csv", csv);
    let (output, text) = init(&workdir, &["a.csv"]);
    workdir.run(["jobs", "check", "job.toml"]).assert_code(0);
    (output.code(), text)
}

/// Runs a job on a CSV of one record, which must be accepted.
fn assert_accepted(csv: &str, job: &str) {
    let workdir = Workdir::new();
    workdir.write("a.csv", csv);
    workdir.write("job.toml", job);
    let run = workdir.run(["run", "job.toml"]);
    let accepted = "accepted                             1";
    run.assert_code(0).assert_stderr_contains(&[accepted]);
}

const SUPPLIERS: &[&str] = &["--company-id", "12"];

#[test]
fn the_job_of_every_sample_is_valid_and_runs() {
    for (name, options, code) in [
        ("balcao_2026-10.csv", &[][..], 0),
        ("web_2026-10.ndjson", &[], 0),
        ("track_log_2026-10.json", &[], 0),
        ("documents/cdi_sample.ndjson", &[], 0),
        ("documents/currents_sample.ndjson", &[], 0),
        ("documents/currents_snowflake_sample.csv", &[], 0),
        ("suppliers/compras_filial_34.csv", &[], 0),
        ("suppliers/2026-10-31", SUPPLIERS, 0),
        ("suppliers/2026-11-07", SUPPLIERS, 0),
        ("documents/supplier_purchases_response.json", SUPPLIERS, 0),
        // Incomplete, or refused by an ingest with the same settings.
        ("suppliers/2026-10-31", &[], 3),
        ("dirty/flat.csv", &[], 3),
        ("dirty/records.ndjson", &[], 3),
        ("dirty/cdi.ndjson", &[], 3),
        ("suppliers_dirty/rows.csv", SUPPLIERS, 3),
        ("documents/quantity_series_response.json", &[], 3),
        ("documents/users_export_aggregate.ndjson", &[], 3),
    ] {
        let workdir = Workdir::new();
        let path = sample(name).to_string_lossy().into_owned();
        let (output, _) = init(&workdir, &[&[&path[..]], options].concat());
        output.assert_code(code);
        workdir.run(["jobs", "check", "job.toml"]).assert_code(0);
        let run = workdir.run(["run", "job.toml", "--now", NOW]);
        run.assert_code(code);
        let is_answered = run.stdout().contains("\"data\"");
        assert_eq!(is_answered, code == 0, "{name}: {}", run.transcript());
    }
}

/// The values of a dump do not reach the job file, only headers, keys and formats.
#[test]
fn no_value_of_a_record_is_in_the_job_file() {
    let workdir = Workdir::new();
    workdir.write(
        "a.csv",
        "Data;Produto;Qtd;Valor;Cliente;Obs\n31/10/2024;Caneca-7731;3;R$ 77,31;ana.souza@example.com;liga 77319\n",
    );
    let record = "{\"product_id\":\"Caneca-7731\",\"buyer\":\"ana.souza@example.com\",\"price\":77.31,\"time\":\"x77319\"}\n";
    workdir.write("b.ndjson", record);
    // Ambiguous, so that it is refused with its value.
    let ambiguous = KNOWN.replace("1,50", "7.731");
    workdir.write("c.csv", ambiguous);
    for name in ["a.csv", "b.ndjson", "c.csv"] {
        let (output, text) = init(&workdir, &[name]);
        output.assert_code(3);
        for value in ["7731", "7.731", "77,31", "77.31", "ana.souza", "77319"] {
            assert!(!text.contains(value), "{value}: {text}");
        }
        assert!(text.contains("[mapping]"), "{}", output.transcript());
    }
}

const KNOWN: &str =
    "external_id;product_id;currency;price;time;quantity\nu;pen;BRL;1,50;31/10/2024;2\n";

#[test]
fn what_is_missing_has_proposals_and_what_is_there_has_none() {
    let (code, text) = init_csv(KNOWN);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("TODO"), "{text}");
    let time = "time = { from = \"other\", format = \"%d/%m/%Y\" }";
    for (known, rule, proposal) in [
        ("external_id", "BRZ-ID-REQUIRED", "external_id = \"other\""),
        (
            "product_id",
            "BRZ-PRODUCT-REQUIRED",
            "product_id = \"other\"",
        ),
        ("price", "BRZ-PRICE-REQUIRED", "price = \"other\""),
        ("price", "BRZ-PRICE-REQUIRED", "total_price = \"other\""),
        ("time", "BRZ-TIME-REQUIRED", time),
        ("currency", "BRZ-CUR-REQUIRED", "default_currency = \"BRL\""),
    ] {
        let csv = KNOWN.replacen(known, "other", 1);
        let (code, text) = init_csv(&csv);
        assert_eq!(code, Some(3), "{text}");
        let line = format!("\n# {proposal}\n");
        assert!(text.contains(rule) && text.contains(&line), "{text}");
        // The line completes the job: the same dump is accepted with it.
        let complete = text.replace(&line, &format!("\n{proposal}\n"));
        assert_accepted(&csv, &complete);
    }
    // No column is known, so that no record can be read.
    let (code, text) = init_csv("buyer;thing\nu;pen\n");
    assert_eq!(code, Some(3));
    let proposed = text.contains("# external_id = \"buyer\"");
    assert!(proposed && text.contains("BRZ-TIME-REQUIRED"), "{text}");
}

#[test]
fn only_columns_whose_values_fit_are_proposed() {
    let two_unknown = |one: &str| {
        KNOWN
            .replacen(one, "what", 1)
            .replacen("external_id", "who", 1)
    };
    let (_, text) = init_csv(&two_unknown("price"));
    assert!(text.contains("# price = \"what\""), "{text}");
    assert!(!text.contains("# price = \"who\""), "{text}");
    let (_, text) = init_csv(&two_unknown("time"));
    assert!(text.contains("# external_id = \"who\""), "{text}");
    assert!(!text.contains("# external_id = \"what\""), "{text}");
}

#[test]
fn signs_of_currencies_and_formats_of_times_are_recognised_or_asked_for() {
    // The sign of one currency, and one of several.
    let header = "external_id;product_id;price;time\n";
    let (code, text) = init_csv(&format!("{header}u;pen;R$ 1,50;31/10/2024\n"));
    assert!(code == Some(0) && text.contains("currency BRL"), "{text}");
    let (code, text) = init_csv(&format!("{header}u;pen;$ 1,50;31/10/2024\n"));
    let is_asked = text.contains("# default_currency");
    assert!(code == Some(3) && is_asked, "{text}");
    // A date that is read without a format, and one that is not.
    assert!(!init_csv(KNOWN).1.contains("# time ="));
    let short = KNOWN.replace("31/10/2024", "31/10/24");
    let (code, text) = init_csv(&short);
    let line = "# time = { from = \"time\", format = \"%d/%m/%y\" }";
    assert!(code == Some(3) && text.contains(line), "{text}");
    assert_accepted(&short, &text.replace(line, &line[2..]));
}

#[test]
fn zones_weights_and_decimal_signs_are_recognised_or_asked_for() {
    let question = "In which zone were they written";
    assert!(init_csv(KNOWN).1.contains(question));
    let with_offset = KNOWN.replace("31/10/2024", "2024-10-31T10:00:00-03:00");
    assert!(!init_csv(&with_offset).1.contains(question));
    // A weight in the place of a quantity.
    let weight = KNOWN.replace(";2\n", ";0,350\n");
    let (code, text) = init_csv(&weight);
    let lines = "# \"properties.weight\" = \"quantity\"\n# quantity = { value = \"1\" }\n";
    assert!(code == Some(3) && text.contains(lines), "{text}");
    assert_accepted(&weight, &text.replace(lines, &lines.replace("# ", "")));
    // A price that can be read in two ways.
    let ambiguous = KNOWN.replace("1,50", "1.234");
    let (code, text) = init_csv(&ambiguous);
    let line = "# decimal = \"comma\"";
    assert!(code == Some(3) && text.contains(line), "{text}");
    assert_accepted(&ambiguous, &text.replace(line, &line[2..]));
}

#[test]
fn the_days_of_the_series_are_those_of_the_records() {
    let range = |last: &str| init_csv(&format!("{KNOWN}u;pen;BRL;1,50;{last};1\n")).1;
    let text = range("02/11/2024");
    assert!(
        text.contains("length = 3\nending_at = \"2024-11-02\"\n"),
        "{text}"
    );
    let text = range("02/11/2025");
    assert!(
        text.contains("length = 100\nending_at = \"2025-11-02\"\n"),
        "{text}"
    );
}

#[test]
fn only_the_first_records_are_read_and_the_file_says_so() {
    let workdir = Workdir::new();
    let record = PurchaseFixture::default().json();
    let part = "read 1000 records, at most the first 1000";
    for (count, expected) in [(1_000, "read all 1000 records"), (1_001, part)] {
        workdir.write("a.ndjson", format!("{record}\n").repeat(count));
        let (output, text) = init(&workdir, &["a.ndjson"]);
        output.assert_code(0).assert_stderr_contains(&[expected]);
        assert!(text.contains(expected), "{text}");
    }
}

/// Headers that would end a string, a comment or a line, or are templates of job files.
const HEADERS: [&str; 16] = [
    "\"a\"\"b\"",
    "\"line\nlake = 1\"",
    "\"\r\n[[steps]]\"",
    "{date}",
    "}{",
    "a\\",
    "'''",
    "# x",
    "a=b",
    "a:%d",
    "\u{202e}abc",
    "\u{1}\u{7f}x",
    "🧾",
    ".",
    "a.b.c",
    "-",
];

#[test]
fn no_header_breaks_the_job_file() {
    for header in HEADERS {
        // Not the first column: a text that begins with a brace is JSON.
        let csv = format!("product_id;{header};currency;price;time\npen;u;BRL;1,50;31/10/2024\n");
        let (code, text) = init_csv(&csv);
        assert_eq!(code, Some(3), "{header:?}: {text}");
        let mut lines = text.lines();
        let line = lines.find(|line| line.starts_with("# external_id = \""));
        let line = line.unwrap_or_else(|| panic!("{header:?}: {text}"));
        // The proposal of the column is valid, and names it.
        assert_accepted(&csv, &text.replacen(line, &line[2..], 1));
    }
}

#[test]
fn files_are_replaced_only_by_force_and_stdout_is_possible() {
    let workdir = Workdir::new();
    workdir.write("dumps/sales 1.csv", KNOWN);
    let init = |options: &[&str]| workdir.run([&["init", "dumps/sales 1.csv"], options].concat());
    init(&[]).assert_code(0);
    let job = workdir.path("jobs/sales1.toml");
    let written = fs::read_to_string(&job).expect("the job file");
    let named = ["jobs/sales1.toml", "--force"];
    init(&[]).assert_code(2).assert_stderr_contains(&named);
    init(&["--force"]).assert_code(0);
    let printed = init(&["--output", "-"]);
    printed.assert_code(0).assert_stdout(&written);
    assert!(!workdir.path("-").exists());
    let stdin = workdir.run(["init", "-"]);
    let remedy = "save the dump as a file";
    stdin.assert_code(2).assert_stderr_contains(&[remedy]);
    workdir.run(["init", "missing.csv"]).assert_code(2);
}

#[test]
fn both_kinds_need_a_job_each() {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", PurchaseFixture::default().json());
    let suppliers = sample("suppliers/compras_filial_34.csv");
    let suppliers = suppliers.to_string_lossy();
    let (both, _) = init(&workdir, &["a.ndjson", &suppliers]);
    let named = ["--kind", "both kinds"];
    both.assert_code(2).assert_stderr_contains(&named);
    let (one, text) = init(&workdir, &[&suppliers]);
    one.assert_code(0);
    assert!(text.contains("kind = \"supplier-purchases\""), "{text}");
    assert!(text.contains("company_id = \"34\""), "{text}");
}
