"""The documented answers from a state: rows and parameters come in, exact JSON trees come out.

The list has every documented key in the order of the document; amounts are JSON numbers with the digits they were stored
with, filled up to the minor units of their currency and to one decimal at least, so that no amount looks like an integer.
Invalid parameters are a `BadParameter` with the field.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import values
from strict_json import Pairs
from supplier_files import MONEY
from values import Number


class BadParameter(Exception):
    def __init__(self, field, text):
        super().__init__(f"{field}: {text}")
        self.field = field


@dataclass
class Question:
    """The parameters of the document, checked."""

    company: int
    search_term: str = None
    status: str = None
    suppliers: frozenset = frozenset()
    start: str = None
    end: str = None
    updated_from: int = None
    deleted: str = "not_include"
    page: int = 1
    per_page: int = 20


def parse_question(company, parameters):
    """A question from texts by the names of the document."""
    question = Question(company)
    for name, text in parameters.items():
        try:
            READ[name](question, text)
        except (KeyError, ValueError, values.BadTime, values.TimeOutOfRange) as error:
            raise BadParameter(name, text) from error
    if question.start and question.end and question.start > question.end:
        raise BadParameter("registration_start", question.start)
    return question


def _search(question, text):
    question.search_term = str(int(_matching(r"[+-]?[0-9]+", text)))


def _status(question, text):
    question.status = _matching("pending|received", text)


def _suppliers(question, text):
    tokens = [token.strip() for token in text.split(",")] if text.strip() else []
    question.suppliers = frozenset(int(_matching("[0-9]+", token)) for token in tokens)


def _start(question, text):
    question.start = date.fromisoformat(_matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)).isoformat()


def _end(question, text):
    question.end = date.fromisoformat(_matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)).isoformat()


def _updated(question, text):
    # In an address, a plus sign stands for a space; one that was decoded is taken back.
    restored = re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", text)
    question.updated_from = values.parse_time(restored, ZoneInfo("UTC")).micros


def _deleted(question, text):
    question.deleted = _matching("not_include|include|only", text)


def _page(question, text):
    question.page = _number(text, 1, 2**63 - 1)


def _per_page(question, text):
    question.per_page = _number(text, 1, 500)


READ = {
    "search_term": _search, "purchase_status": _status, "supplier_ids": _suppliers, "registration_start": _start,
    "registration_end": _end, "updated_from": _updated, "deleted": _deleted, "page": _page, "per_page": _per_page,
}


def _matching(pattern, text):
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(text)
    return text


def _number(text, low, high):
    number = int(_matching("[0-9]+", text))
    if not low <= number <= high:
        raise ValueError(text)
    return number


def matching_rows(rows, question):
    """The rows that a question is about, in the order of the list."""
    found = [row for row in rows if matches(row, question)]
    return sorted(found, key=lambda row: (row["registration_date"], row["id"]), reverse=True)


def matches(row, question):
    if row["company_id"] != question.company:
        return False
    if question.deleted != "include" and row["is_deleted"] != (question.deleted == "only"):
        return False
    if question.status and row["status"] != question.status:
        return False
    if question.suppliers and row["supplier_id"] not in question.suppliers:
        return False
    if question.start and row["registration_date"] < question.start:
        return False
    if question.end and row["registration_date"] > question.end:
        return False
    if question.updated_from is not None and row["updated_at"] < question.updated_from:
        return False
    return question.search_term is None or matches_search_term(row, question.search_term)


def matches_search_term(row, term):
    number = row["invoice_number"]
    return str(row["id"]) == term or (number is not None and number != "" and (number.lstrip("0") or "0") == term)


def answer(rows, question):
    """The documented response to a question."""
    listed = matching_rows(rows, question)
    start = (question.page - 1) * question.per_page
    purchases = [purchase(row) for row in listed[start : start + question.per_page]]
    meta = {
        "current_page": question.page, "last_page": max(1, -(-len(listed) // question.per_page)),
        "per_page": question.per_page, "total": len(listed),
    }
    return Pairs([
        ("data", Pairs([("purchases", purchases)])),
        ("meta", Pairs((name, Number(str(number))) for name, number in meta.items())),
    ])


def purchase(row):
    integer = lambda name: None if row[name] is None else Number(str(row[name]))
    carrier = whole_object([("id", integer("carrier_id")), ("name", row["carrier_name"])])
    parts = [
        ("id", integer("id")),
        ("registration_date", row["registration_date"]),
        ("supplier", whole_object([("id", integer("supplier_id")), ("name", row["supplier_name"])])),
        ("invoice", whole_object([("serie", row["invoice_serie"]), ("number", row["invoice_number"])])),
        ("code", integer("code")),
        *((name, money(row, name)) for name in MONEY[:4]),
        ("notes", row["notes"]),
        ("shipping", whole_object([
            ("pay_shipping", row["pay_shipping"]), ("carrier", carrier), ("shipping_value", money(row, "shipping_value")),
        ])),
        ("status", row["status"]),
        ("order_number", row["order_number"]),
        ("has_stock_movement_out", row["has_stock_movement_out"]),
    ]
    if row["is_deleted"]:
        # The key is the only sign of deletion: of what nobody said it has a value all the same.
        parts.append(("were_stock_movements_deleted", bool(row["were_stock_movements_deleted"])))
    parts += [(name, moment(row, name)) for name in ("created_at", "updated_at")]
    return Pairs(parts)


def whole_object(parts):
    """An object, or null if all of its parts are null."""
    return None if all(value is None for _, value in parts) else Pairs(parts)


def money(row, name):
    if row[name] is None:
        return None
    code = row[f"{name}_currency"]
    return Pairs([("amount", Number(amount(Decimal(row[name]), code))), ("currency", code)])


def amount(value, code):
    """The exact digits of an amount, with the zeros that its currency writes."""
    text = values.shortest(value)
    minor = values.MINOR_UNITS.get(code, 2) if code else 1
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(max(1, minor or 1), '0')}"


def moment(row, name):
    """A stored moment at its own offset."""
    if row[name] is None:
        return None
    zone = timezone(timedelta(minutes=row[f"{name}_offset_minutes"]))
    local = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=row[name])
    return local.astimezone(zone).isoformat(timespec="microseconds" if local.microsecond else "seconds")


SUMS = {
    "value_of_items": "value_of_items", "discount": "discount", "other_expenses": "other_expenses_value",
    "shipping": "shipping_value", "total": "total",
}


def summary(rows, question):
    """Per supplier, month and currency: counts, exact sums, dates and names. Nulls come last in the order.

    The latest name is that of the supplier's row with the greatest `updated_at`, of several the last by its bytes; the names seen
    are all that its rows have. Both are over everything asked about, whatever the month, and without a supplier there are none.
    First and last date are those of the purchases that are counted in the row or have an amount in it.
    """
    listed = matching_rows(rows, question)
    names, groups = defaultdict(list), defaultdict(Group)
    for row in listed:
        if row["supplier_name"] is not None and row["supplier_id"] is not None:
            names[row["supplier_id"]].append((row["updated_at"], row["supplier_name"].encode()))
        key = (row["supplier_id"], row["registration_month"])
        groups[*key, row["total_currency"] or row["value_of_items_currency"]].count(row)
        for name, column in SUMS.items():
            if row[column] is not None:
                group = groups[*key, row[f"{column}_currency"]]
                group.sums[name].append(Decimal(row[column]))
                group.dates.add(row["registration_date"])
    order = sorted(groups, key=lambda key: [(part is None, part or 0) for part in key])
    return [groups[key].line(key, names[key[0]]) for key in order]


class Group:
    def __init__(self):
        self.rows = []
        self.dates = set()
        self.sums = {name: [] for name in SUMS}

    def count(self, row):
        self.rows.append(row)
        self.dates.add(row["registration_date"])

    def line(self, key, names):
        supplier, month, code = key
        held = lambda status: Number(str(sum(1 for row in self.rows if row["status"] == status)))
        return Pairs([
            ("supplier_id", None if supplier is None else Number(str(supplier))),
            ("supplier_name", max(names)[1].decode() if names else None),
            ("names_seen", [name.decode() for name in sorted({name for _, name in names})]),
            ("month", month),
            ("currency", code),
            ("purchases", Number(str(len(self.rows)))),
            ("received", held("received")),
            ("pending", held("pending")),
            ("without_status", held(None)),
            *((name, Number(amount(values.exact_sum(parts), code))) for name, parts in self.sums.items()),
            ("first_date", min(self.dates)),
            ("last_date", max(self.dates)),
        ])
