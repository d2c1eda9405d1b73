//! The packages of the program, installed where nothing else is: a Python wheel and a Debian package.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::purchase_fixtures::quantity_series;
use crate::python::interpreter;
use crate::workdir::{Output, Workdir, files_below, project, sample};

/// Runs a command that must succeed.
#[track_caller]
fn succeed(command: &mut Command) -> Output {
    let shown = format!("{command:?}");
    let output = Output::new(shown, command.output().expect("the command starts"));
    output.assert_code(0);
    output
}

/// Fails unless an installed program has the version of this one and answers as it does.
#[track_caller]
fn assert_works(workdir: &Workdir, program: &Path) {
    let run = |arguments: &[&OsStr]| {
        let mut command = Command::new(program);
        workdir.isolate(&mut command);
        succeed(command.args(arguments)).stdout().to_owned()
    };
    let version = run(&["--version".as_ref()]);
    assert_eq!(
        version,
        format!("purchase-etl {}\n", env!("CARGO_PKG_VERSION"))
    );
    let (lake, input) = (workdir.lake(), sample("web_2026-10.ndjson"));
    let lake = ["--lake".as_ref(), lake.as_os_str()];
    run(&[&["ingest".as_ref()], &lake[..], &[input.as_os_str()]].concat());
    let days = ["--ending-at", "2026-10-31", "--length", "31"];
    let question = ["report", "quantity-series"];
    let words = question.iter().chain(&days).map(OsStr::new).chain(lake);
    let answer = run(&words.collect::<Vec<_>>());
    assert_eq!(answer, workdir.report(question[1], days).stdout());
}

/// Fails unless a folder `share` has the manual and the completions, as this program prints them.
#[track_caller]
fn assert_has_share_files(share: &Path) {
    let workdir = Workdir::new();
    workdir
        .run(["man", "--output-dir", "manual"])
        .assert_code(0);
    for page in files_below(&workdir.path("manual"), ".1") {
        let name = page
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let installed = share.join(format!("man/man1/{name}.gz"));
        let unpacked = succeed(Command::new("gzip").arg("-dc").arg(&installed));
        let printed = std::fs::read_to_string(&page).expect("a page");
        assert_eq!(unpacked.stdout(), printed, "{name}");
    }
    for (shell, path) in [
        ("bash", "bash-completion/completions/purchase-etl"),
        ("zsh", "zsh/vendor-completions/_purchase-etl"),
        ("fish", "fish/vendor_completions.d/purchase-etl.fish"),
    ] {
        let installed = std::fs::read_to_string(share.join(path)).expect(path);
        let printed = workdir.run(["completions", shell]);
        assert_eq!(installed, printed.assert_code(0).stdout(), "{shell}");
    }
}

/// An empty Python environment.
fn empty_environment(workdir: &Workdir) -> PathBuf {
    let environment = workdir.path("environment");
    let python = interpreter("PURCHASE_ETL_PYTHON");
    succeed(Command::new(python).args(["-m", "venv"]).arg(&environment));
    environment
}

/// The folder of the wheel.
fn wheels() -> PathBuf {
    let wheels = std::env::var_os("PURCHASE_ETL_WHEELS");
    PathBuf::from(wheels.expect("PURCHASE_ETL_WHEELS; `make test` builds the wheel"))
}

#[test]
fn the_wheel_runs_in_an_empty_environment() {
    let found = files_below(&wheels(), ".whl");
    let [wheel] = found.as_slice() else {
        panic!("{} wheels in {}", found.len(), wheels().display())
    };
    let workdir = Workdir::new();
    let environment = empty_environment(&workdir);
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--disable-pip-version-check",
    ]);
    succeed(pip.arg(wheel));
    assert_works(&workdir, &environment.join("bin/purchase-etl"));
    assert_has_share_files(&environment.join("share"));
}

