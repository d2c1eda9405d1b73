"""Random order events, and what becomes of them by the documented rules, computed with Python's decimal.

    order_events.py make FOLDER                     writes dumps of events in several shapes
    order_events.py compare FOLDER LAKE SUMMARY     differences between the lake and the rules, as JSON
"""

import json
import random
import sys
from collections import Counter
from decimal import Decimal, getcontext
from pathlib import Path

from deltalake import DeltaTable

getcontext().prec = 60
RANDOM = random.Random(20260502)
ORDER = {"order_id": "s", "source": "s", "currency": "s", "products": "a", "total_value": "n"}
OF_PLACED = {"subtotal_value": "n", "tax": "n", "shipping": "n", "cart_id": "s"}
OPTIONAL = {"total_discounts": "n", "discounts": "a", "metadata": "o"}
LINE = {"product_id": "s", "product_name": "s", "variant_id": "s", "quantity": "i", "price": "n"}
LINE_OPTIONAL = {"image_url": "s", "product_url": "s", "metadata": "o"}


class Number:
    """A number with its digits as they are written."""

    def __init__(self, text):
        self.text = text
        self.value = Decimal(text)


def dumps(value):
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumps, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def loads(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def amount(most=100_000):
    return Number(f"{RANDOM.randrange(most) / 100:.2f}")


def line():
    quantity = RANDOM.choice(["1", "2", "3", "7", "100", "101", "250", "32767", "0", "2.0", "1e1"])
    made = {
        "product_id": RANDOM.choice(["mug", "tea", "Café", "a \"b\"", "x" * 255]),
        "product_name": "A product", "variant_id": f"v{RANDOM.randrange(9)}",
        "quantity": Number(quantity), "price": amount(),
    }
    if RANDOM.random() < 0.2:
        made["metadata"] = {"sku": "S", "tags": ["a", {"b": Number("1.50")}]}
    if RANDOM.random() < 0.2:
        made["image_url"] = "https://example.org/a.png"
    return dict(RANDOM.sample(list(made.items()), len(made)))


def broken(value):
    """Another value in the place of one, which mostly breaks a rule."""
    return RANDOM.choice([
        "", "  ", "text", "12.50", None, True, [], {}, Number("-1"), Number("-0.01"), Number("0"), Number("2.5"), Number("32768"),
        Number("40000"), Number("1e40"), value,
    ])


def event(number):
    name = RANDOM.choices(
        ["ecommerce.order_placed", "ecommerce.order_refunded", "ecommerce.order_cancelled", "ecommerce.product_viewed",
         "Ecommerce.Order_Placed", "ecommerce_order_refunded", "app opened"],
        [50, 25, 5, 5, 2, 2, 3],
    )[0]
    properties = {
        "order_id": f"o{number}", "source": "web", "currency": RANDOM.choice(["USD", "BRL", "EUR"]),
        "products": [line() for _ in range(RANDOM.choice([1, 1, 1, 2, 2, 3, 5]))], "total_value": amount(),
    }
    for key, make in [
        ("subtotal_value", amount), ("tax", amount), ("shipping", amount), ("cart_id", lambda: "cart"),
        ("total_discounts", lambda: amount(500)), ("metadata", lambda: {"a": [Number("1.0")]}), ("gift", lambda: True),
        ("discounts", lambda: [{"code": "X", "amount": Number("1.00"), "type": "fixed"}]),
    ]:
        if RANDOM.random() < 0.2:
            properties[key] = make()
    if RANDOM.random() < 0.35:
        total = sum((one["quantity"].value * one["price"].value for one in properties["products"]), Decimal(0))
        total += RANDOM.choice([Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal("0.02")])
        key = "subtotal_value" if name.endswith("placed") else "total_value"
        less = properties["total_discounts"].value if key == "subtotal_value" and "total_discounts" in properties else 0
        properties[key] = Number(str(total - less))
    made = {
        "external_id": f"u{number % 50}", "name": name,
        "time": f"2026-05-{number % 28 + 1:02d}T{number % 24:02d}:00:00Z", "properties": properties,
    }
    if RANDOM.random() < 0.25:
        place = RANDOM.choice([properties, RANDOM.choice(properties["products"])])
        key = RANDOM.choice(list(place))
        if RANDOM.random() < 0.3:
            del place[key]
        else:
            place[key] = broken(place[key])
    return made


def make(folder):
    folder.mkdir(parents=True)
    for number in range(12):
        events = [event(number * 200 + at) for at in range(200)]
        text = [dumps(one) for one in events]
        if number % 3 == 0:
            content = "\n".join(text)
        elif number % 3 == 1:
            content = "[" + ",\n".join(text) + "]"
        else:
            content = '{"attributes":[{"external_id":"u1"}],"events":[' + ",".join(text) + "]}"
        (folder / f"{number:02d}.json").write_text(content)
    return {"files": 12}


def type_of(value):
    if isinstance(value, Number):
        return "n"
    return {str: "s", list: "a", dict: "o", bool: "b", type(None): "null"}[type(value)]


def check_keys(members, required, optional, path, found):
    for key in required:
        if key not in members:
            found.add(("BRZ-ECOM-REQUIRED", path + key))
    for key, value in members.items():
        wanted = {**required, **optional}.get(key)
        if wanted is None:
            continue
        kind = type_of(value)
        is_whole = kind == "n" and value.value == value.value.to_integral_value()
        if (wanted == "i" and not is_whole) or (wanted != "i" and kind != wanted):
            found.add(("BRZ-ECOM-TYPE", path + key))
        elif kind == "s" and key in required and not value.strip():
            found.add(("BRZ-ECOM-REQUIRED", path + key))
        elif wanted == "n" and (value.value < 0 or abs(value.value) >= Decimal(10) ** 29):
            found.add(("BRZ-ECOM-MONEY", path + key))
        elif wanted == "i" and not 0 <= value.value <= 32767:
            found.add(("BRZ-ECOM-QTY", path + key))


def judged(one):
    """The rejecting rules of an event with their fields, the warnings, and its rows."""
    found, warned, rows = set(), set(), []
    properties, is_refund = one["properties"], one["name"].endswith("refunded")
    optional = OPTIONAL if is_refund else {**OPTIONAL, **OF_PLACED}
    check_keys(properties, ORDER, optional, "properties.", found)
    if any(key not in ORDER and key not in optional for key in properties):
        warned.add("BRZ-ECOM-KEY-EXTRA")
    currency = properties.get("currency")
    if isinstance(currency, str) and currency.strip() and currency not in ("USD", "BRL", "EUR"):
        found.add(("BRZ-CUR-UNKNOWN", "properties.currency"))
    products = properties.get("products")
    if products == []:
        found.add(("BRZ-ECOM-REQUIRED", "properties.products"))
    for number, item in enumerate(products if isinstance(products, list) else []):
        path = f"properties.products[{number}]."
        check_keys(item, LINE, LINE_OPTIONAL, path, found)
        quantity, price = item.get("quantity"), item.get("price")
        if isinstance(quantity, Number) and "." in quantity.text + quantity.text.replace("e", "."):
            if quantity.value == quantity.value.to_integral_value():
                warned.add("BRZ-QTY-FLOAT")
        if isinstance(quantity, Number) and quantity.value == 0:
            warned.add("BRZ-ECOM-QTY-ZERO")
        if isinstance(price, Number) and isinstance(quantity, Number):
            rows.append((number, item, int(quantity.value), -price.value if is_refund else price.value))
    if found:
        return found, set(), []
    total = abs(sum((quantity * price for _, _, quantity, price in rows), Decimal(0)))
    stated = properties.get("total_value" if is_refund else "subtotal_value")
    discounts = Decimal(0)
    if not is_refund and "total_discounts" in properties:
        discounts = properties["total_discounts"].value
    if stated is not None and abs(total - discounts - stated.value) > Decimal("0.01"):
        warned.add("BRZ-ECOM-TOTAL")
    scales = [-item["price"].value.normalize().as_tuple().exponent for _, item, _, _ in rows]
    if any(scale > 2 for scale in scales):
        warned.add("BRZ-PRICE-SCALE")
    return found, warned, rows


def row_of(one, number, item, quantity, price):
    properties = one["properties"]
    order = {key: value for key, value in properties.items() if key not in ("currency", "products")}
    if number > 0:
        order = {key: value for key, value in order.items() if not isinstance(value, (list, dict))}
    rest = {key: value for key, value in item.items() if key not in ("product_id", "quantity", "price")}
    written = {
        "line": Number(str(number)), "lines": Number(str(len(properties["products"]))), "order": order, "item": rest,
    }
    return (
        one["external_id"], one["name"], one["time"], item["product_id"], quantity, price, quantity * price,
        properties["currency"], dumps(written),
    )


def read(path):
    text = path.read_text()
    if text.startswith("["):
        return loads(text), 0
    if text.startswith('{"attributes"'):
        return loads(text)["events"], 1
    return [loads(row) for row in text.splitlines()], 0


def compare(folder, lake, summary):
    differences, counts, warned = [], Counter(), Counter()
    rows = DeltaTable(lake / "purchases").to_pyarrow_table().to_pylist()
    rejects = DeltaTable(lake / "rejects").to_pyarrow_table().to_pylist()
    inputs = {Path(one["path"]).name: one["counts"] for one in summary["inputs"]}
    for path in sorted(folder.iterdir()):
        events, skipped = read(path)
        expected, expected_rejects, row = {}, {}, 0
        for one in events:
            if one["name"] not in ("ecommerce.order_placed", "ecommerce.order_refunded"):
                skipped += 1
                warned["BRZ-ECOM-NAME"] += one["name"] in ("Ecommerce.Order_Placed", "ecommerce_order_refunded")
                continue
            found, warnings, lines = judged(one)
            warned.update(warnings)
            if found:
                expected_rejects[row] = {rule for rule, _ in found}, {field for _, field in found}, dumps(one)
                row += 1
            for line in lines:
                if line[2] == 0:
                    skipped += 1
                else:
                    expected[row] = row_of(one, *line)
                    row += 1
        stored = {
            one["source_row"]: (
                one["external_id"], one["event_name"], one["time_raw"], one["product_id"], one["quantity"], one["price"],
                one["revenue"], one["currency"], one["properties"],
            )
            for one in rows if Path(one["source_file"]).name == path.name
        }
        for number in sorted(expected.keys() | stored.keys()):
            if expected.get(number) != stored.get(number):
                differences.append([path.name, number, repr(expected.get(number)), repr(stored.get(number))])
        kept = {one["source_row"]: one for one in rejects if Path(one["source_file"]).name == path.name}
        for number in sorted(expected_rejects.keys() | kept.keys()):
            rules, fields, raw = expected_rejects.get(number, (set(), set(), ""))
            one = kept.get(number, {"rule_ids": "", "field": None, "raw": b""})
            if set(one["rule_ids"].split(",")) != rules or one["field"] not in fields or one["raw"].decode() != raw:
                differences.append([path.name, number, sorted(rules), repr(one)])
        wanted = {
            "read": len(expected) + len(expected_rejects) + skipped, "accepted": len(expected),
            "rejected": len(expected_rejects), "duplicate": 0, "superseded": 0, "skipped": skipped,
        }
        if inputs.get(path.name) != wanted:
            differences.append([path.name, wanted, inputs.get(path.name)])
        counts.update(rows=len(expected), rejects=len(expected_rejects), skipped=skipped)
    ours = {rule: count for rule, count in summary["warned_by_rule"].items()}
    if ours != dict(warned):
        differences.append(["warnings", dict(warned), ours])
    return {"differences": differences[:20], "counts": counts}


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    if command == "make":
        result = make(Path(paths[0]))
    else:
        folder, lake, summary = map(Path, paths)
        result = compare(folder, lake, json.loads(summary.read_text()))
    print(json.dumps(result, default=str))
