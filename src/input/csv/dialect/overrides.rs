//! Settings of the user for delimited text.

use clap::Args;

use super::super::delimiter::Delimiter;
use super::super::encoding::Charset;
use crate::input::mapping::Mapping;
use crate::values::pt_br::{DateOrder, DecimalSign};

/// Settings of the user, which replace detection, as options of the commands that read inputs.
#[derive(Clone, Debug, Default, Args)]
pub struct DialectOverrides {
    /// Set the character between fields: one of `;` `,` `|` `tab` [default: detected per input]
    #[arg(
        long,
        value_name = "CHAR",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub delimiter: Option<Delimiter>,
    /// Set the encoding, e.g. utf-8 or windows-1252 [default: detected per input]
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub encoding: Option<Charset>,
    /// Set the decimal separator of prices [default: detected per input]
    #[arg(long, value_enum, value_name = "SIGN", help_heading = "CSV")]
    pub decimal: Option<DecimalSign>,
    /// Set the order of day and month in dates [default: detected per input]
    #[arg(
        long,
        value_enum,
        value_name = "ORDER",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub date_order: Option<DateOrder>,
    /// Read this sheet of workbooks [default: the only one with known headers]
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Spreadsheets",
        hide_short_help = true
    )]
    pub sheet: Option<String>,
    /// What is assigned to fields, which depends on the record kind.
    #[arg(skip)]
    pub mapping: Mapping,
}
