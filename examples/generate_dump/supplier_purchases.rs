//! Dumps of supplier purchases: options come in, the files of several dumps and the truth about them go out.
//!
//! The files of a company in a dump stand in `dump-1/company-12/` and so on. All dumps are written side by side, one
//! purchase after the other, so that memory does not grow with their size.

mod catalogue;
mod csv;
mod defect;
mod history;
mod json;
mod listing_output;
mod listing_writer;
mod oddity;
mod record_fields;
mod truth;
mod version;

use std::error::Error;
use std::io;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::cli::{Cli, MILLION, ShapeName};
use crate::rng::Rng;

use defect::Defect;
use history::{DumpScenario, PurchaseHistory};
use listing_output::{ListingOutput, company_id, count, listing_index, listing_outputs};
use record_fields::{RecordFields, Style};
use truth::{Counts, Pages, StoredState};
use version::Version;

/// The zone that times without an offset are written in.
const ZONE: &str = "America/Sao_Paulo";
/// What tells the streams of draws apart: styles, defects, drift, missing pages, names of files.
const STREAMS: [u64; 5] = [1 << 48, 2 << 48, 3 << 48, 4 << 48, 5 << 48];

/// Makes the files of all dumps and returns the content of the truth file.
pub(crate) fn make(cli: &Cli) -> Result<Value, Box<dyn Error>> {
    let scenario = scenario(cli)?;
    let pagers = count(cli, &scenario);
    let mut maker = DumpMaker {
        cli,
        scenario: &scenario,
        outputs: listing_outputs(cli, &scenario, &pagers)?,
        fields: RecordFields::default(),
        line: Vec::new(),
        dirty: 0,
    };
    let mut deleted: Vec<Vec<u64>> = (0..scenario.companies).map(|_| Vec::new()).collect();
    for purchase in 0..cli.rows {
        if maker.purchase(purchase)?.is_deleted() {
            let (company, id) = scenario.identity(purchase);
            deleted[company].push(id);
        }
    }
    maker.truth(&deleted)
}

fn scenario(cli: &Cli) -> Result<DumpScenario, &'static str> {
    if matches!(cli.shape, ShapeName::CurrentsNdjson | ShapeName::CdiNdjson) {
        return Err("supplier purchases have no such shape");
    }
    if cli.shape == ShapeName::Document && cli.files > 1 {
        return Err("a document is one file");
    }
    let in_pages = matches!(cli.shape, ShapeName::Pages | ShapeName::PageLines);
    if cli.suppliers.missing_pages > 0 && !in_pages {
        return Err("only pages can be missing");
    }
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).ok_or("no epoch")?;
    Ok(DumpScenario {
        seed: cli.seed,
        first_day: cli.start_date.signed_duration_since(epoch).num_days(),
        days: i64::from(cli.days),
        dumps: cli.suppliers.dumps,
        companies: u64::from(cli.suppliers.companies),
        suppliers: (cli.rows / 200).max(20),
        warn_ppm: cli.warn,
        ties_ppm: cli.suppliers.ties,
    })
}

/// Everything that lives as long as the dumps are being made.
struct DumpMaker<'a> {
    cli: &'a Cli,
    scenario: &'a DumpScenario,
    outputs: Vec<ListingOutput>,
    fields: RecordFields,
    line: Vec<u8>,
    dirty: u64,
}

