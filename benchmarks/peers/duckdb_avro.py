"""Currents events in Avro into day partitions with DuckDB: one statement reads, drops repeated events,
validates and writes. Its extension avro comes from PyPI, for the version in requirements-avro.txt.

The extension takes the types from the schema of the files, so only values are checked. Accepted rows
and rejects go out in one pass, as in duckdb_ingest.py.

Left out:
- of the events with one id it keeps any; ids that are empty or redacted are compared like all others;
- the size of properties is limited whether or not they contain an array or an object;
- price is checked after rounding to nine places; an absent value of `extra` is a null there;
- events of earlier runs, files of another kind or with other types, undocumented fields;
- the record's position in its file, warnings, a commit, syncing to disk.
"""

import pathlib

import duckdb
import duckdb_extension_avro
import rules
from duckdb_ingest import PROPERTY_RULES

# Rules whose rejects it accepts, and warnings whose records it rejects; the check of its outcome
# tolerates these and nothing else. A dump in Avro has none of them.
LETS_THROUGH: list[str] = []
TURNS_AWAY: list[str] = []

EXTENSION = pathlib.Path(duckdb_extension_avro.__file__).parent / "extensions" / f"v{duckdb.__version__}"

# DISTINCT ON needs less processor time than a window with row_number().
EVENTS = f"""
    SELECT DISTINCT ON (id) * FROM read_avro($input)
    WHERE NOT coalesce(app_id LIKE '%{rules.TEST_APP}', false)
        AND {" + ".join(f"coalesce({name} = '{name}', false)::TINYINT" for name in rules.PLACEHOLDERS)} < 2
"""

# A float as text is the shortest decimal that reads back as the same float.
VALUES = f"""
    SELECT * EXCLUDE (price), TRY_CAST(price::VARCHAR AS DECIMAL(38, 9)) AS price, to_timestamp("time") AS instant,
        CASE WHEN properties = '' THEN 'OBJECT' WHEN json_valid(properties) THEN json_type(properties)
        END AS properties_type,
        CASE WHEN properties <> '' AND properties_type = 'OBJECT' THEN json_keys(properties) END AS names,
        json_object({", ".join(f"'{name}', {name}" for name in rules.EXTRA)}) AS extra
    FROM events
"""

VALIDATED = f"""
    SELECT *, CASE
        WHEN coalesce(nullif(external_user_id, ''), user_id, '') = '' THEN 'BRZ-ID-REQUIRED'
        WHEN strlen(external_user_id) > {rules.EXTERNAL_ID_BYTES} THEN 'BRZ-EXTID-LEN'
        WHEN product_id = '' THEN 'BRZ-PRODUCT-REQUIRED'
        WHEN length(product_id) > {rules.PRODUCT_CHARACTERS} THEN 'BRZ-PRODUCT-LEN'
        WHEN currency = '' THEN 'BRZ-CUR-REQUIRED'
        WHEN upper(currency) NOT IN ({rules.sql_list(rules.CURRENCIES)}) THEN 'BRZ-CUR-UNKNOWN'
        WHEN price IS NULL THEN 'BRZ-PRICE-TYPE'
        WHEN instant < TIMESTAMPTZ '{rules.EARLIEST}' OR instant >= TIMESTAMPTZ '{rules.LATEST}'
            THEN 'BRZ-TIME-RANGE'
        {PROPERTY_RULES}
    END AS rule
    FROM fields
"""

COPY = """
    COPY (
        WITH events AS ({events}), fields AS ({values}), validated AS ({validated})
        SELECT external_user_id AS external_id, user_id AS braze_id, app_id, product_id, id AS event_id,
            upper(currency) AS currency, price, 1::SMALLINT AS quantity, instant AS "time", "time"::VARCHAR AS time_raw,
            properties, price AS revenue, price < 0 AS is_refund, extra, rule,
            CASE WHEN rule IS NULL THEN strftime(instant AT TIME ZONE 'UTC', '%Y-%m-%d') ELSE 'rejects' END
                AS purchase_date
        FROM validated
    ) TO '{out}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (purchase_date))
"""


def main() -> None:
    options = rules.arguments("avro")
    connection = duckdb.connect()
    connection.execute(f"LOAD '{EXTENSION / 'avro.duckdb_extension'}'")
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    statement = COPY.format(events=EVENTS, values=VALUES, validated=VALIDATED, out=options.out)
    connection.execute(statement, {"input": options.input})


if __name__ == "__main__":
    main()
