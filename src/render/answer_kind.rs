//! Which formats make sense for which answer.

use std::fmt;

use super::Format;

/// What kind of answer is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerKind {
    /// The purchase quantity series.
    QuantitySeries,
    /// The revenue series.
    RevenueSeries,
    /// The product list.
    ProductList,
    /// One page of the supplier purchases.
    SupplierPurchases,
    /// Every page of the supplier purchases, a file each.
    SupplierPages,
    /// Every supplier purchase in one file.
    SupplierList,
    /// The supplier summary.
    SupplierSummary,
}

impl AnswerKind {
    /// The formats it can be written in, the usual one first.
    pub fn formats(self) -> &'static [Format] {
        match self {
            Self::QuantitySeries | Self::RevenueSeries | Self::SupplierSummary => &[
                Format::Json,
                Format::Csv,
                Format::Parquet,
                Format::Html,
                Format::Svg,
                Format::Png,
            ],
            Self::ProductList => &[Format::Json, Format::Csv, Format::Parquet],
            Self::SupplierPurchases => &[
                Format::Json,
                Format::Csv,
                Format::Ndjson,
                Format::Parquet,
                Format::Html,
            ],
            Self::SupplierPages => &[Format::Json],
            Self::SupplierList => &[Format::Csv, Format::Ndjson, Format::Parquet],
        }
    }

    /// Whether the answer can be written so.
    ///
    /// # Errors
    /// [`UnsupportedFormat`], which names the formats it can be written in.
    pub fn check(self, format: Format) -> Result<(), UnsupportedFormat> {
        if self.formats().contains(&format) {
            Ok(())
        } else {
            Err(UnsupportedFormat { kind: self, format })
        }
    }
}

impl fmt::Display for AnswerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::QuantitySeries => "quantity series",
            Self::RevenueSeries => "revenue series",
            Self::ProductList => "product list",
            Self::SupplierPurchases => "page of supplier purchases",
            Self::SupplierPages => "folder with all pages of supplier purchases",
            Self::SupplierList => "whole list of supplier purchases",
            Self::SupplierSummary => "supplier summary",
        })
    }
}

/// A format that makes no sense for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} cannot be written as {format}, but as {}", format_list(*kind))]
pub struct UnsupportedFormat {
    /// What was to be written.
    pub kind: AnswerKind,
    /// What it was to be written as.
    pub format: Format,
}

fn format_list(kind: AnswerKind) -> String {
    let format_list: Vec<&str> = kind
        .formats()
        .iter()
        .map(|format| format.as_str())
        .collect();
    match format_list.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_formats_that_make_sense() {
        let sentence =
            |kind: AnswerKind, format| kind.check(format).expect_err("refused").to_string();
        assert_eq!(
            sentence(AnswerKind::QuantitySeries, Format::Ndjson),
            "a quantity series cannot be written as ndjson, but as json, csv, parquet, html, svg or png"
        );
        assert_eq!(
            sentence(AnswerKind::SupplierPages, Format::Csv),
            "a folder with all pages of supplier purchases cannot be written as csv, but as json"
        );
        assert_eq!(AnswerKind::SupplierList.check(Format::Ndjson), Ok(()));
    }
}
