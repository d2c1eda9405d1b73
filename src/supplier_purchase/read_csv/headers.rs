//! Which header means which field.
//!
//! Headers come normalised: `supplier.id` is `supplier_id`, `Situação` is `situacao`. Every field
//! is known by its documented path, by the short name below, and by the Portuguese names. A header
//! that also means something else in such tables (`valor`, `frete`, `numero`) is none of them.

use super::super::raw::Name;
use crate::input::csv::columns::{ColumnForm, Columns, Role};

/// What a column fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// One field.
    Field(Name, ColumnForm),
    /// The currency of every amount that has no column of its own for it.
    AllCurrencies,
    /// The offset of a time, in minutes, which the text of the time has too.
    OffsetOf(Name),
    /// Undocumented keys, as one JSON object.
    Extra,
}

/// The columns of supplier purchase files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SupplierPurchaseCsvColumns;

impl Columns for SupplierPurchaseCsvColumns {
    fn role_of(&self, normalised_header: &str) -> Option<usize> {
        KNOWN.iter().position(|known| {
            known.role == normalised_header || known.aliases.contains(&normalised_header)
        })
    }

    fn roles(&self) -> &'static [Role] {
        &ROLES
    }

    /// A supplier purchase has no free properties.
    fn property_of(&self, _header: &str) -> Option<String> {
        None
    }
}

/// What the column with this role fills.
pub(super) fn fill(role: usize) -> Option<Fill> {
    Some(KNOWN.get(role)?.fill)
}

/// One field and the headers it is known by.
struct Known {
    role: &'static str,
    form: ColumnForm,
    fill: Fill,
    aliases: &'static [&'static str],
}

const fn known(
    role: &'static str,
    form: ColumnForm,
    name: Name,
    aliases: &'static [&'static str],
) -> Known {
    Known {
        role,
        form,
        fill: Fill::Field(name, form),
        aliases,
    }
}

const COUNT: usize = 33;

static ROLES: [Role; COUNT] = {
    let mut roles = [Role {
        name: "",
        form: ColumnForm::Text,
    }; COUNT];
    let mut position = 0;
    while position < COUNT {
        roles[position] = Role {
            name: KNOWN[position].role,
            form: KNOWN[position].form,
        };
        position += 1;
    }
    roles
};

