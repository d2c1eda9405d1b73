//! Validates rows of a sheet. They are read from the delimited text that they become, so that the rules,
//! and the form of a reject, are those of delimited text; a finding names the cell.

use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::element_index::ElementArray;
use crate::ingest::record_kind::RecordKind;
use crate::input::csv::refusal::TextPosition;
use crate::input::csv::rows::{BadRow, CsvRowReader, RowFault};
use crate::input::{Refusal, SheetLayout, SheetRowOrigin, SourcePosition};
use crate::record::Finding;
use crate::rules::RuleId;

impl<K: RecordKind> ChunkValidator<'_, K> {
    pub(super) fn sheet_rows(
        &mut self,
        bytes: &[u8],
        layout: &SheetLayout,
        origins: &[SheetRowOrigin],
    ) -> ValidationResult {
        let reader = K::csv_rows(&layout.csv);
        let shape = layout.csv.row_shape();
        let mut rows = CsvRowReader::new(bytes, TextPosition::START, shape).map_err(|refused| {
            Box::new(Refusal::new(refused.rule(), refused.to_string()).at(self.start))
        })?;
        let mut origins = origins.iter();
        while let Some(row) = rows.next_row() {
            if self.is_full() {
                break;
            }
            // A row of the sheet is one row of the text.
            let Some(origin) = origins.next() else {
                break;
            };
            let position = SourcePosition {
                byte_offset: 0,
                line: origin.number,
            };
            let (rejects, warnings) = (self.out.rejects.len(), self.out.warnings.len());
            match row {
                Ok(row) if origin.faults.is_empty() => {
                    let mut raw = K::Raw::default();
                    K::read_row(&reader, &row, &mut raw);
                    let text = row.raw().as_bytes();
                    self.record(&mut raw, RecordSpan { text, position })?;
                }
                Ok(row) => {
                    let text = row.raw().as_bytes();
                    self.reject_cells(layout, origin, RecordSpan { text, position });
                }
                Err(bad) => self.reject_row(&bad, position),
            }
            self.add_places(layout, origin, rejects, warnings);
        }
        Ok(())
    }

    fn reject_cells(
        &mut self,
        layout: &SheetLayout,
        origin: &SheetRowOrigin,
        span: RecordSpan<'_>,
    ) {
        self.findings.clear();
        for fault in &origin.faults {
            let field = self.field_of(layout, fault.column).unwrap_or_default();
            let rule = RuleId::FileWorkbookCell;
            self.findings
                .add_rejecting(rule, &field, &fault.shown, fault.detail());
        }
        self.reject(ElementArray::Purchases, span);
    }

    fn reject_row(&mut self, bad: &BadRow<'_>, position: SourcePosition) {
        self.findings.clear();
        let remedy = match bad.fault {
            RowFault::Columns { .. } => {
                "clear the cells beside the table, or give their column a header"
            }
            fault => fault.remedy(),
        };
        let detail = format!("{}; {remedy}", bad.fault);
        self.findings
            .add_rejecting(bad.fault.rule(), "", bad.raw, &detail);
        let text = bad.raw.as_bytes();
        self.reject(ElementArray::Purchases, RecordSpan { text, position });
    }

    /// Adds the cells to the findings of a row.
    fn add_places(
        &mut self,
        layout: &SheetLayout,
        origin: &SheetRowOrigin,
        rejects: usize,
        warnings: usize,
    ) {
        let columns = 0..layout.csv.columns.len();
        let fields: Vec<_> =
            if rejects < self.out.rejects.len() || warnings < self.out.warnings.len() {
                columns
                    .map(|column| self.field_of(layout, column))
                    .collect()
            } else {
                return;
            };
        let add_place = |finding: &mut Finding| {
            let field = Some(&finding.field).filter(|field| !field.is_empty());
            let column = fields
                .iter()
                .position(|own| field.is_some() && own.as_ref() == field);
            let place = layout.place(origin.number, column);
            finding.detail = format!("{}, at {place}", finding.detail);
        };
        let rejected = self.out.rejects.iter_mut().skip(rejects);
        rejected
            .flat_map(|reject| &mut reject.findings)
            .for_each(add_place);
        let warned = self.out.warnings.iter_mut().skip(warnings);
        warned
            .map(|warning| &mut warning.finding)
            .for_each(add_place);
    }

    /// The field of a column, as findings name it.
    fn field_of(&self, layout: &SheetLayout, column: usize) -> Option<String> {
        let plan = layout.csv.columns.get(column)?;
        let roles = self.settings.kind.csv_columns().roles();
        let role = plan.role.and_then(|role| roles.get(role));
        let property = plan
            .property
            .as_ref()
            .map(|key| format!("properties.{key}"));
        role.map(|role| role.name.to_owned()).or(property)
    }
}
