"""Supplier purchases of dump files: bytes come in, record trees with their company and their page come out.

A record is a JSON tree (`Pairs`, `Number`); a CSV row is converted to the same form first, so that one validator applies to
both. The CSV dialect is given, not detected: `pt-BR` (`;`, decimal comma, dd/mm/yyyy, Windows-1252 unless a byte
order mark indicates UTF-8) or `en` (comma, decimal point, ISO dates, UTF-8).
"""

import csv
import gzip
import io
import re
from dataclasses import dataclass, field

import flat_csv
import strict_json
from purchase_files import Refused, decode, parse_line
from strict_json import Pairs
from values import Number

MONEY = ("value_of_items", "discount", "other_expenses_value", "total", "shipping_value")

ALIASES = {
    "company_id": "company_id cplug_company_id id_empresa empresa_id",
    "id": "id purchase_id id_compra",
    "registration_date": "registration_date data_compra data_registro data",
    "supplier_id": "supplier_id id_fornecedor",
    "supplier_name": "supplier_name fornecedor",
    "invoice_serie": "invoice_serie serie",
    "invoice_number": "invoice_number numero_nota nota_fiscal nf",
    "code": "code codigo",
    "value_of_items": "value_of_items value_of_items_amount valor_itens",
    "discount": "discount discount_amount desconto",
    "other_expenses_value": "other_expenses_value other_expenses_value_amount outras_despesas",
    "total": "total total_amount",
    "shipping_value": "shipping_value shipping_value_amount valor_frete",
    **{f"{name}_currency": f"{name}_currency" for name in MONEY},
    "currency": "currency moeda",
    "pay_shipping": "pay_shipping frete_pago",
    "carrier_id": "carrier_id id_transportadora",
    "carrier_name": "carrier_name transportadora",
    "notes": "notes observacoes obs",
    "status": "status situacao",
    "order_number": "order_number numero_pedido pedido",
    "has_stock_movement_out": "has_stock_movement_out saida_estoque",
    "were_stock_movements_deleted": "were_stock_movements_deleted",
    "deleted": "deleted is_deleted excluido",
    "created_at": "created_at criado_em",
    "updated_at": "updated_at atualizado_em",
}
HEADERS = {alias: name for name, aliases in ALIASES.items() for alias in aliases.split()}
STATUSES = {"aguardando": "pending", "entregue": "received", "pending": "pending", "received": "received"}
TRUE = frozenset(["true", "1", "sim", "s"])
FALSE = frozenset(["false", "0", "não", "nao", "n"])


@dataclass
class Record:
    row: int
    line: int
    tree: object = None
    """`Pairs`, another JSON value, or None if the record could not be read."""
    rules: list = field(default_factory=list)
    """Rules, or rules with their field."""
    warnings: list = field(default_factory=list)
    company: object = None
    """The company named in the record."""
    deleted: bool | None = None
    """Whether the purchase is deleted, from a CSV column."""
    page: int = None


@dataclass
class Page:
    """One list response: its `meta` and the number of its records."""

    rows: int
    meta: object


@dataclass
class Dump:
    shape: str
    records: list = field(default_factory=list)
    pages: list = field(default_factory=list)


