//! Maps headers to fields.
//!
//! Headers are normalised: `supplier.id` is `supplier_id`, `Situação` is `situacao`. Every field has
//! its documented path, the short name below, and Portuguese names as headers. Ambiguous headers
//! (`valor`, `frete`, `numero`) are not among them.

use super::super::raw::SupplierPurchaseField;
use crate::input::csv::columns::{ColumnAliases, ColumnRole, CsvValueType};

/// The target of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnTarget {
    /// One field.
    Field(SupplierPurchaseField, CsvValueType),
    /// The currency of every amount without a separate currency column.
    AllCurrencies,
    /// The offset of a time, in minutes, which the text of the time contains too.
    OffsetOf(SupplierPurchaseField),
    /// Undocumented keys, as one JSON object.
    Extra,
}

/// The columns of supplier purchase files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SupplierPurchaseCsvColumns;

impl ColumnAliases for SupplierPurchaseCsvColumns {
    fn role_of(&self, normalised_header: &str) -> Option<usize> {
        HEADER_ALIASES.iter().position(|header_aliases| {
            header_aliases.role == normalised_header
                || header_aliases.aliases.contains(&normalised_header)
        })
    }

    fn roles(&self) -> &'static [ColumnRole] {
        &ROLES
    }

    /// A supplier purchase has no custom properties.
    fn property_of(&self, _header: &str) -> Option<String> {
        None
    }
}

/// The target of the column with this role.
pub(super) fn column_target(role: usize) -> Option<ColumnTarget> {
    Some(HEADER_ALIASES.get(role)?.column_target)
}

/// One target and its headers.
struct HeaderAliases {
    role: &'static str,
    value_type: CsvValueType,
    column_target: ColumnTarget,
    aliases: &'static [&'static str],
}

const fn header_aliases(
    role: &'static str,
    value_type: CsvValueType,
    name: SupplierPurchaseField,
    aliases: &'static [&'static str],
) -> HeaderAliases {
    HeaderAliases {
        role,
        value_type,
        column_target: ColumnTarget::Field(name, value_type),
        aliases,
    }
}

const COUNT: usize = 33;

static ROLES: [ColumnRole; COUNT] = {
    let mut roles = [ColumnRole {
        name: "",
        value_type: CsvValueType::Text,
    }; COUNT];
    let mut position = 0;
    while position < COUNT {
        roles[position] = ColumnRole {
            name: HEADER_ALIASES[position].role,
            value_type: HEADER_ALIASES[position].value_type,
        };
        position += 1;
    }
    roles
};

