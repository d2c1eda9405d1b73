//! The truth about a dump: the expected outcome of each record comes in, the content of `truth.json` goes out. All
//! sums are integers; money is formatted only at the end.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::output::Written;
use crate::purchases::calendar::Calendar;
use crate::purchases::draft::Draft;
use crate::purchases::shop::{APPS, CURRENCIES};

/// Decimals of the money sums.
const NANOS: i128 = 1_000_000_000;

/// Counts and sums over the records of a dump.
#[derive(Debug)]
pub(crate) struct Truth {
    rows: u64,
    accepted: u64,
    refunds: u64,
    edges: u64,
    duplicates: u64,
    rejected_by_rule: BTreeMap<&'static str, u64>,
    warned_by_rule: BTreeMap<&'static str, u64>,
    quantity_by_day: Vec<i64>,
    quantity_by_app: [i64; APPS.len()],
    quantity_without_app: i64,
    refunded_quantity: i64,
    revenue_nanos: [i128; CURRENCIES.len()],
    rows_by_currency: [u64; CURRENCIES.len()],
}

impl Truth {
    /// Empty counts for a window of `days` days.
    pub(crate) fn new(days: usize) -> Self {
        Self {
            rows: 0,
            accepted: 0,
            refunds: 0,
            edges: 0,
            duplicates: 0,
            rejected_by_rule: BTreeMap::new(),
            warned_by_rule: BTreeMap::new(),
            quantity_by_day: vec![0; days],
            quantity_by_app: [0; APPS.len()],
            quantity_without_app: 0,
            refunded_quantity: 0,
            revenue_nanos: [0; CURRENCIES.len()],
            rows_by_currency: [0; CURRENCIES.len()],
        }
    }

    /// A record that must be rejected for one rule.
    pub(crate) fn reject(&mut self, rule: &'static str) {
        self.rows += 1;
        *self.rejected_by_rule.entry(rule).or_default() += 1;
    }

    /// A record that must be dropped as a duplicate.
    pub(crate) fn duplicate(&mut self) {
        self.rows += 1;
        self.duplicates += 1;
    }

    /// The warnings of a record that must be accepted.
    pub(crate) fn odd(&mut self, rules: &[&'static str]) {
        if rules.is_empty() {
            self.edges += 1;
        }
        for rule in rules {
            *self.warned_by_rule.entry(rule).or_default() += 1;
        }
    }

    /// A record that must be accepted.
    pub(crate) fn accept(&mut self, draft: &Draft, calendar: &Calendar) {
        let meaning = draft.meaning;
        self.rows += 1;
        self.accepted += 1;
        self.quantity_by_day[calendar.day_index(meaning.utc_micros)] += meaning.quantity;
        match meaning.app {
            Some(app) => self.quantity_by_app[app] += meaning.quantity,
            None => self.quantity_without_app += meaning.quantity,
        }
        if draft.is_refund() {
            self.refunds += 1;
            self.refunded_quantity += meaning.quantity;
        }
        self.revenue_nanos[meaning.currency] += meaning.price_nanos * i128::from(meaning.quantity);
        self.rows_by_currency[meaning.currency] += 1;
    }

    /// The content of the truth file. `parameters` are the options of the dump.
    pub(crate) fn to_json(
        &self,
        calendar: &Calendar,
        files: &[Written],
        parameters: &Value,
    ) -> Value {
        let rejected: u64 = self.rejected_by_rule.values().sum();
        let by_day: Map<String, Value> = self
            .quantity_by_day
            .iter()
            .enumerate()
            .map(|(day, &quantity)| (calendar.date(day).to_owned(), json!(quantity)))
            .collect();
        let by_app: Map<String, Value> = APPS
            .iter()
            .zip(self.quantity_by_app)
            .map(|(app, quantity)| ((*app).to_owned(), json!(quantity)))
            .collect();
        let taken = || {
            CURRENCIES
                .iter()
                .enumerate()
                .filter(|&(at, _)| self.rows_by_currency[at] > 0)
        };
        let revenue: Map<String, Value> = taken()
            .map(|(at, currency)| {
                (
                    currency.code.to_owned(),
                    json!(decimal(self.revenue_nanos[at])),
                )
            })
            .collect();
        let rows_by_currency: Map<String, Value> = taken()
            .map(|(at, currency)| (currency.code.to_owned(), json!(self.rows_by_currency[at])))
            .collect();
        let listed: Vec<Value> = files.iter().map(Written::to_json).collect();
        json!({
            "parameters": parameters,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": rejected,
            "duplicate": self.duplicates,
            "rejected_by_rule": self.rejected_by_rule,
            "warned_by_rule": self.warned_by_rule,
            "edges": self.edges,
            "refunds": self.refunds,
            "quantity_total": self.quantity_by_day.iter().sum::<i64>(),
            "quantity_refunded": self.refunded_quantity,
            "quantity_per_utc_day": by_day,
            "quantity_by_app_id": by_app,
            "quantity_without_app_id": self.quantity_without_app,
            "rows_by_currency": rows_by_currency,
            "revenue_by_currency": revenue,
            "bytes": files.iter().map(|file| file.bytes).sum::<u64>(),
            "bytes_uncompressed": files.iter().map(|file| file.bytes_uncompressed).sum::<u64>(),
            "files": listed,
        })
    }
}

/// The shortest exact decimal text of an amount in 1e-9.
fn decimal(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, rest) = (nanos.abs() / NANOS, nanos.abs() % NANOS);
    let text = format!("{sign}{whole}.{rest:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
