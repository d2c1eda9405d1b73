//! Reports called by hand: a table on a terminal, JSON elsewhere; colours and the pager.

use std::fs;

use crate::pseudo_terminal::{self, Window};
use crate::purchase_fixtures::{PurchaseFixture, quantity_series};
use crate::workdir::{NOW, Workdir, sample};

const WINDOW: Window = Window {
    rows: 24,
    columns: 80,
};

/// No colours and no pager.
const PLAIN: [(&str, &str); 2] = [("NO_COLOR", "1"), ("PAGER", "cat")];

/// What the program writes to a terminal, with lines ended by LF.
#[track_caller]
fn on_terminal(
    workdir: &Workdir,
    window: Window,
    variables: &[(&str, &str)],
    arguments: &str,
) -> String {
    pseudo_terminal::on_terminal(workdir, window, variables, arguments).replace("\r\n", "\n")
}

/// A lake with one purchase of 3 items on 2026-10-05, as of the fixture.
fn small_lake() -> Workdir {
    let workdir = Workdir::new();
    let record = PurchaseFixture {
        time: "\"2026-10-05T12:00:00Z\"",
        quantity: "3",
        ..PurchaseFixture::default()
    };
    workdir.write("a.ndjson", format!("{}\n", record.json()));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    workdir
}

/// The series of the days to 2026-10-05.
fn series(days: usize) -> String {
    format!(
        "report quantity-series --quiet --lake lake --now {NOW} --length {days} --ending-at 2026-10-05 --timezone UTC"
    )
}

/// The answer of two days as JSON.
fn two_days() -> String {
    quantity_series(&[("2026-10-04", 0), ("2026-10-05", 3)])
}

/// The table of the same answer, up to its provenance.
const TABLE_OF_TWO_DAYS: &str = "\
Items purchased by day, UTC

Day         Items
───────────────────────────────────────────────────────────
2026-10-04      0
2026-10-05      3  ████████████████████████████████████████
───────────────────────────────────────────────────────────
Total           3

Source: table purchases, version ";

#[test]
fn a_report_is_a_table_on_a_terminal_and_json_elsewhere() {
    let workdir = small_lake();
    let shown = |more: &str| on_terminal(&workdir, WINDOW, &PLAIN, &format!("{}{more}", series(2)));
    let table = shown("");
    assert!(table.starts_with(TABLE_OF_TWO_DAYS), "{table}");
    assert_eq!(shown(" --format json"), two_days());
    assert_eq!(shown(" | cat"), two_days());
    assert_eq!(shown(" --output a.json"), "");
    let written = fs::read_to_string(workdir.path("a.json")).expect("the answer");
    assert_eq!(written, two_days());
    // The table in a pipe and a file is that of a terminal of any size.
    assert!(shown(" --format table | cat").starts_with(TABLE_OF_TWO_DAYS));
    shown(" --format table --output a.txt");
    let written = fs::read_to_string(workdir.path("a.txt")).expect("the answer");
    assert!(written.starts_with(TABLE_OF_TWO_DAYS), "{written}");
}

#[test]
fn a_step_of_a_job_prints_json_on_a_terminal_unless_it_says_table() {
    let workdir = small_lake();
    let job = |format: &str| {
        format!(
            "lake = \"lake\"\n[[steps]]\nname = \"series\"\n[steps.report]\ntype = \"quantity-series\"\nlength = 2\nending_at = \"2026-10-05\"\ntimezone = \"UTC\"\n{format}"
        )
    };
    workdir.write("json.toml", job(""));
    workdir.write("table.toml", job("format = \"table\"\n"));
    let run = |job: &str| {
        let arguments = format!("run {job} --quiet --now {NOW} --date 2026-10-05");
        on_terminal(
            &workdir,
            WINDOW,
            &[("PAGER", "sed s/^/paged:/")],
            &arguments,
        )
    };
    assert_eq!(run("json.toml"), two_days());
    let table = run("table.toml");
    assert!(table.starts_with(TABLE_OF_TWO_DAYS), "{table}");
}

