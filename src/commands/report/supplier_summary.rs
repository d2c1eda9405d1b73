//! `report supplier-summary`

use clap::Args;

use super::supplier_purchases::{DATES_AS_REGISTERED, open};
use super::{Report, ReportOptions, provenance};
use crate::commands::{CommandError, OptionError, RunContext};
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::lake::TableSpec;
use crate::report::{
    SupplierSummary, SupplierSummaryParameters, SupplierSummaryRequest, supplier_summary,
};

/// `report supplier-summary`
#[derive(Clone, Debug, Args)]
pub struct SupplierSummaryReport {
    /// Parameters
    #[command(flatten)]
    summary: SupplierSummaryRequest,
    /// Lake and output
    #[command(flatten)]
    options: ReportOptions,
}

impl Report for SupplierSummaryReport {
    fn name(&self) -> &'static str {
        "supplier-summary"
    }

    fn options(&self) -> &ReportOptions {
        &self.options
    }

    fn table(&self) -> TableSpec {
        supplier_purchases_spec()
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.options.check_format::<SupplierSummary>()
    }

    fn write(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let parameters = SupplierSummaryParameters::resolve(&self.summary)?;
        let table = open(&self.options, parameters.company_id(), context)?;
        let summary = supplier_summary(&parameters, &table.files)?;
        let settings = parameters.settings();
        let provenance = provenance(table.name, table.version, DATES_AS_REGISTERED, settings);
        self.options.put(&summary, &provenance, context)
    }
}
