//! The charts of the dashboard and their tables.
//!
//! In: an answer and its provenance. Out: the [`Chart`] and the [`AnswerTable`] that show it. Nothing
//! is refused.

use super::content::{MonthlyStatusCounts, Provenance, RuleRejectCount, SupplierTotal};
use super::ranking::{Ranking, rank};
use crate::render::amount_text::currency_decimals;
use crate::render::answer_table::{AnswerTable, TableCell, TableColumn};
use crate::render::chart::{Chart, ChartSeries, ChartType, ExactNumber};
use crate::report::{NamedQuantity, QuantitySeries, RevenueSeries};

/// A series with more rows is drawn as a line instead of columns.
const MAX_COLUMNS: usize = 124;

/// Label for purchases without an app.
const NO_APP: &str = "(no app)";

/// A chart and the table of its numbers.
pub type ChartWithTable = (Chart, AnswerTable);

/// Items by day or hour.
pub fn quantity(series: &QuantitySeries, provenance: &Provenance) -> ChartWithTable {
    let rows = series.points.iter().map(|point| {
        let items = point.purchase_quantity;
        (point.time.clone(), ExactNumber::Count(items))
    });
    time_series(rows.collect(), "Items purchased", "Items", provenance)
}

/// Revenue by day or hour, in the series' currency.
pub fn revenue(series: &RevenueSeries, provenance: &Provenance) -> ChartWithTable {
    let decimals = series.decimals();
    let currency = series.currency_code().unwrap_or("no currency");
    let rows = series.points.iter().map(|point| {
        let amount = point.revenue;
        (point.time.clone(), ExactNumber::Money { amount, decimals })
    });
    let what = format!("Revenue in {currency}");
    time_series(rows.collect(), &what, currency, provenance)
}

/// `2025-01-31 05:00` of `2025-01-31T05:00:00-03:00`; the zone is shown beside it.
fn short_time(time: &str) -> String {
    match (time.split_once('T'), time.get(11..16)) {
        (Some((day, _)), Some(clock)) => format!("{day} {clock}"),
        _ => time.to_owned(),
    }
}

/// A chart and table of `what` by the unit of the times.
fn time_series(
    rows: Vec<(String, ExactNumber)>,
    what: &str,
    value_title: &str,
    provenance: &Provenance,
) -> ChartWithTable {
    let is_hour = |(time, _): &(String, ExactNumber)| time.contains('T');
    let unit = if rows.first().is_some_and(is_hour) {
        "Hour"
    } else {
        "Day"
    };
    let title = &format!("{what} by {}", unit.to_lowercase());
    let range = match (rows.first(), rows.last()) {
        (Some((first, _)), Some((last, _))) => {
            format!("{unit}, {} to {}", short_time(first), short_time(last))
        }
        _ => unit.to_owned(),
    };
    let table = AnswerTable {
        caption: format!("{title}, {}", provenance.timezone),
        columns: vec![TableColumn::text(unit), TableColumn::number(value_title)],
        rows: rows
            .iter()
            .map(|(time, value)| vec![TableCell::Text(time.clone()), TableCell::Number(*value)])
            .collect(),
    };
    let chart_type = if rows.len() > MAX_COLUMNS {
        ChartType::Lines
    } else {
        ChartType::Columns
    };
    let label_title = format!("{range} ({})", provenance.timezone);
    let chart = one_series(
        chart_type,
        title,
        label_title,
        value_title,
        rows,
        provenance,
    );
    (chart, table)
}

/// A chart with one series, which has the name of its unit.
fn one_series(
    chart_type: ChartType,
    title: &str,
    label_title: String,
    value_title: &str,
    rows: Vec<(String, ExactNumber)>,
    provenance: &Provenance,
) -> Chart {
    let (labels, values) = rows.into_iter().unzip();
    Chart {
        title: title.to_owned(),
        subtitle: provenance.sentence(),
        chart_type,
        label_title,
        value_title: value_title.to_owned(),
        labels,
        series: vec![ChartSeries {
            name: value_title.to_owned(),
            values,
        }],
        has_remainder: false,
        empty_text: "No purchases in this period.".to_owned(),
    }
}

/// Items by product, the most purchased first.
pub fn products(quantities: &[NamedQuantity], provenance: &Provenance) -> ChartWithTable {
    named_bars(quantities, "product", "(no product)", provenance)
}

/// Items by app, the app with the most items first.
pub fn apps(quantities: &[NamedQuantity], provenance: &Provenance) -> ChartWithTable {
    named_bars(quantities, "app", NO_APP, provenance)
}

fn named_bars(
    quantities: &[NamedQuantity],
    of: &str,
    unnamed: &str,
    provenance: &Provenance,
) -> ChartWithTable {
    let rows = quantities.iter().map(|quantity| {
        let name = quantity.name.clone();
        let name = name.unwrap_or_else(|| unnamed.to_owned());
        (name, ExactNumber::Count(quantity.items))
    });
    let title = format!("Items purchased by {of}");
    bars(rank(rows.collect()), &title, of, "Items", provenance)
}

