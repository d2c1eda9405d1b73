//! `lake verify` beside runs that go on: work that is left to do may be found, and no damage.

use std::thread;

use crate::lake_care::{care, ingest_each};
use crate::records::numbered;
use crate::supplier_records::{Bought, ingest, whole};
use crate::workdir::Workdir;

/// Inputs that are ingested one by one, by each of two processes at a time.
const INPUTS: usize = 24;

#[test]
fn runs_that_go_on_beside_verifications_are_no_damage() {
    let workdir = Workdir::new();
    ingest_each(&workdir, &[workdir.write("first.ndjson", numbered(0, 10))]);
    let looks = thread::scope(|scope| {
        let customers = scope.spawn(|| {
            for at in 0..INPUTS {
                // One record in eleven is rejected, so that all three tables change.
                let text = numbered((at + 1) * 10, 10) + "{}\n";
                let input = workdir.write(&format!("{at}.ndjson"), text);
                ingest_each(&workdir, &[input]);
            }
        });
        let suppliers = scope.spawn(|| {
            for at in 0..INPUTS {
                let notes = format!("state {at}");
                let updated_at = format!("2026-10-06T09:00:{at:02}-03:00");
                let state = Bought {
                    id: at as u64 % 3 + 1,
                    notes: &notes,
                    updated_at: &updated_at,
                    ..Bought::default()
                };
                let input = workdir.write(&format!("{at}.json"), whole(&[state.json()]));
                ingest(&workdir, "12", [input]).assert_code(0);
            }
        });
        let mut looks = 0;
        while !customers.is_finished() || !suppliers.is_finished() {
            let depth: &[&str] = if looks % 2 == 0 { &[] } else { &["--deep"] };
            care(&workdir, "verify", depth).assert_code(0);
            looks += 1;
        }
        customers.join().expect("all customers' inputs");
        suppliers.join().expect("all suppliers' inputs");
        looks
    });
    assert!(looks > 0);
    care(&workdir, "verify", &["--deep"])
        .assert_code(0)
        .assert_shown(&["the lake is whole"]);
}
