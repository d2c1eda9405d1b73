"""Currents events in Avro into day partitions with ClickHouse, inside Python as chdb.

Its reader takes the types from the schema of the files, so only values are checked. Accepted rows and
rejects go out in one pass, as in clickhouse_ingest.py.

Left out:
- of the events with one id it keeps any; ids that are empty or redacted are compared like all others;
- repeated keys of properties;
- the size of properties is limited whether or not they contain an array or an object;
- price is checked after cutting off digits beyond the ninth; an absent value of `extra` is a null there;
- events of earlier runs, files of another kind or with other types, undocumented fields;
- the record's position in its file, warnings, a commit, syncing to disk.
"""

import chdb
import rules
from clickhouse_ingest import PROPERTY_RULES

# Rules whose rejects it accepts, and warnings whose records it rejects; the check of its outcome
# tolerates these and nothing else. A dump in Avro has none of them.
LETS_THROUGH: list[str] = []
TURNS_AWAY: list[str] = []

EVENTS = f"""
    SELECT * FROM file('{{input}}', 'Avro')
    WHERE NOT endsWith(coalesce(app_id, ''), '{rules.TEST_APP}')
        AND {" + ".join(f"(coalesce({name}, '') = '{name}')" for name in rules.PLACEHOLDERS)} < 2
    LIMIT 1 BY id
"""

# A float as text is the shortest decimal that reads back as the same float.
VALUES = f"""
    SELECT * EXCEPT (price, time), toDecimal128OrNull(toString(price), 9) AS price, time AS seconds,
        toDateTime64(time, 6, 'UTC') AS instant, JSONExtractKeys(properties) AS names,
        toJSONString(map({", ".join(f"'{name}', toString({name})" for name in rules.EXTRA)})) AS extra
    FROM events
"""

VALIDATED = f"""
    SELECT *, multiIf(
        coalesce(nullIf(external_user_id, ''), user_id) = '', 'BRZ-ID-REQUIRED',
        length(external_user_id) > {rules.EXTERNAL_ID_BYTES}, 'BRZ-EXTID-LEN',
        product_id = '', 'BRZ-PRODUCT-REQUIRED',
        lengthUTF8(product_id) > {rules.PRODUCT_CHARACTERS}, 'BRZ-PRODUCT-LEN',
        currency = '', 'BRZ-CUR-REQUIRED',
        upper(currency) NOT IN ({rules.sql_list(rules.CURRENCIES)}), 'BRZ-CUR-UNKNOWN',
        isNull(price), 'BRZ-PRICE-TYPE',
        toYear(instant) < 1970 OR toYear(instant) > 2261, 'BRZ-TIME-RANGE',
        properties != '' AND NOT isValidJSON(properties), 'BRZ-PROP-OBJECT',
        {PROPERTY_RULES}
        '') AS rule
    FROM fields
"""

INSERT = """
    INSERT INTO FUNCTION file('{out}/purchase_date={{_partition_id}}/part.parquet', 'Parquet')
    PARTITION BY if(rule = '', toString(toDate32(time)), 'rejects')
    WITH events AS ({events}), fields AS ({values}), validated AS ({validated})
    SELECT external_user_id AS external_id, user_id AS braze_id, app_id, product_id, id AS event_id,
        upper(currency) AS currency, price, toInt16(1) AS quantity, instant AS time, toString(seconds) AS time_raw,
        properties, price AS revenue, price < 0 AS is_refund, extra, rule
    FROM validated
    SETTINGS output_format_parquet_compression_method = 'zstd', max_partitions_per_insert_block = 10000,
        max_block_size = 16384
"""


def main() -> None:
    options = rules.arguments("avro")
    options.out.mkdir(parents=True)
    events = EVENTS.format(input=options.input)
    chdb.query(INSERT.format(events=events, values=VALUES, validated=VALIDATED, out=options.out.resolve()))


if __name__ == "__main__":
    main()
