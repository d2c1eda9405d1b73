//! `report product-list`

use clap::Args;

use super::answer::Report;
use super::options::ReportOptions;
use crate::commands::tables::purchases;
use crate::commands::{CommandError, OptionError, RunContext};
use crate::ingest::purchases::purchases_spec;
use crate::lake::{Lake, TableSpec};
use crate::report::{ProductList, product_list};

/// `report product-list`
#[derive(Clone, Debug, Args)]
pub struct ProductListReport {
    /// Print this page of 100 names, from 0 [default: all names]
    #[arg(long, value_name = "N")]
    page: Option<u32>,
    /// Lake and output
    #[command(flatten)]
    options: ReportOptions,
}

impl Report for ProductListReport {
    fn name(&self) -> &'static str {
        "product-list"
    }

    fn options(&self) -> &ReportOptions {
        &self.options
    }

    fn table(&self) -> TableSpec {
        purchases_spec()
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.options.check_format::<ProductList>()
    }

    fn write(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let lake = Lake::at(&self.options.lake, &context.shared.stores)?;
        let table = purchases(&lake, self.options.version())?;
        let list = product_list(&table.files, self.page)?;
        self.options.put(&list, &table.list_provenance(), context)
    }
}
