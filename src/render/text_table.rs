//! Answers as tables for people: a title, the table with its totals, and notes.
//!
//! In: the table of an answer, and the window of a terminal if it is shown on one. Out: lines of
//! text. Numbers have the digits that CSV has. On a terminal, texts are cut to its width, a long
//! series has a sparkline in its title, and there may be colours. Nothing is refused: unprintable
//! characters are escaped, so that data cannot control the terminal.

use anstyle::{AnsiColor, Style};
use console::measure_text_width;

use super::amount_text::amount_text;
use super::answer_table::{AnswerTable, TableCell};
use super::chart::ExactNumber;
use super::screen::Screen;
use crate::values::text::escape_unprintable;

mod bars;
mod columns;
#[cfg(test)]
mod tests;

use bars::{bars, sparkline};
use columns::{GAP, Grid};

/// The width of a text that is not for a terminal.
const PLAIN_WIDTH: usize = 100;

/// The narrowest and the widest room for bars and sparklines.
const MIN_BAR_WIDTH: usize = 6;
const MAX_BAR_WIDTH: usize = 40;

const HEAD: Style = Style::new().bold();
const NEGATIVE: Style = AnsiColor::Red.on_default();
const BAR: Style = AnsiColor::Cyan.on_default();

/// An answer for people.
#[derive(Debug)]
pub(super) struct TextAnswer {
    /// The title and the rows.
    pub(super) table: AnswerTable,
    /// The column whose values are drawn as bars.
    pub(super) bar_column: Option<usize>,
    /// Headings of columns that are left out where the others do not fit, the first one first.
    pub(super) detail_columns: &'static [&'static str],
    /// Rows below the others, separated by a rule.
    pub(super) totals: Vec<Vec<TableCell>>,
    /// Sentences below the table, a line each.
    pub(super) notes: Vec<String>,
}

/// The bytes of an answer for people; for the window of a terminal if there is one.
pub(super) fn text_bytes(answer: &TextAnswer, screen: Option<&Screen>) -> Vec<u8> {
    let TextAnswer {
        table,
        bar_column,
        detail_columns,
        totals,
        notes,
    } = answer;
    let width = screen.map_or(PLAIN_WIDTH, |screen| screen.width);
    let has_colours = screen.is_some_and(|screen| screen.has_colours);
    let mut grid = grid(table, totals);
    let left_out = match screen {
        Some(screen) => grid.leave_out(detail_columns, screen.width),
        None => Vec::new(),
    };
    grid.cut(screen.map(|screen| screen.width));
    let columns = grid.headings.len();
    let values = bar_column.map(|at| values(table, at)).unwrap_or_default();
    let room = width.saturating_sub(grid.width() + GAP).min(MAX_BAR_WIDTH);
    if room >= MIN_BAR_WIDTH && values.iter().any(|value| *value != 0) {
        grid.add_column(bars(&values, room));
    }
    let mut lines = grid.text_lines();
    if has_colours {
        paint(&mut lines, &grid, columns);
    }
    if !totals.is_empty()
        && let Some(rule) = lines.get(1).cloned()
    {
        lines.insert(lines.len() - totals.len(), rule);
    }
    let title = painted(&escape_unprintable(&table.caption), HEAD, has_colours);
    lines.insert(0, title);
    lines.insert(1, String::new());
    let left_out = (!left_out.is_empty()).then(|| {
        let names = left_out.join(", ");
        format!(
            "Not shown at this width: {names}. A wider terminal and --format csv have all columns."
        )
    });
    let notes = notes.iter().map(|note| escape_unprintable(note));
    let notes: Vec<String> = left_out.into_iter().chain(notes).collect();
    if !notes.is_empty() {
        lines.push(String::new());
        lines.extend(notes);
    }
    if screen.is_some_and(|screen| lines.len() > screen.height) && !values.is_empty() {
        add_sparkline(&mut lines, &values, width, has_colours);
    }
    lines
        .join("\n")
        .into_bytes()
        .into_iter()
        .chain([b'\n'])
        .collect()
}

/// The cells as text.
fn grid(table: &AnswerTable, totals: &[Vec<TableCell>]) -> Grid {
    let columns = &table.columns;
    let rows = table.rows.iter().chain(totals);
    let headings = columns
        .iter()
        .map(|column| escape_unprintable(&column.heading));
    Grid {
        headings: headings.collect(),
        is_number: columns.iter().map(|column| column.is_number).collect(),
        lines: rows
            .map(|row| row.iter().map(cell_text).collect())
            .collect(),
    }
}

/// The text of a cell; a number has the digits that CSV has.
fn cell_text(cell: &TableCell) -> String {
    match cell {
        TableCell::Text(text) => escape_unprintable(text),
        TableCell::Number(ExactNumber::Count(count)) => count.to_string(),
        TableCell::Number(ExactNumber::Money { amount, decimals }) => {
            amount_text(amount, (*decimals).max(1))
        }
        TableCell::Absent => "–".to_owned(),
    }
}

/// The values of a column, in billionths; zero where there is none.
fn values(table: &AnswerTable, column: usize) -> Vec<i128> {
    let value = |row: &Vec<TableCell>| match row.get(column) {
        Some(TableCell::Number(number)) => number.nanos(),
        _ => 0,
    };
    table.rows.iter().map(value).collect()
}

/// Colours the headings, negative numbers and bars; `columns` are those before the bars.
fn paint(lines: &mut [String], grid: &Grid, columns: usize) {
    let mut lines = lines.iter_mut();
    if let Some(head) = lines.next() {
        *head = painted(head, HEAD, true);
    }
    // The rule has no colour.
    for (line, cells) in lines.skip(1).zip(&grid.lines) {
        let mut styled = String::with_capacity(line.len());
        let mut rest = line.as_str();
        for (at, cell) in cells.iter().enumerate() {
            let is_negative = grid.is_number.get(at) == Some(&true) && cell.starts_with('-');
            let style = if at >= columns {
                BAR
            } else if is_negative {
                NEGATIVE
            } else {
                Style::new()
            };
            // Between two cells are only spaces.
            let shown = cell.trim_end();
            let Some((before, after)) = rest.split_once(shown) else {
                break;
            };
            styled.push_str(before);
            styled.push_str(&painted(shown, style, true));
            rest = after;
        }
        styled.push_str(rest);
        *line = styled;
    }
}

fn painted(text: &str, style: Style, has_colours: bool) -> String {
    if has_colours && !text.is_empty() && !style.is_plain() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// Adds the sparkline to the title, or below it if there is no room.
fn add_sparkline(lines: &mut Vec<String>, values: &[i128], width: usize, has_colours: bool) {
    let Some(title) = lines.first_mut() else {
        return;
    };
    let room = width.saturating_sub(measure_text_width(title) + GAP);
    if room >= MIN_BAR_WIDTH {
        let spark = sparkline(values, room.min(MAX_BAR_WIDTH));
        title.push_str("  ");
        title.push_str(&painted(&spark, BAR, has_colours));
    } else {
        let spark = sparkline(values, width.min(MAX_BAR_WIDTH));
        lines.insert(1, painted(&spark, BAR, has_colours));
    }
}
