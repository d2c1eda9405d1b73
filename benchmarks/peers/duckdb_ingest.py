"""Purchases of one dump into day partitions with DuckDB: one statement reads, validates and writes.

Each JSON field is read as JSON, so that its type can be checked; in a dump of lines this is the
fastest way in DuckDB. Accepted rows and rejects go out in one pass, which avoids a second reading
or a copy in memory: rejects are the partition `purchase_date=rejects`, with the rule and the fields.

Left out:
- a repeated key in a record (the reader returns one of them); in properties it is found;
- `-3:00` and second 60 are not times in DuckDB: it rejects records that should be accepted;
- half a billionth is rounded away from zero, and a price of more than 17 digits goes through a double;
- rejects keep a few of their fields, not their bytes; of a broken line they keep only its existence;
- undocumented keys, the record's position in its file, warnings, a commit, syncing to disk.
"""

import os

import duckdb
import rules

# Rules whose rejects it accepts, and warnings whose records it rejects; the check of its outcome
# tolerates these and nothing else.
LETS_THROUGH = ["BRZ-KEY-DUP"]
TURNS_AWAY = ["BRZ-TIME-LEAP", "BRZ-TIME-OFFSETFORM"]

JSON_COLUMNS = ", ".join(f'"{name}" JSON' for name in rules.FIELDS)
JSON_TEXTS = ", ".join(
    f"\"{name}\" ->> '$' AS \"{name}\", json_type(\"{name}\") AS {name}_type" for name in rules.TEXTS
)

NDJSON = f"""
    SELECT * FROM read_json($input, format = 'newline_delimited', ignore_errors = true,
        maximum_object_size = 2097152,
        columns = {{{", ".join(f"'{name}': 'JSON'" for name in rules.FIELDS)}}})
"""

# Elements that are not an object become null under json_transform, where a typed column would fail.
DOCUMENT = f"""
    SELECT unnest(json_transform(purchase, '{{{", ".join(f'"{name}":"JSON"' for name in rules.FIELDS)}}}'))
    FROM (SELECT unnest(purchases) AS purchase FROM read_json($input, format = 'unstructured',
        maximum_object_size = $size, columns = {{purchases: 'JSON[]'}}))
"""

JSON_VALUES = f"""
    SELECT {JSON_TEXTS}, user_alias ->> '$.alias_name' AS alias_name,
        user_alias ->> '$.alias_label' AS alias_label,
        user_alias IS NOT NULL AND NOT coalesce(json_type(user_alias, '$.alias_name') = 'VARCHAR'
            AND json_type(user_alias, '$.alias_label') = 'VARCHAR', false) AS bad_alias,
        price AS raw_price, TRY_CAST(price AS DECIMAL(38, 9)) AS price,
        json_type(price) IN ('UBIGINT', 'BIGINT', 'DOUBLE') AS price_is_number,
        quantity AS raw_quantity, coalesce(TRY_CAST(quantity AS DOUBLE), 1) AS quantity,
        coalesce(json_type(quantity), 'BIGINT') IN ('UBIGINT', 'BIGINT', 'DOUBLE') AS quantity_is_number,
        properties, coalesce(json_type(properties), 'OBJECT') AS properties_type,
        _update_existing_only AS raw_update_only,
        TRY_CAST(_update_existing_only AS BOOLEAN) AS update_existing_only,
        coalesce(json_type(_update_existing_only), 'BOOLEAN') = 'BOOLEAN' AS update_only_is_boolean,
        external_id_type IS NULL AND time_type IS NULL AND product_id_type IS NULL
            AND currency_type IS NULL AND price IS NULL AS is_broken
    FROM source
"""

# In delimited text there are no types: every field is text, and an empty one is missing.
CSV = f"""
    SELECT * FROM read_csv($input, header = true, delim = ',', quote = '"', escape = '"',
        auto_detect = false, store_rejects = true, max_line_size = 2097152,
        columns = {{{", ".join(f"'{name}': 'VARCHAR'" for name in rules.CSV_FIELDS)}}})
"""
CSV_TEXTS = ", ".join(
    f"\"{name}\", CASE WHEN \"{name}\" IS NOT NULL THEN 'VARCHAR' END AS {name}_type" for name in rules.TEXTS
)
CSV_VALUES = f"""
    SELECT {CSV_TEXTS}, alias_name, alias_label, (alias_name IS NULL) <> (alias_label IS NULL) AS bad_alias,
        price AS raw_price, TRY_CAST(price AS DECIMAL(38, 9)) AS price, true AS price_is_number,
        quantity AS raw_quantity,
        CASE WHEN quantity IS NULL THEN 1 ELSE TRY_CAST(quantity AS DOUBLE) END AS quantity,
        true AS quantity_is_number, properties,
        CASE WHEN properties IS NULL THEN 'OBJECT' WHEN json_valid(properties) THEN json_type(properties)
        END AS properties_type,
        _update_existing_only AS raw_update_only,
        TRY_CAST(_update_existing_only AS BOOLEAN) AS update_existing_only,
        _update_existing_only IS NULL OR update_existing_only IS NOT NULL AS update_only_is_boolean,
        false AS is_broken
    FROM source
"""

