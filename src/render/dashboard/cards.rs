//! The cards with the key figures at the top of the dashboard.
//!
//! In: a dashboard. Out: the totals of its sections, where there is something to add.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::charts::suppliers_in_currency;
use super::content::Dashboard;
use super::ranking::sum;
use crate::render::answer_table::TableCell;
use crate::render::chart::{ExactNumber, printable_text};
use crate::render::html::isolated_text;

/// A card: a key figure with its title and a note.
struct Card {
    title: String,
    value: ExactNumber,
    note: String,
}

/// Longest figure shown at full size.
const MAX_FULL_SIZE_CHARS: usize = 13;

impl Card {
    /// Whether the figure is shown smaller, so that it fits on one line.
    fn is_long(&self) -> bool {
        self.value.to_string().chars().count() > MAX_FULL_SIZE_CHARS
    }
}

pub(super) fn cards(dashboard: &Dashboard) -> Markup {
    let cards: Vec<Card> = items(dashboard)
        .into_iter()
        .chain(revenue(dashboard))
        .chain(suppliers(dashboard))
        .chain(pending(dashboard))
        .chain(rejected_records(dashboard))
        .collect();
    html! {
        @if !cards.is_empty() {
            dl.cards {
                @for card in &cards {
                    div {
                        dt { (isolated_text(&card.title)) }
                        dd.figure.long[card.is_long()] { data value=(card.value.digits()) { (card.value) } }
                        // Each word in its own element: dates must not break at their hyphens.
                        dd.note { @for word in printable_text(&card.note, 200).split(' ') { span { (word) } " " } }
                    }
                }
            }
        }
    }
}

fn items(dashboard: &Dashboard) -> Option<Card> {
    let points = &dashboard.items.by_day.as_ref()?.data.points;
    let value = sum(points
        .iter()
        .map(|point| ExactNumber::Count(point.purchase_quantity)))?;
    Some(Card {
        title: "Items purchased".to_owned(),
        value,
        note: time_range(points.first()?.time.as_str(), points.last()?.time.as_str()),
    })
}

fn revenue(dashboard: &Dashboard) -> impl Iterator<Item = Card> {
    dashboard.revenue.iter().filter_map(|of| {
        let (points, decimals) = (&of.data.points, of.data.decimals());
        let amounts = points.iter().map(|point| ExactNumber::Money {
            amount: point.revenue,
            decimals,
        });
        Some(Card {
            title: format!("Revenue ({})", of.data.currency_code()?),
            value: sum(amounts)?,
            note: time_range(points.first()?.time.as_str(), points.last()?.time.as_str()),
        })
    })
}

fn suppliers(dashboard: &Dashboard) -> Vec<Card> {
    let Some(of) = &dashboard.suppliers else {
        return Vec::new();
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for bar in &of.data {
        *counts.entry(bar.currency.as_str()).or_default() += 1;
    }
    let card = |(currency, count): (&str, usize)| {
        let (_, table) = suppliers_in_currency(&of.data, currency, &of.provenance);
        let values = table.rows.iter().filter_map(|row| match row.last()? {
            TableCell::Number(number) => Some(*number),
            _ => None,
        });
        Some(Card {
            title: format!("Supplier purchases ({currency})"),
            value: sum(values)?,
            note: format!("{count} supplier{}", if count == 1 { "" } else { "s" }),
        })
    };
    counts.into_iter().filter_map(card).collect()
}

fn pending(dashboard: &Dashboard) -> Option<Card> {
    let months = &dashboard.status_by_month.as_ref()?.data;
    let value = sum(months.iter().map(|month| ExactNumber::Count(month.pending)))?;
    Some(Card {
        title: "Pending supplier purchases".to_owned(),
        value,
        note: time_range(&months.first()?.month, &months.last()?.month),
    })
}

fn rejected_records(dashboard: &Dashboard) -> Option<Card> {
    let of = dashboard.rejects.as_ref()?;
    let value = sum(of.data.iter().map(|rule| ExactNumber::Count(rule.rejects)));
    Some(Card {
        title: "Rejected records".to_owned(),
        value: value.unwrap_or(ExactNumber::Count(0)),
        note: format!(
            "table {}, version {}",
            of.provenance.table.table, of.provenance.table.version
        ),
    })
}

fn time_range(first: &str, last: &str) -> String {
    if first == last {
        first.to_owned()
    } else {
        format!("{first} to {last}")
    }
}
