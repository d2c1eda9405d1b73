#!/usr/bin/env python3
"""Writes the three main files and the dirty files of the sample data: `python3 sample_data/make_samples.py`.

A made-up shop, Empório Jacarandá in São Paulo, in October 2026: its web shop (NDJSON), the log of the requests of its
app to /users/track (one JSON document) and its counter (a CSV as a Brazilian spreadsheet writes it). Every customer, address and
number is invented; the random draws are seeded, so the files are reproducible.
"""

import csv
import io
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDS = 400
WEB, APP = "11ae5b4b-2445-4440-a04f-bf537764c9ad", "6c0d1e5a-7b1f-4d0e-9a53-0d7a5e0f2b11"
GOODS = [
    ("Café em grãos 1 kg", 8990), ("Café moído 500 g", 3990), ("Caneca esmaltada", 4500), ("Caneca “Bom dia”", 5200),
    ("Chá de hibisco", 2450), ("Mel silvestre", 3890), ("Geleia de jabuticaba", 2790), ("Doce de leite", 3150),
    ("Azeite extravirgem", 7490), ("Queijo da Canastra", 9800), ("Pão de queijo – 1 kg", 3290), ("Cachaça envelhecida", 12900),
    ("Castanha-do-pará", 5690), ("Chocolate 70%", 2990), ("Granola artesanal", 3490), ("Farinha de mandioca", 1890),
    ("Pimenta biquinho", 1650), ("Rapadura", 990), ("Cesta de presente", 24900), ("Cesta de presente grande", 124950),
    ("Prensa francesa", 15900), ("Moedor manual", 18990), ("Filtro de papel", 1290), ("Assinatura mensal", 7900),
    ("Oficina de barista", 35000), ("Livro de receitas", 6890), ("Toalha de mesa", 11900), ("Tábua de corte", 13500),
    ("Vale-presente", 10000), ("Sacola retornável", 1990),
]
PEOPLE = "ana bruno carla diego elisa fábio gabriela hugo iara joão karina lucas marina nuno olívia paulo".split()
COLOURS = ["red", "azul", "verde", "preto", "branco"]


def moment(rng):
    """A time of October 2026 in São Paulo (UTC-3 all month), mostly by day."""
    day = date(2026, 10, 1) + timedelta(days=rng.randrange(31))
    hour = rng.choices(range(24), weights=[2, 1, 1, 0, 0, 0, 1, 3, 6, 9, 11, 12, 12, 10, 10, 11, 12, 13, 13, 12, 11, 9, 7, 4])[0]
    return datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60))


def product(rng):
    return GOODS[int(rng.random() * rng.random() * len(GOODS))]


def price_text(cents):
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


class Raw(str):
    """A text that is written into the JSON unchanged, to keep the digits of a number."""


