//! Counts and exact sums of a table's rows, to compare the rows before and after a rewrite.
//!
//! Sums have 256 bits, which 2^128 values of 128 bits cannot exceed. Amounts are summed by
//! currency, texts by length.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::compute::kernels::length::length;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, i256};
use arrow::error::ArrowError;

use crate::lake::LakeError;

/// Counts and sums of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::lake::maintenance) struct TableSums {
    rows: u64,
    /// By column, and by currency for amounts.
    columns: BTreeMap<(String, String), ColumnSum>,
}

/// Count and sum of a column, or of its values in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ColumnSum {
    values: u64,
    sum: i256,
}

impl ColumnSum {
    fn add(&mut self, value: i128) {
        self.values += 1;
        self.sum = self.sum.wrapping_add(i256::from_i128(value));
    }
}

impl TableSums {
    pub(in crate::lake::maintenance) fn rows(&self) -> u64 {
        self.rows
    }

    pub(in crate::lake::maintenance) fn add(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<(), LakeError> {
        self.rows += batch.num_rows() as u64;
        let schema = batch.schema();
        for (field, values) in schema.fields().iter().zip(batch.columns()) {
            if let DataType::Decimal128(..) = field.data_type() {
                let currency = currency_of(field.name(), batch)?;
                self.add_amounts(field.name(), values, currency.as_ref());
            } else {
                let numbers = as_numbers(values)
                    .map_err(LakeError::arrow("add up record batches", "a column"))?;
                let column = (field.name().clone(), String::new());
                let column = self.columns.entry(column).or_default();
                let numbers = numbers.iter().flatten();
                numbers.for_each(|number| column.add(i128::from(number)));
            }
        }
        Ok(())
    }

    fn add_amounts(&mut self, name: &str, values: &ArrayRef, currencies: Option<&StringArray>) {
        let amounts = values.as_primitive::<Decimal128Type>();
        let mut found: BTreeMap<&str, ColumnSum> = BTreeMap::new();
        for (row, amount) in amounts.iter().enumerate() {
            let currency = currencies.filter(|codes| codes.is_valid(row));
            let code = currency.map_or("", |codes| codes.value(row));
            if let Some(amount) = amount {
                found.entry(code).or_default().add(amount);
            }
        }
        for (code, part) in found {
            let column = (name.to_owned(), code.to_owned());
            let whole = self.columns.entry(column).or_default();
            whole.values += part.values;
            whole.sum = whole.sum.wrapping_add(part.sum);
        }
    }

    /// Describes the first difference.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.rows != other.rows {
            return Some(format!("the rows from {} to {}", self.rows, other.rows));
        }
        let names = self.columns.keys().chain(other.columns.keys());
        for name in names {
            let column = |sums: &Self| sums.columns.get(name).copied().unwrap_or_default();
            let (before, after) = (column(self), column(other));
            if before != after {
                let (column, currency) = name;
                return Some(format!(
                    "the sum of {column} {currency} from {} in {} values to {} in {}",
                    before.sum, before.values, after.sum, after.values
                ));
            }
        }
        None
    }

    /// Exact amounts, by column and currency.
    pub(in crate::lake::maintenance) fn amounts(&self) -> BTreeMap<String, String> {
        let amounts = self
            .columns
            .iter()
            .filter(|((_, code), _)| !code.is_empty());
        amounts
            .map(|((column, code), sum)| (format!("{column} {code}"), decimal(sum.sum)))
            .collect()
    }
}

