//! Judges one piece of an input: text goes in; accepted rows, rejects and counts come out.
//!
//! It knows nothing of threads, files or machines: the same piece gives the same result wherever
//! it is judged.

mod csv;
mod elements;
mod lines;

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::quality::FixedState;

use crate::json::{JsonError, JsonErrorKind, Options};
use crate::purchase::columns::DayRows;
use crate::purchase::{Checker, Name, Purchase, PurchaseColumns, RawPurchase, with_payload};
use crate::record::{Field, Finding, Findings, RecordError};
use crate::rules::RuleId;
use crate::source::csv::encoding::Charset;
use crate::source::{Limits, Piece, PieceForm, Place, Refusal};

/// What a judge needs to know beside the piece.
#[derive(Clone, Debug)]
pub struct JudgeSettings {
    /// The rules.
    pub checker: Checker,
    /// How JSON is read.
    pub json: Options,
    /// Bounds on records and lines.
    pub limits: Limits,
    /// Lineage column.
    pub source_file: Arc<str>,
    /// Lineage column.
    pub run_id: Arc<str>,
    /// Keep the text of warnings too (the `check` command).
    pub with_texts: bool,
}

/// A rejected record, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Ordinal of the record within the piece.
    pub ordinal: u64,
    /// Where the record begins.
    pub place: Place,
    /// Every rule it breaks, the rejecting ones first.
    pub findings: Vec<Finding>,
    /// Its bytes.
    pub raw: Vec<u8>,
}

/// A finding in a record that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Ordinal of the record within the piece.
    pub ordinal: u64,
    /// Where the record begins.
    pub place: Place,
    /// The finding.
    pub finding: Finding,
}

/// What became of one piece.
#[derive(Debug)]
pub struct Judged {
    /// Records in the piece.
    pub read: u64,
    /// Rows by UTC day; `source_row` counts from the start of the piece.
    pub days: Vec<DayRows>,
    /// Accepted records.
    pub accepted: u64,
    /// Rejected records.
    pub rejects: Vec<Reject>,
    /// Elements of `attributes` and `events`, which are none of our business.
    pub skipped: u64,
    /// Findings that keep the record, counted by [`RuleId::index`].
    pub warned: [u64; RuleId::COUNT],
    /// With texts asked for: the findings in kept records.
    pub warnings: Vec<Warning>,
    /// Fingerprints of the accepted records, in order.
    pub fingerprints: Vec<u64>,
    /// Fingerprints of the product ids met.
    pub products: HashSet<u64>,
    /// Whether any row has an event id.
    pub has_event_ids: bool,
    /// The whole input is refused.
    pub refusal: Option<Refusal>,
}

/// Judges a piece.
pub fn judge(piece: &Piece, settings: &JudgeSettings) -> Judged {
    let mut judge = Judge::new(settings, piece.place);
    let verdict = match &piece.form {
        PieceForm::Lines => judge.lines(&piece.bytes),
        PieceForm::Elements { closed, records } => {
            judge.elements_piece(&piece.bytes, *closed, *records)
        }
        PieceForm::Value => judge.document(&piece.bytes),
        PieceForm::Rows(layout) => judge.rows(&piece.bytes, layout),
    };
    judge.finish(verdict.err())
}

type Verdict = Result<(), Box<Refusal>>;

/// The judge of one piece.
struct Judge<'s> {
    settings: &'s JudgeSettings,
    /// Where the piece begins.
    start: Place,
    columns: PurchaseColumns,
    findings: Findings,
    hasher: FixedState,
    /// How the input is stored; rejects are kept in it.
    charset: Charset,
    out: Judged,
}

/// A record's text and where it begins.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    text: &'a [u8],
    place: Place,
}

impl<'s> Judge<'s> {
    fn new(settings: &'s JudgeSettings, start: Place) -> Self {
        Self {
            settings,
            start,
            columns: PurchaseColumns::new(),
            findings: Findings::new(settings.with_texts),
            // A fixed seed: the same dump gives the same counts every time.
            hasher: FixedState::with_seed(0),
            charset: Charset::Utf8,
            out: Judged {
                read: 0,
                days: Vec::new(),
                accepted: 0,
                rejects: Vec::new(),
                skipped: 0,
                warned: [0; RuleId::COUNT],
                warnings: Vec::new(),
                fingerprints: Vec::new(),
                products: HashSet::new(),
                has_event_ids: false,
                refusal: None,
            },
        }
    }

    fn finish(mut self, refusal: Option<Box<Refusal>>) -> Judged {
        self.out.refusal = refusal.map(|refusal| *refusal);
        for (count, &more) in self.out.warned.iter_mut().zip(self.findings.warned()) {
            *count += more;
        }
        self.out.accepted = self.columns.len() as u64;
        let Self {
            columns,
            settings,
            mut out,
            start,
            ..
        } = self;
        match columns.finish(&settings.source_file, &settings.run_id) {
            Ok(days) => out.days = days,
            Err(error) => {
                let message = format!("its rows cannot be put into columns: {error}");
                let rule = RuleId::FileLimit;
                out.refusal.get_or_insert(Refusal {
                    rule,
                    place: Some(start),
                    message,
                });
            }
        }
        out
    }