/// The quantities of the file that a block writes by its own dates, which are those of the zone.
fn quantities_of(block: &str) -> Vec<(String, u32)> {
    let mut quantities = BTreeMap::new();
    let rows = block.lines().skip(2).take_while(|line| *line != "END");
    for row in rows {
        let cells: Vec<&str> = row.split(';').collect();
        let (date, _time) = cells[0].split_once(' ').expect("a date");
        let parts: Vec<&str> = date.split('/').collect();
        let day = format!("{}-{}-{}", parts[2], parts[1], parts[0]);
        *quantities.entry(day).or_default() += cells[4].parse::<u32>().expect("a quantity");
    }
    quantities.into_iter().collect()
}

/// The four commands of the page about installing, as it has them, in an empty environment.
#[test]
fn a_newcomer_comes_from_the_wheel_to_the_series_of_a_csv_in_four_commands() {
    let page = project().join("docs/how-to/install.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let section = page
        .split("\n## ")
        .find(|part| part.starts_with("From the package"));
    let blocks = section
        .expect("the section")
        .split("\n```")
        .skip(1)
        .step_by(2);
    let blocks: Vec<(&str, &str)> = blocks.filter_map(|block| block.split_once('\n')).collect();
    let [
        ("sh", dump),
        ("console", install),
        ("sh", commands),
        ("json", answer),
    ] = blocks[..]
    else {
        panic!("{blocks:#?}")
    };
    let typed = install.lines().chain(commands.lines());
    let first_words = typed.filter(|line| !line.starts_with(' '));
    let first_words: Vec<&str> = first_words
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        first_words,
        ["pip", "purchase-etl", "purchase-etl", "purchase-etl"]
    );
    let workdir = Workdir::new();
    let environment = empty_environment(&workdir);
    workdir.write("target/.keep", "");
    std::os::unix::fs::symlink(wheels(), workdir.path("target/wheels")).expect("a link");
    let mut shell = Command::new("bash");
    workdir.isolate(&mut shell);
    let path = std::env::var("PATH").unwrap_or_default();
    shell
        .env(
            "PATH",
            format!("{}:{path}", environment.join("bin").display()),
        )
        .envs([
            ("PIP_NO_INDEX", "1"),
            ("PIP_QUIET", "1"),
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ])
        .args(["-e", "-c", &format!("{dump}\n{install}\n{commands}")]);
    let ended = succeed(&mut shell);
    let expected = quantity_series(&quantities_of(dump));
    // The job answers once, and the report again.
    assert_eq!(ended.stdout(), expected.repeat(2));
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(parsed(answer), parsed(&expected));
}

#[test]
fn the_workflows_have_the_form_that_github_documents() {
    let python = interpreter("PURCHASE_ETL_PACKAGING_PYTHON");
    let mut check = Command::new(python);
    check.args([
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
    ]);
    check.arg(project().join("docs/deploy/github_workflow.yml"));
    succeed(check.args(files_below(&project().join(".github/workflows"), ".yml")));
}

#[cfg(target_os = "linux")]
#[test]
fn the_debian_package_has_the_program_and_what_belongs_to_it() {
    let workdir = Workdir::new();
    let mut build = Command::new(project().join("integrations/debian/build.sh"));
    build
        .arg(env!("CARGO_BIN_EXE_purchase-etl"))
        .arg(workdir.path("packages"));
    let package = succeed(&mut build).stdout().trim_end().to_owned();
    let field = |name: &str| {
        let output = succeed(Command::new("dpkg-deb").args(["--field", &package, name]));
        output.stdout().trim_end().to_owned()
    };
    assert_eq!(field("Package"), "purchase-etl");
    assert_eq!(field("Version"), env!("CARGO_PKG_VERSION"));
    assert!(
        field("Depends").starts_with("libc6 (>= 2."),
        "{}",
        field("Depends")
    );
    let root = workdir.path("root");
    succeed(
        Command::new("dpkg-deb")
            .args(["--extract", &package])
            .arg(&root),
    );
    for path in [
        "usr/share/doc/purchase-etl/copyright",
        "usr/share/doc/purchase-etl/jobs/nightly.toml",
    ] {
        let bytes = root.join(path).metadata().map(|file| file.len());
        assert!(bytes.is_ok_and(|bytes| bytes > 0), "{path}");
    }
    assert_works(&workdir, &root.join("usr/bin/purchase-etl"));
    assert_has_share_files(&root.join("usr/share"));
}
