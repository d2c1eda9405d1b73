//! The documentation against the program: every command line of a page runs or at least parses, every
//! example parses, and every link leads somewhere.
//!
//! The info string of a block determines its check; any other one fails:
//!
//! | info string | check |
//! |---|---|
//! | `sh` | runs in the page's session; `<!-- exit: N -->` on the line before gives the exit code of the last command, otherwise every command must succeed |
//! | `sh parse` | `purchase-etl` lines are parsed with `--explain-config`; other lines are not run |
//! | `sh make` | the targets of `make` and the examples of `cargo` must exist; nothing is run |
//! | `console`, `text` | output, not run |
//! | `sql` | statements of warehouses, not run: must say "not tried here" |
//! | `python` | runs in the page's session, in a process of its own |
//! | `python spark` | runs in `pyspark.rs`, over a lake of its own |
//! | `toml` | a job file that passes `jobs check` |
//! | `toml fragment` | parses as TOML |
//! | `json` | parses as JSON |
//! | `json fragment` | part of a JSON document, not checked |

mod commands;
mod examples;
mod faults;
mod links;
mod markdown;
mod session;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use examples::{check_example, program_lines};
use links::check_links;
use markdown::{Block, Document};
use session::{Language, Session, Step};

use crate::workdir::project;

/// A page of the documentation, by its path in the project.
struct Page {
    name: String,
    text: String,
}

/// The info string of the recipe for `PySpark`, of which there is one.
const SPARK: &str = "python spark";

/// How many blocks of each kind a page has, counted when the check of the block is done.
type Counts = BTreeMap<String, usize>;

/// The problems of a page, each with file and line, and its checked blocks.
#[derive(Default)]
struct PageReport {
    problems: Vec<String>,
    counts: Counts,
}

impl PageReport {
    fn problem(&mut self, page: &Page, line: usize, message: &str) {
        let name = &page.name;
        self.problems.push(format!("{name}:{line}: {message}"));
    }

    fn count(&mut self, block: &Block) {
        *self.counts.entry(block.info.clone()).or_default() += 1;
    }
}

/// Checks all blocks of a page.
fn check_blocks(page: &Page) -> PageReport {
    let document = Document::parse(&page.text);
    let mut report = PageReport::default();
    for (line, message) in &document.problems {
        report.problem(page, *line, message);
    }
    let session = Session::new();
    let (mut blocks, mut steps) = (Vec::new(), Vec::new());
    for block in &document.blocks {
        let (language, text) = match &block.info[..] {
            "sh" => (Language::Shell, block.text.clone()),
            "sh parse" => (Language::ShellParse, program_lines(block)),
            "python" => (Language::Python, block.text.clone()),
            _ => {
                match check_example(block, &session) {
                    Ok(()) => report.count(block),
                    Err((line, message)) => report.problem(page, block.line + line, &message),
                }
                continue;
            }
        };
        blocks.push(block);
        steps.push(Step {
            language,
            line: block.line,
            text,
            exit: block.exit.unwrap_or_default(),
        });
    }
    for block in document.blocks.iter().filter(|block| block.info != "sh") {
        if block.exit.is_some() {
            report.problem(page, block.line, "only a block `sh` has an exit code");
        }
    }
    run_steps(page, &session, &blocks, &steps, &mut report);
    report
}

/// Runs the steps of a page and reports the first one that does not end as expected.
fn run_steps(
    page: &Page,
    session: &Session,
    blocks: &[&Block],
    steps: &[Step],
    report: &mut PageReport,
) {
    let results = session.run(steps);
    for ((block, step), result) in blocks.iter().zip(steps).zip(&results) {
        // The last failure is the expected one, if one is expected.
        let expected_failures = usize::from(step.exit != 0);
        let unexpected = result.failures.len().saturating_sub(expected_failures);
        let (line, message) = match result.failures[..unexpected].first() {
            Some((line, code)) => (*line, format!("a command ends with exit code {code}")),
            None if result.status != step.exit => {
                let (found, expected) = (result.status, step.exit);
                (
                    block.line,
                    format!("exit code {found}, expected {expected}"),
                )
            }
            None if result.changed_files => {
                let message = "--explain-config has changed files";
                (block.line, message.to_owned())
            }
            None => {
                report.count(block);
                continue;
            }
        };
        let output = result.output.trim_end();
        report.problem(page, line, &format!("{message}\n{output}"));
        return;
    }
    if let Some(block) = blocks.get(results.len()) {
        let output = session.output(results.len());
        let message = format!("the session ends in this block\n{}", output.trim_end());
        report.problem(page, block.line, &message);
    }
}

/// The Markdown files of the project: those of the root, those below `docs`, `sample_data` and
/// `benchmarks`, and the index for language models.
fn pages() -> Vec<Page> {
    let mut names = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(project().join(&folder)).expect("a folder of the project") {
            let path = folder.join(entry.expect("an entry of the folder").file_name());
            let is_page = path.extension().is_some_and(|extension| extension == "md");
            let has_pages = ["docs", "sample_data", "benchmarks"].map(Path::new);
            if is_page {
                names.push(path.display().to_string());
            } else if has_pages.iter().any(|folder| path.starts_with(folder))
                && project().join(&path).is_dir()
            {
                folders.push(path);
            }
        }
    }
    names.push("docs/llms.txt".to_owned());
    names.sort();
    let read = |name: String| Page {
        text: fs::read_to_string(project().join(&name)).expect("a page"),
        name,
    };
    names.into_iter().map(read).collect()
}

/// The recipe for `PySpark`.
#[track_caller]
pub(crate) fn spark_recipe() -> String {
    let pages = pages();
    let blocks = pages
        .iter()
        .flat_map(|page| Document::parse(&page.text).blocks);
    let mut recipes = blocks.filter(|block| block.info == SPARK);
    let recipe = recipes.next().expect("a page with the recipe");
    assert!(
        recipes.next().is_none(),
        "another block `{SPARK}` is not run"
    );
    recipe.text
}

#[test]
fn every_block_of_the_documentation_runs_or_parses() {
    let pages = pages();
    let waiting = Mutex::new(pages.iter());
    let reports = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no thread panics").next();
                    let Some(page) = next else { break };
                    let report = check_blocks(page);
                    reports
                        .lock()
                        .expect("no thread panics")
                        .push((page, report));
                }
            });
        }
    });
    let reports = reports.into_inner().expect("no thread panics");
    assert_eq!(reports.len(), pages.len());
    let problems: Vec<_> = reports
        .iter()
        .flat_map(|(_, report)| &report.problems)
        .collect();
    assert!(problems.is_empty(), "{}", join(&problems));
    for (page, report) in &reports {
        // A count that does not depend on the parser: each block has two fences.
        let fences = page
            .text
            .lines()
            .filter(|line| line.trim_start().starts_with("```"));
        let checked: usize = report.counts.values().sum();
        assert_eq!(
            checked * 2,
            fences.count(),
            "{}: {:?}",
            page.name,
            report.counts
        );
    }
}

#[test]
fn links_between_the_documents_resolve() {
    let pages = pages();
    let problems: Vec<_> = pages.iter().flat_map(check_links).collect();
    assert!(problems.is_empty(), "{}", join(&problems));
}

fn join<T: AsRef<str>>(problems: &[T]) -> String {
    let lines: Vec<&str> = problems.iter().map(AsRef::as_ref).collect();
    lines.join("\n\n")
}
