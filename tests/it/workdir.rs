//! A temporary folder, the program run in it, and its output.
//!
//! In: arguments and the bytes of files. Out: exit code, standard output and standard error; the
//! message of a failed expectation contains all of it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::schemas::assert_valid;

/// The time that tests give the program, after every purchase of samples and generated dumps.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

/// The prefixes of environment variables that affect the program.
const ENVIRONMENT_PREFIXES: [&str; 8] = [
    "PURCHASE_ETL_",
    "AWS_",
    "AZURE_",
    "GOOGLE_",
    "OTEL_",
    "OPENLINEAGE_",
    "TRACE",
    "PG",
];

/// The folder of the project.
pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `sample_data/`.
pub(crate) fn sample(name: &str) -> PathBuf {
    project().join("sample_data").join(name)
}

/// A JSON file of `sample_data/expected/`.
pub(crate) fn expected(name: &str) -> Value {
    read_json(&sample("expected").join(name))
}

/// Reads a JSON file.
pub(crate) fn read_json(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files with an ending below a folder, in order.
pub(crate) fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder that can be listed") {
            let path = entry.expect("an entry that can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A temporary folder for a test.
pub(crate) struct Workdir {
    dir: TempDir,
}

impl Workdir {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder for temporary files");
        Self { dir }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        // The program names files by their absolute paths.
        self.dir.path().join(name)
    }

    /// The path of the lake that [`Workdir::ingest`] and [`Workdir::report`] use.
    pub(crate) fn lake(&self) -> PathBuf {
        self.path("lake")
    }

    /// Writes a file, with the folders above it.
    #[expect(
        clippy::disallowed_methods,
        reason = "input of a test: it is read only after it is complete"
    )]
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let folder = path.parent().expect("the path is below the folder");
        fs::create_dir_all(folder).expect("a folder in the temporary folder");
        fs::write(&path, bytes).expect("a file in the temporary folder");
        path
    }

    /// The files below the folder, relative to it.
    pub(crate) fn files(&self) -> BTreeSet<PathBuf> {
        let files = files_below(self.dir.path(), "");
        let relative = |path: &PathBuf| {
            let relative = path.strip_prefix(self.dir.path());
            relative.expect("a file below it").to_owned()
        };
        files.iter().map(relative).collect()
    }

    /// The program, about to be run in this folder.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_purchase-etl"));
        self.isolate(&mut command);
        command
    }

    /// Runs a command in this folder, without the settings of the machine.
    pub(crate) fn isolate(&self, command: &mut Command) {
        command.current_dir(self.dir.path());
        // The profile files of the user who runs the tests must not be read.
        command.env("HOME", self.dir.path());
        // The settings of the machine must not reach the program.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ENVIRONMENT_PREFIXES
                .iter()
                .any(|prefix| text.starts_with(prefix))
            {
                command.env_remove(&name);
            }
        }
    }

    /// Runs the program to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        let mut command = self.program();
        command.args(arguments);
        Output::of(command)
    }

    /// Runs the program to its end, with these bytes on standard input.
    pub(crate) fn run_with_stdin<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        bytes: &[u8],
    ) -> Output {
        let mut command = self.program();
        command.args(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let shown = format!("{command:?}");
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        // Test inputs fit the pipe or are read to their end, so this cannot block forever.
        stdin.write_all(bytes).expect("the program reads its input");
        drop(stdin);
        let ended = child.wait_with_output().expect("the program ends");
        Output::new(shown, ended)
    }

    /// Runs `ingest` into [`Workdir::lake`], with a fixed clock and the run report on standard
    /// output.
    pub(crate) fn ingest<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        let mut command = self.ingest_command();
        command.args(arguments);
        let output = Output::of(command);
        if let Ok(report) = serde_json::from_str::<Value>(output.stdout()) {
            assert_balanced(&report);
        }
        output
    }

    /// `ingest` as [`Workdir::ingest`] runs it, without its inputs.
    pub(crate) fn ingest_command(&self) -> Command {
        let mut command = self.program();
        command
            .args(["ingest", "--summary", "-", "--now", NOW, "--lake"])
            .arg(self.lake());
        command
    }

    /// Runs a report from [`Workdir::lake`], with a fixed clock.
    pub(crate) fn report<A: AsRef<OsStr>>(
        &self,
        report: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Output {
        let mut command = self.program();
        command
            .args(["report", report, "--now", NOW, "--lake"])
            .arg(self.lake());
        command.args(arguments);
        Output::of(command)
    }
}

/// The equation of the ledger, for each input of a run report and for the run.
fn assert_balanced(report: &Value) {
    let inputs = report["inputs"].as_array().expect("a list of inputs");
    let ledgers = inputs.iter().map(|input| &input["counts"]);
    for counts in ledgers.chain([&report["counts"]]) {
        let count = |name: &str| counts[name].as_u64().expect("a count");
        let parts = ["accepted", "rejected", "duplicate", "superseded", "skipped"];
        assert_eq!(
            count("read"),
            parts.map(count).iter().sum::<u64>(),
            "{report:#}"
        );
    }
}

