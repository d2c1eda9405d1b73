//! The `report` entry of a step: its keys are the parameters of the question, with `_` for `-`.

use serde::Deserialize;

use super::{Context, JobError, Value};
use crate::cli::{
    OutputArguments, ReportArguments, ReportCommand, SeriesArguments, SupplierListArguments,
    SupplierSummaryArguments,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Question {
    QuantitySeries,
    RevenueSeries,
    ProductList,
    SupplierPurchases,
    SupplierSummary,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportEntry {
    question: Question,
    length: Option<u32>,
    ending_at: Option<String>,
    unit: Option<String>,
    app_id: Option<String>,
    product: Option<String>,
    timezone: Option<String>,
    hour_length: Option<String>,
    #[serde(default)]
    exclude_refunds: bool,
    #[serde(default)]
    allow_future: bool,
    currency: Option<String>,
    company_id: Option<Value>,
    search_term: Option<Value>,
    purchase_status: Option<String>,
    supplier_ids: Option<Value>,
    registration_start: Option<String>,
    registration_end: Option<String>,
    page: Option<Value>,
    per_page: Option<Value>,
    updated_from: Option<String>,
    deleted: Option<String>,
    all_pages: Option<String>,
    lake_version: Option<i64>,
    as_of: Option<String>,
    format: Option<String>,
    output: Option<String>,
}

impl ReportEntry {
    /// What would have been typed.
    pub(super) fn command(
        self,
        context: &Context<'_>,
        step: &str,
        lake: &str,
    ) -> Result<ReportCommand, JobError> {
        if let Some(key) = self.stray_key() {
            let reason = format!("`{key}` is no parameter of this question");
            return Err(context.wrong(step, reason));
        }
        self.refuse_contradictions(context, step)?;
        let report = ReportArguments {
            lake: lake.to_owned(),
            lake_version: self.lake_version,
            as_of: context.fill_optional(step, self.as_of.as_deref())?,
            now: None,
            output: OutputArguments {
                format: self.format.clone().unwrap_or_else(|| "json".to_owned()),
                output: context.fill_path(step, self.output.as_deref())?,
            },
        };
        Ok(match self.question {
            Question::QuantitySeries => ReportCommand::QuantitySeries {
                series: self.series(context, step)?,
                report,
            },
            Question::RevenueSeries => ReportCommand::RevenueSeries {
                series: self.series(context, step)?,
                currency: self.currency,
                report,
            },
            Question::ProductList => ReportCommand::ProductList {
                page: self.number_of_page(context, step)?,
                report,
            },
            Question::SupplierPurchases => ReportCommand::SupplierPurchases {
                all_pages: context.fill_path(step, self.all_pages.as_deref())?,
                list: self.list(context, step)?,
                report,
            },
            Question::SupplierSummary => ReportCommand::SupplierSummary {
                summary: self.summary(context, step)?,
                report,
            },
        })
    }

    /// Keys of which the command line takes only one.
    fn refuse_contradictions(&self, context: &Context<'_>, step: &str) -> Result<(), JobError> {
        let all_pages = self.all_pages.is_some();
        let pairs = [
            (
                "lake_version",
                "as_of",
                self.lake_version.is_some() && self.as_of.is_some(),
            ),
            ("all_pages", "page", all_pages && self.page.is_some()),
            ("all_pages", "format", all_pages && self.format.is_some()),
            ("all_pages", "output", all_pages && self.output.is_some()),
        ];
        match pairs.iter().find(|(_, _, are_there)| *are_there) {
            Some((one, other, _)) => {
                Err(context.wrong(step, format!("`{one}` and `{other}` exclude each other")))
            }
            None => Ok(()),
        }
    }

    /// A key that is there but means nothing to the question.
    fn stray_key(&self) -> Option<&'static str> {
        use Question::{
            ProductList, QuantitySeries, RevenueSeries, SupplierPurchases, SupplierSummary,
        };
        let series: &[Question] = &[QuantitySeries, RevenueSeries];
        let suppliers: &[Question] = &[SupplierPurchases, SupplierSummary];
        let list: &[Question] = &[SupplierPurchases];
        let keys: [(&'static str, bool, &[Question]); 21] = [
            ("length", self.length.is_some(), series),
            ("ending_at", self.ending_at.is_some(), series),
            ("unit", self.unit.is_some(), series),
            ("app_id", self.app_id.is_some(), series),
            ("product", self.product.is_some(), series),
            ("timezone", self.timezone.is_some(), series),
            ("hour_length", self.hour_length.is_some(), series),
            ("exclude_refunds", self.exclude_refunds, series),
            ("allow_future", self.allow_future, series),
            ("currency", self.currency.is_some(), &[RevenueSeries]),
            ("company_id", self.company_id.is_some(), suppliers),
            ("supplier_ids", self.supplier_ids.is_some(), suppliers),
            (
                "registration_start",
                self.registration_start.is_some(),
                suppliers,
            ),
            (
                "registration_end",
                self.registration_end.is_some(),
                suppliers,
            ),
            ("deleted", self.deleted.is_some(), suppliers),
            ("search_term", self.search_term.is_some(), list),
            ("purchase_status", self.purchase_status.is_some(), list),
            ("per_page", self.per_page.is_some(), list),
            ("updated_from", self.updated_from.is_some(), list),
            ("all_pages", self.all_pages.is_some(), list),
            (
                "page",
                self.page.is_some(),
                &[ProductList, SupplierPurchases],
            ),
        ];
        keys.into_iter()
            .find(|(_, is_there, of)| *is_there && !of.contains(&self.question))
            .map(|(key, _, _)| key)
    }

    fn series(&self, context: &Context<'_>, step: &str) -> Result<SeriesArguments, JobError> {
        Ok(SeriesArguments {
            length: self.length.map(|length| length.to_string()),
            ending_at: context.fill_optional(step, self.ending_at.as_deref())?,
            unit: self.unit.clone(),
            app_id: self.app_id.clone(),
            product: self.product.clone(),
            timezone: self.timezone.clone(),
            hour_length: self.hour_length.clone(),
            exclude_refunds: self.exclude_refunds,
            allow_future: self.allow_future,
        })
    }

    fn number_of_page(&self, context: &Context<'_>, step: &str) -> Result<Option<u32>, JobError> {
        let page = self.page.clone().map(Value::text);
        page.map(|page| {
            page.parse()
                .map_err(|_not| context.wrong(step, "`page` is no number from 0".to_owned()))
        })
        .transpose()
    }

    fn list(self, context: &Context<'_>, step: &str) -> Result<SupplierListArguments, JobError> {
        let fill = |text: Option<String>| context.fill_optional(step, text.as_deref());
        Ok(SupplierListArguments {
            company_id: self.company_id.map(Value::text),
            search_term: self.search_term.map(Value::text),
            purchase_status: self.purchase_status,
            supplier_ids: self.supplier_ids.map(Value::text),
            registration_start: fill(self.registration_start)?,
            registration_end: fill(self.registration_end)?,
            page: self.page.map(Value::text),
            per_page: self.per_page.map(Value::text),
            updated_from: fill(self.updated_from)?,
            deleted: self.deleted,
        })
    }

    fn summary(
        self,
        context: &Context<'_>,
        step: &str,
    ) -> Result<SupplierSummaryArguments, JobError> {
        let fill = |text: Option<String>| context.fill_optional(step, text.as_deref());
        Ok(SupplierSummaryArguments {
            company_id: self.company_id.map(Value::text),
            supplier_ids: self.supplier_ids.map(Value::text),
            registration_start: fill(self.registration_start)?,
            registration_end: fill(self.registration_end)?,
            deleted: self.deleted,
        })
    }
}
