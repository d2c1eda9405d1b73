"""Purchases of one dump into day partitions with ClickHouse, inside Python as chdb.

Lines are read whole and each is parsed once, into a map of raw values, which keeps their types and
shows repeated keys. Accepted rows and rejects go out in one pass: rejects are the partition
`purchase_date=rejects`, with the rule and the line.

Left out:
- whether identifiers other than external_id are texts; repeated keys and lengths of names in properties;
- in delimited text: lines with missing or surplus fields are dropped and not kept;
- a document with a number beyond a double is not read at all, so its input has none;
- hour 25 becomes the next day: a record that should be rejected is kept;
- digits of a price beyond the ninth are cut off, and one of more than 17 goes through a double;
- undocumented keys, the record's position in its file, warnings, a commit, syncing to disk.
"""

import chdb
import rules

# Rules whose rejects it accepts, and warnings whose records it rejects; the check of its outcome
# tolerates these and nothing else.
LETS_THROUGH = ["BRZ-KEY-DUP", "BRZ-ALIAS-SHAPE", "BRZ-ID-TYPE", "BRZ-TIME-FORMAT"]
TURNS_AWAY: list[str] = []

LINES = "SELECT line AS record, CAST(JSONExtractKeysAndValuesRaw(line), 'Array(Tuple(k String, v String))') AS pairs"
SOURCES = {
    "ndjson": f"{LINES} FROM file('{{input}}', 'LineAsString')",
    "document": f"""{LINES.replace("line", "element")} FROM (
        SELECT arrayJoin(JSONExtractArrayRaw(json, 'purchases')) AS element FROM file('{{input}}', 'JSONAsString'))""",
    "csv": f"""SELECT *, toJSONString(tuple({", ".join(f'"{name}"' for name in rules.CSV_FIELDS)})) AS record
        FROM file('{{input}}', 'CSVWithNames', '{", ".join(f"{name} String" for name in rules.CSV_FIELDS)}')""",
}


def raw(name: str) -> str:
    """The raw value of a key, empty if there is none or null."""
    return f"nullIf(fields['{name}'], 'null')"


def text(name: str) -> str:
    """The text of a raw value. Only one with a backslash has to be parsed."""
    value = f"fields['{name}']"
    return f"""multiIf({value} IN ('', 'null'), NULL,
        position({value}, '\\\\') = 0, substring({value}, 2, length({value}) - 2), JSONExtractString({value}))"""


JSON_VALUES = f"""
    SELECT record, {", ".join(f'{text(name)} AS "{name}"' for name in rules.TEXTS)},
        nullIf(JSONExtractString(fields['user_alias'], 'alias_name'), '') AS alias_name,
        nullIf(JSONExtractString(fields['user_alias'], 'alias_label'), '') AS alias_label,
        coalesce({raw("user_alias")}, '') != '' AND (alias_name IS NULL OR alias_label IS NULL) AS bad_alias,
        fields['price'] AS raw_price, fields['quantity'] AS raw_quantity,
        coalesce({raw("properties")}, '') AS properties, coalesce({raw("_update_existing_only")}, '') AS flag,
        length(fields) = 0 AS is_broken, length(arrayDistinct(pairs.k)) != length(pairs) AS is_doubled,
        NOT match(fields['external_id'], '^[^"n]') AS external_id_is_text,
        NOT match(fields['app_id'], '^[^"n]') AS app_id_is_text,
        startsWith(fields['product_id'], '"') AS product_id_is_text
    FROM (SELECT record, pairs, CAST(pairs, 'Map(String, String)') AS fields FROM source)
"""

CSV_TEXTS = ", ".join(f"nullIf(source.{name}, '') AS {name}" for name in rules.TEXTS)
CSV_VALUES = f"""
    SELECT record, {CSV_TEXTS},
        nullIf(source.alias_name, '') AS alias_name, nullIf(source.alias_label, '') AS alias_label,
        isNull(alias_name) != isNull(alias_label) AS bad_alias, price AS raw_price, quantity AS raw_quantity,
        source.properties AS properties, _update_existing_only AS flag, false AS is_broken, false AS is_doubled,
        true AS external_id_is_text, true AS app_id_is_text, true AS product_id_is_text
    FROM source
"""

EMAIL = rules.EMAIL.replace("\\", "\\\\")

