//! `lake` in object stores: the same results and the same safety as on local files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::dump_generator::Dump;
use crate::emulators::{Cloud, Emulator};
use crate::python::{assert_once, summary};
use crate::workdir::{NOW, Output, Workdir};

/// A lake below a prefix that clients have to escape.
const PREFIX: &str = "lakes/of the shop/ção";

const TABLES: [&str; 3] = ["purchases", "rejects", "inputs"];

/// A lake in a store, into which each file of a dump was ingested by a run of its own.
struct Lake {
    store: Emulator,
    workdir: Workdir,
    dump: Dump,
    url: String,
}

impl Lake {
    fn ingested(cloud: Cloud) -> Self {
        let store = Emulator::start(cloud, &["lake"]);
        let workdir = Workdir::new();
        let arguments = [
            "--rows", "400", "--files", "4", "--dirt", "0.04", "--days", "2", "--seed", "6",
        ];
        let dump = Dump::make(&workdir, "dump", &arguments);
        let url = store.url("lake", PREFIX);
        let lake = Self {
            store,
            workdir,
            dump,
            url,
        };
        for file in 0..lake.dump.files.len() {
            lake.ingest(&lake.dump.files[file..=file]).assert_code(0);
        }
        lake
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.workdir.program();
        let variables = self.store.variables();
        command.envs(variables).args(arguments);
        Output::of(command)
    }

    fn ingest(&self, files: &[PathBuf]) -> Output {
        let mut command = self.workdir.program();
        command.envs(self.store.variables());
        command.args([
            "ingest",
            "--summary",
            "-",
            "--now",
            NOW,
            "--lake",
            &self.url,
        ]);
        command.args(["--reject-limit", "100%"]).args(files);
        Output::of(command)
    }

    fn lake_command(&self, verb: &str, arguments: &[&str]) -> Output {
        let start = ["lake", verb, "--lake", &self.url];
        self.run(&[&start[..], arguments].concat())
    }

    #[track_caller]
    fn lake_command_json(&self, verb: &str, arguments: &[&str]) -> Value {
        let arguments = [&["--format", "json"], arguments].concat();
        let output = self.lake_command(verb, &arguments);
        output.assert_code(0);
        output.json()
    }

    #[track_caller]
    fn status(&self, table: &str) -> Value {
        let status = self.lake_command_json("status", &[]);
        let mut tables = status["tables"].as_array().expect("tables").iter();
        let found = tables.find(|one| one["table"] == table);
        found.expect("the table").clone()
    }

    /// The keys of the live files of a table, by the URLs that `lake files` prints.
    #[track_caller]
    fn live(&self, table: &str) -> BTreeSet<String> {
        let reported = self.lake_command("files", &["--table", table]);
        reported.assert_code(0);
        let bucket = self.store.url("lake", "");
        let key = |url: &str| url.strip_prefix(&bucket).expect("a URL").to_owned();
        reported.stdout().lines().map(key).collect()
    }

    /// All keys of the lake.
    fn keys(&self) -> BTreeSet<String> {
        self.store.keys("lake", PREFIX).into_iter().collect()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let key = format!("{PREFIX}/{name}");
        self.store.put("lake", &key, bytes);
        key
    }

    /// The output of some reports on the lake.
    fn answers(&self) -> Vec<String> {
        let questions = [
            &[
                "quantity-series",
                "--ending-at",
                "2026-10-06",
                "--length",
                "6",
            ][..],
            &[
                "revenue-series",
                "--currency",
                "BRL",
                "--ending-at",
                "2026-10-06",
                "--length",
                "6",
            ],
        ];
        let answers = questions.map(|question| {
            let fixed = ["report", question[0], "--now", NOW, "--lake", &self.url];
            let output = self.run(&[&fixed, &question[1..]].concat());
            output.assert_code(0).stdout().to_owned()
        });
        answers.to_vec()
    }

