"""Purchases of one dump into day partitions with Polars: a lazy plan on its streaming engine.

The scan of NDJSON ends at the first line that is not a JSON object or has a number beyond a double,
so its dump has none of them. Every field is read as text, which keeps the original text;
the two sinks share one reading. It is not part of the workload of one document: that reader requires
one type for a field and cannot keep an object as text, which `properties` needs.

Left out:
- lines that are not an object, see above; lines of delimited text with missing or surplus fields are read;
- the type of a value: `"19.99"`, `"2"`, `4711` and `true` are all texts; a flag that is
  not a boolean becomes null;
- repeated keys; lengths and names of properties other than what regular expressions find;
- `-3:00` and times without an offset: rejected;
- half a billionth is rounded to the even neighbour after a pass through a double;
- undocumented keys, the record's position in its file, warnings, a commit, syncing to disk.
"""

import polars as pl
import rules

# Rules whose rejects it accepts, and warnings whose records it rejects; the check of its outcome
# tolerates these and nothing else.
LETS_THROUGH = [
    *["BRZ-ID-TYPE", "BRZ-APP-TYPE", "BRZ-ALIAS-SHAPE", "BRZ-PRODUCT-REQUIRED", "BRZ-PRICE-TYPE"],
    *["BRZ-QTY-TYPE", "BRZ-UPDONLY-TYPE", "BRZ-KEY-DUP", "BRZ-PROP-NAME-LEN", "FILE-CSV-COLUMNS"],
]
TURNS_AWAY = ["BRZ-TIME-NOOFFSET", "BRZ-TIME-OFFSETFORM"]

ALIAS = pl.Struct({"alias_name": pl.String, "alias_label": pl.String})
JSON_SCHEMA: dict[str, pl.DataType] = {name: pl.String() for name in rules.FIELDS} | {
    "user_alias": ALIAS,
    "_update_existing_only": pl.Boolean(),
}
RESERVED = "|".join(rules.RESERVED_PROPERTIES)
# Conditions on the text of the properties, and the rules that they break.
PROPERTY_RULES = [
    (~pl.col("properties").str.starts_with("{"), "BRZ-PROP-OBJECT"),
    (pl.col("properties").str.contains(r'^\{"\$|, ?"\$[^"]*":'), "BRZ-PROP-NAME-DOLLAR"),
    (pl.col("properties").str.contains(r'(^\{|, ?)"":'), "BRZ-PROP-NAME-EMPTY"),
    (pl.col("properties").str.contains(rf'(^\{{|, ?)"({RESERVED})":'), "BRZ-PROP-RESERVED"),
    (pl.col("properties").str.len_bytes() > rules.PROPERTIES_BYTES, "BRZ-PROP-SIZE"),
]
OUTPUT = [
    *["external_id", "alias_name", "alias_label", "braze_id", "email", "phone", "app_id", "product_id"],
    *["currency", "price", "quantity", "time", "time_raw", "properties", "update_existing_only"],
    *["revenue", "is_refund", "purchase_date"],
]


def source(shape: str, path: str) -> pl.LazyFrame:
    """The dump, one column a field."""
    if shape == "csv":
        schema = {name: pl.String() for name in rules.CSV_FIELDS}
        frame = pl.scan_csv(path, schema=schema, truncate_ragged_lines=True)
        flag = pl.col("_update_existing_only")
        return frame.with_columns(
            flag.is_in(["true", "false"]).alias("flag_is_boolean"),
            flag.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean),
        )
    return pl.scan_ndjson(path, schema=JSON_SCHEMA, ignore_errors=True).unnest("user_alias")


