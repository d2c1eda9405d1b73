//! Columns of a text table, side by side.
//!
//! In: lines of cells, printable and without line breaks. Out: lines of text in columns, numbers
//! aligned right. Only cells of texts are cut, and marked where they are: a cut number would be
//! another number.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle, presets};
use console::{measure_text_width, truncate_str};

/// Spaces between two columns.
pub(super) const GAP: usize = 2;

/// No column of texts is cut below this width: that of a date.
const MIN_TEXT_WIDTH: usize = 10;

/// Details are left out before a column of texts is cut below this width, at which most names can be
/// recognised.
const LEGIBLE_TEXT_WIDTH: usize = 20;

/// The widest text that is never cut; the layout counts columns with 16 bits.
const MAX_TEXT_WIDTH: usize = 10_000;

/// The end of a text that is cut.
const CUT: &str = "…";

/// Cells in lines, the headings first.
pub(super) struct Grid {
    pub(super) headings: Vec<String>,
    /// Whether a column has numbers, which are aligned right.
    pub(super) is_number: Vec<bool>,
    pub(super) lines: Vec<Vec<String>>,
}

impl Grid {
    /// The width of each column.
    fn widths(&self) -> Vec<usize> {
        let width_at = |at: usize| {
            let cells = self.lines.iter().filter_map(|line| line.get(at));
            let cells = cells.chain(self.headings.get(at));
            cells
                .map(|cell| measure_text_width(cell))
                .max()
                .unwrap_or_default()
        };
        (0..self.headings.len()).map(width_at).collect()
    }

    /// The width of all columns with the gaps between them.
    pub(super) fn width(&self) -> usize {
        with_gaps(&self.widths())
    }

    /// Leaves out columns by their headings, in this order, until the others fit a width with
    /// legible texts; returns the headings that are left out.
    pub(super) fn leave_out(&mut self, headings: &[&str], width: usize) -> Vec<String> {
        let mut left_out = Vec::new();
        for heading in headings {
            if self.legible_width() <= width {
                break;
            }
            let Some(at) = self.headings.iter().position(|known| known == heading) else {
                continue;
            };
            left_out.push(self.headings.remove(at));
            self.is_number.remove(at);
            for line in self.lines.iter_mut().filter(|line| at < line.len()) {
                line.remove(at);
            }
        }
        left_out
    }

    /// The width of all columns with texts that are cut but legible.
    fn legible_width(&self) -> usize {
        let widths = self.widths().into_iter().zip(&self.is_number);
        let least = widths.map(|(width, is_number)| match is_number {
            true => width,
            false => width.min(LEGIBLE_TEXT_WIDTH),
        });
        with_gaps(&least.collect::<Vec<_>>())
    }

    /// Cuts texts, the widest column first, until the columns fit a width or all texts are short.
    /// Without a width, only a text that is too wide for the layout is cut.
    pub(super) fn cut(&mut self, width: Option<usize>) {
        let is_number = &self.is_number;
        let is_text = |at: &usize| is_number.get(*at) != Some(&true);
        let mut widths = self.widths();
        for at in (0..widths.len()).filter(is_text) {
            widths[at] = widths[at].min(MAX_TEXT_WIDTH);
        }
        while width.is_some_and(|width| with_gaps(&widths) > width) {
            let widest = (0..widths.len())
                .filter(is_text)
                .max_by_key(|at| widths[*at]);
            match widest {
                Some(at) if widths[at] > MIN_TEXT_WIDTH => widths[at] -= 1,
                _ => break,
            }
        }
        for at in (0..widths.len()).filter(is_text) {
            let cells = self.lines.iter_mut().filter_map(|line| line.get_mut(at));
            for cell in cells.chain(self.headings.get_mut(at)) {
                if measure_text_width(cell) > widths[at] {
                    *cell = truncate_str(cell, widths[at], CUT).into_owned();
                }
            }
        }
    }

    /// Adds a column of texts without a heading; further lines have no cell there.
    pub(super) fn add_column(&mut self, cells: Vec<String>) {
        self.headings.push(String::new());
        self.is_number.push(false);
        for (line, cell) in self.lines.iter_mut().zip(cells) {
            line.push(cell);
        }
    }

    /// The lines of the table: the headings, a rule, and the lines of the cells.
    pub(super) fn text_lines(&self) -> Vec<String> {
        let rule = LineStyle::none().fill('─');
        let style: TableStyle = presets::NOTHING.header_separator(rule);
        let mut table = Table::new();
        table.load_style(style);
        table.set_header(&self.headings);
        table.add_rows(&self.lines);
        let last = self.headings.len().saturating_sub(1);
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if at == last { 0 } else { 2 }));
            if self.is_number.get(at).is_some_and(|is_number| *is_number) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }
}

fn with_gaps(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}
