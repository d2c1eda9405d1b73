"""Validation of one record: a record comes in, every rule it breaks, its warnings and its normalised values come out.

Where the contract is not explicit, this is the interpretation:

* `null` in an optional field is the same as the field missing; in a required one it breaks the `-REQUIRED` rule.
* An empty text counts as missing, for required fields too; an empty price is a text and so of the wrong type.
* An identifier of the wrong type is present: it breaks `BRZ-ID-TYPE` alone, not `BRZ-ID-REQUIRED` as well.
* A date without a time warns `BRZ-TIME-DATEONLY` alone; a price of more than nine decimals warns `BRZ-PRICE-ROUNDED` and,
  if its currency has a minor unit, `BRZ-PRICE-SCALE`.
* Rules on property names and values apply to the top level of `properties`; repeated keys are detected at every depth.
* A Currents event names its user twice (`user_id`, `external_user_id`): that is not `BRZ-ID-MULTI`.
* The other rules apply to the first value of a repeated key.
"""

import re
from zoneinfo import ZoneInfo

import values
from strict_json import Pairs, compact
from values import BadTime, NotANumber, Number, TimeOutOfRange

RESERVED = frozenset(["time", "product_id", "quantity", "event_name", "price", "currency"])
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
TRUE = frozenset(["true", "1", "sim", "s", "yes", "y"])
FALSE = frozenset(["false", "0", "não", "nao", "n", "no"])
UTC = ZoneInfo("UTC")
FUTURE_SKEW_MICROS = 24 * 3600 * 1_000_000


class PurchaseValidator:
    """Validates records one after the other; keeps the ids of Currents events to detect repeats."""

    def __init__(self, default_tz, now_micros=None):
        self.default_tz = default_tz
        self.now_micros = now_micros
        self.seen_events = set()

    def validate(self, record):
        """A dictionary with row, line, verdict (the outcome), rules, warnings, infos and (if accepted) values."""
        validation = RecordValidation(record, self)
        unreadable = {"BRZ-RECORD-OBJECT", "FILE-JSON-SYNTAX", "FILE-ENCODING", "FILE-CSV-COLUMNS", "BRZ-CDI-PAYLOAD"}
        if not unreadable & set(record.rules):
            validation.run()
        rules = sorted(set(validation.rules))
        out = {"row": record.row, "line": record.line, "kind": record.kind}
        out["verdict"] = "rejected" if rules else "accepted"
        event = record.fields.get("event_id")
        if not rules and event is not None:
            if event in self.seen_events:
                out["verdict"] = "duplicate"
            self.seen_events.add(event)
        out["rules"] = rules
        out["warnings"] = sorted(set(validation.warnings))
        out["infos"] = sorted(set(validation.infos))
        if not rules:
            out["values"] = validation.values
        return out