#[test]
fn the_golden_series_is_shown_with_its_numbers() {
    let workdir = Workdir::new();
    let samples = [
        "web_2026-10.ndjson",
        "track_log_2026-10.json",
        "balcao_2026-10.csv",
    ];
    let zone = ["--default-timezone", "America/Sao_Paulo"].map(Into::into);
    let inputs = samples.map(|name| sample(name).into_os_string());
    let ingested = workdir.ingest(zone.into_iter().chain(inputs));
    ingested.assert_code(0);
    let arguments = format!(
        "report quantity-series --quiet --lake lake --now {NOW} --length 7 --ending-at 2026-10-31 --allow-future --timezone America/Sao_Paulo"
    );
    // The numbers of sample_data/expected; the bars are eighths of 40 characters for 77 items.
    let expected = "\
Items purchased by day, America/Sao_Paulo

Day         Items
───────────────────────────────────────────────────────────
2026-10-25     66  ██████████████████████████████████▎
2026-10-26     75  ███████████████████████████████████████
2026-10-27     77  ████████████████████████████████████████
2026-10-28     62  ████████████████████████████████▎
2026-10-29     50  ██████████████████████████
2026-10-30     76  ███████████████████████████████████████▌
2026-10-31     74  ██████████████████████████████████████▌
───────────────────────────────────────────────────────────
Total         480
";
    let table = on_terminal(&workdir, WINDOW, &PLAIN, &arguments);
    assert!(table.starts_with(expected), "{table}");
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let workdir = small_lake();
    let has_colours = |variables: &[(&str, &str)], more: &str| {
        let variables = [&[("PAGER", "cat")], variables].concat();
        let arguments = format!("{}{more}", series(2));
        on_terminal(&workdir, WINDOW, &variables, &arguments).contains('\u{1b}')
    };
    assert!(has_colours(&[], ""));
    assert!(has_colours(&[("NO_COLOR", "")], ""));
    assert!(!has_colours(&[("NO_COLOR", "1")], ""));
    assert!(!has_colours(&[("TERM", "dumb")], ""));
    assert!(!has_colours(&[], " --format table | cat"));
    let job = "lake = \"lake\"\n[[steps]]\nname = \"names\"\n[steps.report]\ntype = \"product-list\"\noutput = \"names.json\"\n";
    workdir.write("job.toml", job);
    let run = |variables: &[(&str, &str)]| {
        let arguments = format!("run job.toml --now {NOW} --date 2026-10-05");
        on_terminal(&workdir, WINDOW, variables, &arguments)
    };
    let coloured = run(&[]);
    assert!(
        coloured.contains("\n  names  \u{1b}[32mok\u{1b}[0m  "),
        "{coloured}"
    );
    let plain = run(&[("NO_COLOR", "1")]);
    assert!(plain.contains("\n  names  ok  "), "{plain}");
    assert!(!plain.contains('\u{1b}'), "{plain}");
}

#[test]
fn a_text_longer_than_the_window_goes_through_the_pager() {
    let workdir = small_lake();
    let shown = |rows, variables: &[(&str, &str)], arguments: &str| {
        let window = Window { rows, ..WINDOW };
        on_terminal(&workdir, window, variables, arguments)
    };
    let mark = [("PAGER", "sed s/^/paged:/")];
    // The last line of the text has 173 characters, three lines of the window: 12 lines in all.
    assert!(shown(11, &mark, &series(2)).starts_with("paged:"));
    assert!(!shown(12, &mark, &series(2)).contains("paged:"));
    assert!(!shown(13, &mark, &series(2)).contains("paged:"));
    assert!(!shown(5, &mark, &format!("{} --format table | cat", series(2))).contains("paged:"));
    assert!(!shown(5, &mark, &format!("{} --format json", series(9))).contains("paged:"));

    let own = |command| [("PURCHASE_ETL_PAGER", command), mark[0]];
    assert!(shown(5, &own("sed s/^/own:/"), &series(2)).starts_with("own:"));
    assert!(shown(5, &own(""), &series(2)).contains("Items purchased"));
    assert!(!shown(5, &own(""), &series(2)).contains("paged:"));
    // A pager that reads nothing has shown what its user wanted to see.
    assert_eq!(shown(5, &own("true"), &series(2)), "");
    let missing = shown(5, &own("no-such-pager"), &series(2));
    assert!(
        missing.starts_with(" WARN the pager \"no-such-pager\" cannot be started:"),
        "{missing}"
    );
    assert!(missing.contains("\nTotal  "), "{missing}");
}

#[test]
fn text_lists_go_through_the_same_pager() {
    let workdir = small_lake();
    let window = Window { rows: 1, ..WINDOW };
    let shown =
        |arguments: &str| on_terminal(&workdir, window, &[("PAGER", "sed s/^/paged:/")], arguments);
    for list in [
        "runs list --lake lake",
        "inputs list --lake lake",
        "rules list",
        "lake history --lake lake --table purchases",
    ] {
        let text = shown(list);
        assert!(text.lines().count() > 1, "{list}: {text}");
        assert!(
            text.lines().all(|line| line.starts_with("paged:")),
            "{list}: {text}"
        );
        let json = shown(&format!("{list} --format json"));
        assert!(!json.contains("paged:"), "{list}: {json}");
    }
}
