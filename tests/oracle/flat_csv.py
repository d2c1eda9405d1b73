"""CSV files: bytes come in, rows of named and normalised texts come out, with the evidence for the dialect.

Encoding, delimiter, decimal sign and date order are detected from the whole file; an ambiguous file is refused.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

csv.field_size_limit(1 << 24)

ALIASES = {
    "external_id": "external_id external_user_id id_usuario_externo",
    "alias_name": "user_alias_alias_name alias_name",
    "alias_label": "user_alias_alias_label alias_label",
    "braze_id": "braze_id",
    "email": "email",
    "phone": "phone telefone",
    "app_id": "app_id",
    "product_id": "product_id product produto id_produto",
    "currency": "currency moeda",
    "price": "price preco valor valor_unitario",
    "quantity": "quantity qty quantidade qtd",
    "time": "time timestamp purchased_at data data_hora",
    "properties": "properties",
    "_update_existing_only": "_update_existing_only update_existing_only",
    "payload": "payload",
    "updated_at": "updated_at",
}
HEADERS = {alias: name for name, aliases in ALIASES.items() for alias in aliases.split()}
PORTUGUESE = frozenset("id_usuario_externo telefone produto id_produto moeda preco valor valor_unitario".split()) | {
    "quantidade", "qtd", "data", "data_hora",
}

COMMA_NUMBER = re.compile(r"-?(R\$ ?)?(\d{1,3}(\.\d{3})+|\d+),\d+")
THOUSANDS_OR_DECIMALS = re.compile(r"-?(R\$ ?)?\d{1,3}\.\d{3}")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{2}:\d{2})(:\d{2})?)?")


class Unreadable(Exception):
    def __init__(self, rule, reason):
        super().__init__(reason)
        self.rule = rule


@dataclass
class Table:
    rows: list
    currents: bool
    evidence: dict


def read(data):
    text, encoding = _decode(data)
    delimiter, rows = _split(text)
    header = [_canonical(name) for name in rows[0][1]]
    currents = {"external_user_id", "user_id"} & {_plain(name) for name in rows[0][1]} and "external_id" not in [
        _plain(name) for name in rows[0][1]
    ]
    if currents:
        header = [_plain(name) if _plain(name) in ("id", "user_id") else name for name in header]
    doubled = [name for name, count in Counter(header).items() if count > 1]
    if doubled:
        raise Unreadable("FILE-HEADER-DUP", f"two columns for {doubled[0]}")
    table = [
        (line, dict(zip(header, cells)) if len(cells) == len(header) else None) for line, cells in rows[1:]
    ]
    evidence = {"encoding": encoding, "delimiter": delimiter, "columns": header}
    portuguese = any(_plain(name) in PORTUGUESE for name in rows[0][1])
    _normalise(table, delimiter, portuguese, evidence, epoch=bool(currents))
    return Table(table, bool(currents), evidence)


def _decode(data):
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError as error:
        raise Unreadable("FILE-ENCODING", str(error)) from error


def _split(text):
    """The delimiter with the most known fields in the header and the most consistent rows, and the rows with their lines."""
    best = None
    for delimiter in ";,\t|":
        rows, closed = _rows(text, delimiter)
        if not rows:
            continue
        width = len(rows[0][1])
        mapped = sum(1 for name in rows[0][1] if _canonical(name) in ALIASES)
        agree = sum(1 for _, cells in rows if len(cells) == width) / len(rows)
        score = (mapped, width > 1, agree)
        if best is None or score > best[0]:
            best = (score, delimiter, rows, closed)
    if best is None or not best[3]:
        raise Unreadable("FILE-CSV-QUOTE", "a quote is not closed")
    return best[1], best[2]


def _rows(text, delimiter):
    """The rows up to the end or up to an invalid quote, and whether the end was reached."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if cells:
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return rows, False
    return rows, True


def _plain(name):
    letters = unicodedata.normalize("NFKD", name.strip().lstrip("\ufeff"))
    letters = "".join(char for char in letters if not unicodedata.combining(char)).lower()
    return re.sub(r"[ .\-]", "_", letters)


def _canonical(name):
    for prefix in ("properties.", "propriedades."):
        if name.strip().lower().startswith(prefix):
            return "properties." + name.strip()[len(prefix) :]
    return HEADERS.get(_plain(name), name.strip())


def _normalise(table, delimiter, portuguese, evidence, epoch):
    """Converts numbers, dates and booleans of every row to the forms of JSON."""
    rows = [cells for _, cells in table if cells is not None]
    for cells in rows:
        currency = (cells.get("currency") or "").strip()
        if currency == "R$" or (not currency and "R$" in (cells.get("price") or "")):
            cells["currency"] = "BRL"
    comma_anywhere = False
    for column in ("price", "quantity"):
        values = [cells[column].strip() for cells in rows if cells.get(column)]
        comma = delimiter == ";" and any(COMMA_NUMBER.fullmatch(value) for value in values)
        comma_anywhere |= comma
        pointed = [value for value in values if re.search(r"[.,]", value)]
        if pointed and not comma and all(THOUSANDS_OR_DECIMALS.fullmatch(value) for value in pointed):
            raise Unreadable("FILE-CSV-AMBIG", f"{column}: is {pointed[0]} more or less than a thousand?")
        evidence[f"{column}_decimal"] = "," if comma else "."
        for cells in rows:
            if cells.get(column):
                cells[column] = number(cells[column], comma)
    if epoch:
        return
    order = _date_order([cells.get("time", "") for cells in rows], portuguese or comma_anywhere)
    evidence["date_order"] = order
    for cells in rows:
        if cells.get("time"):
            cells["time"] = iso(cells["time"].strip(), order)


def number(text, comma):
    """A JSON number text, or the unchanged text if it is not a number."""
    inner = re.sub(r"^([+-]?)R\$\s?", r"\1", text.strip().replace("\u00a0", " "))
    if comma:
        if not re.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?", inner):
            return text
        inner = inner.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", inner):
        inner = inner.replace(",", "")
    match = re.fullmatch(r"([+-]?)0*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)", inner)
    if not match:
        return text
    return ("-" if match[1] == "-" else "") + match[2]


def _date_order(values, day_first_expected):
    parts = [match for match in map(SLASHED.match, values) if match]
    if any(int(match[1]) > 12 for match in parts):
        return "day-first"
    if any(int(match[2]) > 12 for match in parts):
        return "month-first"
    if not parts:
        return "iso"
    if day_first_expected:
        return "day-first"
    raise Unreadable("FILE-CSV-AMBIG", "day or month first?")


def iso(text, order):
    """An ISO text, or the unchanged text."""
    match = SLASHED.fullmatch(text)
    if not match:
        return text
    first, second, year, clock, seconds = match.groups()
    day, month = (second, first) if order == "month-first" else (first, second)
    out = f"{year}-{month:0>2}-{day:0>2}"
    return out if clock is None else f"{out}T{clock}{seconds or ':00'}"
