//! Judges one piece of an input: text goes in; accepted rows, rejects and counts come out.
//!
//! It knows nothing of threads, files or machines: the same piece gives the same result wherever
//! it is judged.

mod csv;
mod elements;
mod lines;

use std::sync::Arc;

use super::kind::{Kind, RecordText, Words};
use crate::input::csv::encoding::Charset;
use crate::input::{Limits, Piece, PieceForm, Place, Refusal};
use crate::json::{JsonError, JsonErrorKind, Options};
use crate::record::{Finding, Findings, RecordError};
use crate::rules::RuleId;

/// What a judge needs to know beside the piece.
#[derive(Clone, Debug)]
pub struct JudgeSettings<K> {
    /// The kind of the records, with its rules.
    pub kind: K,
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
pub struct Judged<K: Kind> {
    /// Records in the piece.
    pub read: u64,
    /// The accepted records; `source_row` counts from the start of the piece. Nothing when they
    /// cannot be put into columns, which refuses the input.
    pub rows: Option<K::Rows>,
    /// Accepted records.
    pub accepted: u64,
    /// Rejected records.
    pub rejects: Vec<Reject>,
    /// Elements beside the records, which are none of our business.
    pub skipped: u64,
    /// Findings that keep the record, counted by [`RuleId::index`].
    pub warned: [u64; RuleId::COUNT],
    /// With texts asked for: the findings in kept records.
    pub warnings: Vec<Warning>,
    /// The whole input is refused.
    pub refusal: Option<Refusal>,
}

/// Judges a piece.
pub fn judge<K: Kind>(piece: &Piece, settings: &JudgeSettings<K>) -> Judged<K> {
    let mut judge = Judge::new(settings, piece);
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
struct Judge<'s, K: Kind> {
    settings: &'s JudgeSettings<K>,
    /// Where the piece begins.
    start: Place,
    accepting: K::Accepting,
    findings: Findings,
    /// How the input is stored; rejects are kept in it.
    charset: Charset,
    out: Judged<K>,
}

/// A record's text and where it begins.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    text: &'a [u8],
    place: Place,
}

impl<'s, K: Kind> Judge<'s, K> {
    fn new(settings: &'s JudgeSettings<K>, piece: &Piece) -> Self {
        Self {
            settings,
            start: piece.place,
            accepting: K::accepting(piece.bytes.len()),
            findings: Findings::new(settings.with_texts),
            charset: Charset::Utf8,
            out: Judged {
                read: 0,
                rows: None,
                accepted: 0,
                rejects: Vec::new(),
                skipped: 0,
                warned: [0; RuleId::COUNT],
                warnings: Vec::new(),
                refusal: None,
            },
        }
    }

    fn finish(mut self, refusal: Option<Box<Refusal>>) -> Judged<K> {
        self.out.refusal = refusal.map(|refusal| *refusal);
        for (count, &more) in self.out.warned.iter_mut().zip(self.findings.warned()) {
            *count += more;
        }
        self.out.accepted = K::accepted(&self.accepting) as u64;
        let Self {
            accepting,
            settings,
            mut out,
            start,
            ..
        } = self;
        match K::finish(accepting, &settings.source_file, &settings.run_id) {
            Ok(rows) => out.rows = Some(rows),
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
    fn record(&mut self, raw: &mut K::Raw<'_>, stretch: Stretch<'_>) -> Verdict {
        if let Some(rule) = K::foreign(raw) {
            return Err(Box::new(self.foreign(rule, stretch.place)));
        }
        if stretch.text.len() > self.settings.limits.max_record_bytes {
            return Err(Box::new(self.too_long(stretch)));
        }
        if let Some((rule, message)) = self.settings.kind.lacking(raw) {
            return Err(Box::new(Refusal {
                rule,
                place: Some(stretch.place),
                message: message.to_owned(),
            }));
        }
        let ordinal = self.next_ordinal();
        let record = RecordText {
            text: stretch.text,
            // Records of one piece are counted in bytes of memory, far below i64.
            ordinal: i64::try_from(ordinal).unwrap_or(i64::MAX),
        };
        let settings = self.settings;
        let (findings, accepting) = (&mut self.findings, &mut self.accepting);
        match settings
            .kind
            .judge(raw, record, settings.json, findings, accepting)
        {
            Ok(true) => self.accept(ordinal, stretch),
            Ok(false) => self.reject(ordinal, stretch),
            Err(error) => self.unreadable(&error, ordinal, stretch),
        }
        Ok(())
    }

    /// Counts the findings of a record that was kept.
    fn accept(&mut self, ordinal: u64, stretch: Stretch<'_>) {
        self.findings.count();
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

    fn too_long(&self, stretch: Stretch<'_>) -> Refusal {
        Refusal {
            rule: RuleId::FileLimit,
            place: Some(stretch.place),
            message: format!(
                "the record has {} bytes, more than {}; raise --max-record-bytes if it is meant",
                stretch.text.len(),
                self.settings.limits.max_record_bytes
            ),
        }
    }

    fn foreign(&self, rule: RuleId, place: Place) -> Refusal {
        let Words {
            own,
            other,
            other_option,
        } = K::WORDS;
        let (rule, message) = match rule {
            RuleId::FileUserExport => (
                rule,
                "these are the aggregates of /users/export (name, first, last, count): single purchases cannot be rebuilt from them; export the events instead".to_owned(),
            ),
            RuleId::FileSeriesResponse => (
                rule,
                "this is a saved answer of a series endpoint, not purchases; compare it with a report instead of ingesting it".to_owned(),
            ),
            RuleId::FileErrorResponse => (
                rule,
                "this is the service's answer to a request that failed, not purchases; fetch the dump again".to_owned(),
            ),
            RuleId::FileCurrentsHttp => (
                rule,
                "this is an event as the custom HTTP connector of Currents sends it, which is not read; write each purchase as one flat Currents record (docs/inputs.md has a jq command)".to_owned(),
            ),
            _ if self.out.read > 0 => (
                RuleId::FileMixed,
                format!("{other} among {own}; split the dump by kind"),
            ),
            _ => (
                rule,
                format!("these are {other}, not {own}; ingest them with --kind {other_option}"),
            ),
        };
        Refusal {
            rule,
            place: Some(place),
            message,
        }
    }
}

#[cfg(test)]
mod cells;
#[cfg(test)]
mod currents;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod json_test_suite;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rule_examples;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod times;
