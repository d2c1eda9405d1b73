//! `report supplier-summary`

use clap::Args;

use super::answer::Report;
use super::options::ReportOptions;
use super::supplier_purchases::open;
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
        let provenance = table.supplier_provenance(parameters.settings());
        self.options.put(&summary, &provenance, context)
    }
}
