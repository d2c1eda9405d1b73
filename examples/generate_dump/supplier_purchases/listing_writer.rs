//! What one dump lists of one company: records come in, files of pages, lines, rows or one document go out.
//!
//! Where records fall is decided by a [`Pager`] alone, so that a first pass can count them before the second one writes.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use super::csv;
use crate::cli::ShapeName;
use crate::digits::push_u64;
use crate::output::{DumpFile, Packing, Written};
use crate::rng::Rng;

/// Bytes collected before they go to the file.
const BATCH: usize = 1 << 18;

/// Counts records into pages. At the end of some pages the last record comes again as the first of the next one, as it does
/// when a purchase is entered while somebody turns the pages.
#[derive(Clone, Debug)]
pub(super) struct Pager {
    pub(super) seed: u64,
    pub(super) per_page: u64,
    pub(super) drift_ppm: u32,
    pub(super) listed: u64,
    pub(super) repeated: u64,
}

impl Pager {
    /// Takes one record: the page it falls on, counted from 0, and the page on which it comes again.
    pub(super) fn take(&mut self) -> [Option<u64>; 2] {
        let page = self.listed / self.per_page;
        self.listed += 1;
        let drifts = self.listed.is_multiple_of(self.per_page)
            && Rng::for_row(self.seed, page).chance_ppm(self.drift_ppm);
        if !drifts {
            return [Some(page), None];
        }
        self.listed += 1;
        self.repeated += 1;
        [Some(page), Some(page + 1)]
    }

    /// How many pages there are, at least one.
    pub(super) fn pages(&self) -> u64 {
        self.listed.div_ceil(self.per_page).max(1)
    }
}

/// What is known of a listing before it is written.
#[derive(Clone, Debug)]
pub(super) struct ListingPlan {
    pub(super) shape: ShapeName,
    pub(super) packing: Packing,
    /// Where its files go, and what they are called by in the truth.
    pub(super) folder: PathBuf,
    pub(super) folder_name: String,
    /// How many records it will have.
    pub(super) total: u64,
    pub(super) pages: u64,
    pub(super) per_page: u64,
    /// Pages that nobody has saved, counted from 0.
    pub(super) missing: BTreeSet<u64>,
    /// Over how many files it goes.
    pub(super) files: u64,
    /// The number in the name of each file.
    pub(super) names: Vec<u64>,
}

/// A listing being written.
pub(super) struct ListingWriter {
    plan: ListingPlan,
    file: Option<DumpFile>,
    files: Vec<Written>,
    rows_in_file: u64,
    written: u64,
    page: Option<u64>,
    buffer: Vec<u8>,
}

impl ListingWriter {
    /// A listing with nothing in it.
    pub(super) fn new(plan: ListingPlan) -> Self {
        Self {
            plan,
            file: None,
            files: Vec::new(),
            rows_in_file: 0,
            written: 0,
            page: None,
            buffer: Vec::new(),
        }
    }

    fn in_pages(&self) -> bool {
        matches!(self.plan.shape, ShapeName::Pages | ShapeName::PageLines)
    }

    /// Whether nobody has saved this page.
    pub(super) fn is_missing(&self, page: u64) -> bool {
        self.plan.missing.contains(&page)
    }

    /// Whether a record on this page would be the first of a file.
    pub(super) fn begins_file(&self, page: u64) -> bool {
        self.file.is_none() || self.part(page) != self.files.len()
    }

    /// The file that the next record goes to.
    fn part(&self, page: u64) -> usize {
        let (at, of) = if self.in_pages() {
            let skipped = self.plan.missing.range(..page).count();
            let missing = u64::try_from(self.plan.missing.len()).expect("a length fits 64 bits");
            let skipped = u64::try_from(skipped).expect("a length fits 64 bits");
            (page - skipped, (self.plan.pages - missing).max(1))
        } else {
            (self.written, self.plan.total.max(1))
        };
        let part = u128::from(at) * u128::from(self.plan.files) / u128::from(of);
        usize::try_from(part).expect("less than the number of files")
    }

