//! Rows of delimited text.

use super::super::{
    CompanyId, RawSupplierPurchase, SupplierPurchase, SupplierPurchaseCsvReader,
    SupplierPurchaseField as Name, SupplierPurchaseRuleSettings, SupplierPurchaseValidator,
};
use super::fixture::{self, ValidatedRecord, each_row, layout, settings};
use crate::input::csv::refusal::TextPosition;
use crate::input::csv::rows::CsvRowReader;
use crate::record::{Findings, extra_object};
use crate::rules::RuleId;
use crate::values::instant::format_utc_micros;

fn shown(purchase: &SupplierPurchase<'_>, amount: Name) -> String {
    fixture::shown(purchase, amount).unwrap_or_default()
}

const PORTUGUESE: &str = "\
id_compra;Data;Fornecedor;id_fornecedor;Série;Número Nota;Código;Valor Itens;Desconto;Outras Despesas;\
Total;Moeda;Frete Pago;Valor Frete;id_transportadora;Transportadora;Situação;Pedido;Saída Estoque;\
Excluído;Criado em;Atualizado em;Observações
123;14/01/2025;Ana & Cia;0123;001;000789;00456;1.234,56;R$ 10,00;5,44;1.230,00;BRL;sim;20,00;9;Expresso;\
Entregue;code123;não;n;31/12/2019 23:59;14/07/2025 13:31:26-03:00;\"duas
linhas\"
";

#[test]
fn a_portuguese_table_is_read_value_by_value() {
    let mut count = 0;
    each_row(&settings(), PORTUGUESE, |_, validated, purchase| {
        count += 1;
        assert_eq!(validated.noted(), [RuleId::CplTsNooffset], "{validated:?}");
        let purchase = purchase.unwrap();
        assert_eq!((purchase.key.company_id, purchase.key.id), (12, 123));
        assert_eq!(purchase.registration_date.to_string(), "2025-01-14");
        let values = &purchase.values;
        assert_eq!(values.integer(Name::SupplierId), Some(123));
        assert_eq!(values.text(Name::SupplierName), Some("Ana & Cia"));
        assert_eq!(values.text(Name::InvoiceSerie), Some("001"));
        assert_eq!(values.text(Name::InvoiceNumber), Some("000789"));
        assert_eq!(values.integer(Name::Code), Some(456));
        assert_eq!(shown(purchase, Name::ValueOfItemsAmount), "1234.56 BRL");
        assert_eq!(shown(purchase, Name::DiscountAmount), "10 BRL");
        assert_eq!(shown(purchase, Name::OtherExpensesValueAmount), "5.44 BRL");
        assert_eq!(shown(purchase, Name::TotalAmount), "1230 BRL");
        assert_eq!(shown(purchase, Name::ShippingValueAmount), "20 BRL");
        assert_eq!(purchase.values.boolean(Name::PayShipping), Some(true));
        assert_eq!(values.integer(Name::CarrierId), Some(9));
        assert_eq!(values.text(Name::CarrierName), Some("Expresso"));
        assert_eq!(values.text(Name::Status), Some("received"));
        assert_eq!(values.text(Name::OrderNumber), Some("code123"));
        assert_eq!(values.boolean(Name::HasStockMovementOut), Some(false));
        assert!(!purchase.values.is_deleted());
        let created = purchase.values.time(Name::CreatedAt).unwrap().micros_utc;
        assert_eq!(format_utc_micros(created), "2019-12-31T23:59:00Z");
        let updated = purchase.updated_at.micros_utc;
        assert_eq!(format_utc_micros(updated), "2025-07-14T16:31:26Z");
        assert_eq!(values.text(Name::Notes), Some("duas\nlinhas"));
        assert_eq!(purchase.values.extra, None);
    });
    assert_eq!(count, 1);
}

