//! The value of `--kind`.

use clap::ValueEnum;

use crate::ingest::purchases::{Purchases, purchases_spec};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{SupplierPurchases, supplier_purchases_spec};
use crate::lake::TableSpec;

/// The kind of the records: one for all inputs, or detected per input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum RecordKindSelection {
    /// Purchases of customers: the Braze purchase object and its dumps
    #[default]
    Purchases,
    /// Purchases from suppliers: the ConnectPlug purchase list and its dumps
    SupplierPurchases,
    /// Detected per input from the fields of its records
    Auto,
}

impl RecordKindSelection {
    /// The name in run reports and plans.
    pub(in crate::commands) fn name(self) -> &'static str {
        match self {
            Self::Purchases => Purchases::NAME,
            Self::SupplierPurchases => SupplierPurchases::NAME,
            Self::Auto => "auto",
        }
    }

    /// The tables of accepted records.
    pub(in crate::commands) fn tables(self) -> Vec<TableSpec> {
        match self {
            Self::Purchases => vec![purchases_spec()],
            Self::SupplierPurchases => vec![supplier_purchases_spec()],
            Self::Auto => vec![purchases_spec(), supplier_purchases_spec()],
        }
    }
}
