//! Purchases and the documented answers as text.

/// A purchase object. The values are JSON texts, written as they stand.
#[derive(Clone, Copy)]
pub(crate) struct PurchaseFixture<'a> {
    pub(crate) external_id: &'a str,
    pub(crate) product_id: &'a str,
    pub(crate) currency: &'a str,
    pub(crate) price: &'a str,
    pub(crate) quantity: &'a str,
    pub(crate) time: &'a str,
    /// More members, each with a comma in front.
    pub(crate) more: &'a str,
}

impl Default for PurchaseFixture<'_> {
    fn default() -> Self {
        Self {
            external_id: "\"cli-1\"",
            product_id: "\"caneca\"",
            currency: "\"BRL\"",
            price: "39.90",
            quantity: "1",
            time: "\"2026-10-05T10:00:00Z\"",
            more: "",
        }
    }
}

impl PurchaseFixture<'_> {
    /// The object on one line, without a line break.
    pub(crate) fn json(self) -> String {
        let Self {
            external_id,
            product_id,
            currency,
            price,
            quantity,
            time,
            more,
        } = self;
        format!(
            "{{\"external_id\":{external_id},\"product_id\":{product_id},\"currency\":{currency},\
             \"price\":{price},\"quantity\":{quantity},\"time\":{time}{more}}}"
        )
    }
}

/// One purchase a line, of these times and quantities.
pub(crate) fn lines_of(events: &[(&str, u32)]) -> String {
    let lines = events.iter().map(|(time, quantity)| {
        let (time, quantity) = (format!("\"{time}\""), quantity.to_string());
        let record = PurchaseFixture {
            time: &time,
            quantity: &quantity,
            ..PurchaseFixture::default()
        };
        format!("{}\n", record.json())
    });
    lines.collect()
}

/// `count` good purchases, one a line, that differ in their product; `first` is the first's number.
pub(crate) fn numbered(first: usize, count: usize) -> String {
    let lines = (first..first + count).map(|number| {
        let product_id = format!("\"product {number}\"");
        let record = PurchaseFixture {
            product_id: &product_id,
            ..PurchaseFixture::default()
        };
        format!("{}\n", record.json())
    });
    lines.collect()
}

/// The documented answer with these rows, as `report quantity-series` writes it.
pub(crate) fn quantity_series<T: AsRef<str>>(rows: &[(T, u32)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(time, quantity)| {
            let time = time.as_ref();
            format!(
                "    {{\n      \"time\": \"{time}\",\n      \"purchase_quantity\": {quantity}\n    }}"
            )
        })
        .collect();
    format!(
        "{{\n  \"message\": \"success\",\n  \"data\": [\n{}\n  ]\n}}\n",
        rows.join(",\n")
    )
}

/// The rows of an answer's text as (time, digits of the value), the digits as they stand.
pub(crate) fn series_digits(answer: &str, value: &str) -> Vec<(String, String)> {
    let member = |line: &str, name: &str| {
        let text = line.trim().strip_prefix(&format!("\"{name}\": "))?;
        Some(text.trim_end_matches(',').trim_matches('"').to_owned())
    };
    let times = answer.lines().filter_map(|line| member(line, "time"));
    let values = answer.lines().filter_map(|line| member(line, value));
    times.zip(values).collect()
}

/// A decimal without the zeros that say nothing: `12.50` is `12.5`, `3.00` is `3`.
pub(crate) fn shortest(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}
