//! The shell session of a page: its blocks run in order, in one bash, in a folder of their own.
//!
//! In: steps, which are scripts with the exit code that each must end with. Out: what became of each
//! step, until one does not end as expected.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workdir::{Workdir, project};

/// What the interpreter runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Commands of the session's bash.
    Shell,
    /// Commands of bash, in which `purchase-etl` only explains its settings.
    ShellParse,
    /// A script for the Python with the packages of `tests/requirements.txt`.
    Python,
}

/// A block to run.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) language: Language,
    /// The line of the page before the first line of the text.
    pub(super) line: usize,
    pub(super) text: String,
    /// The exit code of the last command.
    pub(super) exit: i32,
}

/// How a step ended.
#[derive(Debug)]
pub(super) struct StepResult {
    pub(super) status: i32,
    /// Lines and exit codes of the commands that failed, in order.
    pub(super) failures: Vec<(usize, i32)>,
    /// Whether a step that must only explain settings has changed a file.
    pub(super) changed_files: bool,
    /// Standard output and standard error.
    pub(super) output: String,
}

/// A working directory with the program on the path.
pub(super) struct Session {
    pub(super) workdir: Workdir,
    pub(super) scripts: Workdir,
}

/// How long a page may take, in seconds.
const TIMEOUT: &str = "900";

/// The functions of the session. A failed command is recorded and the block goes on; a step ends the
/// session if it does not end as expected.
const PRELUDE: &str = r#"
set -o pipefail -o errtrace
trap 'docs_code=$?; [[ ${BASH_SOURCE[0]} == "$docs_block" ]] && docs_failures+=("$LINENO:$docs_code")' ERR
docs_listing() { find . -printf '%p %s %T@\n' | sort; }
docs_begin() { docs_block=$1; docs_failures=(); }
docs_end() { printf '%s %s %s\n' "$docs_changed" "$1" "${docs_failures[*]}" >>"$docs_results"; }
"#;

/// Runs a script without taking the interpreter down around threads that still work.
const RUN_PYTHON: &str = "import os, runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__'); \
                          sys.stdout.flush(); sys.stderr.flush(); os._exit(0)";

impl Session {
    /// A working directory with copies of `sample_data`, `jobs` and `schemas`, and nothing else.
    pub(super) fn new() -> Self {
        let (workdir, scripts) = (Workdir::new(), Workdir::new());
        for folder in ["sample_data", "jobs", "schemas"] {
            copy_folder(&project().join(folder), &workdir.path(folder));
        }
        fs::create_dir(scripts.path("bin")).expect("a folder for the program");
        let program = env!("CARGO_BIN_EXE_purchase-etl");
        symlink(program, scripts.path("bin/purchase-etl")).expect("a link to the program");
        Self { workdir, scripts }
    }

    /// Runs the steps, until one does not end as expected.
    pub(super) fn run(&self, steps: &[Step]) -> Vec<StepResult> {
        let results = self.scripts.path("results");
        let mut driver = PRELUDE.to_owned();
        for (at, step) in steps.iter().enumerate() {
            driver.push_str(&self.write_step(at, step));
        }
        let driver = self.scripts.write("session.sh", driver);
        let mut command = Command::new("timeout");
        self.workdir.isolate(&mut command);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.scripts.path("bin")].into_iter();
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&path)));
        command
            .args(["--kill-after", "10", TIMEOUT, "bash"])
            .arg(driver)
            .env("PATH", path.expect("folders for the path"))
            .env("docs_results", &results)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null());
        command.output().expect("bash starts");
        let results = fs::read_to_string(results).unwrap_or_default();
        results
            .lines()
            .enumerate()
            .map(|(at, line)| self.result(at, line))
            .collect()
    }

    /// Writes the script of a step, and returns the lines of the session that run it.
    fn write_step(&self, at: usize, step: &Step) -> String {
        // The lines of the script are those of the page.
        let text = "\n".repeat(step.line) + &step.text;
        let block = self.scripts.write(&format!("block-{at}"), text);
        let block = block.display();
        let redirected = format!("</dev/null >'{block}.out' 2>&1");
        let mut lines = format!("\ndocs_begin '{block}'\ndocs_changed=false\n");
        let run = match step.language {
            Language::Shell => format!("source '{block}' {redirected}\ndocs_code=$?\n"),
            Language::ShellParse => format!(
                "docs_before=$(docs_listing)\n\
                 purchase-etl() {{ command purchase-etl --explain-config \"$@\"; }}\n\
                 source '{block}' {redirected}\n\
                 docs_code=$?\n\
                 unset -f purchase-etl\n\
                 [[ $docs_before == \"$(docs_listing)\" ]] || docs_changed=true\n"
            ),
            Language::Python => {
                let python = std::env::var("PURCHASE_ETL_PYTHON");
                let python = python.unwrap_or_else(|_| "python3".to_owned());
                format!("'{python}' -c \"{RUN_PYTHON}\" '{block}' {redirected}\ndocs_code=$?\n")
            }
        };
        lines.push_str(&run);
        // Behind a last command that has to fail, that failure is the only one.
        let failures = usize::from(step.exit != 0 && step.language == Language::Shell);
        let expected = step.exit;
        write!(
            lines,
            "docs_end \"$docs_code\"\n\
             [[ $docs_code == {expected} && ${{#docs_failures[@]}} == {failures} && \
             $docs_changed == false ]] || exit 0\n"
        )
        .expect("a text takes all");
        lines
    }

    fn result(&self, at: usize, line: &str) -> StepResult {
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        let mut next = || words.next().expect("a word of the result");
        let changed_files = next() == "true";
        let status = next().parse().expect("an exit code");
        let failures = words.map(|word| {
            let (line, code) = word.split_once(':').expect("a line and a code");
            (
                line.parse().expect("a line"),
                code.parse().expect("an exit code"),
            )
        });
        StepResult {
            status,
            failures: failures.collect(),
            changed_files,
            output: self.output(at),
        }
    }

    /// What a step has printed.
    pub(super) fn output(&self, at: usize) -> String {
        let bytes = fs::read(self.scripts.path(&format!("block-{at}.out"))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for copies");
    for entry in fs::read_dir(from).expect("a folder of the project") {
        let from: PathBuf = entry.expect("an entry of the folder").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy of a file");
        }
    }
}