#[test]
fn a_table_of_documented_paths_is_read_too() {
    let text = "company_id,id,registration_date,supplier.id,supplier.name,invoice.serie,invoice.number,\
        value_of_items.amount,value_of_items.currency,total.amount,total.currency,\
        shipping.pay_shipping,shipping.shipping_value.amount,shipping.shipping_value.currency,\
        shipping.carrier.name,were_stock_movements_deleted,updated_at\n\
        12,1,2025-01-14,3,S,1,789,99.95,USD,99.95,USD,0,1.5,USD,C,false,2025-07-14T13:31:26.000000Z\n";
    each_row(&settings(), text, |_, validated, purchase| {
        assert_eq!(validated.noted(), [RuleId::CplDeletedKey], "{validated:?}");
        let purchase = purchase.unwrap();
        assert_eq!(shown(purchase, Name::ShippingValueAmount), "1.5 USD");
        assert_eq!(purchase.values.boolean(Name::PayShipping), Some(false));
        assert!(purchase.values.is_deleted());
        assert_eq!(
            purchase.values.boolean(Name::WereStockMovementsDeleted),
            Some(false)
        );
    });
}

/// Validates one row: a header and its cells, in addition to the required ones.
fn one(
    header: &str,
    cells: &str,
    mut inspect: impl FnMut(&RawSupplierPurchase<'_>, &ValidatedRecord),
) {
    let text = format!(
        "id;registration_date;supplier_id;updated_at;{header}\n1;2025-01-14;3;2025-01-15T10:00:00Z;{cells}\n"
    );
    let mut count = 0;
    each_row(&settings(), &text, |raw, validated, _| {
        inspect(raw, &validated);
        count += 1;
    });
    assert_eq!(count, 1);
}

#[test]
fn cells_that_do_not_fit_are_rejected_by_the_rule_of_their_field() {
    for (header, cell, rule) in [
        ("code", "A-1", RuleId::CplIntType),
        ("code", "1.0", RuleId::CplIntType),
        ("carrier_id", "-1-", RuleId::CplIntType),
        ("excluido", "talvez", RuleId::CplBool),
        ("frete_pago", "x", RuleId::CplBool),
        ("status", "Cancelado", RuleId::CplStatusEnum),
        ("moeda;total", "REAL;1,50", RuleId::CplMoneyCurrency),
        ("moeda;total", "BRL;dez", RuleId::CplMoneyShape),
        ("company_id", "13", RuleId::CplCompanyConflict),
        ("company_id", "x", RuleId::CplCompanyRequired),
    ] {
        one(header, cell, |_, validated| {
            assert_eq!(validated.broken(), [rule], "{header} {cell}");
        });
    }
}

#[test]
fn a_whole_number_that_ends_in_a_letter_beyond_ascii_is_rejected_by_the_rule_of_its_field() {
    for cell in ["Expresso Ipê", "é", "12ª", "00\u{1F69A}", "\u{a0}7\u{663}"] {
        one("carrier_id", cell, |_, validated| {
            assert_eq!(validated.broken(), [RuleId::CplIntType], "{cell}");
        });
    }
    for (cell, code) in [("00", "0"), ("0123", "123"), (" 7 ", "7")] {
        one("code", cell, |raw, _| {
            assert_eq!(raw.get(Name::Code).shown(), code);
        });
    }
}

#[test]
fn words_for_status_and_booleans_are_read_in_both_languages() {
    for (header, cell, expected) in [
        ("status", "AGUARDANDO", "pending"),
        ("situacao", "entregue", "received"),
        ("status", " Received ", "received"),
        ("frete_pago", "S", "true"),
        ("saida_estoque", "0", "false"),
    ] {
        one(header, cell, |raw, validated| {
            assert!(validated.findings.is_empty(), "{cell}: {validated:?}");
            let name = match header {
                "frete_pago" => Name::PayShipping,
                "saida_estoque" => Name::HasStockMovementOut,
                _ => Name::Status,
            };
            assert_eq!(raw.get(name).shown(), expected, "{cell}");
        });
    }
}

#[test]
fn a_column_may_mark_a_purchase_as_deleted() {
    for (header, cell, noted) in [
        ("excluido", "sim", &[RuleId::CplDeletedKey][..]),
        ("deleted", "TRUE", &[RuleId::CplDeletedKey]),
        ("is_deleted", "true", &[RuleId::CplDeletedKey]),
        ("excluido", "não", &[]),
        ("deleted", "", &[]),
    ] {
        one(header, cell, |_, validated| {
            assert_eq!(validated.noted(), noted, "{header} {cell}");
        });
    }
}

#[test]
fn a_column_for_deletion_takes_precedence_over_the_flag() {
    for (cells, is_deleted, flag) in [
        ("false;false", false, None),
        ("false;true", false, None),
        ("true;", true, None),
        ("true;false", true, Some(false)),
        (";false", true, Some(false)),
        (";true", true, Some(true)),
        (";", false, None),
    ] {
        let text = format!(
            "id;registration_date;supplier_id;updated_at;deleted;were_stock_movements_deleted\n\
             1;2025-01-14;3;2025-01-15T10:00:00Z;{cells}\n"
        );
        let mut count = 0;
        each_row(&settings(), &text, |_, _, purchase| {
            let values = &purchase.unwrap().values;
            let found = values.boolean(Name::WereStockMovementsDeleted);
            assert_eq!((values.is_deleted(), found), (is_deleted, flag), "{cells}");
            count += 1;
        });
        assert_eq!(count, 1);
    }
}

#[test]
fn columns_that_our_own_lists_add_are_read_with_their_meaning() {
    for (header, cells, extra) in [
        ("updated_at_offset_minutes", "0", None),
        (
            "updated_at_offset_minutes",
            "-180",
            Some(r#"{"updated_at_offset_minutes":"-180"}"#),
        ),
        (
            "extra",
            r#""{""color"":1,""a.b"":[null]}""#,
            Some(r#"{"color":1,"a.b":[null]}"#),
        ),
        ("extra", "{", Some(r#"{"extra":"{"}"#)),
        ("extra", "[1]", Some(r#"{"extra":"[1]"}"#)),
        ("extra", "", None),
        ("code", "-12", None),
    ] {
        let text = format!(
            "id;registration_date;supplier_id;updated_at;{header}\n1;2025-01-14;3;2025-01-15T10:00:00Z;{cells}\n"
        );
        each_row(&settings(), &text, |_, validated, purchase| {
            let purchase = purchase.unwrap_or_else(|| panic!("{validated:?}"));
            assert_eq!(purchase.values.extra.as_deref(), extra, "{cells}");
        });
    }
}

#[test]
fn company_0_is_the_unknown_company_only_in_our_own_lists() {
    let text = "company_id;id;registration_date;supplier_id;updated_at\n0;1;2025-01-14;3;2025-01-15T10:00:00Z\n";
    let unknown = SupplierPurchaseRuleSettings {
        company: Some(CompanyId::UNKNOWN),
        ..settings()
    };
    each_row(&unknown, text, |_, _, purchase| {
        assert_eq!(purchase.unwrap().key.company_id, 0);
    });
    each_row(&settings(), text, |_, validated, _| {
        assert_eq!(validated.broken(), [RuleId::CplCompanyRequired]);
    });
}

#[test]
fn the_apostrophe_in_front_of_a_formula_is_no_part_of_the_text() {
    for (cell, read) in [
        ("'=1+1", "=1+1"),
        ("''-5", "'-5"),
        ("' =1", " =1"),
        ("'＝1", "＝1"),
        ("'quoted'", "'quoted'"),
        ("=1+1", "=1+1"),
        ("'", "'"),
    ] {
        one("notes", cell, |raw, _| {
            assert_eq!(raw.get(Name::Notes).shown(), read, "{cell}");
        });
    }
}

#[test]
fn currencies_come_from_their_own_column_then_the_common_one_then_the_default() {
    one(
        "total;total_currency;desconto;moeda",
        "1,50;EUR;2,00;R$",
        |_, validated| {
            assert_eq!(validated.noted(), [RuleId::CplMoneyMixed]);
            assert_eq!(validated.findings[0].value, "BRL EUR");
        },
    );
    one("total;valor_frete", "1,50;2,00", |_, validated| {
        assert_eq!(validated.noted(), [RuleId::CplMoneyDefault]);
        assert_eq!(validated.fields(), ["total.currency"]);
    });
    // No currency is assumed for missing amounts, and a currency alone is no amount.
    one(
        "total;total_currency;moeda;code",
        ";EUR;BRL;7",
        |_, validated| {
            assert!(validated.findings.is_empty(), "{validated:?}");
        },
    );
}

#[test]
fn an_amount_that_can_be_read_in_two_ways_is_rejected() {
    // The sample has only whole numbers in the column, so that `1.234` is ambiguous.
    let text = "id,registration_date,supplier_id,updated_at,currency,total\n\
        1,2025-01-14,3,2025-01-15T10:00:00Z,BRL,10\n";
    let detected = layout(text);
    assert!(!detected.columns[5].decimal_is_proven);
    let row = "2,2025-01-14,3,2025-01-15T10:00:00Z,BRL,1.234\n";
    let shape = detected.row_shape();
    let mut rows = CsvRowReader::new(row.as_bytes(), TextPosition::START, shape).unwrap();
    let mut raw = RawSupplierPurchase::default();
    let reader = SupplierPurchaseCsvReader::new(&detected);
    reader.read(&rows.next_row().unwrap().unwrap(), &mut raw);
    let mut lenient = settings();
    lenient.numbers_as_strings = true;
    for settings in [settings(), lenient] {
        let mut findings = Findings::new(true);
        let checked = SupplierPurchaseValidator::new(settings).validate(&raw, &mut findings);
        assert!(checked.is_none());
        assert_eq!(findings.list()[0].rule, RuleId::CplMoneyShape);
    }
}

#[test]
fn columns_that_fill_no_field_are_kept() {
    one(
        "filial;properties.cor;Filial",
        "Centro;azul;Norte",
        |raw, validated| {
            assert_eq!(validated.noted(), [RuleId::CplKeyUnknown]);
            let extra = extra_object(&raw.extra).unwrap();
            let expected = r#"{"filial":"Centro","properties.cor":"azul","Filial":"Norte"}"#;
            assert_eq!(extra, expected);
        },
    );
    one("filial;filial", "Centro;Norte", |raw, _| {
        let extra = extra_object(&raw.extra).unwrap();
        assert_eq!(extra, r#"{"filial":"Centro","filial#1":"Norte"}"#);
    });
}

#[test]
fn a_table_of_sales_is_recognised_by_its_columns() {
    let text = "data;produto;preco;quantidade;total;moeda\n14/01/2025;Mochila;40,00;2;80,00;BRL\n";
    each_row(&settings(), text, |raw, _, _| {
        assert_eq!(raw.wrong_kind(), Some(RuleId::FileWrongKind));
    });
    each_row(&settings(), PORTUGUESE, |raw, _, _| {
        assert_eq!(raw.wrong_kind(), None);
    });
}

#[test]
fn a_sign_names_the_currency_of_an_amount_or_rejects_it() {
    let table = |total: &str, currency: &str| {
        format!(
            "id;registration_date;supplier_id;total;currency;updated_at\n\
             1;2025-01-14;2;{total};{currency};2025-01-14T10:00:00-03:00\n"
        )
    };
    for (total, currency, expected) in [
        ("€ 12,50", "", Some("12.5 EUR")),
        ("R$ 12,50", "BRL", Some("12.5 BRL")),
        ("$ 12,50", "USD", Some("12.5 USD")),
        ("$ 12,50", "", None),
        ("€ 12,50", "BRL", Some("12.5 BRL")),
    ] {
        let text = table(total, currency);
        each_row(
            &settings(),
            &text,
            |_, validated, purchase| match expected {
                Some(expected) => {
                    assert_eq!(
                        shown(purchase.unwrap(), Name::TotalAmount),
                        expected,
                        "{text}"
                    );
                }
                None => assert_eq!(validated.broken(), [RuleId::CplMoneyShape], "{text}"),
            },
        );
    }
}
