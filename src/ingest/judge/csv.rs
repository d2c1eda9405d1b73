//! Judges rows of delimited text.

use super::{Judge, Stretch, Verdict};
use crate::purchase::{CsvPurchases, RawPurchase};
use crate::source::csv::dialect::Layout;
use crate::source::csv::refusal::At;
use crate::source::csv::rows::{BadRow, Rows};
use crate::source::{Place, Refusal};

impl Judge<'_> {
    pub(super) fn rows(&mut self, bytes: &[u8], layout: &Layout) -> Verdict {
        let purchases = CsvPurchases::new(layout, &self.settings.columns);
        let start = At {
            byte_offset: self.start.byte_offset,
            line: self.start.line,
        };
        let mut rows = Rows::new(bytes, start, layout.row_shape()).map_err(|refused| {
            let place = Some(self.start);
            Box::new(Refusal {
                rule: refused.rule(),
                place,
                message: refused.to_string(),
            })
        })?;
        while let Some(row) = rows.next_row() {
            match row {
                Ok(row) => {
                    let mut raw = RawPurchase::default();
                    purchases.read(&row, &mut raw);
                    let stretch = Stretch {
                        text: row.raw().as_bytes(),
                        place: place(row.at()),
                    };
                    self.record(&mut raw, stretch)?;
                }
                Err(bad) => self.bad_row(&bad),
            }
        }
        Ok(())
    }

    fn bad_row(&mut self, bad: &BadRow<'_>) {
        let ordinal = self.next_ordinal();
        self.findings.clear();
        let detail = format!("{}; {}", bad.fault, bad.fault.remedy());
        self.findings
            .add_rejecting(bad.fault.rule(), "", bad.raw, &detail);
        self.reject(
            ordinal,
            Stretch {
                text: bad.raw.as_bytes(),
                place: place(bad.at),
            },
        );
    }
}

fn place(at: At) -> Place {
    Place {
        byte_offset: at.byte_offset,
        line: at.line,
    }
}