    /// Counts a record; its ordinal is its position among the records, siblings not counted.
    fn next_ordinal(&mut self) -> u64 {
        let ordinal = self.out.read - self.out.skipped;
        self.out.read += 1;
        ordinal
    }

    /// Judges one record that has been read into `raw`.
    fn record(&mut self, raw: &mut RawPurchase<'_>, stretch: Stretch<'_>) -> Verdict {
        if let Some(rule) = raw.foreign() {
            return Err(Box::new(self.foreign(rule, stretch.place)));
        }
        if stretch.text.len() > self.settings.limits.max_record_bytes {
            return Err(Box::new(Refusal {
                rule: RuleId::FileLimit,
                place: Some(stretch.place),
                message: format!(
                    "the record has {} bytes, more than {}; raise --max-record-bytes if it is meant",
                    stretch.text.len(),
                    self.settings.limits.max_record_bytes
                ),
            }));
        }
        let ordinal = self.next_ordinal();
        let settings = self.settings;
        let judged = with_payload(raw, settings.json, |raw| {
            match settings.checker.check(raw, &mut self.findings) {
                Some(purchase) => {
                    self.accept(&purchase, ordinal, stretch);
                    true
                }
                None => false,
            }
        });
        match judged {
            Ok(true) => {}
            Ok(false) => self.reject(ordinal, stretch),
            Err(error) => self.unreadable(&error, ordinal, stretch),
        }
        Ok(())
    }

    fn accept(&mut self, purchase: &Purchase<'_>, ordinal: u64, stretch: Stretch<'_>) {
        // Records of one piece are counted in bytes of memory, far below i64.
        self.columns
            .push(purchase, i64::try_from(ordinal).unwrap_or(i64::MAX));
        self.findings.count();
        self.out
            .fingerprints
            .push(self.hasher.hash_one(stretch.text));
        let product = purchase.text(Name::ProductId).unwrap_or_default();
        self.out.products.insert(self.hasher.hash_one(product));
        self.out.has_event_ids |= matches!(purchase.raw.get(Name::EventId), Field::Text(_));
        for finding in self.findings.list() {
            let warning = Warning {
                ordinal,
                place: stretch.place,
                finding: finding.clone(),
            };
            self.out.warnings.push(warning);
        }
    }

    /// Keeps the record verbatim with the findings just made.
    fn reject(&mut self, ordinal: u64, stretch: Stretch<'_>) {
        let (mut findings, others): (Vec<Finding>, Vec<Finding>) = self
            .findings
            .list()
            .iter()
            .cloned()
            .partition(|finding| finding.rejecting);
        findings.extend(others);
        let raw = match std::str::from_utf8(stretch.text) {
            Ok(text) if self.charset != Charset::Utf8 => self.charset.stored(text).into_owned(),
            _ => stretch.text.to_vec(),
        };
        self.out.rejects.push(Reject {
            ordinal,
            place: stretch.place,
            findings,
            raw,
        });
    }

    /// Rejects a text that could not be read as a record.
    fn unreadable(&mut self, error: &RecordError, ordinal: u64, stretch: Stretch<'_>) {
        self.findings.clear();
        match error {
            RecordError::Rule { rule, detail } => {
                self.findings.add_rejecting(*rule, "", "", detail);
            }
            RecordError::Syntax(error) => {
                let JsonError { offset, kind } = error;
                let rule = match kind {
                    kind if kind.is_lenient_habit() => RuleId::FileTrailingComma,
                    JsonErrorKind::TooDeep => RuleId::FileLimit,
                    _ => RuleId::FileJsonSyntax,
                };
                let around = stretch
                    .text
                    .get(offset.saturating_sub(10)..)
                    .unwrap_or_default();
                let around = around.get(..around.len().min(30)).unwrap_or_default();
                let detail = format!("{kind}, {offset} bytes into the record");
                self.findings
                    .add_rejecting(rule, "", &String::from_utf8_lossy(around), &detail);
            }
        }
        self.reject(ordinal, stretch);
    }

    /// Counts what only the lenient mode lets pass.
    fn note_habits(&mut self, habits: u64) {
        self.out.warned[RuleId::FileTrailingComma.index()] += habits;
    }

    fn foreign(&self, rule: RuleId, place: Place) -> Refusal {
        let (rule, what) = match rule {
            RuleId::FileUserExport => (
                rule,
                "these are the aggregates of /users/export (name, first, last, count): single purchases cannot be rebuilt from them; export the events instead",
            ),
            RuleId::FileSeriesResponse => (
                rule,
                "this is a saved answer of a series endpoint, not purchases; compare it with a report instead of ingesting it",
            ),
            _ if self.out.read > 0 => (
                RuleId::FileMixed,
                "a supplier purchase among customer purchases; split the dump by kind",
            ),
            _ => (
                rule,
                "these are supplier purchases, not customer purchases; ingest them as that kind",
            ),
        };
        Refusal {
            rule,
            place: Some(place),
            message: what.to_owned(),
        }
    }
}

#[cfg(test)]
mod edges;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod json_test_suite;
#[cfg(test)]
mod rule_examples;
#[cfg(test)]
mod shapes;
