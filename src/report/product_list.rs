//! The product list: all distinct product ids.
//!
//! In: the files of a table version. Out: [`ProductList`], sorted by the bytes of the ids. Refused:
//! files that cannot be read.

use polars::prelude::{PolarsResult, col};

use super::data_path::DataPath;
use super::table_scan::{collect, query_table};
use super::{PurchaseFile, ReportError};
use crate::purchase::columns::schema;

/// Products per page. The documentation defines a `page` without a size; the size is our choice.
pub const PRODUCTS_PER_PAGE: usize = 100;

/// Product ids, ascending by their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductList {
    /// The ids of the page, or all ids when no page was requested.
    pub products: Vec<String>,
    /// The number of ids on all pages.
    pub total: usize,
}

/// Lists the distinct product ids; `page` counts from 0, and a page after the last one is empty.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn product_list(files: &[PurchaseFile], page: Option<u32>) -> Result<ProductList, ReportError> {
    let mut products = if files.is_empty() {
        Vec::new()
    } else {
        distinct_products(files).map_err(|source| ReportError::Scan {
            files: files.len(),
            source,
        })?
    };
    products.sort_unstable();
    let total = products.len();
    if let Some(page) = page {
        let skipped = usize::try_from(page)
            .unwrap_or(usize::MAX)
            .saturating_mul(PRODUCTS_PER_PAGE);
        products = products
            .into_iter()
            .skip(skipped)
            .take(PRODUCTS_PER_PAGE)
            .collect();
    }
    Ok(ProductList { products, total })
}

fn distinct_products(files: &[PurchaseFile]) -> PolarsResult<Vec<String>> {
    let paths: Vec<&DataPath> = files.iter().map(|file| &file.path).collect();
    query_table(&schema(), &paths, |scan| {
        let ids = scan.open(&paths)?.group_by([col("product_id")]);
        let frame = collect(ids.agg(Vec::<polars::prelude::Expr>::new()))?;
        let products = frame.column("product_id")?.str()?;
        Ok(products.iter().flatten().map(str::to_owned).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{PurchaseTableFixture, TestPurchase};

    fn table(ids: &[&str]) -> PurchaseTableFixture {
        let events = ids
            .iter()
            .enumerate()
            .map(|(at, id)| {
                TestPurchase::at(&format!("2024-01-{:02}T10:00:00Z", at % 28 + 1)).product(id)
            })
            .collect::<Vec<_>>();
        PurchaseTableFixture::of(&events)
    }

    #[test]
    fn products_are_listed_once_in_byte_order() {
        let table = table(&["b", "a", "b", "É", "B", " a", "b"]);
        let list = product_list(&table.files, None).expect("a list");
        assert_eq!(list.products, [" a", "B", "a", "b", "É"]);
        assert_eq!(list.total, 5);
    }

    #[test]
    fn a_page_holds_a_hundred_and_the_page_after_the_last_is_empty() {
        let ids: Vec<String> = (0..150).map(|n| format!("p{n:03}")).collect();
        let table = table(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        let page = |number| {
            product_list(&table.files, Some(number))
                .expect("a list")
                .products
        };
        assert_eq!(page(0), ids[..100]);
        assert_eq!(page(1), ids[100..]);
        assert_eq!(page(2), [""; 0]);
        assert_eq!(page(u32::MAX), [""; 0]);
    }

    #[test]
    fn a_lake_without_purchases_has_no_products() {
        let list = product_list(&[], None).expect("a list");
        assert_eq!(list.products, [""; 0]);
    }
}