    /// Writes one record that falls on a page, unless that is missing. Returns whether it was written.
    pub(super) fn put(&mut self, record: &[u8], page: u64) -> io::Result<bool> {
        if self.is_missing(page) {
            return Ok(false);
        }
        let part = self.part(page);
        if self.page.is_some_and(|stored| stored != page) && self.in_pages() {
            self.end_page();
        }
        if self.file.is_none() || part != self.files.len() {
            self.end_file()?;
            self.begin_file(part)?;
        }
        if self.page.is_none() && self.in_pages() {
            self.buffer.extend_from_slice(b"{\"data\":{\"purchases\":[");
        } else if self.in_pages()
            || (self.plan.shape == ShapeName::Document && self.rows_in_file > 0)
        {
            self.buffer.push(b',');
        }
        if matches!(self.plan.shape, ShapeName::Pages | ShapeName::Document) {
            self.buffer.push(b'\n');
        }
        self.page = Some(page);
        self.buffer.extend_from_slice(record);
        match self.plan.shape {
            ShapeName::Csv => self.buffer.extend_from_slice(b"\r\n"),
            ShapeName::Ndjson => self.buffer.push(b'\n'),
            _ => {}
        }
        self.rows_in_file += 1;
        self.written += 1;
        self.flush(BATCH)?;
        Ok(true)
    }

    /// Ends the listing and returns its files.
    pub(super) fn finish(mut self) -> io::Result<Vec<Written>> {
        if self.in_pages() && self.page.is_some() {
            self.end_page();
        }
        self.end_file()?;
        Ok(self.files)
    }

    fn begin_file(&mut self, part: usize) -> io::Result<()> {
        let (stem, extension) = match self.plan.shape {
            ShapeName::Pages => ("page", "json"),
            ShapeName::Document => ("purchases", "json"),
            ShapeName::Csv => ("compras", "csv"),
            _ => ("purchases", "ndjson"),
        };
        let name = match self.plan.files {
            1 => stem.to_owned(),
            _ => format!("{stem}-{:05}", self.plan.names[part]),
        };
        let packing = self.plan.packing;
        self.file = Some(DumpFile::create(
            &self.plan.folder,
            &name,
            extension,
            packing,
        )?);
        self.rows_in_file = 0;
        match self.plan.shape {
            ShapeName::Csv => csv::header(&mut self.buffer),
            ShapeName::Document => self.buffer.extend_from_slice(b"{\"data\":{\"purchases\":["),
            _ => {}
        }
        Ok(())
    }

    fn end_page(&mut self) {
        let page = self.page.take().expect("a page is being written");
        let meta = [page + 1, self.plan.pages, self.plan.per_page];
        push_meta(&mut self.buffer, meta, self.plan.total);
    }

    fn end_file(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            return Ok(());
        }
        if self.plan.shape == ShapeName::Document {
            let meta = [1, 1, self.plan.total.max(1)];
            push_meta(&mut self.buffer, meta, self.plan.total);
        }
        self.flush(0)?;
        if let Some(file) = self.file.take() {
            let written = file.finish(self.rows_in_file)?;
            self.files.push(written.below(&self.plan.folder_name));
        }
        Ok(())
    }

    fn flush(&mut self, above: usize) -> io::Result<()> {
        if self.buffer.len() > above
            && let Some(file) = &mut self.file
        {
            file.write(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// The end of a list response: current page, last page, per page, total.
fn push_meta(out: &mut Vec<u8>, [current, last, per_page]: [u64; 3], total: u64) {
    let parts = [
        ("]},\"meta\":{\"current_page\":", current),
        (",\"last_page\":", last),
        (",\"per_page\":", per_page),
        (",\"total\":", total),
    ];
    for (before, number) in parts {
        out.extend_from_slice(before.as_bytes());
        push_u64(out, number);
    }
    out.extend_from_slice(b"}}\n");
}
