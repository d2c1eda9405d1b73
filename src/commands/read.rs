//! How inputs are read and validated: the options that `ingest` and `check` share, and the settings
//! that follow from them.

mod arguments;
mod effective_settings;
mod mapping;
mod record_kind_selection;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::OptionError;
use super::lake_timezone::{UnsetTimezone, lake_timezone, unset_timezone_note};
use crate::ingest::purchases::Purchases;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{CompanySource, SupplierPurchases};
use crate::ingest::{ReadingSettings, RunSettings};
use crate::input::csv::columns::ColumnAliases;
use crate::input::mapping::FieldFill;
use crate::input::{InputLimits, ReaderOptions};
use crate::lake::{Lake, LakeError};
use crate::purchase::{FuturePolicy, PurchaseCsvColumns, PurchaseRuleSettings, PurchaseValidator};
use crate::rules::{RuleId, RuleSeverities};
use crate::supplier_purchase::{SupplierPurchaseCsvColumns, SupplierPurchaseRuleSettings};
use crate::values::currency::Currency;

use effective_settings::{NOT_OF_SUPPLIER_PURCHASES, reading_settings};

pub(super) use arguments::{ReadArguments, missing_notes, parse_company_id};
pub(super) use effective_settings::value_name;
pub(super) use record_kind_selection::RecordKindSelection;

/// The settings that follow from the options.
#[derive(Clone, Debug)]
pub(super) struct ReadSettings {
    /// Settings for each record kind.
    pub(super) kinds: KindSettings,
    /// The current time.
    pub(super) now: DateTime<Utc>,
    /// The zone in which times without an offset are read.
    pub(super) default_timezone: Tz,
    /// Every setting that affects validation, for the run report.
    pub(super) effective_settings: BTreeMap<&'static str, String>,
    /// Those that the rows of customer purchases depend on.
    pub(super) purchases: ReadingSettings,
    /// Those that the rows of supplier purchases depend on.
    pub(super) supplier_purchases: ReadingSettings,
}

/// Settings for reading inputs, by record kind.
#[derive(Clone, Debug)]
pub(super) enum KindSettings {
    /// All inputs contain customer purchases.
    Purchases(RunSettings<Purchases>),
    /// All inputs contain supplier purchases.
    SupplierPurchases(RunSettings<SupplierPurchases>),
    /// The kind of each input is detected.
    Auto(RunSettings<Purchases>, Box<RunSettings<SupplierPurchases>>),
}

/// Two MiB: about seven thousand purchases, so that the cost per chunk is negligible.
const CHUNK_BYTES: usize = 2 << 20;

/// ConnectPlug is a Brazilian service; its spreadsheets have no currency.
const DEFAULT_CURRENCY: Currency = Currency::BRL;

const SUPPLIERS_ONLY: &str = "applies to supplier purchases only; add --kind supplier-purchases";

