//! The nightly job in S3 and Azure, killed once in the middle and repeated, compared with the same
//! job on local files.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::dump_generator::Dump;
use crate::emulators::{Cloud, Emulator};
use crate::stores::assert_same_tables;
use crate::workdir::{Output, Workdir, project, sample};

/// The data date.
const DATE: &str = "2026-10-05";

/// The dumps of the night, in the folders that the job reads.
fn dumps(workdir: &Workdir) {
    let arguments = [
        "--rows", "20000", "--files", "4", "--dirt", "0.02", "--days", "5", "--gzip",
    ];
    let dump = Dump::make(workdir, "generated", &arguments);
    let samples = sample("suppliers/2026-10-31");
    let pages = fs::read_dir(samples).expect("the samples");
    let pages = pages.map(|page| page.expect("a sample").path());
    for (folder, files) in [
        ("dumps/2026/10/05", dump.files.clone()),
        ("supplier_dumps/2026/10/05/company=12", pages.collect()),
    ] {
        for file in files {
            let name = file.file_name().expect("a name").to_string_lossy();
            let bytes = fs::read(&file).expect("a dump");
            workdir.write(&format!("{folder}/{name}"), bytes);
        }
    }
}

/// The nightly job with its locations below `root`.
fn job(root: &str) -> String {
    let text = fs::read_to_string(project().join("jobs/nightly.toml")).expect("the job");
    let mut moved = text.replace("lake = \"lake\"", &format!("lake = \"{root}lake\""));
    for folder in ["dumps/", "supplier_dumps/", "reports/"] {
        moved = moved.replace(&format!("\"{folder}"), &format!("\"{root}{folder}"));
    }
    moved
}

fn night(workdir: &Workdir, store: Option<&Emulator>) -> Command {
    let root = store.map_or_else(String::new, |store| store.url("shop", ""));
    let path = workdir.write("nightly.toml", job(&root));
    let mut command = workdir.program();
    command.arg("run").arg(path).args(["--date", DATE]);
    // The dumps of the test were written just now.
    command.args(["--set", "settled=0s"]);
    command.envs(store.map(Emulator::variables).unwrap_or_default());
    command
}

/// Kills the job once the lake has this object and some more.
fn kill_in_the_middle(workdir: &Workdir, store: &Emulator, seen: &str) {
    let mut child = night(workdir, Some(store))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let until = Instant::now() + Duration::from_mins(2);
    while !store
        .keys("shop", "lake")
        .iter()
        .any(|key| key.contains(seen))
    {
        assert!(Instant::now() < until, "{seen} was not written");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("a signal to our own child");
    let ended = child.wait().expect("the end of our own child");
    assert_eq!(ended.signal(), Some(9), "the job ended before the kill");
}

/// The reports of the job are the same bytes in both locations.
fn assert_same_answers(local: &Workdir, store: &Emulator) {
    let reports = local.path("reports");
    let mut compared = 0;
    for key in store.keys("shop", "reports") {
        let relative = key.strip_prefix("reports/").expect("a report");
        let path = Path::new(relative);
        // Run reports contain times; the dashboard contains versions, which a killed run may have
        // added.
        let is_answer = !relative.ends_with("run.json") && !relative.ends_with("index.html");
        if is_answer {
            let here =
                fs::read(reports.join(path)).unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(store.get("shop", &key), here, "{key}");
            compared += 1;
        }
    }
    assert!(compared >= 5, "only {compared} reports");
}

/// `seen` is the object that marks the middle.
fn a_night_in_a_store_is_the_local_one(cloud: Cloud, seen: &str) {
    let local = Workdir::new();
    dumps(&local);
    Output::of(night(&local, None)).assert_code(0);

    let store = Emulator::start(cloud, &["shop"]);
    for folder in ["dumps", "supplier_dumps"] {
        store.put_folder(&local.path(folder), "shop", folder);
    }
    let workdir = Workdir::new();
    kill_in_the_middle(&workdir, &store, seen);
    Output::of(night(&workdir, Some(&store))).assert_code(0);

    let copy = store.download("shop", "lake", &workdir.path("copy"));
    let (root, here) = (
        store.url("shop", ""),
        format!("{}/", local.path("").display()),
    );
    let here = here.replace("//", "/");
    assert_same_tables(&[(&copy, &root), (&local.lake(), &here)]);
    assert_same_answers(&local, &store);
    let again = Output::of(night(&workdir, Some(&store)));
    again.assert_code(0);
    let later = store.download("shop", "lake", &workdir.path("later"));
    assert_same_tables(&[(&copy, ""), (&later, "")]);
}

#[test]
fn a_night_in_s3_that_is_killed_and_run_again_is_the_local_one() {
    a_night_in_a_store_is_the_local_one(Cloud::S3, "purchases/purchase_date=");
}

#[test]
fn a_night_in_azure_that_is_killed_and_run_again_is_the_local_one() {
    let rejects = "rejects/_delta_log/00000000000000000001.json";
    a_night_in_a_store_is_the_local_one(Cloud::Azure, rejects);
}
