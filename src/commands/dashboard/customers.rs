//! The customer purchases of a dashboard.

use chrono::{DateTime, Utc};

use crate::commands::CommandError;
use crate::commands::tables::OpenedTable;
use crate::render::dashboard::{ItemQuantities, WithProvenance};
use crate::report::{
    Dimension, PurchaseFile, RevenueSeries, RevenueSeriesRequest, SeriesParameters, SeriesRequest,
    coverage, quantity_by_dimension, quantity_series, revenue_currencies, revenue_series,
};

/// The customer purchases to show.
pub(super) struct Customers<'a> {
    table: &'a OpenedTable<PurchaseFile>,
    now: DateTime<Utc>,
    request: SeriesRequest,
    parameters: SeriesParameters,
}

impl<'a> Customers<'a> {
    /// Without an end in the request, the purchases up to the last day that has some.
    pub(super) fn of(
        mut request: SeriesRequest,
        table: &'a OpenedTable<PurchaseFile>,
        now: DateTime<Utc>,
    ) -> Result<Self, CommandError> {
        let last = coverage(&table.files).map(|days| days.last.to_string());
        request.ending_at = request.ending_at.or(last);
        let parameters = SeriesParameters::resolve(&request, now)?;
        Ok(Self {
            table,
            now,
            request,
            parameters,
        })
    }

    /// The time zone of days and hours.
    pub(super) fn timezone(&self) -> &'static str {
        self.parameters.timezone().name()
    }

    /// The parameters by name, without the time zone, which the dashboard shows separately.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let settings = self.parameters.settings().into_iter();
        settings
            .filter(|(name, _)| *name != "timezone")
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    pub(super) fn items(&self) -> Result<ItemQuantities, CommandError> {
        let (parameters, files) = (&self.parameters, &self.table.files);
        let last_day = SeriesRequest {
            length: Some("1".to_owned()),
            unit: Some("hour".to_owned()),
            ..self.request.clone()
        };
        let hours = SeriesParameters::resolve(&last_day, self.now)?;
        let by = |dimension| quantity_by_dimension(dimension, parameters, files);
        Ok(ItemQuantities {
            by_day: Some(self.answer(quantity_series(parameters, files)?, parameters)),
            by_hour: Some(self.answer(quantity_series(&hours, files)?, &hours)),
            by_product: Some(self.answer(by(Dimension::Product)?, parameters)),
            by_app: Some(self.answer(by(Dimension::App)?, parameters)),
        })
    }

    /// One series for each currency.
    pub(super) fn revenue(&self) -> Result<Vec<WithProvenance<RevenueSeries>>, CommandError> {
        let mut series = Vec::new();
        for currency in revenue_currencies(&self.parameters, &self.table.files)? {
            let request = RevenueSeriesRequest {
                series: self.request.clone(),
                currency: Some(currency),
            };
            let parameters = SeriesParameters::resolve_revenue(&request, self.now)?;
            let data = revenue_series(&parameters, &self.table.files)?;
            series.push(self.answer(data, &parameters));
        }
        Ok(series)
    }

    fn answer<T>(&self, data: T, parameters: &SeriesParameters) -> WithProvenance<T> {
        let provenance = self.table.series_provenance(parameters);
        WithProvenance { data, provenance }
    }
}
