//! Where the records of one company in one dump go: options come in, one desk for each listing comes out, with all that a
//! first pass over the purchases can tell of it.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use super::STREAMS;
use super::history::{DumpScenario, PurchaseHistory};
use super::listing_writer::{ListingPlan, ListingWriter, Pager};
use super::truth::Counts;
use crate::cli::{Cli, ShapeName};
use crate::rng::Rng;

/// The id of a company.
pub(super) fn company_id(company: usize) -> u64 {
    12 + 22 * u64::try_from(company).expect("at most a thousand")
}

/// The pagers of all listings (dump after dump, in it company after company), before the first record.
fn fresh_pagers(cli: &Cli, scenario: &DumpScenario) -> Vec<Pager> {
    let listings = u64::from(scenario.dumps) * scenario.companies;
    let pager = |listing: u64| Pager {
        seed: cli.seed ^ (STREAMS[2] + listing),
        per_page: cli.suppliers.per_page,
        drift_ppm: cli.suppliers.drift,
        listed: 0,
        repeated: 0,
    };
    (0..listings).map(pager).collect()
}

/// The position of a listing among all of them.
pub(super) fn listing_index(scenario: &DumpScenario, dump: u32, company: usize) -> usize {
    let companies = usize::try_from(scenario.companies).expect("at most a thousand");
    usize::try_from(dump).expect("at most a hundred") * companies + company
}

/// The first pass: how many records each listing will have.
pub(super) fn count(cli: &Cli, scenario: &DumpScenario) -> Vec<Pager> {
    let mut pagers = fresh_pagers(cli, scenario);
    for purchase in 0..cli.rows {
        let mut history = PurchaseHistory::new(scenario, purchase);
        let (company, _) = scenario.identity(purchase);
        for dump in 0..scenario.dumps {
            for _ in history.listed(dump).iter().flatten() {
                pagers[listing_index(scenario, dump, company)].take();
            }
        }
    }
    pagers
}

/// Where the records of one company in one dump go.
pub(super) struct ListingOutput {
    pub(super) dump: u32,
    pub(super) company: u64,
    pub(super) pager: Pager,
    pub(super) listing: ListingWriter,
    pub(super) counts: Counts,
    pub(super) missing: BTreeSet<u64>,
}

/// The desks of all listings, with their folders made.
pub(super) fn listing_outputs(
    cli: &Cli,
    scenario: &DumpScenario,
    counted: &[Pager],
) -> io::Result<Vec<ListingOutput>> {
    let mut outputs = Vec::new();
    for (at, (pager, counted)) in fresh_pagers(cli, scenario)
        .into_iter()
        .zip(counted)
        .enumerate()
    {
        let companies = usize::try_from(scenario.companies).expect("at most a thousand");
        let dump = u32::try_from(at / companies).expect("at most a hundred");
        let company = company_id(at % companies);
        let folder_name = format!("dump-{}/company-{company}", dump + 1);
        let folder = cli.out.join(&folder_name);
        fs::create_dir_all(&folder)?;
        let stream = u64::try_from(at).expect("a position fits 64 bits");
        let last = dump + 1 == scenario.dumps;
        let missing = match cli.suppliers.missing_pages {
            missing_count if last && missing_count > 0 => {
                missing_pages(cli, stream, counted.pages(), missing_count)
            }
            _ => BTreeSet::new(),
        };
        let missing_count = u64::try_from(missing.len()).expect("a length fits 64 bits");
        let files = match cli.shape {
            ShapeName::Pages => (counted.pages() - missing_count).max(1),
            ShapeName::PageLines => cli.files.min(counted.pages() - missing_count).max(1),
            _ => cli.files.min(counted.listed).max(1),
        };
        let plan = ListingPlan {
            shape: cli.shape,
            packing: cli.packing(),
            folder,
            folder_name,
            total: counted.listed,
            pages: counted.pages(),
            per_page: cli.suppliers.per_page,
            missing: missing.clone(),
            files,
            names: names(cli, stream, files),
        };
        outputs.push(ListingOutput {
            dump,
            company,
            pager,
            listing: ListingWriter::new(plan),
            counts: Counts::default(),
            missing,
        });
    }
    Ok(outputs)
}

/// Some pages, never the first one.
fn missing_pages(cli: &Cli, stream: u64, pages: u64, count: u32) -> BTreeSet<u64> {
    let mut rng = Rng::for_row(cli.seed ^ STREAMS[3], stream);
    let most = u64::from(count).min(pages.saturating_sub(1));
    let mut missing = BTreeSet::new();
    while u64::try_from(missing.len()).expect("a length fits 64 bits") < most {
        missing.insert(rng.between(1, pages - 1));
    }
    missing
}

/// The numbers in the names of files: in order, or in one of the seed's making.
fn names(cli: &Cli, stream: u64, files: u64) -> Vec<u64> {
    let mut names: Vec<u64> = (1..=files).collect();
    if cli.suppliers.shuffle {
        let mut rng = Rng::for_row(cli.seed ^ STREAMS[4], stream);
        for end in (1..names.len()).rev() {
            names.swap(end, rng.index(end + 1));
        }
    }
    names
}
