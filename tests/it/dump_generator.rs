//! Generated dumps and the truth about them, made by the example `generate_dump`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::workdir::{Output, Workdir, read_json};

/// A generated dump.
pub(crate) struct Dump {
    /// Its files, in order.
    pub(crate) files: Vec<PathBuf>,
    /// The content of its truth file.
    pub(crate) truth: Value,
}

impl Dump {
    /// Makes a dump in a folder of the working folder. The arguments are those of the example.
    #[track_caller]
    pub(crate) fn make(workdir: &Workdir, folder: &str, arguments: &[&str]) -> Self {
        let (folder, truth) = generate(workdir, folder, arguments);
        let listed = truth["files"].as_array().expect("a list of files");
        let names = listed
            .iter()
            .map(|file| file["name"].as_str().expect("a file name"));
        let files = names.map(|name| folder.join(name)).collect();
        Self { files, truth }
    }

    /// The only file of a dump of one file.
    #[track_caller]
    pub(crate) fn file(&self) -> &Path {
        let [file] = self.files.as_slice() else {
            panic!("{} files", self.files.len())
        };
        file
    }

    /// A number of the truth file.
    #[track_caller]
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.truth[name]
            .as_u64()
            .unwrap_or_else(|| panic!("no count {name} in the truth file"))
    }
}

/// Runs the example into a folder of the working folder, and reads the truth file.
#[track_caller]
pub(crate) fn generate(workdir: &Workdir, folder: &str, arguments: &[&str]) -> (PathBuf, Value) {
    let folder = workdir.path(folder);
    let mut command = Command::new(generator());
    command
        .args(arguments)
        .arg("--out")
        .arg(&folder)
        .stdin(Stdio::null());
    let shown = format!("{command:?}");
    Output::new(shown, command.output().expect("the generator starts")).assert_code(0);
    let truth = read_json(&folder.join("truth.json"));
    (folder, truth)
}

/// The example stands beside the program in Cargo's folder.
fn generator() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_purchase-etl"));
    let folder = program.parent().expect("the program is in a folder");
    let path = folder.join("examples/generate_dump");
    assert!(
        path.exists(),
        "{} is missing: build it with `cargo build --release --example generate_dump`",
        path.display()
    );
    path
}