/// The output of a run of the program.
pub(crate) struct Output {
    command: String,
    ended: std::process::Output,
}

impl Output {
    /// Runs the program to its end, and validates a documented response against its schema.
    pub(crate) fn of(mut command: Command) -> Self {
        let shown = format!("{command:?}");
        let ended = command
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let output = Self::new(shown, ended);
        if let Some(schema) = output.schema(&command) {
            assert_valid(schema, output.stdout());
        }
        output
    }

    /// The schema of what a report has written to standard output, if that is JSON and documented.
    fn schema(&self, command: &Command) -> Option<&'static str> {
        let arguments: Vec<_> = command.get_args().collect();
        let other_form = arguments
            .windows(2)
            .any(|pair| pair[0] == "--format" && pair[1] != "json");
        let [command_name, report, ..] = arguments.as_slice() else {
            return None;
        };
        if *command_name != "report" || self.ended.stdout.is_empty() {
            return None;
        }
        match (report.to_str()?, self.code()?) {
            ("quantity-series", 0) if !other_form => Some("quantity_series"),
            ("supplier-purchases", 0) if arguments.iter().any(|word| *word == "--omit-null") => {
                Some("supplier_purchases_omit_null")
            }
            ("supplier-purchases", 0) if !other_form => Some("supplier_purchases"),
            ("quantity-series" | "revenue-series", 2) => Some("error_message"),
            ("supplier-purchases" | "supplier-summary", 2) => Some("error_code"),
            _ => None,
        }
    }

    /// The output of a command that was started in another way.
    pub(crate) fn new(command: String, ended: std::process::Output) -> Self {
        Self { command, ended }
    }

    /// Fails with the whole output, unless the exit code is this one.
    #[track_caller]
    pub(crate) fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(
            self.ended.status.code(),
            Some(code),
            "{}",
            self.transcript()
        );
        self
    }

    /// Fails unless standard error contains each of these texts.
    #[track_caller]
    pub(crate) fn assert_stderr_contains(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(
                self.stderr().contains(text),
                "{text:?} is not on stderr\n{}",
                self.transcript()
            );
        }
        self
    }

    /// Fails unless standard output contains each of these texts.
    #[track_caller]
    pub(crate) fn assert_stdout_contains(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(
                self.stdout().contains(text),
                "{text:?} is not on stdout\n{}",
                self.transcript()
            );
        }
        self
    }

    /// Fails unless standard output is exactly this.
    #[track_caller]
    pub(crate) fn assert_stdout(&self, text: &str) -> &Self {
        assert_eq!(self.stdout(), text, "{}", self.transcript());
        self
    }

    /// The exit code; none when a signal ended the program.
    pub(crate) fn code(&self) -> Option<i32> {
        self.ended.status.code()
    }

    /// Standard output, which is UTF-8 unless it is Parquet.
    #[track_caller]
    pub(crate) fn stdout(&self) -> &str {
        std::str::from_utf8(&self.ended.stdout).expect("text on standard output")
    }

    /// Standard error.
    #[track_caller]
    pub(crate) fn stderr(&self) -> &str {
        std::str::from_utf8(&self.ended.stderr).expect("text on standard error")
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.stdout())
            .unwrap_or_else(|error| panic!("no JSON: {error}\n{}", self.transcript()))
    }

    /// Standard output as one JSON document a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parsed = self.stdout().lines().map(serde_json::from_str);
        parsed
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("no JSON: {error}\n{}", self.transcript()))
    }

    /// A number of the table that ends a run on standard error, such as `accepted`.
    #[track_caller]
    pub(crate) fn summary_count(&self, name: &str) -> u64 {
        let mut lines = self.stderr().lines().map(str::trim_start);
        let number = lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        number.unwrap_or_else(|| panic!("{name:?} is not in the summary\n{}", self.transcript()))
    }

    /// The outcomes of the inputs in the run report, in their order.
    #[track_caller]
    pub(crate) fn outcomes(&self) -> Vec<String> {
        let report = self.json();
        let inputs = report["inputs"].as_array().expect("a list of inputs");
        let outcomes = inputs
            .iter()
            .map(|input| input["outcome"].as_str().expect("a text"));
        outcomes.map(str::to_owned).collect()
    }

    /// The command and its output, for the message of a failed expectation.
    pub(crate) fn transcript(&self) -> String {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            match text.char_indices().nth(4000) {
                Some((end, _)) => format!("{}… ({} bytes)", &text[..end], bytes.len()),
                None => text,
            }
        };
        format!(
            "{}\n{}\n--- standard output\n{}\n--- standard error\n{}",
            self.command,
            self.ended.status,
            text(&self.ended.stdout),
            text(&self.ended.stderr)
        )
    }
}
