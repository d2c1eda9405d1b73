//! Every documented and observed header finds its field.

use super::*;
use crate::input::csv::columns::normalise_header;

fn role(header: &str) -> Option<&'static str> {
    let role = SupplierPurchaseCsvColumns.role_of(&normalise_header(header));
    role.map(|role| SupplierPurchaseCsvColumns.roles()[role].name)
}

/// Fields with their headers.
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
    let mut headers: Vec<String> = Vec::new();
    for (role, target) in TARGETS.iter() {
        let mut own = vec![role.name.to_owned()];
        if let ColumnTarget::Field(field, _) = target {
            let spec = field.spec();
            own.extend(spec.column.map(str::to_owned));
            own.push(spec.path.replace('.', "_"));
            own.extend(spec.headers.iter().map(|header| (*header).to_owned()));
            own.extend(
                spec.portuguese_headers
                    .iter()
                    .map(|header| (*header).to_owned()),
            );
            own.sort_unstable();
            own.dedup();
        }
        headers.extend(own);
    }
    headers.push("moeda".to_owned());
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
