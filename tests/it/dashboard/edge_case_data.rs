//! Dashboard data with everything that is hard to draw: adversarial and long names, refunds below zero,
//! many names, two currencies, amounts of 29 digits.

use purchase_etl::render::dashboard::{
    Dashboard, DashboardHeader, ItemQuantities, MonthlyStatusCounts, Provenance, RuleRejectCount,
    SupplierTotal, TableVersion, WithProvenance,
};
use purchase_etl::report::{
    NamedQuantity, QuantityPoint, QuantitySeries, RevenuePoint, RevenueSeries,
};
use purchase_etl::values::currency::parse_currency;
use purchase_etl::values::money::Amount;

const NAMES: [&str; 16] = [
    "<script>document.title = 'x'</script>",
    "\"><img src=http://example.com/x.png onerror=alert(1)>",
    "</style></title></svg><iframe src=//example.com>",
    "\u{202E}gpj.exe\u{2066}",
    "مرحبا بالعالم",
    "日本製ノート A5",
    "Mochila escolar reforçada com compartimento para notebook de 15 polegadas e bolso térmico",
    "anunbrokenwordthatislongerthananycolumnofanytableonanyscreenandcannotbebrokenanywhereatall",
    "a\u{0}b\u{1B}[31mc",
    "",
    " ",
    "Caneta azul",
    "Café torrado",
    "Vela",
    "Boné",
    "Meia",
];

fn with_provenance<T>(data: T) -> WithProvenance<T> {
    let table = TableVersion {
        table: "purchases".to_owned(),
        version: 42,
    };
    let parameters = [("length", "60"), ("unit", "day"), ("product", NAMES[0])];
    WithProvenance {
        data,
        provenance: Provenance {
            table,
            timezone: "America/Argentina/ComodRivadavia".to_owned(),
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        },
    }
}

fn amount(nanos: i128) -> Amount {
    Amount::from_nanos(nanos).expect("in range")
}

fn days() -> Vec<String> {
    let months = [(9, 30), (10, 31)];
    let days = months.map(|(month, days)| (1..=days).map(move |day| (month, day)));
    let days = days.into_iter().flatten();
    days.map(|(month, day)| format!("2026-{month:02}-{day:02}"))
        .collect()
}

fn quantities(times: Vec<String>) -> QuantitySeries {
    let points: Vec<QuantityPoint> = (0_i64..)
        .zip(times)
        .map(|(at, time)| QuantityPoint {
            time,
            purchase_quantity: at * 7_919 % 101 + at % 7,
        })
        .collect();
    QuantitySeries {
        gross_items: points.iter().map(|point| point.purchase_quantity).sum(),
        points,
        refund_items: 0,
    }
}

fn hours() -> Vec<String> {
    let days = days().split_off(31);
    let hours = days
        .iter()
        .flat_map(|day| (0..24).map(move |hour| (day, hour)));
    hours
        .map(|(day, hour)| format!("{day}T{hour:02}:00:00-03:00"))
        .collect()
}

fn revenue(code: &str, scale: i128) -> WithProvenance<RevenueSeries> {
    let points = (0_i128..).zip(days()).map(|(at, time)| RevenuePoint {
        time,
        revenue: amount((at * 7_919 % 101 - 20) * scale),
    });
    with_provenance(RevenueSeries {
        points: points.collect(),
        currency: parse_currency(code).ok().map(|parsed| parsed.currency),
        currencies_present: Vec::new(),
    })
}

fn named() -> Vec<NamedQuantity> {
    (1_i64..)
        .zip(NAMES)
        .map(|(at, name)| NamedQuantity {
            name: Some(name.to_owned()),
            items: 1_000_000 / at,
        })
        .collect()
}

fn suppliers() -> Vec<SupplierTotal> {
    let bar = |name: &str, currency: &str, nanos| SupplierTotal {
        supplier: name.to_owned(),
        currency: currency.to_owned(),
        total: amount(nanos),
    };
    vec![
        bar("Distribuidora Aurora Ltda.", "BRL", 18_734_550_000_000),
        bar(NAMES[6], "BRL", 9_000_000_000_001),
        bar(NAMES[7], "BRL", -12_345_670_000_000),
        bar(
            "Largest",
            "USD",
            99_999_999_999_999_999_999_999_999_999_999_999_999,
        ),
        bar("Smallest", "USD", 1),
    ]
}

fn months() -> Vec<MonthlyStatusCounts> {
    let of_year = |year| (1..=12).map(move |month| format!("{year}-{month:02}"));
    let months = (0_i64..).zip(of_year(2025).chain(of_year(2026)));
    months
        .map(|(at, month)| MonthlyStatusCounts {
            month,
            pending: at % 5,
            received: at * 3,
            without_status: at % 2,
        })
        .collect()
}

fn rules() -> Vec<RuleRejectCount> {
    let rule = |record_kind: &str, rule_id: &str, rejects| RuleRejectCount {
        record_kind: record_kind.to_owned(),
        rule_id: rule_id.to_owned(),
        summary: format!("what {rule_id} asks for, in a sentence that is not short"),
        rejects,
    };
    vec![
        rule("purchases", "BRZ-QTY-RANGE", 412),
        rule("supplier-purchases", "CPL-RECORD-OBJECT", 1),
    ]
}

/// The data of a dashboard in which every section has content.
pub(super) fn data() -> Dashboard {
    let apps = named().split_off(12);
    Dashboard {
        header: DashboardHeader {
            lake: "s3://a-bucket-with-a-long-name/and/a/long/path/to/the/lake/of/three/shops"
                .to_owned(),
            versions: vec![TableVersion {
                table: "purchases".to_owned(),
                version: 42,
            }],
            generated_at: "2026-11-01T12:00:00Z".parse().expect("a time"),
            timezone: "America/Argentina/ComodRivadavia".to_owned(),
            parameters: vec![("product".to_owned(), NAMES[1].to_owned())],
        },
        items: ItemQuantities {
            by_day: Some(with_provenance(quantities(days()))),
            by_hour: Some(with_provenance(quantities(hours()))),
            by_product: Some(with_provenance(named())),
            by_app: Some(with_provenance(apps)),
        },
        revenue: vec![
            revenue("BRL", 12_340_000_000),
            revenue("JPY", 1_000_000_000_000_000_000_000_000_000),
        ],
        suppliers: Some(with_provenance(suppliers())),
        status_by_month: Some(with_provenance(months())),
        rejects: Some(with_provenance(rules())),
    }
}