static KNOWN: [Known; COUNT] = [
    known(
        "company_id",
        ColumnForm::Integer,
        Name::CompanyId,
        &["cplug_company_id", "id_empresa", "empresa_id"],
    ),
    known(
        "id",
        ColumnForm::Integer,
        Name::Id,
        &["purchase_id", "id_compra"],
    ),
    known(
        "registration_date",
        ColumnForm::Date,
        Name::RegistrationDate,
        &["data_compra", "data_registro", "data"],
    ),
    known(
        "supplier_id",
        ColumnForm::Integer,
        Name::SupplierId,
        &["id_fornecedor"],
    ),
    known(
        "supplier_name",
        ColumnForm::Text,
        Name::SupplierName,
        &["fornecedor"],
    ),
    known(
        "invoice_serie",
        ColumnForm::Text,
        Name::InvoiceSerie,
        &["serie"],
    ),
    known(
        "invoice_number",
        ColumnForm::Text,
        Name::InvoiceNumber,
        &["numero_nota", "nota_fiscal", "nf"],
    ),
    known("code", ColumnForm::Integer, Name::Code, &["codigo"]),
    known(
        "value_of_items",
        ColumnForm::Decimal,
        Name::ValueOfItemsAmount,
        &["value_of_items_amount", "valor_itens"],
    ),
    known(
        "value_of_items_currency",
        ColumnForm::Text,
        Name::ValueOfItemsCurrency,
        &[],
    ),
    known(
        "discount",
        ColumnForm::Decimal,
        Name::DiscountAmount,
        &["discount_amount", "desconto"],
    ),
    known(
        "discount_currency",
        ColumnForm::Text,
        Name::DiscountCurrency,
        &[],
    ),
    known(
        "other_expenses_value",
        ColumnForm::Decimal,
        Name::OtherExpensesValueAmount,
        &["other_expenses_value_amount", "outras_despesas"],
    ),
    known(
        "other_expenses_value_currency",
        ColumnForm::Text,
        Name::OtherExpensesValueCurrency,
        &[],
    ),
    known(
        "total",
        ColumnForm::Decimal,
        Name::TotalAmount,
        &["total_amount"],
    ),
    known("total_currency", ColumnForm::Text, Name::TotalCurrency, &[]),
    known(
        "shipping_value",
        ColumnForm::Decimal,
        Name::ShippingValueAmount,
        &[
            "shipping_value_amount",
            "shipping_shipping_value",
            "shipping_shipping_value_amount",
            "valor_frete",
        ],
    ),
    known(
        "shipping_value_currency",
        ColumnForm::Text,
        Name::ShippingValueCurrency,
        &["shipping_shipping_value_currency"],
    ),
    Known {
        role: "currency",
        form: ColumnForm::Text,
        fill: Fill::AllCurrencies,
        aliases: &["moeda"],
    },
    known(
        "pay_shipping",
        ColumnForm::Boolean,
        Name::PayShipping,
        &["shipping_pay_shipping", "frete_pago"],
    ),
    known(
        "carrier_id",
        ColumnForm::Integer,
        Name::CarrierId,
        &["shipping_carrier_id", "id_transportadora"],
    ),
    known(
        "carrier_name",
        ColumnForm::Text,
        Name::CarrierName,
        &["shipping_carrier_name", "transportadora"],
    ),
    known(
        "notes",
        ColumnForm::Text,
        Name::Notes,
        &["observacoes", "obs"],
    ),
    known("status", ColumnForm::Text, Name::Status, &["situacao"]),
    known(
        "order_number",
        ColumnForm::Text,
        Name::OrderNumber,
        &["numero_pedido", "pedido"],
    ),
    known(
        "has_stock_movement_out",
        ColumnForm::Boolean,
        Name::HasStockMovementOut,
        &["saida_estoque"],
    ),
    known(
        "were_stock_movements_deleted",
        ColumnForm::Boolean,
        Name::WereStockMovementsDeleted,
        &[],
    ),
    known(
        "deleted",
        ColumnForm::Boolean,
        Name::Deleted,
        &["is_deleted", "excluido"],
    ),
    known(
        "created_at",
        ColumnForm::Timestamp,
        Name::CreatedAt,
        &["criado_em"],
    ),
    known(
        "updated_at",
        ColumnForm::Timestamp,
        Name::UpdatedAt,
        &["atualizado_em"],
    ),
    Known {
        role: "created_at_offset_minutes",
        form: ColumnForm::Integer,
        fill: Fill::OffsetOf(Name::CreatedAt),
        aliases: &[],
    },
    Known {
        role: "updated_at_offset_minutes",
        form: ColumnForm::Integer,
        fill: Fill::OffsetOf(Name::UpdatedAt),
        aliases: &[],
    },
    Known {
        role: "extra",
        form: ColumnForm::Json,
        fill: Fill::Extra,
        aliases: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::csv::columns::normalise_header;

    fn role(header: &str) -> Option<&'static str> {
        let role = SupplierPurchaseCsvColumns.role_of(&normalise_header(header));
        role.map(|role| ROLES[role].name)
    }

    /// Field, and headers that fill it.
    const HEADERS: &str = "
        company_id = company_id | CPlug-Company-Id | id_empresa | Empresa ID
        id = id | purchase_id | ID Compra
        registration_date = registration_date | Data | data compra | data_registro
        supplier_id = supplier.id | supplier_id | id_fornecedor
        supplier_name = supplier.name | Fornecedor
        invoice_serie = invoice.serie | Série
        invoice_number = invoice.number | Número Nota | nota fiscal | NF
        code = code | Código
        value_of_items = value_of_items | value_of_items.amount | Valor Itens
        value_of_items_currency = value_of_items.currency
        discount = discount | discount.amount | Desconto
        other_expenses_value = other_expenses_value.amount | Outras Despesas
        total = total | total.amount | Total
        shipping_value = shipping.shipping_value.amount | shipping_value | Valor Frete
        shipping_value_currency = shipping.shipping_value.currency
        currency = currency | Moeda
        pay_shipping = shipping.pay_shipping | Frete Pago
        carrier_id = shipping.carrier.id | carrier_id | id_transportadora
        carrier_name = shipping.carrier.name | Transportadora
        notes = notes | Observações | Obs
        status = status | Situação
        order_number = order_number | Número Pedido | Pedido
        has_stock_movement_out = has_stock_movement_out | Saída Estoque
        were_stock_movements_deleted = were_stock_movements_deleted
        deleted = deleted | is_deleted | Excluído
        created_at = created_at | Criado em
        updated_at = updated_at | Atualizado em
        updated_at_offset_minutes = updated_at_offset_minutes
        extra = extra
    ";

    #[test]
    fn documented_paths_short_names_and_portuguese_ones_are_known() {
        for line in HEADERS.lines().filter(|line| line.contains('=')) {
            let (field, headers) = line.split_once(" = ").unwrap();
            for header in headers.split(" | ") {
                assert_eq!(role(header), Some(field.trim()), "{header}");
            }
        }
    }

    #[test]
    fn headers_of_several_meanings_and_of_customer_purchases_are_not_known() {
        for header in [
            "valor",
            "frete",
            "numero",
            "preco",
            "produto",
            "quantidade",
            "amount",
            "time",
            "",
        ] {
            assert_eq!(role(header), None, "{header}");
        }
        assert_eq!(
            SupplierPurchaseCsvColumns.property_of("properties.color"),
            None
        );
    }

    #[test]
    fn no_header_means_two_fields() {
        let mut headers: Vec<&str> = KNOWN.iter().map(|known| known.role).collect();
        headers.extend(KNOWN.iter().flat_map(|known| known.aliases));
        let count = headers.len();
        headers.sort_unstable();
        headers.dedup();
        assert_eq!(headers.len(), count);
        assert!(
            headers
                .iter()
                .all(|header| normalise_header(header) == *header)
        );
    }

    #[test]
    fn portuguese_names_prove_a_portuguese_file() {
        for header in [
            "fornecedor",
            "situacao",
            "valor_itens",
            "excluido",
            "atualizado_em",
            "nf",
        ] {
            assert!(SupplierPurchaseCsvColumns.is_portuguese(header), "{header}");
        }
        for header in ["total", "status", "id", "supplier_id", "notes"] {
            assert!(
                !SupplierPurchaseCsvColumns.is_portuguese(header),
                "{header}"
            );
        }
    }
}
