//! `lake verify` concurrent with runs: unfinished work may be reported, but no damage.

use std::thread;

use crate::lake_maintenance::{ingest_each, lake_command};
use crate::purchase_fixtures::numbered;
use crate::rounds::rounds;
use crate::supplier_fixtures::{SupplierPurchaseFixture, ingest, single_page};
use crate::workdir::Workdir;

/// Inputs that each of two parallel processes ingests one by one.
const INPUTS: usize = 24;

#[test]
fn runs_that_go_on_beside_verifications_are_no_damage() {
    let workdir = Workdir::new();
    ingest_each(&workdir, &[workdir.write("first.ndjson", numbered(0, 10))]);
    let verifications = thread::scope(|scope| {
        let customers = scope.spawn(|| {
            for at in 0..rounds(INPUTS) {
                // One record in eleven is rejected, so that all three tables change.
                let text = numbered((at + 1) * 10, 10) + "{}\n";
                let input = workdir.write(&format!("{at}.ndjson"), text);
                ingest_each(&workdir, &[input]);
            }
        });
        let suppliers = scope.spawn(|| {
            for at in 0..rounds(INPUTS) {
                let notes = format!("state {at}");
                let updated_at = format!("2026-10-06T09:{:02}:{:02}-03:00", at / 60, at % 60);
                let state = SupplierPurchaseFixture {
                    id: at as u64 % 3 + 1,
                    notes: &notes,
                    updated_at: &updated_at,
                    ..SupplierPurchaseFixture::default()
                };
                let input = workdir.write(&format!("{at}.json"), single_page(&[state.json()]));
                ingest(&workdir, "12", [input]).assert_code(0);
            }
        });
        let mut verifications = 0;
        while !customers.is_finished() || !suppliers.is_finished() {
            let depth: &[&str] = if verifications % 2 == 0 {
                &[]
            } else {
                &["--deep"]
            };
            lake_command(&workdir, "verify", depth).assert_code(0);
            verifications += 1;
        }
        customers.join().expect("all customers' inputs");
        suppliers.join().expect("all suppliers' inputs");
        verifications
    });
    assert!(verifications > 0);
    lake_command(&workdir, "verify", &["--deep"])
        .assert_code(0)
        .assert_stdout_contains(&["the lake is intact"]);
}
