"""Validation of one supplier purchase: a record comes in, every rule it breaks, its warnings and its columns come out.

Where the contract is not explicit, this is the interpretation:

* `null` is the same as the key missing; an empty JSON text is a text, an empty CSV cell is a missing key.
* An `id` or `updated_at` that is missing breaks the same rule as one of the wrong form (`CPL-ID-REQUIRED`, `CPL-TS-FORMAT`).
* A date is the text `YYYY-MM-DD`; with a time of day it breaks `CPL-DATE-FORMAT`. An empty text is not a date.
* An object whose documented parts are all missing counts as missing: a supplier of two nulls is `CPL-SUPPLIER-MISSING`, but money
  needs both of its parts.
* A value of the wrong type without a rule of its own breaks `CPL-INT-TYPE` (code, carrier id), `CPL-TEXT-TYPE` (notes, order
  number, carrier name, parts of the invoice) or `CPL-OBJECT-SHAPE` (invoice, shipping, carrier).
* A purchase whose supplier has a name and no id is `CPL-SUPPLIER-MISSING` too.
* A record whose own company is not a number above 0 breaks `CPL-COMPANY-REQUIRED`; company unknown (0) contradicts none.
* A time with an unusual offset, a space for the `T`, a colon before its milliseconds or second 60 is read, with `CPL-TS-SPELLING`.
* The total is checked when items and total are given in one currency and no other amount is in another; absent parts are 0.
* A key that the document does not name is unknown, at the top and in the documented objects; a nested one is stored under its
  path (`supplier.email`). A value of `null` is stored as well.
* The other rules apply to the first value of a repeated key. A rule counts once a record, whatever the number of fields.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import supplier_files
import values
from purchase_files import Refused
from strict_json import Pairs, compact
from supplier_files import MONEY
from values import BadTime, NotANumber, Number, TimeOutOfRange

COLUMNS = """company_id registration_month id registration_date supplier_id supplier_name invoice_serie invoice_number code
value_of_items value_of_items_currency discount discount_currency other_expenses_value other_expenses_value_currency total
total_currency notes pay_shipping carrier_id carrier_name shipping_value shipping_value_currency status order_number
has_stock_movement_out were_stock_movements_deleted is_deleted created_at created_at_offset_minutes updated_at
updated_at_offset_minutes extra""".split()
KNOWN = frozenset(
    """id registration_date supplier invoice code value_of_items discount other_expenses_value total notes shipping status
    order_number has_stock_movement_out were_stock_movements_deleted created_at updated_at company_id""".split()
)
UNREADABLE = frozenset(["CPL-RECORD-OBJECT", "FILE-JSON-SYNTAX", "FILE-ENCODING", "FILE-CSV-COLUMNS"])
LARGEST = 2**63 - 1
CENT = Decimal("0.01")


@dataclass
class Settings:
    """The settings of a run: the company (0 means unknown), the zone of times without an offset, the CSV dialect."""

    company: int = None
    zone: str = "UTC"
    dialect: str = "pt-BR"
    freeze: bool = False


@dataclass
class ValidatedInput:
    """One input: its refusal or the results for its records, and its pages."""

    path: str
    refused: str = None
    results: list = None
    pages: list = None


def examine(path, settings):
    return examine_bytes(str(path), supplier_files.unpack(path), settings)


def examine_bytes(path, data, settings):
    try:
        dump = supplier_files.read_bytes(data, settings.dialect)
    except Refused as refusal:
        return ValidatedInput(path, refusal.rule, [], [])
    return ValidatedInput(path, None, [validate(record, settings) for record in dump.records], dump.pages)


def validate(record, settings):
    """A dictionary with row, line, page, verdict (the outcome), rules (with their fields), warnings, infos and (if accepted) values."""
    validation = RecordValidation(record, settings)
    if not UNREADABLE & set(record.rules):
        validation.run()
    rules = sorted({rule for rule, _ in validation.rules})
    out = {"row": record.row, "line": record.line, "page": record.page, "verdict": "rejected" if rules else "accepted"}
    out["rules"] = rules
    out["fields"] = sorted({name for _, name in validation.rules if name})
    out["warnings"] = sorted(set(validation.warnings))
    out["infos"] = sorted(set(validation.infos))
    if not rules:
        out["values"] = validation.values
    return out


def tally(names):
    return dict(sorted(Counter(names).items()))


class RecordValidation:
    """The validation of one record."""

    def __init__(self, record, settings):
        self.record = record
        self.settings = settings
        self.rules = [rule if isinstance(rule, tuple) else (rule, None) for rule in record.rules]
        self.warnings = list(record.warnings)
        self.infos = []
        self.values = dict.fromkeys(COLUMNS)
        self.amounts = {}
        self.extra = []

    def run(self):
        tree = self.record.tree
        self.company(tree)
        self.key(tree)
        self.supplier(tree)
        self.invoice(tree)
        self.values["code"] = self.integer(tree, "code", "code", "CPL-INT-TYPE")
        self.values["notes"] = self.text(tree, "notes", "notes", "CPL-TEXT-TYPE")
        self.values["order_number"] = self.text(tree, "order_number", "order_number", "CPL-TEXT-TYPE")
        for name in MONEY[:4]:
            self.money(tree, name, name)
        self.shipping(tree)
        self.compare_money()
        self.status(tree)
        for name in ("has_stock_movement_out", "were_stock_movements_deleted"):
            self.values[name] = self.boolean(tree, name, name)
        has_flag = tree.get("were_stock_movements_deleted") is not None
        self.values["is_deleted"] = has_flag if self.record.deleted is None else self.record.deleted
        if self.values["is_deleted"]:
            self.infos.append("CPL-DELETED-KEY")
        else:
            self.values["were_stock_movements_deleted"] = None
        self.times(tree)
        self.unknown(tree, KNOWN, "")
        if self.extra:
            self.values["extra"] = compact(Pairs(self.extra))
            if self.settings.freeze:
                self.rules.append(("CPL-KEY-UNKNOWN", self.extra[0][0]))
            else:
                self.warnings.append("CPL-KEY-UNKNOWN")

    def unknown(self, tree, known, path):
        self.extra += [(path + name, value) for name, value in tree if name not in known]

    def company(self, tree):
        own = tree.get("company_id") if tree.get("company_id") is not None else self.record.company
        company = self.settings.company
        if own is not None:
            number = whole(own)
            if number is None or number < 1:
                self.rules.append(("CPL-COMPANY-REQUIRED", "company_id"))
            elif company and number != company:
                self.rules.append(("CPL-COMPANY-CONFLICT", "company_id"))
            company = number
        if company is None and not self.rules:
            raise ValueError("CPL-COMPANY-REQUIRED: no company is known")
        self.values["company_id"] = company

    def key(self, tree):
        number = whole(tree.get("id"))
        if number is None or number < 1:
            self.rules.append(("CPL-ID-REQUIRED", "id"))
        self.values["id"] = number
        text = tree.get("registration_date")
        if text is None:
            self.rules.append(("CPL-DATE-REQUIRED", "registration_date"))
            return
        try:
            if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError(text)
            date.fromisoformat(text)
        except ValueError:
            self.rules.append(("CPL-DATE-FORMAT", "registration_date"))
            return
        self.values["registration_date"] = text
        self.values["registration_month"] = text[:7]

    def part(self, tree, name, path, rule, known):
        """An object of the record, or None."""
        value = tree.get(name)
        if value is None:
            return Pairs()
        if not isinstance(value, Pairs):
            self.rules.append((rule, path))
            return Pairs()
        self.unknown(value, known, path + ".")
        return value

    def integer(self, tree, name, path, rule):
        value = tree.get(name)
        if value is not None and whole(value) is None:
            self.rules.append((rule, path))
        return whole(value)

    def text(self, tree, name, path, rule):
        value = tree.get(name)
        if value is None or isinstance(value, str):
            return value
        self.rules.append((rule, path))
        return None

    def boolean(self, tree, name, path):
        value = tree.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.rules.append(("CPL-BOOL", path))
        return None

    def supplier(self, tree):
        rule = "CPL-SUPPLIER-SHAPE"
        supplier = self.part(tree, "supplier", "supplier", rule, ("id", "name"))
        self.values["supplier_id"] = self.integer(supplier, "id", "supplier.id", rule)
        self.values["supplier_name"] = self.text(supplier, "name", "supplier.name", rule)
        if tree.get("supplier") is None or isinstance(tree.get("supplier"), Pairs):
            if supplier.get("id") is None:
                self.warnings.append("CPL-SUPPLIER-MISSING")

    def invoice(self, tree):
        invoice = self.part(tree, "invoice", "invoice", "CPL-OBJECT-SHAPE", ("serie", "number"))
        for name in ("serie", "number"):
            value = invoice.get(name)
            if isinstance(value, Number):
                self.warnings.append("CPL-INVOICE-STRING")
                self.values[f"invoice_{name}"] = value.text
            else:
                self.values[f"invoice_{name}"] = self.text(invoice, name, f"invoice.{name}", "CPL-TEXT-TYPE")

    def money(self, tree, name, path):
        given = tree.get(name)
        if given is None:
            return
        if not isinstance(given, Pairs):
            self.rules.append(("CPL-MONEY-SHAPE", path))
            return
        self.unknown(given, ("amount", "currency"), path + ".")
        amount, code = given.get("amount"), given.get("currency")
        try:
            parsed = values.parse_money(amount.text if isinstance(amount, Number) else "")
        except NotANumber:
            self.rules.append(("CPL-MONEY-SHAPE", f"{path}.amount"))
            parsed = None
        if not isinstance(code, str):
            self.rules.append(("CPL-MONEY-SHAPE", f"{path}.currency"))
            code = None
        elif code.upper() not in values.ISO_ACTIVE or code.upper() in values.REFUSED_CURRENCIES:
            self.rules.append(("CPL-MONEY-CURRENCY", f"{path}.currency"))
            code = None
        if parsed is None or code is None:
            return
        self.amounts[name] = (parsed.value, code.upper())
        self.values[name], self.values[f"{name}_currency"] = values.shortest(parsed.value), code.upper()
        if code != code.upper():
            self.warnings.append("CPL-MONEY-CASE")
        minor = values.MINOR_UNITS.get(code.upper(), 2)
        if minor is not None and parsed.decimals > minor:
            self.warnings.append("CPL-MONEY-SCALE")
        if parsed.rounded:
            self.warnings.append("CPL-MONEY-ROUNDED")

    def shipping(self, tree):
        known = ("pay_shipping", "carrier", "shipping_value")
        shipping = self.part(tree, "shipping", "shipping", "CPL-OBJECT-SHAPE", known)
        self.values["pay_shipping"] = self.boolean(shipping, "pay_shipping", "shipping.pay_shipping")
        carrier = self.part(shipping, "carrier", "shipping.carrier", "CPL-OBJECT-SHAPE", ("id", "name"))
        self.values["carrier_id"] = self.integer(carrier, "id", "shipping.carrier.id", "CPL-INT-TYPE")
        self.values["carrier_name"] = self.text(carrier, "name", "shipping.carrier.name", "CPL-TEXT-TYPE")
        self.money(shipping, "shipping_value", "shipping.shipping_value")

    def compare_money(self):
        amounts = self.amounts
        if any(name in amounts and amounts[name][0] < 0 for name in ("value_of_items", "total")):
            self.warnings.append("CPL-MONEY-NEG")
        currencies = {code for _, code in amounts.values()}
        if len(currencies) > 1:
            self.warnings.append("CPL-MONEY-MIXED")
        elif "value_of_items" in amounts and "total" in amounts:
            amount = lambda name: amounts.get(name, (Decimal(0), None))[0]
            items = [amount("value_of_items"), -amount("discount"), amount("other_expenses_value"), -amount("total")]
            off = values.exact_sum(items)
            with_shipping = values.exact_sum([off, amount("shipping_value")])
            if abs(off) > CENT and abs(with_shipping) > CENT:
                self.warnings.append("CPL-TOTAL-CHECK")

    def status(self, tree):
        status = tree.get("status")
        if status is None or status in ("pending", "received"):
            self.values["status"] = status
        else:
            self.rules.append(("CPL-STATUS-ENUM", "status"))

    def times(self, tree):
        moments = {}
        for name in ("created_at", "updated_at"):
            try:
                moments[name] = self.time(tree.get(name))
            except (BadTime, TimeOutOfRange):
                if name == "updated_at":
                    self.rules.append(("CPL-TS-FORMAT", name))
                elif tree.get(name) is not None:
                    self.warnings.append("CPL-TS-FORMAT")
                continue
            self.values[name] = moments[name].micros
            self.values[f"{name}_offset_minutes"] = moments[name].offset_minutes
        if len(moments) == 2 and moments["created_at"].micros > moments["updated_at"].micros:
            self.warnings.append("CPL-TS-ORDER")

    def time(self, text):
        if not isinstance(text, str):
            raise BadTime(text)
        moment = values.parse_time(text, ZoneInfo(self.settings.zone))
        if "BRZ-TIME-DATEONLY" in moment.notes:
            raise BadTime(text)
        if "BRZ-TIME-NOOFFSET" in moment.notes:
            self.warnings.append("CPL-TS-NOOFFSET")
        if "BRZ-TIME-PRECISION" in moment.notes:
            self.warnings.append("CPL-TS-PRECISION")
        colon = re.search(r":\d\d:\d{3}[+-]", text) or not values.TIME.fullmatch(text)
        if colon or {"BRZ-TIME-OFFSETFORM", "BRZ-TIME-SPACE", "BRZ-TIME-LEAP"} & set(moment.notes):
            self.warnings.append("CPL-TS-SPELLING")
        return moment


def whole(value):
    """An integer that fits 64 bits, or None."""
    if not isinstance(value, Number) or not re.fullmatch(r"-?[0-9]+", value.text):
        return None
    number = int(value.text)
    return number if -LARGEST - 1 <= number <= LARGEST else None