/// Totals by supplier in one currency, the largest first; totals in other currencies are left out.
pub fn suppliers_in_currency(
    totals: &[SupplierTotal],
    currency: &str,
    provenance: &Provenance,
) -> ChartWithTable {
    let decimals = currency_decimals(Some(currency)).unwrap_or_default();
    let rows = totals
        .iter()
        .filter(|total| total.currency == currency)
        .map(|total| {
            let amount = total.total;
            (
                total.supplier.clone(),
                ExactNumber::Money { amount, decimals },
            )
        });
    let title = format!("Total by supplier in {currency}");
    let ranked = rank(rows.collect());
    bars(ranked, &title, "supplier", currency, provenance)
}

fn bars(
    ranked: Ranking,
    title: &str,
    of: &str,
    unit: &str,
    provenance: &Provenance,
) -> ChartWithTable {
    let table = AnswerTable {
        caption: title.to_owned(),
        columns: vec![TableColumn::text(capitalize(of)), TableColumn::number(unit)],
        rows: ranked
            .table
            .into_iter()
            .map(|(name, value)| {
                let cell = value.map_or(TableCell::Absent, TableCell::Number);
                vec![TableCell::Text(name), cell]
            })
            .collect(),
    };
    let rows = ranked.chart;
    let chart = Chart {
        has_remainder: ranked.has_remainder,
        ..one_series(
            ChartType::Bars,
            title,
            of.to_owned(),
            unit,
            rows,
            provenance,
        )
    };
    (chart, table)
}

fn capitalize(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Supplier purchases by month, stacked by status.
pub fn status_by_month(months: &[MonthlyStatusCounts], provenance: &Provenance) -> ChartWithTable {
    let of = |count: fn(&MonthlyStatusCounts) -> i64, name: &str| ChartSeries {
        name: name.to_owned(),
        values: months
            .iter()
            .map(|month| ExactNumber::Count(count(month)))
            .collect(),
    };
    let mut series = vec![
        of(|month| month.received, "Received"),
        of(|month| month.pending, "Pending"),
    ];
    if months.iter().any(|month| month.without_status != 0) {
        series.push(of(|month| month.without_status, "No status"));
    }
    let title = "Supplier purchases by month and status";
    let names = series
        .iter()
        .map(|series| TableColumn::number(series.name.as_str()));
    let table = AnswerTable {
        caption: title.to_owned(),
        columns: std::iter::once(TableColumn::text("Month"))
            .chain(names)
            .collect(),
        rows: months
            .iter()
            .enumerate()
            .map(|(at, month)| {
                let counts = series
                    .iter()
                    .map(|series| TableCell::Number(series.values[at]));
                std::iter::once(TableCell::Text(month.month.clone()))
                    .chain(counts)
                    .collect()
            })
            .collect(),
    };
    let chart = Chart {
        title: title.to_owned(),
        subtitle: provenance.sentence(),
        chart_type: ChartType::Columns,
        label_title: "Month of registration".to_owned(),
        value_title: "Purchases".to_owned(),
        labels: months.iter().map(|month| month.month.clone()).collect(),
        series,
        has_remainder: false,
        empty_text: "No supplier purchases in this period.".to_owned(),
    };
    (chart, table)
}

/// Rejected records by rule, the most frequent first.
pub fn rejects(rules: &[RuleRejectCount], provenance: &Provenance) -> ChartWithTable {
    let rows = rules.iter().map(|rule| {
        let name = rule.rule_id.clone();
        (name, ExactNumber::Count(rule.rejects))
    });
    let title = "Rejected records by rule";
    let (mut chart, _) = bars(rank(rows.collect()), title, "rule", "Records", provenance);
    "No records were rejected.".clone_into(&mut chart.empty_text);
    let mut sorted: Vec<&RuleRejectCount> = rules.iter().collect();
    sorted.sort_by(|one, other| {
        let by_count = other.rejects.cmp(&one.rejects);
        by_count.then_with(|| {
            (&one.rule_id, &one.record_kind).cmp(&(&other.rule_id, &other.record_kind))
        })
    });
    let table = AnswerTable {
        caption: title.to_owned(),
        columns: vec![
            TableColumn::text("Rule"),
            TableColumn::text("Requirement"),
            TableColumn::text("Dataset"),
            TableColumn::number("Rejected"),
        ],
        rows: sorted
            .into_iter()
            .map(|rule| {
                vec![
                    TableCell::Text(rule.rule_id.clone()),
                    TableCell::Text(rule.summary.clone()),
                    TableCell::Text(rule.record_kind.clone()),
                    TableCell::Number(ExactNumber::Count(rule.rejects)),
                ]
            })
            .collect(),
    };
    (chart, table)
}
