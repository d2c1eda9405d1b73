//! The charts of the page and their tables.
//!
//! In: an answer and where it comes from. Out: the [`Chart`] and the [`Table`] that show it. Nothing
//! is refused.

use super::ranking::{Ranked, ranked};
use super::{MonthStatus, RejectedRule, Source, SupplierBar};
use crate::render::chart::{Chart, Number, Series, Shape};
use crate::render::html::{Cell, Column, Table};
use crate::report::{NamedQuantity, QuantitySeries, RevenueSeries};
use crate::values::currency::{minor_units, parse_currency};

/// Rows of a series up to which it is drawn as columns; more of them are a line.
const MOST_COLUMNS: usize = 124;

/// What stands for purchases that name no app.
const NO_APP: &str = "(no app)";

/// A chart and the table of its numbers.
pub type Drawing = (Chart, Table);

/// Items by day or hour.
pub fn quantity(series: &QuantitySeries, source: &Source) -> Drawing {
    let rows = series.points.iter();
    let rows = rows.map(|point| (point.time.clone(), Number::Count(point.purchase_quantity)));
    let unit = time_unit(series.points.first().map(|point| point.time.as_str()));
    let title = format!("Items purchased by {}", unit.to_lowercase());
    time_series(rows.collect(), &title, "Items", unit, source)
}

/// Revenue by day or hour, in the series' currency.
pub fn revenue(series: &RevenueSeries, source: &Source) -> Drawing {
    let decimals = series.decimals();
    let currency = series.currency_code().unwrap_or("no currency");
    let rows = series.points.iter().map(|point| {
        let amount = point.revenue;
        (point.time.clone(), Number::Money { amount, decimals })
    });
    let unit = time_unit(series.points.first().map(|point| point.time.as_str()));
    let title = format!("Revenue in {currency} by {}", unit.to_lowercase());
    time_series(rows.collect(), &title, currency, unit, source)
}

fn time_unit(first: Option<&str>) -> &'static str {
    if first.is_some_and(|time| time.contains('T')) {
        "Hour"
    } else {
        "Day"
    }
}

/// `2025-01-31 05:00` of `2025-01-31T05:00:00-03:00`; the zone is named beside it.
fn short_time(time: &str) -> String {
    match (time.split_once('T'), time.get(11..16)) {
        (Some((day, _)), Some(clock)) => format!("{day} {clock}"),
        _ => time.to_owned(),
    }
}

fn time_series(
    rows: Vec<(String, Number)>,
    title: &str,
    value_title: &str,
    unit: &str,
    source: &Source,
) -> Drawing {
    let range = match (rows.first(), rows.last()) {
        (Some((first, _)), Some((last, _))) => {
            format!("{unit}, {} to {}", short_time(first), short_time(last))
        }
        _ => unit.to_owned(),
    };
    let table = Table {
        caption: format!("{title}, {}", source.timezone),
        columns: vec![Column::text(unit), Column::number(value_title)],
        rows: rows
            .iter()
            .map(|(time, value)| vec![Cell::Text(time.clone()), Cell::Number(*value)])
            .collect(),
    };
    let (labels, values): (Vec<String>, Vec<Number>) = rows.into_iter().unzip();
    let chart = Chart {
        title: title.to_owned(),
        subtitle: source.sentence(),
        shape: if labels.len() > MOST_COLUMNS {
            Shape::Lines
        } else {
            Shape::Columns
        },
        label_title: format!("{range} ({})", source.timezone),
        value_title: value_title.to_owned(),
        labels,
        series: vec![Series {
            name: value_title.to_owned(),
            values,
        }],
        has_rest: false,
        nothing: "No purchases in this time.".to_owned(),
    };
    (chart, table)
}

/// Items by product, the most bought first.
pub fn products(quantities: &[NamedQuantity], source: &Source) -> Drawing {
    named(quantities, "product", "(no product)", source)
}

/// Items by app, the most used first.
pub fn apps(quantities: &[NamedQuantity], source: &Source) -> Drawing {
    named(quantities, "app", NO_APP, source)
}

fn named(quantities: &[NamedQuantity], of: &str, unnamed: &str, source: &Source) -> Drawing {
    let rows = quantities.iter().map(|quantity| {
        let name = quantity.name.clone();
        let name = name.unwrap_or_else(|| unnamed.to_owned());
        (name, Number::Count(quantity.items))
    });
    let title = format!("Items purchased by {of}");
    bars(&ranked(rows.collect()), &title, of, "Items", source)
}

