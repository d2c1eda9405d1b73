//! The supplier purchases of a dashboard.

use std::collections::BTreeSet;

use crate::commands::CommandError;
use crate::commands::tables::OpenedTable;
use crate::render::dashboard::{
    MonthlyStatusCounts, Provenance, SupplierTotal, WithProvenance, status_counts_by_month,
    supplier_totals,
};
use crate::report::{
    COMPANY_UNKNOWN, SupplierPurchaseFile, SupplierSummary, SupplierSummaryParameters,
    SupplierSummaryRequest, supplier_summary,
};
use crate::supplier_purchase::CompanyId;

/// The supplier purchases to show.
pub(super) struct Suppliers {
    summaries: Vec<(i64, SupplierSummary)>,
    provenance: Provenance,
}

impl Suppliers {
    /// Those of a company, or of all companies.
    pub(super) fn of(
        company: Option<CompanyId>,
        table: &OpenedTable<SupplierPurchaseFile>,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            summaries: summaries(company, table)?,
            provenance: table.supplier_provenance(Vec::new()),
        })
    }

    pub(super) fn bars(&self) -> Result<WithProvenance<Vec<SupplierTotal>>, CommandError> {
        Ok(self.answer(supplier_totals(&self.summaries)?))
    }

    pub(super) fn months(&self) -> WithProvenance<Vec<MonthlyStatusCounts>> {
        let rows = self.summaries.iter().flat_map(|(_, summary)| &summary.rows);
        self.answer(status_counts_by_month(rows))
    }

    fn answer<T>(&self, data: T) -> WithProvenance<T> {
        let provenance = self.provenance.clone();
        WithProvenance { data, provenance }
    }
}

/// One summary for each company.
fn summaries(
    company: Option<CompanyId>,
    table: &OpenedTable<SupplierPurchaseFile>,
) -> Result<Vec<(i64, SupplierSummary)>, CommandError> {
    let companies: BTreeSet<i64> = table.files.iter().map(|file| file.company_id).collect();
    let mut summaries = Vec::new();
    let is_selected = |id: &i64| company.is_none_or(|company| company.get() == *id);
    for company in companies.into_iter().filter(is_selected) {
        let name = if company == COMPANY_UNKNOWN {
            "unknown".to_owned()
        } else {
            company.to_string()
        };
        let request = SupplierSummaryRequest {
            company_id: Some(name),
            ..SupplierSummaryRequest::default()
        };
        let parameters = SupplierSummaryParameters::resolve(&request)?;
        summaries.push((company, supplier_summary(&parameters, &table.files)?));
    }
    Ok(summaries)
}
