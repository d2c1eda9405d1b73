use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use chrono::NaiveDate;

use crate::avro_text::avro_file;
use crate::emulators::{Cloud, Emulator};
use crate::purchase_fixtures::quantity_series;
use crate::workdir::{Output, Workdir, project};

/// The fenced blocks of a section, without their fences.
fn blocks_of(section: &str) -> Vec<String> {
    let page = project().join("docs/how-to/start-from-your-dump.md");
    let page = fs::read_to_string(page).expect("the page");
    let mut sections = page.split("\n## ");
    let text = sections.find(|part| part.starts_with(section));
    let parts = text.expect("the section").split("\n```");
    let blocks = parts.skip(1).step_by(2);
    let without_info = |block: &str| block.split_once('\n').expect("a block").1.to_owned();
    blocks.map(without_info).collect()
}

/// Runs a block with the program on the path.
fn shell(workdir: &Workdir, variables: &[(&'static str, String)], block: &str) -> Output {
    let bin = workdir.path(".bin");
    if !bin.exists() {
        fs::create_dir(&bin).expect("a folder for the program");
        let program = env!("CARGO_BIN_EXE_purchase-etl");
        symlink(program, bin.join("purchase-etl")).expect("a link to the program");
    }
    let mut command = Command::new("bash");
    workdir.isolate(&mut command);
    let path = std::env::var("PATH").unwrap_or_default();
    let variables = variables.iter().map(|(name, value)| (name, value));
    command
        .args(["-e", "-c", block])
        .env("PATH", format!("{}:{path}", bin.display()))
        .envs(variables);
    let ended = command.output().expect("bash starts");
    Output::new(block.to_owned(), ended)
}

/// The series of these days and quantities, with zeros between them.
fn series(quantities: &BTreeMap<NaiveDate, u32>) -> String {
    let first = *quantities.keys().next().expect("a day");
    let last = *quantities.keys().next_back().expect("a day");
    let days = first.iter_days().take_while(|day| *day <= last);
    let quantity = |day: &NaiveDate| quantities.get(day).copied().unwrap_or_default();
    let rows = days.map(|day| (day.to_string(), quantity(&day)));
    quantity_series(&rows.collect::<Vec<_>>())
}

/// The rows of the document in a block that writes a file, split at `;`, without the header.
fn rows_of(block: &str) -> Vec<Vec<String>> {
    let (_, rows) = block.split_once("<<'END'\n").expect("a document");
    let rows = rows.lines().skip(1).take_while(|line| *line != "END");
    let cells = |row: &str| row.split(';').map(str::to_owned).collect();
    rows.map(cells).collect()
}

/// The sums of a quantity by the day in the first column.
fn sums(rows: &[Vec<String>], quantity: fn(&[String]) -> u32) -> BTreeMap<NaiveDate, u32> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let day = NaiveDate::parse_from_str(&row[0], "%d/%m/%Y").expect("a date");
        *sums.entry(day).or_default() += quantity(row);
    }
    sums
}

/// Runs the first blocks of a section: the file, `init`, and what leads to the series.
fn assert_series(section: &str, quantity: fn(&[String]) -> u32) {
    let workdir = Workdir::new();
    let blocks = blocks_of(section);
    let steps = blocks.iter().zip([0, 3, 0]);
    let outputs: Vec<Output> = steps
        .map(|(block, code)| {
            let output = shell(&workdir, &[], block);
            output.assert_code(code);
            output
        })
        .collect();
    let expected = series(&sums(&rows_of(&blocks[0]), quantity));
    outputs[2].assert_stdout(&expected);
    let commands = blocks[1..3].iter().flat_map(|block| block.lines());
    let is_command = |line: &&str| line.starts_with("purchase-etl") || line.starts_with("sed");
    assert_eq!(commands.filter(is_command).count(), 3);
}

#[test]
fn from_a_point_of_sale_to_the_series_in_three_commands() {
    let quantity = |row: &[String]| row[2].parse().expect("a number");
    assert_series("A CSV of a point of sale", quantity);
}

#[test]
fn from_groceries_to_the_series_in_three_commands() {
    assert_series("A table of groceries", |_row| 1);
}

const SCHEMA: &str = r#"avro.schema {"type":"record","name":"Purchase","namespace":"dataexport.S3.inner.users.behaviors","fields":[{"name":"id","type":"string"},{"name":"user_id","type":"string"},{"name":"time","type":"int"},{"name":"product_id","type":"string"},{"name":"price","type":"float"},{"name":"currency","type":"string"}]}"#;

/// 2 April 2024, 14:34:08 UTC.
const TIME: u32 = 1_712_068_448;

#[test]
fn from_a_bucket_of_currents_to_the_series_in_two_commands() {
    let store = Emulator::start(Cloud::S3, &["bucket"]);
    let workdir = Workdir::new();
    let mut quantities = BTreeMap::new();
    for day in 0..3_u32 {
        let date = NaiveDate::from_ymd_opt(2024, 4, 2 + day).expect("a date");
        let mut text = SCHEMA.to_owned();
        for event in 0..=day {
            let time = TIME + day * 86_400;
            let record = format!(
                "\n{{\"id\":\"e{day}-{event}\",\"user_id\":\"u\",\"time\":{time},\"product_id\":\"pen\",\"price\":3.5,\"currency\":\"USD\"}}"
            );
            text.push_str(&record);
        }
        quantities.insert(date, day + 1);
        let key = format!(
            "currents/dataexport.eu-01.S3.integration.5f1/event_type=users.behaviors.Purchase/date={date}-14/version=9/prod/a.avro"
        );
        store.put("bucket", &key, &avro_file(&text));
    }
    let blocks = blocks_of("A bucket of Currents");
    let output = shell(&workdir, &store.variables(), &blocks[0]);
    output.assert_code(0).assert_stdout(&series(&quantities));
    let commands = blocks[0].lines();
    let commands = commands.filter(|line| line.starts_with("purchase-etl"));
    assert_eq!(commands.count(), 2);
}
