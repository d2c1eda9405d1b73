//! The figures at the head of the page.
//!
//! In: the page's data. Out: sums of what the sections show, where there is something to sum up.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::PageData;
use super::charts::suppliers_in_currency;
use super::ranking::sum;
use crate::render::chart::{Number, visible};
use crate::render::html::{Cell, name};

/// One figure.
struct Tile {
    title: String,
    value: Number,
    note: String,
}

/// Characters of a figure that fit its tile at full size.
const FITTING: usize = 13;

impl Tile {
    /// Whether the figure has to be set smaller to stand on one line.
    fn is_long(&self) -> bool {
        self.value.to_string().chars().count() > FITTING
    }
}

pub(super) fn tiles(data: &PageData) -> Markup {
    let tiles: Vec<Tile> = items(data)
        .into_iter()
        .chain(revenue(data))
        .chain(suppliers(data))
        .chain(status(data))
        .chain(rejected(data))
        .collect();
    html! {
        @if !tiles.is_empty() {
            dl.tiles {
                @for tile in &tiles {
                    div {
                        dt { (name(&tile.title)) }
                        dd.figure.long[tile.is_long()] { data value=(tile.value.digits()) { (tile.value) } }
                        // Dates must not break at their hyphens.
                        dd.note { @for word in visible(&tile.note, 200).split(' ') { span { (word) } " " } }
                    }
                }
            }
        }
    }
}

fn items(data: &PageData) -> Option<Tile> {
    let points = &data.items.by_day.as_ref()?.data.points;
    let value = sum(points
        .iter()
        .map(|point| Number::Count(point.purchase_quantity)))?;
    Some(Tile {
        title: "Items purchased".to_owned(),
        value,
        note: span(points.first()?.time.as_str(), points.last()?.time.as_str()),
    })
}

fn revenue(data: &PageData) -> impl Iterator<Item = Tile> {
    data.revenue.iter().filter_map(|of| {
        let (points, decimals) = (&of.data.points, of.data.decimals());
        let amounts = points.iter().map(|point| Number::Money {
            amount: point.revenue,
            decimals,
        });
        Some(Tile {
            title: format!("Revenue, {}", of.data.currency_code()?),
            value: sum(amounts)?,
            note: span(points.first()?.time.as_str(), points.last()?.time.as_str()),
        })
    })
}

fn suppliers(data: &PageData) -> Vec<Tile> {
    let Some(of) = &data.suppliers else {
        return Vec::new();
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for bar in &of.data {
        *counts.entry(bar.currency.as_str()).or_default() += 1;
    }
    let tile = |(currency, count): (&str, usize)| {
        let (_, table) = suppliers_in_currency(&of.data, currency, &of.source);
        let values = table.rows.iter().filter_map(|row| match row.last()? {
            Cell::Number(number) => Some(*number),
            _ => None,
        });
        Some(Tile {
            title: format!("Bought from suppliers, {currency}"),
            value: sum(values)?,
            note: format!("{count} supplier{}", if count == 1 { "" } else { "s" }),
        })
    };
    counts.into_iter().filter_map(tile).collect()
}

fn status(data: &PageData) -> Option<Tile> {
    let months = &data.status_by_month.as_ref()?.data;
    let value = sum(months.iter().map(|month| Number::Count(month.pending)))?;
    Some(Tile {
        title: "Pending from suppliers".to_owned(),
        value,
        note: span(&months.first()?.month, &months.last()?.month),
    })
}

fn rejected(data: &PageData) -> Option<Tile> {
    let of = data.rejects.as_ref()?;
    let value = sum(of.data.iter().map(|rule| Number::Count(rule.rejects)));
    Some(Tile {
        title: "Rejected records".to_owned(),
        value: value.unwrap_or(Number::Count(0)),
        note: format!(
            "{} version {}",
            of.source.table.table, of.source.table.version
        ),
    })
}

fn span(first: &str, last: &str) -> String {
    if first == last {
        first.to_owned()
    } else {
        format!("{first} to {last}")
    }
}