/// Totals by supplier in one currency, the greatest first; bars of other currencies are left out.
pub fn suppliers_in_currency(bars_of: &[SupplierBar], currency: &str, source: &Source) -> Drawing {
    let known = parse_currency(currency).ok();
    let units = known.and_then(|parsed| minor_units(parsed.currency));
    let decimals = units.map_or(0, usize::from);
    let rows = bars_of
        .iter()
        .filter(|bar| bar.currency == currency)
        .map(|bar| {
            let amount = bar.total;
            (bar.supplier.clone(), Number::Money { amount, decimals })
        });
    let title = format!("Total by supplier in {currency}");
    bars(
        &ranked(rows.collect()),
        &title,
        "supplier",
        currency,
        source,
    )
}

fn bars(ranked: &Ranked, title: &str, of: &str, unit: &str, source: &Source) -> Drawing {
    let table = Table {
        caption: title.to_owned(),
        columns: vec![Column::text(capital(of)), Column::number(unit)],
        rows: ranked
            .table
            .iter()
            .map(|(name, value)| {
                let cell = value.map_or(Cell::Absent, Cell::Number);
                vec![Cell::Text(name.clone()), cell]
            })
            .collect(),
    };
    let (labels, values) = ranked.chart.iter().cloned().unzip();
    let chart = Chart {
        title: title.to_owned(),
        subtitle: source.sentence(),
        shape: Shape::Bars,
        label_title: of.to_owned(),
        value_title: unit.to_owned(),
        labels,
        series: vec![Series {
            name: unit.to_owned(),
            values,
        }],
        has_rest: ranked.has_rest,
        nothing: "No purchases in this time.".to_owned(),
    };
    (chart, table)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Purchases from suppliers by month, stacked by status.
pub fn status_by_month(months: &[MonthStatus], source: &Source) -> Drawing {
    let of = |count: fn(&MonthStatus) -> i64, name: &str| Series {
        name: name.to_owned(),
        values: months
            .iter()
            .map(|month| Number::Count(count(month)))
            .collect(),
    };
    let mut series = vec![
        of(|month| month.received, "Received"),
        of(|month| month.pending, "Pending"),
    ];
    if months.iter().any(|month| month.without_status != 0) {
        series.push(of(|month| month.without_status, "Without a status"));
    }
    let title = "Purchases from suppliers by month and status";
    let names = series
        .iter()
        .map(|series| Column::number(series.name.as_str()));
    let table = Table {
        caption: title.to_owned(),
        columns: std::iter::once(Column::text("Month"))
            .chain(names)
            .collect(),
        rows: months
            .iter()
            .enumerate()
            .map(|(at, month)| {
                let counts = series.iter().map(|series| Cell::Number(series.values[at]));
                std::iter::once(Cell::Text(month.month.clone()))
                    .chain(counts)
                    .collect()
            })
            .collect(),
    };
    let chart = Chart {
        title: title.to_owned(),
        subtitle: source.sentence(),
        shape: Shape::Columns,
        label_title: "Month of registration".to_owned(),
        value_title: "Purchases".to_owned(),
        labels: months.iter().map(|month| month.month.clone()).collect(),
        series,
        has_rest: false,
        nothing: "No purchases from suppliers in this time.".to_owned(),
    };
    (chart, table)
}

/// Rejected records by rule, the most frequent first.
pub fn rejects(rules: &[RejectedRule], source: &Source) -> Drawing {
    let rows = rules.iter().map(|rule| {
        let name = rule.rule_id.clone();
        (name, Number::Count(rule.rejects))
    });
    let title = "Rejected records by rule";
    let (mut chart, _) = bars(&ranked(rows.collect()), title, "rule", "Records", source);
    "No record was rejected.".clone_into(&mut chart.nothing);
    let mut sorted: Vec<&RejectedRule> = rules.iter().collect();
    sorted.sort_by(|one, other| {
        let by_count = other.rejects.cmp(&one.rejects);
        by_count.then_with(|| {
            (&one.rule_id, &one.record_kind).cmp(&(&other.rule_id, &other.record_kind))
        })
    });
    let table = Table {
        caption: title.to_owned(),
        columns: vec![
            Column::text("Rule"),
            Column::text("What it asks for"),
            Column::text("Records of"),
            Column::number("Rejected"),
        ],
        rows: sorted
            .into_iter()
            .map(|rule| {
                vec![
                    Cell::Text(rule.rule_id.clone()),
                    Cell::Text(rule.summary.clone()),
                    Cell::Text(rule.record_kind.clone()),
                    Cell::Number(Number::Count(rule.rejects)),
                ]
            })
            .collect(),
    };
    (chart, table)
}