impl ReadArguments {
    /// Refuses options that do not apply to the kind or the format and would be ignored without
    /// notice, and columns that are mapped to no field.
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        self.refuse_inapplicable()?;
        self.kinds("", DateTime::UNIX_EPOCH, Tz::UTC).map(drop)
    }

    /// The current time of the options, or else this one.
    pub(super) fn now_or(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.now.unwrap_or(now)
    }

    /// The settings for a run; without a zone in the options, times are read in that of the lake, or
    /// in UTC.
    pub(super) fn resolve(
        &self,
        run_id: &str,
        now: DateTime<Utc>,
        lake_timezone: Option<Tz>,
    ) -> Result<ReadSettings, OptionError> {
        let now = self.now_or(now);
        let zone = self.default_timezone.or(lake_timezone);
        let default_timezone = zone.unwrap_or(Tz::UTC);
        let effective_settings = self.effective_settings(now, default_timezone);
        Ok(ReadSettings {
            kinds: self.kinds(run_id, now, default_timezone)?,
            now,
            default_timezone,
            purchases: reading_settings(
                &effective_settings,
                self.not_of_purchases(),
                &self.row_severities(RuleId::is_of_customers),
            ),
            supplier_purchases: reading_settings(
                &effective_settings,
                NOT_OF_SUPPLIER_PURCHASES,
                &self.row_severities(RuleId::is_of_suppliers),
            ),
            effective_settings,
        })
    }

    /// The time zone of the lake, unless the options set one.
    pub(super) fn lake_timezone(&self, lake: &Lake) -> Result<Option<Tz>, LakeError> {
        if self.default_timezone.is_some() {
            return Ok(None);
        }
        lake_timezone(lake)
    }

    /// The note on a run that reads times in UTC because neither the options nor the lake set a
    /// zone, if earlier inputs were read in another one.
    pub(super) fn unset_timezone_note(
        &self,
        lake: &Lake,
        lake_timezone: Option<Tz>,
    ) -> Result<Option<String>, LakeError> {
        if self.default_timezone.or(lake_timezone).is_some() {
            return Ok(None);
        }
        let tables = self.kind.tables();
        let kinds: Vec<&str> = tables.iter().map(|table| table.name).collect();
        unset_timezone_note(lake, &kinds, UnsetTimezone::Reading)
    }

    fn kinds(
        &self,
        run_id: &str,
        now: DateTime<Utc>,
        zone: Tz,
    ) -> Result<KindSettings, OptionError> {
        let purchases = || {
            let validator = PurchaseValidator::new(self.purchase_rules(now, zone)?);
            self.settings(Purchases::new(validator), run_id)
        };
        let supplier_purchases = || {
            let kind = SupplierPurchases::new(self.company_source(), self.supplier_rules(zone)?);
            self.settings(kind, run_id)
        };
        Ok(match self.kind {
            RecordKindSelection::Purchases => KindSettings::Purchases(purchases()?),
            RecordKindSelection::SupplierPurchases => {
                KindSettings::SupplierPurchases(supplier_purchases()?)
            }
            RecordKindSelection::Auto => {
                KindSettings::Auto(purchases()?, Box::new(supplier_purchases()?))
            }
        })
    }

    fn refuse_inapplicable(&self) -> Result<(), OptionError> {
        let refuse = |option, reason| Err(OptionError::NotApplicable { option, reason });
        if self.kind == RecordKindSelection::Auto && self.inputs.iter().any(|input| input == "-") {
            return refuse(
                "--kind auto",
                "cannot detect the kind of stdin; set --kind purchases or --kind supplier-purchases",
            );
        }
        if self.deleted_only && self.kind != RecordKindSelection::SupplierPurchases {
            return refuse("--deleted-only", SUPPLIERS_ONLY);
        }
        let supplier_options = [
            ("--company-id", self.company_id.is_some()),
            ("--company-path", self.company_path.is_some()),
        ];
        let mut given = supplier_options.into_iter().filter(|(_, is_set)| *is_set);
        match given.next() {
            Some((option, _)) if self.kind == RecordKindSelection::Purchases => {
                refuse(option, SUPPLIERS_ONLY)
            }
            _ => Ok(()),
        }
    }

    /// Settings for reading inputs of one kind.
    fn settings<K: RecordKind>(
        &self,
        kind: K,
        run_id: &str,
    ) -> Result<RunSettings<K>, OptionError> {
        Ok(RunSettings {
            run_id: run_id.to_owned(),
            reader: ReaderOptions {
                format: self.input_format,
                lenient: self.lenient,
                order_events: self.order_events,
                envelope: K::ENVELOPE,
                limits: self.limits(),
                chunk_bytes: CHUNK_BYTES,
                dialect: self.dialect(kind.csv_columns())?,
                not_utf8: None,
            },
            kind,
            severities: Some(RuleSeverities::of(&self.rule))
                .filter(|severities| !severities.is_empty())
                .map(Arc::new),
            with_texts: false,
            max_records: self.limit,
            threads: self.threads(),
        })
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(cores)
    }

    fn purchase_rules(
        &self,
        now: DateTime<Utc>,
        default_zone: Tz,
    ) -> Result<PurchaseRuleSettings, OptionError> {
        Ok(PurchaseRuleSettings {
            default_zone,
            now_micros: now.timestamp_micros(),
            future: if self.reject_future {
                FuturePolicy::Reject
            } else {
                FuturePolicy::Warn
            },
            has_mapped_quantity: self.has_mapped_quantity()?,
            fills: self.purchase_fills()?,
            numbers_as_strings: self.numbers_as_strings,
            decimal: self.csv.decimal,
            reject_unknown_fields: self.reject_unknown_fields,
            keep_test_events: self.keep_test_events,
            order_events: self.order_events,
        })
    }

    /// Whether a source of quantities is mapped, and a record without one is not filled.
    fn has_mapped_quantity(&self) -> Result<bool, OptionError> {
        let columns: &dyn ColumnAliases = &PurchaseCsvColumns;
        let mut roles = columns.roles().iter();
        let quantity = roles.position(|role| role.name == "quantity");
        let mapping = self.mapping(columns)?;
        let is_filled = |role| mapping.fills().iter().any(|fill| fill.role == role);
        Ok(quantity.is_some_and(|role| mapping.has_source_of(role) && !is_filled(role)))
    }

    /// The values of fields of customer purchases; the default currency is one of them.
    fn purchase_fills(&self) -> Result<Vec<FieldFill>, OptionError> {
        let columns: &dyn ColumnAliases = &PurchaseCsvColumns;
        let mut mapping = self.mapping(columns)?;
        if let Some(currency) = self.default_currency {
            let added = mapping.add_fill(columns, "currency", currency.as_str(), false);
            added.map_err(|refused| OptionError::Invalid {
                option: "--default-currency",
                value: currency.to_string(),
                reason: refused.to_string(),
            })?;
        }
        Ok(mapping.fills().to_vec())
    }

    fn supplier_rules(
        &self,
        default_zone: Tz,
    ) -> Result<SupplierPurchaseRuleSettings, OptionError> {
        let fills = self.mapping(&SupplierPurchaseCsvColumns)?.fills().to_vec();
        Ok(SupplierPurchaseRuleSettings {
            // Set for each input.
            company: None,
            default_zone,
            default_currency: self.default_currency(),
            fills,
            numbers_as_strings: self.numbers_as_strings,
            reject_unknown_fields: self.reject_unknown_fields,
            deleted_only: self.deleted_only,
        })
    }

    fn default_currency(&self) -> Currency {
        self.default_currency.unwrap_or(DEFAULT_CURRENCY)
    }

    /// Where the company of an input is taken from.
    pub(super) fn company_source(&self) -> CompanySource {
        match (self.company_id, &self.company_path) {
            (Some(company), _) => CompanySource::Given(company),
            (None, Some(template)) => CompanySource::Path(template.clone()),
            (None, None) => CompanySource::Records,
        }
    }

    fn limits(&self) -> InputLimits {
        let usual = InputLimits::default();
        InputLimits {
            max_record_bytes: self.max_record_bytes.unwrap_or(usual.max_record_bytes),
            max_line_bytes: self.max_line_bytes.unwrap_or(usual.max_line_bytes),
            max_depth: self.max_depth.unwrap_or(usual.max_depth),
            max_ratio: self.max_ratio.unwrap_or(usual.max_ratio),
        }
    }
}