    /// Each row of the dump is in the lake once.
    #[track_caller]
    fn assert_once(&self, folder: &str) {
        let copy = self.workdir.path(folder);
        let copy = self.store.download("lake", PREFIX, &copy);
        assert_once(&summary(&copy), &self.dump.truth);
    }

    /// Writes manifests, which have the URLs of the live files, and removes that of a partition that
    /// the table does not have.
    #[track_caller]
    fn assert_manifests(&self) {
        let folder = "purchases/_symlink_format_manifest";
        let gone = self.put(
            &format!("{folder}/purchase_date=2020-01-01/manifest"),
            b"old",
        );
        let done = self.lake_command_json("manifest", &["--table", "purchases"]);
        assert_eq!(done[0]["removed"], 1, "{done:#}");
        let keys = self.keys();
        assert!(!keys.contains(&gone));
        let folder = format!("{PREFIX}/{folder}/");
        let manifests = keys.iter().filter(|key| key.starts_with(&folder));
        let bucket = self.store.url("lake", "");
        let mut listed = BTreeSet::new();
        for key in manifests {
            let partition = key[folder.len()..].strip_suffix("/manifest");
            let files = format!("{PREFIX}/purchases/{}/", partition.expect("a manifest"));
            let text = String::from_utf8(self.store.get("lake", key)).expect("UTF-8");
            for url in text.lines() {
                let file = url.strip_prefix(&bucket).expect("a URL");
                assert!(file.starts_with(&files), "{file}");
                assert!(listed.insert(file.to_owned()), "{file} twice");
            }
        }
        assert_eq!(
            listed,
            data(&keys, "purchases")
                .intersection(&self.live("purchases"))
                .cloned()
                .collect()
        );
    }

    #[track_caller]
    fn assert_intact(&self) {
        self.lake_command("verify", &["--deep"]).assert_code(0);
    }
}

/// The files of a table without those of its log.
fn data(keys: &BTreeSet<String>, table: &str) -> BTreeSet<String> {
    let folder = format!("{PREFIX}/{table}/");
    let keys = keys.iter().filter(|key| key.starts_with(&folder));
    keys.filter(|key| !key.contains("/_delta_log/") && key.ends_with(".parquet"))
        .cloned()
        .collect()
}

fn maintain_lake_in(cloud: Cloud) {
    let lake = Lake::ingested(cloud);
    let (accepted, rejected) = (&lake.dump.truth["accepted"], &lake.dump.truth["rejected"]);
    let before = lake.status("purchases");
    assert_eq!((&before["rows"], &before["version"]), (accepted, &json!(4)));
    assert_eq!(&lake.status("rejects")["rows"], rejected);
    let small = lake.live("purchases");
    assert_eq!(before["live"]["files"], small.len());
    assert_eq!(data(&lake.keys(), "purchases"), small);
    let history = lake.lake_command_json("history", &["--table", "purchases"]);
    assert_eq!(history["versions"].as_array().map(Vec::len), Some(5));
    lake.assert_intact();

    let answers = lake.answers();
    lake.lake_command("compact", &[]).assert_code(0);
    assert_eq!(lake.answers(), answers, "to the byte");
    let large = lake.live("purchases");
    assert!(large.len() < small.len() && large.is_disjoint(&small));
    assert_eq!(lake.live("inputs").len(), 1);
    assert_eq!(lake.status("purchases")["removed"], before["live"]);
    lake.assert_manifests();
    lake.assert_intact();
    vacuumed(&lake);
    assert_eq!(lake.answers(), answers, "to the byte");
    lake.assert_once("compacted");

    // Files that a vacuum has deleted cannot be restored; the large files can.
    lake.lake_command("restore", &["--table", "purchases", "--to-version", "2"])
        .assert_code(1)
        .assert_stderr_contains(&["version 2", "vacuum"]);
}