PROPERTY_RULES = f"""properties != '' AND NOT startsWith(properties, '{{'), 'BRZ-PROP-OBJECT',
        has(names, ''), 'BRZ-PROP-NAME-EMPTY',
        hasAny(names, [{rules.sql_list(rules.RESERVED_PROPERTIES)}]), 'BRZ-PROP-RESERVED',
        arrayExists(name -> startsWith(name, '$'), names), 'BRZ-PROP-NAME-DOLLAR',
        arrayExists(name -> lengthUTF8(name) > {rules.PROPERTY_NAME_CHARACTERS}, names), 'BRZ-PROP-NAME-LEN',
        length(properties) > {rules.PROPERTIES_BYTES}, 'BRZ-PROP-SIZE',"""

VALIDATED = f"""
    SELECT *, multiIf(
        is_broken, 'FILE-JSON-SYNTAX',
        is_doubled, 'BRZ-KEY-DUP',
        NOT external_id_is_text, 'BRZ-ID-TYPE',
        bad_alias, 'BRZ-ALIAS-SHAPE',
        coalesce(nullIf(external_id, ''), braze_id, email, phone, alias_name, '') = '', 'BRZ-ID-REQUIRED',
        length(external_id) > {rules.EXTERNAL_ID_BYTES}, 'BRZ-EXTID-LEN',
        isNotNull(email) AND isNull(coalesce(external_id, braze_id, phone, alias_name))
            AND NOT match(assumeNotNull(email), '{EMAIL}'), 'BRZ-EMAIL-FORM',
        coalesce(product_id, '') = '' OR NOT product_id_is_text, 'BRZ-PRODUCT-REQUIRED',
        lengthUTF8(product_id) > {rules.PRODUCT_CHARACTERS}, 'BRZ-PRODUCT-LEN',
        NOT app_id_is_text, 'BRZ-APP-TYPE',
        isNull(currency), 'BRZ-CUR-REQUIRED',
        upper(currency) NOT IN ({rules.sql_list(rules.CURRENCIES)}), 'BRZ-CUR-UNKNOWN',
        raw_price IN ('', 'null'), 'BRZ-PRICE-REQUIRED',
        isNull(price) OR NOT match(raw_price, '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$'), 'BRZ-PRICE-TYPE',
        isNull(amount) OR amount != floor(amount), 'BRZ-QTY-TYPE',
        amount < 1 OR amount > 100, 'BRZ-QTY-RANGE',
        isNull("time"), 'BRZ-TIME-REQUIRED',
        isNull(instant), 'BRZ-TIME-FORMAT',
        toYear(instant) < 1970 OR toYear(instant) > 2261, 'BRZ-TIME-RANGE',
        {PROPERTY_RULES}
        flag NOT IN ('', 'true', 'false'), 'BRZ-UPDONLY-TYPE',
        '') AS rule
    FROM (SELECT *, toDecimal128OrNull(raw_price, 9) AS price,
              if(raw_quantity IN ('', 'null'), 1, toFloat64OrNull(raw_quantity)) AS amount,
              parseDateTime64BestEffortOrNull("time", 6, 'UTC') AS instant,
              JSONExtractKeys(properties) AS names
          FROM fields)
"""

INSERT = """
    INSERT INTO FUNCTION file('{out}/purchase_date={{_partition_id}}/part.parquet', 'Parquet')
    PARTITION BY if(rule = '', toString(toDate32(time)), 'rejects')
    WITH source AS ({source}), fields AS ({values}), validated AS ({validated})
    SELECT external_id, alias_name, alias_label, braze_id, email, phone, app_id, product_id,
        upper(currency) AS currency, price, if(rule = '', toInt16(amount), NULL) AS quantity,
        instant AS time, validated.time AS time_raw, properties, nullIf(flag, '') = 'true' AS update_existing_only,
        if(rule = '', price * toInt16(amount), NULL) AS revenue, price < 0 AS is_refund, rule,
        if(rule = '', '', record) AS raw
    FROM validated
    SETTINGS output_format_parquet_compression_method = 'zstd', input_format_allow_errors_ratio = 1,
        max_partitions_per_insert_block = 10000, input_format_csv_allow_variable_number_of_columns = 0,
        schema_inference_make_columns_nullable = 0, max_block_size = 16384
"""


def main() -> None:
    options = rules.arguments("ndjson", "document", "csv")
    options.out.mkdir(parents=True)
    values = CSV_VALUES if options.shape == "csv" else JSON_VALUES
    source = SOURCES[options.shape].format(input=options.input)
    chdb.query(INSERT.format(source=source, values=values, validated=VALIDATED, out=options.out.resolve()))


if __name__ == "__main__":
    main()
