//! The formats that each kind of answer supports.

use std::fmt;

use super::Format;
use super::format::comma_separated;

/// The kind of an answer.
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
    /// Every page of the supplier purchases, one file per page.
    SupplierPages,
    /// Every supplier purchase in one file.
    SupplierList,
    /// The supplier summary.
    SupplierSummary,
}

impl AnswerKind {
    /// The supported formats, the default first.
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

    /// Checks that the answer supports a format.
    ///
    /// # Errors
    /// [`UnsupportedFormat`], which names the supported formats.
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

/// A format that the answer does not support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} cannot be written as {format}; supported formats: {}", comma_separated(kind.formats()))]
pub struct UnsupportedFormat {
    /// The kind of the answer.
    pub kind: AnswerKind,
    /// The requested format.
    pub format: Format,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsupported_format_names_the_supported_ones() {
        let sentence =
            |kind: AnswerKind, format| kind.check(format).expect_err("refused").to_string();
        assert_eq!(
            sentence(AnswerKind::QuantitySeries, Format::Ndjson),
            "a quantity series cannot be written as ndjson; supported formats: json, csv, parquet, html, svg, png"
        );
        assert_eq!(
            sentence(AnswerKind::SupplierPages, Format::Csv),
            "a folder with all pages of supplier purchases cannot be written as csv; supported formats: json"
        );
        assert_eq!(AnswerKind::SupplierList.check(Format::Ndjson), Ok(()));
    }
}