def unpack(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def read_bytes(data, dialect=None):
    """The records of one file. Raises Refused."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not head:
        return Dump("empty")
    if head not in b"{[":
        return _from_csv(data, dialect or "pt-BR")
    text, refusal = decode(data)
    try:
        if refusal:
            raise refusal
        tree = strict_json.loads(text)
    except (ValueError, Refused) as error:
        return _from_lines(text, error)
    dump = Dump("json")
    _take(dump, tree, 1)
    return dump


def _from_lines(text, error):
    dump, good = Dump("ndjson"), 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip(" \t\r"):
            continue
        tree, rule = parse_line(line)
        if rule:
            dump.records.append(Record(len(dump.records), number, rules=[rule]))
            continue
        good += isinstance(tree, Pairs)
        _take(dump, tree, number)
    if good < 1 or text.lstrip()[:1] == "[":
        if isinstance(error, Refused):
            raise error
        raise Refused("FILE-JSON-SYNTAX", str(error)) from error
    return dump


def _take(dump, tree, line):
    """A page, a response with one purchase, an array or an object."""
    data = tree.get("data") if isinstance(tree, Pairs) and not tree.has("registration_date") else None
    if isinstance(data, Pairs):
        listed = data.get("purchases")
        if isinstance(listed, list) and not isinstance(listed, Pairs):
            dump.pages.append(Page(len(listed), tree.get("meta")))
            _add(dump, listed, line, len(dump.pages) - 1)
            return
        _add(dump, [data], line)
    elif isinstance(tree, Pairs):
        _add(dump, [tree], line)
    elif isinstance(tree, list):
        _add(dump, tree, line)
    else:
        _add(dump, [tree], line)


def _add(dump, trees, line, page=None):
    for tree in trees:
        record = Record(len(dump.records), line, tree, page=page)
        if isinstance(tree, Pairs):
            if tree.has("product_id") and tree.has("price"):
                raise Refused("FILE-WRONG-KIND", "purchases of customers")
            if strict_json.repeated_keys(tree):
                record.rules.append("CPL-KEY-DUP")
        else:
            record.rules.append("CPL-RECORD-OBJECT")
        dump.records.append(record)


def _from_csv(data, dialect):
    brazilian = dialect == "pt-BR"
    encoding = "cp1252" if brazilian and not data.startswith(b"\xef\xbb\xbf") else "utf-8-sig"
    reader = csv.reader(
        io.StringIO(data.decode(encoding), newline=""), delimiter=";" if brazilian else ",", strict=True
    )
    rows, line = [], 1
    for cells in reader:
        if cells:
            rows.append((line, cells))
        line = reader.line_num + 1
    header = [HEADERS.get(flat_csv._plain(name), name.strip()) for name in rows[0][1]]
    if len(set(header)) < len(header):
        raise Refused("FILE-HEADER-DUP", "two columns for one field")
    dump = Dump("csv")
    for line, cells in rows[1:]:
        record = Record(len(dump.records), line)
        if len(cells) != len(header):
            record.rules.append("FILE-CSV-COLUMNS")
        else:
            _row(record, {name: cell for name, cell in zip(header, cells) if cell != ""}, brazilian)
        dump.records.append(record)
    return dump


def _row(record, cells, brazilian):
    """Converts the cells of a row to the tree of the documented JSON."""
    take = lambda name: cells.pop(name, None)
    record.company = _integer(take("company_id"))
    flag = _boolean(take("deleted"))
    record.deleted = flag if isinstance(flag, bool) else None
    if isinstance(flag, str):
        record.rules.append(("CPL-BOOL", "deleted"))
    parts = [
        ("id", _integer(take("id"))),
        ("registration_date", _date(take("registration_date"), brazilian)),
        ("supplier", Pairs([("id", _integer(take("supplier_id"))), ("name", take("supplier_name"))])),
        ("invoice", Pairs([("serie", take("invoice_serie")), ("number", take("invoice_number"))])),
        ("code", _integer(take("code"))),
    ]
    default = take("currency")
    money = {name: _money(record, take(name), take(f"{name}_currency") or default, brazilian) for name in MONEY}
    parts += [(name, money[name]) for name in MONEY[:4]]
    carrier = Pairs([("id", _integer(take("carrier_id"))), ("name", take("carrier_name"))])
    shipping = [("pay_shipping", _boolean(take("pay_shipping"))), ("carrier", carrier)]
    status = take("status")
    parts += [
        ("notes", take("notes")),
        ("shipping", Pairs([*shipping, ("shipping_value", money["shipping_value"])])),
        ("status", status and STATUSES.get(status.strip().lower(), status)),
        ("order_number", take("order_number")),
        ("has_stock_movement_out", _boolean(take("has_stock_movement_out"))),
        ("were_stock_movements_deleted", _boolean(take("were_stock_movements_deleted"))),
        ("created_at", _time(take("created_at"), brazilian)),
        ("updated_at", _time(take("updated_at"), brazilian)),
    ]
    record.tree = Pairs([(name, value) for name, value in parts if value is not None] + list(cells.items()))


def _integer(text):
    if text is None:
        return None
    return Number(str(int(text))) if re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text) else text


def _boolean(text):
    if text is None:
        return None
    word = text.strip().lower()
    return True if word in TRUE else False if word in FALSE else text


def _date(text, brazilian):
    return text and flat_csv.iso(text.strip(), "day-first" if brazilian else "iso-only")


def _time(text, brazilian):
    return text and flat_csv.iso(text.strip(), "day-first" if brazilian else "iso-only")


def _money(record, text, currency, brazilian):
    if text is None:
        return None
    digits = flat_csv.number(text, brazilian)
    numeric = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", digits)
    if currency is None and "R$" in text:
        # The sign of the real, which no other currency uses.
        currency = "BRL"
    elif currency is None:
        currency = "BRL"
        record.warnings.append("CPL-MONEY-DEFAULT")
    elif currency.strip() == "R$":
        # The sign of the real, which no other currency uses.
        currency = "BRL"
    return Pairs([("amount", Number(digits) if numeric else text), ("currency", currency)])