def typed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The fields with their values; a value of another type is null."""
    time = pl.col("time")
    moment = pl.coalesce(
        time.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False),
        time.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", time_zone="UTC", strict=False),
    )
    return frame.with_columns(
        pl.col("currency").str.to_uppercase(),
        pl.col("price").cast(pl.Decimal(38, 9), strict=False).alias("price_value"),
        pl.col("quantity").fill_null("1").cast(pl.Float64, strict=False).alias("quantity_value"),
        moment.alias("moment"),
    )


def rejecting_rule(shape: str) -> pl.Expr:
    """The first rule that a record breaks, or null."""
    col = pl.col
    missing = [col(name).fill_null("") == "" for name in ("external_id", "braze_id", "email", "phone")]
    no_alias = col("alias_name").is_null() & col("alias_label").is_null()
    only_email = [col(name).is_null() for name in ("external_id", "braze_id", "phone", "alias_name")]
    quantity = col("quantity_value")
    cases = [
        (pl.all_horizontal(*missing, no_alias), "BRZ-ID-REQUIRED"),
        (col("alias_name").is_null() != col("alias_label").is_null(), "BRZ-ALIAS-SHAPE"),
        (col("external_id").str.len_bytes() > rules.EXTERNAL_ID_BYTES, "BRZ-EXTID-LEN"),
        (pl.all_horizontal(*only_email, ~col("email").str.contains(rules.EMAIL)), "BRZ-EMAIL-FORM"),
        (col("product_id").fill_null("") == "", "BRZ-PRODUCT-REQUIRED"),
        (col("product_id").str.len_chars() > rules.PRODUCT_CHARACTERS, "BRZ-PRODUCT-LEN"),
        (col("currency").is_null(), "BRZ-CUR-REQUIRED"),
        (~col("currency").is_in(rules.CURRENCIES), "BRZ-CUR-UNKNOWN"),
        (col("price").is_null(), "BRZ-PRICE-REQUIRED"),
        (col("price_value").is_null(), "BRZ-PRICE-TYPE"),
        (quantity.is_null() | (quantity != quantity.floor()), "BRZ-QTY-TYPE"),
        (~quantity.is_between(1, 100), "BRZ-QTY-RANGE"),
        (col("time").is_null(), "BRZ-TIME-REQUIRED"),
        (col("moment").is_null(), "BRZ-TIME-FORMAT"),
        (~col("moment").dt.year().is_between(1970, 2261), "BRZ-TIME-RANGE"),
        *PROPERTY_RULES,
    ]
    if shape == "csv":
        cases.append((~col("flag_is_boolean"), "BRZ-UPDONLY-TYPE"))
    return first_of(cases)


def first_of(cases: list[tuple[pl.Expr, str]]) -> pl.Expr:
    """The rule of the first condition that is true, or null."""
    first, *rest = cases
    chain = pl.when(first[0]).then(pl.lit(first[1]))
    for condition, rule in rest:
        chain = chain.when(condition).then(pl.lit(rule))
    return chain.otherwise(None)


def main() -> None:
    options = rules.arguments("ndjson", "csv")
    validated = typed(source(options.shape, options.input)).with_columns(rejecting_rule(options.shape).alias("rule"))
    accepted = (
        validated.filter(pl.col("rule").is_null())
        .with_columns(
            price=pl.col("price_value"),
            quantity=pl.col("quantity_value").cast(pl.Int16),
            time_raw=pl.col("time"),
            time=pl.col("moment"),
            update_existing_only=pl.col("_update_existing_only"),
            revenue=(pl.col("price_value") * pl.col("quantity_value").cast(pl.Int64)).cast(pl.Decimal(38, 9)),
            is_refund=pl.col("price_value") < 0,
            purchase_date=pl.col("moment").dt.date(),
        )
        .select(OUTPUT)
    )
    rejects = validated.filter(pl.col("rule").is_not_null()).select(
        pl.lit("rejects").alias("purchase_date"),
        "rule",
        pl.struct("external_id", "product_id", "currency", "price", "quantity", "time", "properties")
        .struct.json_encode()
        .alias("rejected_fields"),
    )
    options.out.mkdir(parents=True)
    folder = options.out / "purchase_date=rejects"
    folder.mkdir()
    partitions = pl.PartitionBy(options.out, key="purchase_date", include_key=False)
    pl.collect_all(
        [
            accepted.sink_parquet(partitions, compression="zstd", maintain_order=False, mkdir=True, lazy=True),
            rejects.drop("purchase_date").sink_parquet(folder / "rejects.parquet", compression="zstd", lazy=True),
        ],
        engine="streaming",
    )


if __name__ == "__main__":
    main()