PROPERTY_RULES = f"""WHEN coalesce(properties_type, '') <> 'OBJECT' THEN 'BRZ-PROP-OBJECT'
        WHEN list_contains(names, '') THEN 'BRZ-PROP-NAME-EMPTY'
        WHEN len(list_filter(names, lambda name: name[1] = '$')) > 0 THEN 'BRZ-PROP-NAME-DOLLAR'
        WHEN len(list_filter(names, lambda name: length(name) > {rules.PROPERTY_NAME_CHARACTERS})) > 0
            THEN 'BRZ-PROP-NAME-LEN'
        WHEN list_has_any(names, [{rules.sql_list(rules.RESERVED_PROPERTIES)}]) THEN 'BRZ-PROP-RESERVED'
        WHEN list_unique(names) <> len(names) THEN 'BRZ-KEY-DUP'
        WHEN strlen(properties) > {rules.PROPERTIES_BYTES} THEN 'BRZ-PROP-SIZE'"""

VALIDATED = f"""
    SELECT *, CASE
        WHEN is_broken THEN 'FILE-JSON-SYNTAX'
        WHEN coalesce(external_id_type, 'VARCHAR') <> 'VARCHAR' THEN 'BRZ-ID-TYPE'
        WHEN coalesce(external_id, braze_id, email, phone, '') = '' AND alias_name IS NULL
            AND NOT bad_alias THEN 'BRZ-ID-REQUIRED'
        WHEN bad_alias THEN 'BRZ-ALIAS-SHAPE'
        WHEN strlen(external_id) > {rules.EXTERNAL_ID_BYTES} THEN 'BRZ-EXTID-LEN'
        WHEN email IS NOT NULL AND coalesce(external_id, braze_id, phone, alias_name) IS NULL
            AND NOT regexp_matches(email, '{rules.EMAIL}') THEN 'BRZ-EMAIL-FORM'
        WHEN product_id IS NULL OR product_id = '' OR product_id_type <> 'VARCHAR' THEN 'BRZ-PRODUCT-REQUIRED'
        WHEN length(product_id) > {rules.PRODUCT_CHARACTERS} THEN 'BRZ-PRODUCT-LEN'
        WHEN coalesce(app_id_type, 'VARCHAR') <> 'VARCHAR' THEN 'BRZ-APP-TYPE'
        WHEN currency IS NULL THEN 'BRZ-CUR-REQUIRED'
        WHEN upper(currency) NOT IN ({rules.sql_list(rules.CURRENCIES)}) THEN 'BRZ-CUR-UNKNOWN'
        WHEN raw_price IS NULL THEN 'BRZ-PRICE-REQUIRED'
        WHEN price IS NULL OR NOT price_is_number THEN 'BRZ-PRICE-TYPE'
        WHEN NOT quantity_is_number OR quantity IS NULL OR quantity <> floor(quantity) THEN 'BRZ-QTY-TYPE'
        WHEN quantity NOT BETWEEN 1 AND 100 THEN 'BRZ-QTY-RANGE'
        WHEN "time" IS NULL THEN 'BRZ-TIME-REQUIRED'
        WHEN instant IS NULL OR time_type <> 'VARCHAR' THEN 'BRZ-TIME-FORMAT'
        WHEN instant < TIMESTAMPTZ '{rules.EARLIEST}' OR instant >= TIMESTAMPTZ '{rules.LATEST}'
            THEN 'BRZ-TIME-RANGE'
        {PROPERTY_RULES}
        WHEN NOT update_only_is_boolean THEN 'BRZ-UPDONLY-TYPE'
    END AS rule
    FROM (SELECT *, TRY_CAST("time" AS TIMESTAMPTZ) AS instant,
              CASE WHEN properties_type = 'OBJECT' THEN json_keys(properties) END AS names
          FROM fields)
"""

COPY = """
    COPY (
        WITH source AS ({source}), fields AS ({values}), validated AS ({validated})
        SELECT external_id, alias_name, alias_label, braze_id, email, phone, app_id, product_id,
            upper(currency) AS currency, price, CASE WHEN rule IS NULL THEN quantity::SMALLINT END AS quantity,
            instant AS "time", "time" AS time_raw, properties, update_existing_only,
            CASE WHEN rule IS NULL THEN price * quantity::SMALLINT END AS revenue, price < 0 AS is_refund, rule,
            CASE WHEN rule IS NOT NULL THEN json_object('price', raw_price, 'quantity', raw_quantity,
                '_update_existing_only', raw_update_only) END AS rejected_fields,
            CASE WHEN rule IS NULL THEN strftime(instant AT TIME ZONE 'UTC', '%Y-%m-%d') ELSE 'rejects' END
                AS purchase_date
        FROM validated
    ) TO '{out}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (purchase_date))
"""


def main() -> None:
    options = rules.arguments("ndjson", "document", "csv")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    source, values = {
        "ndjson": (NDJSON, JSON_VALUES),
        "document": (DOCUMENT, JSON_VALUES),
        "csv": (CSV, CSV_VALUES),
    }[options.shape]
    given: dict[str, object] = {"input": options.input}
    if options.shape == "document":
        given["size"] = os.path.getsize(options.input) + 1
    connection.execute(COPY.format(source=source, values=values, validated=VALIDATED, out=options.out), given)
    if options.shape == "csv":
        target = options.out / "purchase_date=rejects" / "lines.parquet"
        target.parent.mkdir(exist_ok=True)
        # One error a column; a line may have several.
        connection.execute(f"""COPY (SELECT 'FILE-CSV-COLUMNS' AS rule, any_value(csv_line) AS line
            FROM reject_errors GROUP BY file_id, line) TO '{target}' (FORMAT parquet, COMPRESSION zstd)""")


if __name__ == "__main__":
    main()