def dump(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def purchase(rng, app_id, local):
    """One clean purchase object."""
    customer = rng.randrange(90)
    person = PEOPLE[customer % len(PEOPLE)]
    out = {}
    kind = rng.randrange(100)
    if kind < 74:
        out["external_id"] = f"cliente-{customer:04}"
    elif kind < 84:
        out["user_alias"] = {"alias_name": f"device{customer:03}", "alias_label": "my_device_identifier"}
    elif kind < 90:
        out["braze_id"] = f"{customer * 7919 + 0x5F1E0000:024x}"
    elif kind < 97:
        out["email"] = f"{person.encode('ascii', 'ignore').decode()}{customer}@example.com"
    else:
        out["phone"] = f"+551155501{customer:03}"
    if rng.random() > 0.04:
        out["app_id"] = app_id
    name, cents = product(rng)
    currency = rng.choices(["BRL", "USD", "EUR", "JPY", "KWD"], weights=[84, 7, 5, 3, 1])[0]
    cents = -cents if rng.random() < 0.02 else 0 if rng.random() < 0.01 else cents
    digits = {"USD": price_text(cents // 5), "EUR": price_text(cents // 6), "JPY": str(cents * 3 // 10)}
    digits["KWD"] = f"{cents // 1800}.{cents % 1000:03}" if cents > 0 else "0.125"
    out.update(product_id=name, currency=currency, price=Raw(digits.get(currency, price_text(cents))))
    if rng.random() > 0.5:
        out["quantity"] = rng.choices([1, 2, 3, 4, 6, 12, 100], weights=[40, 30, 12, 8, 6, 3, 1])[0]
    shape = rng.randrange(100)
    if shape < 70:
        out["time"] = local.isoformat() + "-03:00"
    elif shape < 90:
        out["time"] = (local + timedelta(hours=3)).isoformat(timespec="milliseconds") + "Z"
    else:
        out["time"] = (local + timedelta(hours=4)).isoformat() + "+01:00"
    if rng.random() > 0.1:
        out["properties"] = properties(rng)
    return out


def properties(rng):
    out = {"channel": rng.choice(["organic", "newsletter", "instagram", "loja"]), "gift": rng.random() < 0.1}
    extra = rng.randrange(6)
    if extra == 0:
        out["color"] = rng.choice(COLOURS)
    elif extra == 1:
        out["tags"] = ["promo", rng.choice(COLOURS)]
    elif extra == 2:
        out["delivery"] = {"city": rng.choice(["São Paulo", "Campinas", "Santos"]), "days": rng.randrange(1, 8)}
    elif extra == 3:
        out["checkout_duration"] = rng.randrange(20, 600)
    elif extra == 4:
        out["note"] = 'Entregar "sem campainha"\nObrigado!'
    return out


def without(record, *names):
    return {name: value for name, value in record.items() if name not in names}


def owned(record, **identity):
    """The record with this identity instead of its own."""
    return {**identity, **without(record, "external_id", "user_alias", "braze_id", "email", "phone")}


def with_text(record, name, text):
    """The record with a JSON text in a field."""
    return {**record, name: Raw(text)}


# Warnings and defects by rule: functions from a clean record to a record or to the text of a whole line.
WARNINGS = [
    lambda r: {**r, "currency": r["currency"].lower()},
    lambda r: {**r, "quantity": None},
    lambda r: with_text(r, "quantity", "2.0"),
    lambda r: {**r, "time": r["time"][:19]},
    lambda r: {**r, "time": "2026-10-12T09:30:00-3:00"},
    lambda r: {**r, "time": "2026-10-12 09:30:00-03:00"},
    lambda r: {**r, "time": "2026-10-12"},
    lambda r: {**r, "time": "2026-10-12T09:30:00:250-0300"},
    lambda r: {**r, "loyalty_tier": "gold"},
    lambda r: {**r, "currency": "BRL", "price": Raw("8.511527858335066")},
    lambda r: {**r, "currency": "JPY", "price": Raw("1250.5")},
    lambda r: {**r, "currency": "HRK", "price": Raw("75.30")},
    lambda r: {**r, "product_id": " " + r["product_id"]},
    lambda r: {**owned(r, external_id="cliente-0007", email="gabriela7@example.com")},
    lambda r: {**r, "properties": {"note": "muito " * 50}},
    lambda r: {**r, "properties": {"color": None}},
    lambda r: {**r, "properties": {"visits": ["2026-10-01T10:00:00-03:00"]}},
    lambda r: {
        **owned(r, user_alias={"alias_name": "device007", "alias_label": "my_device_identifier"}),
        "_update_existing_only": False,
    },
]
WEB_DEFECTS = [
    lambda r: with_text(r, "price", '"19.99"'),
    lambda r: {**r, "quantity": 0},
    lambda r: {**r, "quantity": 101},
    lambda r: dump(r)[:-1],
    lambda r: {**r, "time": "ontem"},
    lambda r: {**r, "currency": "XXX"},
    lambda r: owned(r),
    lambda r: without(r, "product_id"),
    lambda r: dump(r)[:-1] + ', "price": 1.00}',
    lambda r: {**r, "properties": {"price": 1}},
    lambda r: '"not a record"',
    lambda r: {**r, "currency": "ZZZ", "quantity": -1, "price": "grátis"},
]
TRACK_DEFECTS = [
    lambda r: {**r, "quantity": "2"},
    lambda r: without(r, "price"),
    lambda r: without(r, "time"),
    lambda r: {**r, "time": "1969-12-31T23:59:59Z"},
    lambda r: without(r, "currency"),
    lambda r: {**r, "properties": ["color", "red"]},
    lambda r: {**r, "properties": {"": 1}},
    lambda r: {**r, "properties": {"$color": "red"}},
    lambda r: {**r, "properties": {"k" * 256: 1}},
    lambda r: owned(r, external_id=12345),
    lambda r: owned(r, user_alias={"alias_name": "device007"}),
    lambda r: {**r, "app_id": 7},
    lambda r: {**r, "_update_existing_only": "yes"},
    lambda r: owned(r, email="ana.example.com"),
]
BIG = {"items": ["i" * 200] * 260}
DIRTY_DEFECTS = WEB_DEFECTS + TRACK_DEFECTS + [
    lambda r: {**r, "product_id": "ç" * 256},
    lambda r: owned(r, external_id="x" * 988),
    lambda r: {**r, "properties": BIG},
    lambda r: with_text(r, "quantity", "1.5"),
    lambda r: with_text(r, "price", "1e400"),
    lambda r: {**r, "properties": {"a": Raw('{"b": 1, "b": 2}')}},
    lambda r: {**r, "time": 1790812817},
    lambda r: "42",
    lambda r: dump(r).replace(":", " ", 1),
]
# Accepted with the warning BRZ-TIME-PRECISION. The file keeps it before the last three defects.
SEVEN_DECIMALS = lambda r: {**r, "time": "2026-10-12T09:30:00.1234567Z"}
# Exactly at a limit and still valid.
EDGES = [
    lambda r: {**r, "product_id": "ç" * 255},
    lambda r: owned(r, external_id="x" * 987),
    lambda r: {**r, "quantity": 100},
    lambda r: {**r, "currency": "BRL", "price": Raw("1.5e2")},
    lambda r: {**r, "time": "2026-10-12T09:30:00.123456000-03:00"},
    lambda r: {**r, "properties": {"k" * 255: 1}},
    lambda r: {**r, "properties": {}},
]


def changed(rng, records, changes):
    """The records with each change made to one of them, never to the first."""
    places = sorted(rng.sample(range(1, len(records)), len(changes)))
    rng.shuffle(changes)
    out = list(records)
    for place, change in zip(places, changes):
        out[place] = change(out[place])
    return [line if isinstance(line, str) else dump(line) for line in out]


def web():
    rng = random.Random("web 2026-10")
    clean = [purchase(rng, WEB, local) for local in sorted(moment(rng) for _ in range(RECORDS))]
    return "\n".join(changed(rng, clean, WARNINGS + WEB_DEFECTS)) + "\n"


def track_log():
    rng = random.Random("track 2026-10")
    clean = [purchase(rng, APP, local) for local in sorted(moment(rng) for _ in range(RECORDS))]
    lines = changed(rng, clean, WARNINGS[:6] + TRACK_DEFECTS)
    attributes = [{"external_id": f"cliente-{n:04}", "home_city": "São Paulo"} for n in range(12)]
    events = [
        {"external_id": f"cliente-{n:04}", "name": "cart_opened", "time": f"2026-10-{n + 1:02}T12:00:00-03:00"}
        for n in range(20)
    ]
    listed = lambda items: ",\n    ".join(map(dump, items))
    return (
        '{\n  "attributes": [\n    ' + listed(attributes) + '\n  ],\n  "events": [\n    ' + listed(events)
        + '\n  ],\n  "purchases": [\n    ' + ",\n    ".join(lines) + "\n  ]\n}\n"
    )


def real(cents, rng):
    """An amount as a cash register prints it: 1.234,56, sometimes with a currency sign."""
    whole = f"{abs(cents) // 100:,}".replace(",", ".")
    text = f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02}"
    return f"R$ {text}" if rng.random() < 0.05 and cents >= 0 else text


COUNTER_DEFECTS = [
    lambda r: r + ["sobra"],
    lambda r: r[:5] + ["a combinar"] + r[6:],
    lambda r: r[:6] + ["0"] + r[7:],
    lambda r: r[:6] + ["meia dúzia"] + r[7:],
    lambda r: ["32/10/2026 10:00:00"] + r[1:],
    lambda r: r[:3] + [""] + r[4:],
    lambda r: r[:4] + ["ZZZ"] + r[5:],
    lambda r: [r[0], "", "ana.example.com"] + r[3:],
    lambda r: [r[0], "", ""] + r[3:],
    lambda r: r[:3] + ["p" * 256] + r[4:],
]
COUNTER_HEADER = [
    "Data Hora", "Id Usuário Externo", "Email", "Produto", "Moeda", "Preço", "Quantidade",
    "propriedades.vendedor", "propriedades.pagamento",
]


def counter():
    rng = random.Random("counter 2026-10")
    rows = []
    for local in sorted(moment(rng) for _ in range(RECORDS)):
        customer = rng.randrange(90)
        name, cents = product(rng)
        cents = -cents if rng.random() < 0.02 else cents
        known = rng.random() < 0.85
        person = PEOPLE[customer % len(PEOPLE)].encode("ascii", "ignore").decode()
        rows.append([
            local.strftime("%d/%m/%Y %H:%M:%S"), f"cliente-{customer:04}" if known else "",
            "" if known else f"{person}{customer}@example.com", name, "BRL", real(cents, rng),
            str(rng.choices([1, 2, 3, 10], weights=[60, 25, 10, 5])[0]),
            rng.choice(["João", "Conceição", "Zé; do balcão"]), rng.choice(["pix", "débito", "crédito", "dinheiro", ""]),
        ])
    rows[5][3], rows[9][4] = "Cesta “São João” – edição 2026", "brl"
    for place, change in zip(sorted(rng.sample(range(10, RECORDS), len(COUNTER_DEFECTS))), COUNTER_DEFECTS):
        rows[place] = change(rows[place])
    return table([COUNTER_HEADER, *rows], ";", "\r\n").encode("cp1252")


def table(rows, delimiter, ending):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return out.getvalue()


def dirty_records():
    rng = random.Random("dirty")
    return [purchase(rng, WEB, moment(rng)) for _ in range(1 + len(DIRTY_DEFECTS) + 1 + len(WARNINGS) + len(EDGES))]


def dirty_ndjson():
    clean = dirty_records()
    changes = [lambda r: r, *DIRTY_DEFECTS[:-3], SEVEN_DECIMALS, *DIRTY_DEFECTS[-3:], *WARNINGS, *EDGES]
    lines = [change(record) for change, record in zip(changes, clean)]
    return "\n".join(line if isinstance(line, str) else dump(line) for line in lines) + "\n"


def dirty_cdi():
    """Cloud Data Ingestion lines: identifier outside, the purchase as text inside."""
    good = without(dirty_records()[0], "external_id", "user_alias", "braze_id", "email", "phone")
    line = lambda payload, **outer: dump({**outer, "payload": payload})
    text = dump(good)
    return "\n".join([
        line(text, external_id="cliente-0001"),
        line(text, alias_name="device001", alias_label="my_device_identifier"),
        line(dump({**good, "external_id": "cliente-0002"}), external_id="cliente-0001"),
        line(dump(without(good, "time")), external_id="cliente-0001", updated_at="2026-10-20T08:00:00Z"),
        line(dump(without(good, "time")), external_id="cliente-0001"),
        line(text[:-1], external_id="cliente-0001"),
        line("[1, 2]", external_id="cliente-0001"),
        dump({"external_id": "cliente-0001", "payload": good}),
        line(text[:-1] + ', "price": 1.00}', external_id="cliente-0001"),
        line(text, alias_name="device001"),
        line(text),
        line(text, external_id="cliente-0001")[:-1],
    ]) + "\n"


def dirty_csv():
    header = "external_id,product_id,currency,price,quantity,time,properties,_update_existing_only".split(",")
    good = ["cliente-0001", "Mel silvestre", "BRL", "38.90", "2", "2026-10-12T09:30:00-03:00", '{"color":"red"}', ""]
    put = lambda at, value: good[:at] + [value] + good[at + 1 :]
    rows = [
        good, put(7, "sim"), put(7, "não"), put(3, "1,234.56"), put(3, "+5"), put(3, "007.50"), put(4, "2.0"), put(4, ""),
        put(1, 'Caneca "Bom dia", azul\nsegunda linha'), put(6, ""), put(5, "2026-10-12 09:30:00"),
        good + ["sobra"], good[:5], put(0, ""), put(1, ""), put(2, ""), put(3, ""), put(5, ""), put(3, "12,34"),
        put(3, "NaN"), put(4, "1.5"), put(4, "dois"), put(4, "101"), put(5, "amanhã"), put(5, "2300-01-01T00:00:00Z"),
        put(6, "[1]"), put(6, '{"a":1,"a":2}'), put(6, '{"$a":1}'), put(7, "talvez"), put(2, "QQQ"),
    ]
    return "\ufeff" + table([header, *rows], ",", "\n")


def main():
    files = {
        "web_2026-10.ndjson": web(),
        "track_log_2026-10.json": track_log(),
        "balcao_2026-10.csv": counter(),
        "dirty/records.ndjson": dirty_ndjson(),
        "dirty/cdi.ndjson": dirty_cdi(),
        "dirty/flat.csv": dirty_csv(),
    }
    for name, content in files.items():
        (HERE / name).write_bytes(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    main()