/// Formats an amount, which has nine decimals.
fn decimal(units: i256) -> String {
    let sign = if units.is_negative() { "-" } else { "" };
    // At least one digit comes before the decimals.
    let digits = format!("{:0>10}", units.wrapping_abs().to_string());
    let (whole, part) = digits.split_at(digits.len() - 9);
    let text = format!("{sign}{whole}.{part}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The currency column of an amount: its own, or the only one of the table.
fn currency_of(amount: &str, batch: &RecordBatch) -> Result<Option<StringArray>, LakeError> {
    let codes = batch.column_by_name(&format!("{amount}_currency"));
    let stem = amount.strip_suffix("_value").unwrap_or(amount);
    let codes = codes.or_else(|| batch.column_by_name(&format!("{stem}_value_currency")));
    let Some(codes) = codes.or_else(|| batch.column_by_name("currency")) else {
        return Ok(None);
    };
    let plain = cast(codes, &DataType::Utf8)
        .map_err(LakeError::arrow("add up record batches", "a column"))?;
    Ok(Some(plain.as_string::<i32>().clone()))
}

/// Numbers, days and instants as the stored integers, flags as 0 and 1, texts and bytes as lengths.
fn as_numbers(values: &ArrayRef) -> Result<Int64Array, ArrowError> {
    let numbers = match values.data_type() {
        DataType::Utf8 | DataType::Binary | DataType::Dictionary(..) => length(values)?,
        _ => ArrayRef::clone(values),
    };
    let numbers = cast(&numbers, &DataType::Int64)?;
    Ok(numbers.as_primitive::<Int64Type>().clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Decimal128Array;

    use super::*;
    use crate::lake::testing::rows;

    #[test]
    fn sums_do_not_depend_on_how_rows_are_cut_and_see_one_changed_value() {
        let mut whole = TableSums::default();
        whole.add(&rows("a.json", 0, 10)).unwrap();
        let mut parts = TableSums::default();
        for (from, to) in [(7, 10), (0, 3), (3, 7)] {
            parts.add(&rows("a.json", from, to)).unwrap();
        }
        assert_eq!(whole, parts);
        assert_eq!(whole.difference(&parts), None);
        let mut other = TableSums::default();
        other.add(&rows("a.json", 0, 9)).unwrap();
        other.add(&rows("a.json", 10, 11)).unwrap();
        let difference = whole.difference(&other).unwrap();
        // 0+…+9 = 45, and 46 with 10 in the place of 9: the price is 19,990,000,001 units times it.
        assert!(difference.contains("price"), "{difference}");
        assert!(difference.contains("899550000045"), "{difference}");
    }

    #[test]
    fn amounts_are_exact_and_without_trailing_zeros() {
        let text = |units: i128| decimal(i256::from_i128(units));
        assert_eq!(text(0), "0");
        assert_eq!(text(39_900_000_000), "39.9");
        assert_eq!(text(-1), "-0.000000001");
        assert_eq!(text(100_000_000_000), "100");
    }

    /// `count` rows with the largest possible amount, with this sign, and one with the smallest.
    fn largest(count: usize, sign: i128) -> TableSums {
        let amounts = std::iter::repeat_n(sign * (10_i128.pow(38) - 1), count).chain([sign]);
        let amounts: Decimal128Array = amounts.map(Some).collect();
        let amounts = amounts.with_precision_and_scale(38, 9).unwrap();
        let currencies = StringArray::from(vec!["BRL"; count + 1]);
        let columns: [(&str, ArrayRef); 2] = [
            ("price", Arc::new(amounts)),
            ("currency", Arc::new(currencies)),
        ];
        let mut sums = TableSums::default();
        sums.add(&RecordBatch::try_from_iter(columns).unwrap())
            .unwrap();
        sums
    }

    #[test]
    fn sums_beyond_128_bits_are_exact_and_differ_when_rows_do() {
        for (sign, minus) in [(1, ""), (-1, "-")] {
            let sums = largest(2, sign);
            // 2 × 99999999999999999999999999999.999999999 + 0.000000001, by hand.
            let expected = format!("{minus}199999999999999999999999999999.999999999");
            assert_eq!(sums.amounts()["price BRL"], expected);
            let difference = sums.difference(&largest(3, sign)).unwrap();
            assert!(difference.contains("rows"), "{difference}");
        }
        // Two sums that are equal modulo 2^128 = 340282366920938463463374607431768211456.
        let column = |sum| ColumnSum { values: 4, sum };
        let of = |sum| TableSums {
            rows: 4,
            columns: BTreeMap::from([(("price".to_owned(), "BRL".to_owned()), column(sum))]),
        };
        let (small, large) = (i256::ONE, i256::from_parts(1, 1));
        assert!(of(small).difference(&of(large)).is_some());
        let text = of(large).amounts()["price BRL"].clone();
        assert_eq!(text, "340282366920938463463374607431.768211457");
    }
}