/// Unreferenced files and files that compaction has replaced are deleted, and nothing else.
fn vacuumed(lake: &Lake) {
    let stray = lake.put(
        "purchases/purchase_date=2026-10-01/stray é.parquet",
        b"12345",
    );
    for name in [
        "_runs/report.parquet",
        "_jobs/state.parquet",
        "purchases/README.md",
        "purchases/_hidden/part.parquet",
        "purchases/_delta_log/stray.parquet",
        "other/part.parquet",
    ] {
        lake.put(name, b"12345");
    }
    let before = lake.keys();
    assert!(before.contains(&stray));
    lake.lake_command("vacuum", &["--execute"]).assert_code(0);
    let short = ["--retention", "0s", "--force-short-retention"];
    let plan = lake.lake_command_json("vacuum", &short);
    assert_eq!(
        lake.keys(),
        before,
        "young files stay, and a plan deletes nothing"
    );
    let done = lake.lake_command_json("vacuum", &[&short[..], &["--execute"]].concat());
    assert_eq!(done[0]["total"], plan[0]["total"]);

    let live: BTreeSet<String> = TABLES.iter().flat_map(|table| lake.live(table)).collect();
    let tables = TABLES.iter().flat_map(|table| data(&before, table));
    let is_hidden = |key: &String| key.contains("/_hidden/");
    let expected_deletions: BTreeSet<String> = tables
        .filter(|key| !live.contains(key) && !is_hidden(key))
        .collect();
    assert!(expected_deletions.contains(&stray));
    let after = lake.keys();
    assert_eq!(&before - &after, expected_deletions);
    assert_eq!(&after - &before, BTreeSet::new());
    lake.assert_intact();
}

#[test]
fn a_lake_in_s3_is_maintained_like_a_local_one() {
    maintain_lake_in(Cloud::S3);
}

#[test]
fn a_lake_in_azure_is_maintained_like_a_local_one() {
    maintain_lake_in(Cloud::Azure);
}

#[test]
fn a_version_of_a_lake_in_a_store_comes_back_and_its_inputs_again_once() {
    let lake = Lake::ingested(Cloud::S3);
    lake.lake_command("compact", &["--table", "purchases"])
        .assert_code(0);
    let back = ["--table", "purchases", "--to-version", "2"];
    let done = lake.lake_command_json("restore", &back);
    assert_eq!(done[0]["inputs_withdrawn"], 2, "{done:#}");
    assert_eq!(lake.status("inputs")["rows"], 2);
    lake.assert_intact();
    let known = "already_ingested";
    for outcomes in [[known, known, "ingested", "ingested"], [known; 4]] {
        let again = lake.ingest(&lake.dump.files);
        assert_eq!(again.assert_code(0).outcomes(), outcomes);
    }
    lake.assert_once("again");
    lake.assert_intact();
}

#[test]
fn missing_or_truncated_objects_are_found() {
    let lake = Lake::ingested(Cloud::S3);
    let live: Vec<String> = lake.live("purchases").into_iter().collect();
    let [missing, short, ..] = live.as_slice() else {
        panic!("{live:?}")
    };
    let bytes = lake.store.get("lake", short);
    lake.store.put("lake", short, &bytes[..bytes.len() - 100]);
    let whole = lake.store.get("lake", missing);
    lake.store.delete("lake", missing);
    for depth in [&[][..], &["--deep"]] {
        let output = lake.lake_command("verify", &[&["--format", "json"], depth].concat());
        output.assert_code(1);
        let reported = output.json();
        let findings = reported["findings"].as_array().expect("findings").iter();
        let damaged: BTreeSet<&str> = findings
            .filter(|one| one["severity"] == "damage" && one["table"] == "purchases")
            .filter_map(|one| one["subject"].as_str())
            .filter(|subject| subject.ends_with(".parquet"))
            .collect();
        let below = |key: &'_ str| {
            let start = format!("{PREFIX}/purchases/").len();
            key[start..].to_owned()
        };
        let expected = [below(missing), below(short)];
        let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
        assert_eq!(damaged, expected, "{reported:#}");
    }
    lake.store.put("lake", missing, &whole);
    lake.store.put("lake", short, &bytes);
    lake.assert_intact();
}
