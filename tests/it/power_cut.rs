//! Power cuts: what a run has reported is on the disk, also where it rests on another run.
//!
//! A disk is an ext4 image. A cut is a copy of the image while it is mounted: what was not synced is
//! not in it. It takes root and loop devices; without them the test says that it was skipped.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::purchase_fixtures::numbered;
use crate::python::summary;
use crate::workdir::{NOW, Output, Workdir};

/// What a journal makes of a file whose data were never written differs with these.
const MOUNTS: [&str; 3] = ["loop", "loop,data=writeback", "loop,commit=1"];

/// A disk of 64 MiB.
struct Disk {
    folder: TempDir,
    is_mounted: bool,
}

fn done(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

impl Disk {
    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn of_image(fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let disk = Self {
            folder,
            is_mounted: false,
        };
        fs::create_dir(disk.root()).expect("a folder");
        fill(&disk.image());
        disk
    }

    fn mount(mut self, options: &str) -> Option<Self> {
        let (image, root) = (self.image(), self.root());
        let places = [image.to_str()?, root.to_str()?];
        self.is_mounted = done("mount", &[&["-o", options], &places[..]].concat());
        self.is_mounted.then_some(self)
    }

    /// An empty disk; nothing where there can be none.
    fn new(options: &str) -> Option<Self> {
        let mut is_made = false;
        let disk = Self::of_image(|image| {
            let file = fs::File::create_new(image).expect("a file");
            file.set_len(64 << 20).expect("an empty file takes no room");
            let image = image.to_str().expect("a path of text");
            is_made = done("mkfs.ext4", &["-q", "-F", image]);
        });
        if is_made { disk.mount(options) } else { None }
    }

    /// What is on the disk after a power cut at this instant.
    fn cut(&self) -> Self {
        let copied = Self::of_image(|image| {
            fs::copy(self.image(), image).expect("room for a copy of the image");
        });
        copied
            .mount("loop")
            .expect("the copy of a disk that was mounted")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            done("umount", &[self.root().to_str().unwrap_or_default()]);
        }
    }
}

fn ingest(lake: &Path, input: &Path) -> Output {
    let workdir = Workdir::new();
    let mut command = workdir.program();
    command.args(["ingest", "--now", NOW, "--reject-limit", "100%", "--lake"]);
    command.arg(lake).arg(input);
    Output::of(command)
}

/// Makes the commit of a version visible and not durable, as a run does that is stopped between the
/// two, and takes away what that run would have committed later.
fn leave_unsynced(lake: &Path, table: &str, later: &[&str]) {
    let commit = |table: &str| lake.join(table).join(format!("_delta_log/{:020}.json", 1));
    let bytes = fs::read(commit(table)).expect("the commit of the run");
    for table in later.iter().chain([&table]) {
        fs::remove_file(commit(table)).expect("a commit");
    }
    assert!(done("sync", &[]), "the disk takes all");
    let staged = commit(table).with_extension("json#1");
    let mut file = fs::File::create_new(&staged).expect("a file");
    file.write_all(&bytes).expect("room for a commit");
    fs::hard_link(&staged, commit(table)).expect("another name");
    fs::remove_file(staged).expect("the first name");
}

#[test]
fn a_power_cut_loses_nothing_that_a_successful_run_relied_on() {
    let order = ["rejects", "purchases", "inputs"];
    for options in MOUNTS {
        for (at, table) in order.into_iter().enumerate() {
            let Some(disk) = Disk::new(options) else {
                println!(
                    "skipped: no ext4 image can be mounted here (it takes root and loop devices)"
                );
                return;
            };
            let lake = disk.root().join("lake");
            let dumps = Workdir::new();
            let input = dumps.write("dump.ndjson", numbered(0, 20) + "{}\n");
            ingest(&lake, &input).assert_code(0);
            leave_unsynced(&lake, table, &order[at + 1..]);
            ingest(&lake, &input).assert_code(0);

            let cut = disk.cut();
            let lake = cut.root().join("lake");
            let case = format!("{options}, stopped in {table}");
            for entry in fs::read_dir(lake.join(table).join("_delta_log")).expect("a log") {
                let entry = entry.expect("an entry");
                let bytes = entry.metadata().expect("its size").len();
                assert_ne!(bytes, 0, "{case}: {} is empty", entry.path().display());
            }
            let found = summary(&lake);
            assert_eq!(found["purchases"]["rows"], 20, "{case}: {found:#}");
            assert_eq!(found["rejects"]["rows"], 1, "{case}: {found:#}");
            assert_eq!(found["inputs"]["rows"], 1, "{case}: {found:#}");
        }
    }
}