static HEADER_ALIASES: [HeaderAliases; COUNT] = [
    header_aliases(
        "company_id",
        CsvValueType::Integer,
        SupplierPurchaseField::CompanyId,
        &["cplug_company_id", "id_empresa", "empresa_id"],
    ),
    header_aliases(
        "id",
        CsvValueType::Integer,
        SupplierPurchaseField::Id,
        &["purchase_id", "id_compra"],
    ),
    header_aliases(
        "registration_date",
        CsvValueType::Date,
        SupplierPurchaseField::RegistrationDate,
        &["data_compra", "data_registro", "data"],
    ),
    header_aliases(
        "supplier_id",
        CsvValueType::Integer,
        SupplierPurchaseField::SupplierId,
        &["id_fornecedor"],
    ),
    header_aliases(
        "supplier_name",
        CsvValueType::Text,
        SupplierPurchaseField::SupplierName,
        &["fornecedor"],
    ),
    header_aliases(
        "invoice_serie",
        CsvValueType::Text,
        SupplierPurchaseField::InvoiceSerie,
        &["serie"],
    ),
    header_aliases(
        "invoice_number",
        CsvValueType::Text,
        SupplierPurchaseField::InvoiceNumber,
        &["numero_nota", "nota_fiscal", "nf"],
    ),
    header_aliases(
        "code",
        CsvValueType::Integer,
        SupplierPurchaseField::Code,
        &["codigo"],
    ),
    header_aliases(
        "value_of_items",
        CsvValueType::Decimal,
        SupplierPurchaseField::ValueOfItemsAmount,
        &["value_of_items_amount", "valor_itens"],
    ),
    header_aliases(
        "value_of_items_currency",
        CsvValueType::Text,
        SupplierPurchaseField::ValueOfItemsCurrency,
        &[],
    ),
    header_aliases(
        "discount",
        CsvValueType::Decimal,
        SupplierPurchaseField::DiscountAmount,
        &["discount_amount", "desconto"],
    ),
    header_aliases(
        "discount_currency",
        CsvValueType::Text,
        SupplierPurchaseField::DiscountCurrency,
        &[],
    ),
    header_aliases(
        "other_expenses_value",
        CsvValueType::Decimal,
        SupplierPurchaseField::OtherExpensesValueAmount,
        &["other_expenses_value_amount", "outras_despesas"],
    ),
    header_aliases(
        "other_expenses_value_currency",
        CsvValueType::Text,
        SupplierPurchaseField::OtherExpensesValueCurrency,
        &[],
    ),
    header_aliases(
        "total",
        CsvValueType::Decimal,
        SupplierPurchaseField::TotalAmount,
        &["total_amount"],
    ),
    header_aliases(
        "total_currency",
        CsvValueType::Text,
        SupplierPurchaseField::TotalCurrency,
        &[],
    ),
    header_aliases(
        "shipping_value",
        CsvValueType::Decimal,
        SupplierPurchaseField::ShippingValueAmount,
        &[
            "shipping_value_amount",
            "shipping_shipping_value",
            "shipping_shipping_value_amount",
            "valor_frete",
        ],
    ),
    header_aliases(
        "shipping_value_currency",
        CsvValueType::Text,
        SupplierPurchaseField::ShippingValueCurrency,
        &["shipping_shipping_value_currency"],
    ),
    HeaderAliases {
        role: "currency",
        value_type: CsvValueType::Text,
        column_target: ColumnTarget::AllCurrencies,
        aliases: &["moeda"],
    },
    header_aliases(
        "pay_shipping",
        CsvValueType::Boolean,
        SupplierPurchaseField::PayShipping,
        &["shipping_pay_shipping", "frete_pago"],
    ),
    header_aliases(
        "carrier_id",
        CsvValueType::Integer,
        SupplierPurchaseField::CarrierId,
        &["shipping_carrier_id", "id_transportadora"],
    ),
    header_aliases(
        "carrier_name",
        CsvValueType::Text,
        SupplierPurchaseField::CarrierName,
        &["shipping_carrier_name", "transportadora"],
    ),
    header_aliases(
        "notes",
        CsvValueType::Text,
        SupplierPurchaseField::Notes,
        &["observacoes", "obs"],
    ),
    header_aliases(
        "status",
        CsvValueType::Text,
        SupplierPurchaseField::Status,
        &["situacao"],
    ),
    header_aliases(
        "order_number",
        CsvValueType::Text,
        SupplierPurchaseField::OrderNumber,
        &["numero_pedido", "pedido"],
    ),
    header_aliases(
        "has_stock_movement_out",
        CsvValueType::Boolean,
        SupplierPurchaseField::HasStockMovementOut,
        &["saida_estoque"],
    ),
    header_aliases(
        "were_stock_movements_deleted",
        CsvValueType::Boolean,
        SupplierPurchaseField::WereStockMovementsDeleted,
        &[],
    ),
    header_aliases(
        "deleted",
        CsvValueType::Boolean,
        SupplierPurchaseField::Deleted,
        &["is_deleted", "excluido"],
    ),
    header_aliases(
        "created_at",
        CsvValueType::Timestamp,
        SupplierPurchaseField::CreatedAt,
        &["criado_em"],
    ),
    header_aliases(
        "updated_at",
        CsvValueType::Timestamp,
        SupplierPurchaseField::UpdatedAt,
        &["atualizado_em"],
    ),
    HeaderAliases {
        role: "created_at_offset_minutes",
        value_type: CsvValueType::Integer,
        column_target: ColumnTarget::OffsetOf(SupplierPurchaseField::CreatedAt),
        aliases: &[],
    },
    HeaderAliases {
        role: "updated_at_offset_minutes",
        value_type: CsvValueType::Integer,
        column_target: ColumnTarget::OffsetOf(SupplierPurchaseField::UpdatedAt),
        aliases: &[],
    },
    HeaderAliases {
        role: "extra",
        value_type: CsvValueType::Json,
        column_target: ColumnTarget::Extra,
        aliases: &[],
    },
];

#[cfg(test)]
mod tests;
