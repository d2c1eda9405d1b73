"""Currents events in Avro into day partitions with Polars. Its reader of Avro has no lazy scan, so each
file is read whole, and a lazy plan on the streaming engine does the rest.

Left out:
- of the events with one id it keeps any; ids that are empty or redacted are compared like all others;
- lengths and names of properties other than what regular expressions find, and broken JSON in them;
- the size of properties is limited whether or not they contain an array or an object;
- price is checked after rounding to nine places; an absent value of `extra` is a null there;
- events of earlier runs, files of another kind or with other types, undocumented fields;
- the record's position in its file, warnings, a commit, syncing to disk.
"""

import glob

import polars as pl
import rules
from polars_ingest import PROPERTY_RULES, first_of

# Rules whose rejects it accepts, and warnings whose records it rejects; the check of its outcome
# tolerates these and nothing else. A dump in Avro has none of them.
LETS_THROUGH: list[str] = []
TURNS_AWAY: list[str] = []

OUTPUT = [
    *["external_id", "braze_id", "app_id", "product_id", "event_id", "currency", "price", "quantity", "time"],
    *["time_raw", "properties", "revenue", "is_refund", "extra", "purchase_date"],
]


def events(path: str) -> pl.LazyFrame:
    """The events of all files, each id once, without those of tests."""
    files = pl.concat([pl.read_avro(file) for file in sorted(glob.glob(path))]).lazy()
    is_test = pl.col("app_id").str.ends_with(rules.TEST_APP).fill_null(False)
    placeholders = pl.sum_horizontal((pl.col(name) == name).fill_null(False) for name in rules.PLACEHOLDERS)
    return files.filter(~is_test & (placeholders < 2)).unique(subset="id", keep="any", maintain_order=False)


def rejecting_rule() -> pl.Expr:
    """The first rule that an event breaks, or null."""
    col = pl.col
    missing = [col(name).fill_null("") == "" for name in ("external_user_id", "user_id")]
    return first_of([
        (pl.all_horizontal(missing), "BRZ-ID-REQUIRED"),
        (col("external_user_id").str.len_bytes() > rules.EXTERNAL_ID_BYTES, "BRZ-EXTID-LEN"),
        (col("product_id") == "", "BRZ-PRODUCT-REQUIRED"),
        (col("product_id").str.len_chars() > rules.PRODUCT_CHARACTERS, "BRZ-PRODUCT-LEN"),
        (col("currency") == "", "BRZ-CUR-REQUIRED"),
        (~col("currency").is_in(rules.CURRENCIES), "BRZ-CUR-UNKNOWN"),
        (col("price_value").is_null(), "BRZ-PRICE-TYPE"),
        (~col("moment").dt.year().is_between(1970, 2261), "BRZ-TIME-RANGE"),
        *PROPERTY_RULES,
    ])


def main() -> None:
    options = rules.arguments("avro")
    # A float as text is the shortest decimal that reads back as the same float.
    values = events(options.input).with_columns(
        pl.col("currency").str.to_uppercase(),
        pl.col("properties").replace("", None),
        pl.col("price").cast(pl.String).cast(pl.Decimal(38, 9), strict=False).alias("price_value"),
        pl.from_epoch("time").dt.cast_time_unit("us").dt.replace_time_zone("UTC").alias("moment"),
    )
    validated = values.with_columns(rejecting_rule().alias("rule"))
    accepted = (
        validated.filter(pl.col("rule").is_null())
        .with_columns(
            external_id=pl.col("external_user_id"),
            braze_id=pl.col("user_id"),
            event_id=pl.col("id"),
            price=pl.col("price_value"),
            quantity=pl.lit(1, pl.Int16),
            time_raw=pl.col("time").cast(pl.String),
            time=pl.col("moment"),
            revenue=pl.col("price_value"),
            is_refund=pl.col("price_value") < 0,
            extra=pl.struct(rules.EXTRA).struct.json_encode(),
            purchase_date=pl.col("moment").dt.date(),
        )
        .select(OUTPUT)
    )
    rejects = validated.filter(pl.col("rule").is_not_null()).select(
        "rule", pl.struct(pl.exclude("rule")).struct.json_encode().alias("rejected_fields")
    )
    folder = options.out / "purchase_date=rejects"
    folder.mkdir(parents=True)
    partitions = pl.PartitionBy(options.out, key="purchase_date", include_key=False)
    pl.collect_all(
        [
            accepted.sink_parquet(partitions, compression="zstd", maintain_order=False, mkdir=True, lazy=True),
            rejects.sink_parquet(folder / "rejects.parquet", compression="zstd", lazy=True),
        ],
        engine="streaming",
    )


if __name__ == "__main__":
    main()