class RecordValidation:
    """The validation of one record."""

    def __init__(self, record, validator):
        self.record = record
        self.validator = validator
        self.rules = list(record.rules)
        self.warnings = list(record.warnings)
        self.infos = []
        self.values = {}

    def run(self):
        self.identity()
        self.app()
        self.product()
        currency = self.currency()
        self.money(currency)
        self.time()
        self.properties()
        self.update_only()
        if self.record.unknown:
            self.warnings.append("BRZ-KEY-UNKNOWN")
            self.values["unknown_keys"] = sorted(self.record.unknown)
        if not self.rules:
            revenue = values.exact_product(self.values.pop("price_exact"), self.values["quantity"])
            self.values["revenue"] = values.shortest(revenue)
            self.values["revenue_exact"] = revenue

    def field_value(self, name):
        """The value of a field; None if it is missing, null or an empty text."""
        value = self.record.fields.get(name)
        return None if value == "" else value

    def identity(self):
        present = []
        for name in ("external_id", "braze_id", "email", "phone"):
            value = self.field_value(name)
            if value is None:
                continue
            present.append(name)
            if not isinstance(value, str):
                self.rules.append("BRZ-ID-TYPE")
            else:
                self.values[name] = value
        if self.alias():
            present.append("user_alias")
        external = self.field_value("external_id")
        if isinstance(external, str) and len(external.encode("utf-8", "surrogatepass")) > 987:
            self.rules.append("BRZ-EXTID-LEN")
        email = self.field_value("email")
        if isinstance(email, str) and not EMAIL.fullmatch(email):
            (self.rules if present == ["email"] else self.warnings).append("BRZ-EMAIL-FORM")
        if not present:
            self.rules.append("BRZ-ID-REQUIRED")
        if len(present) > 1 and self.record.kind != "currents":
            self.warnings.append("BRZ-ID-MULTI")

    def alias(self):
        alias = self.field_value("user_alias")
        if alias is None:
            return False
        parts = {}
        if isinstance(alias, Pairs):
            parts = {name: alias.get(name) for name in ("alias_name", "alias_label")}
        if len(parts) == 2 and all(isinstance(part, str) and part for part in parts.values()):
            self.values.update(parts)
        else:
            self.rules.append("BRZ-ALIAS-SHAPE")
        return True

    def app(self):
        app = self.field_value("app_id")
        if app is None:
            return
        if isinstance(app, str):
            self.values["app_id"] = app
        else:
            self.rules.append("BRZ-APP-TYPE")

    def product(self):
        product = self.field_value("product_id")
        if not isinstance(product, str):
            self.rules.append("BRZ-PRODUCT-REQUIRED")
            return
        if len(product) > 255:
            self.rules.append("BRZ-PRODUCT-LEN")
        if product != product.strip() or CONTROL.search(product):
            self.warnings.append("BRZ-PRODUCT-SPACE")
        self.values["product_id"] = product

    def currency(self):
        code = self.field_value("currency")
        if not isinstance(code, str):
            self.rules.append("BRZ-CUR-REQUIRED")
            return None
        upper = code.upper()
        if upper in values.REFUSED_CURRENCIES or upper not in values.ISO_ACTIVE | values.BRAZE_ONLY:
            self.rules.append("BRZ-CUR-UNKNOWN")
            return None
        if upper != code:
            self.warnings.append("BRZ-CUR-CASE")
        if upper not in values.ISO_ACTIVE:
            self.warnings.append("BRZ-CUR-RETIRED")
        self.values["currency"] = upper
        return upper

    def number(self, value):
        """The number text of a value, or None if it is of another type. In CSV, texts are accepted as numbers."""
        if isinstance(value, Number):
            return value.text
        return value if self.record.texts and isinstance(value, str) else None

    def money(self, currency):
        price = self.record.fields.get("price")
        if price is None:
            self.rules.append("BRZ-PRICE-REQUIRED")
        else:
            try:
                money = values.parse_money(self.number(price) or "")
                if self.record.kind == "currents":
                    money = self.narrowed(self.number(price), money, currency)
            except NotANumber:
                self.rules.append("BRZ-PRICE-TYPE")
            else:
                self.price(money, currency)
        self.quantity()

    def narrowed(self, text, money, currency):
        units = values.MINOR_UNITS.get(currency, 2)
        units = 2 if units is None else units
        meant = values.float32_meant(text, money.decimals, units)
        if meant is None or meant == money:
            return money
        self.infos.append("BRZ-PRICE-WIDENED")
        if abs(meant.value) >= {0: 1 << 24, 2: 1 << 17, 3: 1 << 14, 4: 1 << 10}[units]:
            self.warnings.append("BRZ-PRICE-FLOAT32")
        return meant

    def price(self, money, currency):
        minor = values.MINOR_UNITS.get(currency, 2) if currency else None
        if minor is not None and money.decimals > minor:
            self.warnings.append("BRZ-PRICE-SCALE")
        if money.rounded:
            self.warnings.append("BRZ-PRICE-ROUNDED")
        if money.value < 0:
            self.infos.append("BRZ-PRICE-NEG")
        self.values["price"] = values.shortest(money.value)
        self.values["price_exact"] = money.value

    def quantity(self):
        fields = self.record.fields
        self.values["quantity"] = 1
        if "quantity" not in fields or (self.record.texts and fields["quantity"] == ""):
            return
        if fields["quantity"] is None:
            self.warnings.append("BRZ-QTY-NULL")
            return
        text = self.number(fields["quantity"])
        try:
            amount = values.parse_money(text or "")
        except NotANumber:
            digits = re.fullmatch(r"-?\d+", text or "")
            self.rules.append("BRZ-QTY-RANGE" if digits else "BRZ-QTY-TYPE")
            return
        if amount.decimals > 0:
            self.rules.append("BRZ-QTY-TYPE")
            return
        if not re.fullmatch(r"-?\d+", text):
            self.warnings.append("BRZ-QTY-FLOAT")
        if not 1 <= amount.value <= 100:
            self.rules.append("BRZ-QTY-RANGE")
            return
        self.values["quantity"] = int(amount.value)

    def time(self):
        time = self.field_value("time")
        if time is None:
            self.rules.append("BRZ-TIME-REQUIRED")
            return
        try:
            if self.record.kind == "currents" and self.number(time) is not None:
                instant = values.parse_epoch(self.number(time))
            elif isinstance(time, str):
                instant = values.parse_time(time, UTC if self.record.kind == "currents" else self.validator.default_tz)
            else:
                raise BadTime(time)
        except BadTime:
            self.rules.append("BRZ-TIME-FORMAT")
            return
        except TimeOutOfRange:
            self.rules.append("BRZ-TIME-RANGE")
            return
        without_offset = {"BRZ-TIME-NOOFFSET"} if self.record.kind == "currents" else set()
        self.warnings.extend(set(instant.notes) - without_offset)
        now = self.validator.now_micros
        if now is not None and instant.micros > now + FUTURE_SKEW_MICROS:
            self.warnings.append("BRZ-TIME-FUTURE")
        self.values["time_us"] = instant.micros
        self.values["time_utc"] = values.utc_text(instant.micros)
        self.values["offset_minutes"] = instant.offset_minutes

    def properties(self):
        properties = self.field_value("properties")
        if properties is None:
            return
        if not isinstance(properties, Pairs):
            self.rules.append("BRZ-PROP-OBJECT")
            return
        for name, value in properties:
            self.property_name(name)
            self.property_value(value)
        text = compact(properties)
        nested = any(isinstance(value, list) for _, value in properties)
        if nested and len(text.encode("utf-8", "surrogatepass")) > 51_200:
            self.rules.append("BRZ-PROP-SIZE")
        self.values["properties"] = text

    def property_name(self, name):
        if name == "":
            self.rules.append("BRZ-PROP-NAME-EMPTY")
        if len(name) > 255:
            self.rules.append("BRZ-PROP-NAME-LEN")
        if name.startswith("$"):
            self.rules.append("BRZ-PROP-NAME-DOLLAR")
        if name in RESERVED:
            self.rules.append("BRZ-PROP-RESERVED")

    def property_value(self, value):
        if value is None:
            self.warnings.append("BRZ-PROP-NULL")
        elif isinstance(value, Pairs):
            self.infos.append("BRZ-PROP-OBJ-STRING")
        found = set(self.texts_below(value, False))
        if any(len(text) > 255 for text, _ in found):
            self.warnings.append("BRZ-PROP-STR-LEN")
        if any(in_list and self.is_time(text) for text, in_list in found):
            self.warnings.append("BRZ-PROP-ARRAY-DATE")

    def texts_below(self, value, in_list):
        """Every text in a value, and whether it is in a list."""
        if isinstance(value, Pairs):
            for _, item in value:
                yield from self.texts_below(item, False)
        elif isinstance(value, list):
            for item in value:
                yield from self.texts_below(item, True)
        elif isinstance(value, str):
            yield value, in_list

    def is_time(self, text):
        try:
            values.parse_time(text, self.validator.default_tz)
        except TimeOutOfRange:
            return True
        except BadTime:
            return False
        return len(text) >= 10

    def update_only(self):
        flag = self.field_value("_update_existing_only")
        if flag is None:
            return
        if self.record.texts and isinstance(flag, str):
            flag = True if flag.lower() in TRUE else False if flag.lower() in FALSE else flag
        if not isinstance(flag, bool):
            self.rules.append("BRZ-UPDONLY-TYPE")
            return
        self.values["update_existing_only"] = flag
        if not flag and self.field_value("user_alias") is not None:
            self.warnings.append("BRZ-UPDONLY-ALIAS")