impl DumpMaker<'_> {
    /// Writes one purchase into all dumps that list it, and returns what is stored of it in the end.
    fn purchase(&mut self, purchase: u64) -> io::Result<StoredState> {
        let mut history = PurchaseHistory::new(self.scenario, purchase);
        let (company, id) = self.scenario.identity(purchase);
        let mut stored = StoredState::default();
        let mut delivered = Vec::new();
        for dump in 0..self.scenario.dumps {
            let at = listing_index(self.scenario, dump, company);
            delivered.clear();
            let mut listed = false;
            for (nth, version) in history.listed(dump).into_iter().flatten().enumerate() {
                let nth = u64::try_from(nth).expect("one of two");
                let copies = self.record(at, purchase * 2 + nth, &version)?;
                listed |= copies > 0;
                delivered.extend((0..copies).map(|_| version));
            }
            let counts = &mut self.outputs[at].counts;
            stored.take(&delivered, counts);
            stored.count(id, listed, counts);
        }
        Ok(stored)
    }

    /// Writes one record and its repetition on the next page. Returns how many good copies were delivered.
    fn record(&mut self, at: usize, row: u64, version: &Version) -> io::Result<usize> {
        let shape = self.cli.shape;
        let output = &mut self.outputs[at];
        let [first, again] = output.pager.take();
        let pages = [first, again]
            .into_iter()
            .flatten()
            .filter(|&page| !output.listing.is_missing(page));
        let pages: Vec<u64> = pages.collect();
        let Some(&page) = pages.first() else {
            return Ok(0);
        };
        let stream = u64::try_from(at).expect("a position fits 64 bits");
        let mut rng = Rng::for_row(self.cli.seed ^ (STREAMS[0] + stream), row);
        self.fields.fill(version, Style::drawn(&mut rng));
        if let Some(oddity) = version.oddity {
            oddity.write(&mut self.fields, version, shape);
        }
        let mut rng = Rng::for_row(self.cli.seed ^ (STREAMS[1] + stream), row);
        let drawn = u32::try_from(rng.below(u64::from(MILLION))).expect("below a million");
        // The first record of a file is always clean.
        let defect = (drawn < self.cli.dirt && !output.listing.begins_file(page)).then(|| {
            self.dirty += 1;
            Defect::dealt(self.dirty - 1, shape, !self.cli.no_syntax_dirt)
        });
        if let Some(defect) = defect {
            defect.plant(&mut self.fields, &mut rng, shape);
        }
        self.line.clear();
        match shape {
            ShapeName::Csv => csv::row(&mut self.line, &self.fields, output.company),
            _ => json::record(&mut self.line, &self.fields),
        }
        for &page in &pages {
            output.listing.put(&self.line, page)?;
            match defect {
                Some(defect) => output.counts.reject(defect.rule()),
                None => record_warnings(&mut output.counts, version, &self.fields, shape),
            }
        }
        Ok(if defect.is_some() { 0 } else { pages.len() })
    }

    /// Ends all files and gathers the truth.
    fn truth(self, deleted: &[Vec<u64>]) -> Result<Value, Box<dyn Error>> {
        let parameters = parameters(self.cli);
        let mut dumps: Vec<Vec<Value>> = (0..self.scenario.dumps).map(|_| Vec::new()).collect();
        for output in self.outputs {
            let pages = Pages {
                count: output.pager.pages(),
                missing: output.missing.iter().map(|page| page + 1).collect(),
                repeated: output.pager.repeated,
                total: output.pager.listed,
            };
            let files = output.listing.finish()?;
            let dump = usize::try_from(output.dump)?;
            dumps[dump].push(output.counts.to_json(output.company, &files, &pages));
        }
        let deleted: Vec<Value> = deleted
            .iter()
            .enumerate()
            .map(|(company, ids)| json!({"company_id": company_id(company), "deleted": ids}))
            .collect();
        let dumps: Vec<Value> = dumps
            .into_iter()
            .enumerate()
            .map(|(dump, companies)| json!({"dump": dump + 1, "companies": companies}))
            .collect();
        Ok(json!({
            "parameters": parameters,
            "default_timezone": ZONE,
            "dumps": dumps,
            "companies": deleted,
        }))
    }
}

/// Enters what a good record warns by.
fn record_warnings(
    counts: &mut Counts,
    version: &Version,
    fields: &RecordFields,
    shape: ShapeName,
) {
    let csv = shape == ShapeName::Csv;
    let rules = version.oddity.map_or(&[][..], |oddity| oddity.rules(shape));
    for rule in rules {
        counts.warn(rule);
    }
    if version.supplier.is_none() {
        counts.warn("CPL-SUPPLIER-MISSING");
    }
    if fields.lacks_offset() || (csv && csv::lacks_offset(fields)) {
        counts.warn("CPL-TS-NOOFFSET");
    }
    if version.deleted.is_some() {
        counts.deleted_key();
    }
}

/// How the dumps were made, so that they can be made again.
fn parameters(cli: &Cli) -> Value {
    let own = &cli.suppliers;
    json!({
        "kind": "supplier-purchases",
        "rows": cli.rows,
        "seed": cli.seed,
        "dirt_ppm": cli.dirt,
        "warn_ppm": cli.warn,
        "shape": format!("{:?}", cli.shape),
        "start_date": cli.start_date.to_string(),
        "days": cli.days,
        "files": cli.files,
        "syntax_dirt": !cli.no_syntax_dirt && cli.shape == ShapeName::Ndjson,
        "dumps": own.dumps,
        "companies": own.companies,
        "per_page": own.per_page,
        "drift_ppm": own.drift,
        "missing_pages": own.missing_pages,
        "shuffle": own.shuffle,
        "ties_ppm": own.ties,
    })
}
