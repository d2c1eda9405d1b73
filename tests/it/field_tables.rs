//! Lists beside the two tables of fields that must agree with them.

use std::collections::BTreeSet;

use purchase_etl::input::csv::columns::PORTUGUESE_HEADERS;
use purchase_etl::{purchase, supplier_purchase};

#[test]
fn portuguese_words_are_the_portuguese_headers_of_both_kinds() {
    let of_customers = purchase::FIELDS.iter();
    let of_customers = of_customers.flat_map(|spec| spec.portuguese_headers);
    let of_suppliers = supplier_purchase::FIELDS.iter();
    let of_suppliers = of_suppliers.flat_map(|spec| spec.portuguese_headers);
    let headers: BTreeSet<&str> = of_customers.chain(of_suppliers).copied().collect();
    assert_eq!(headers, BTreeSet::from(PORTUGUESE_HEADERS));
}
