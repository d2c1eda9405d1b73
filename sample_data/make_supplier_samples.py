#!/usr/bin/env python3
"""Writes the supplier purchases of the sample data: `python3 sample_data/make_supplier_samples.py`.

Empório Jacarandá again, as a buyer: company 12 saved the pages of its purchase list twice, on 2026-10-31 and a week later;
its branch, company 34, has a CSV from another system. Every supplier is invented; the random draws are seeded, so the files are
reproducible.
"""

import copy
import random
from datetime import date, datetime, timedelta

from make_samples import HERE, Raw, dump, table

PER_PAGE = 20
SUPPLIERS = {
    1: "Torrefação Serra Clara Ltda", 2: "Moinho Três Pontas", 3: "Laticínios Campo Alto", 4: "Embalagens Ipê",
    5: "Apiário Flor do Cerrado", 6: "Cerâmica \"Barro Vermelho\"", 7: "Gráfica Boa Vista", 8: "Destilaria Canavial; filial 2",
    9: "Yamabuki Tea Trading", 10: "Northwind Paper Supply",
}
CARRIERS = {1: "Rápido Andorinha", 2: "Expresso Capivara", 3: "Frete & Cia"}
NOTES = [
    "Entregar pela manhã", "Conferir o lote\nantes de guardar", 'Caixa "frágil"; não empilhar', "=SOMA(B2:B9)", "Promoção 🎉 de outubro",
    "Falta a nota", "",
]


def money(cents, currency="BRL"):
    decimals = 0 if currency == "JPY" else 2
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    text = f"{cents // 100}.{cents % 100:02}" if decimals else str(cents)
    return {"amount": Raw(sign + text), "currency": currency}


def moment(day, rng, offset="-03:00"):
    clock = datetime(day.year, day.month, day.day, rng.randrange(8, 19), rng.randrange(60), rng.randrange(60))
    return clock.isoformat() + offset


def bill(rng, currency, pay_shipping):
    """Items, discount, other expenses, total and shipping that add up."""
    items = rng.randrange(2_000, 900_000)
    discount = rng.randrange(100, 2_000) if rng.random() < 0.35 else None
    other = rng.randrange(500, 9_000) if rng.random() < 0.2 else None
    shipping = rng.randrange(1_500, 25_000) if rng.random() < 0.7 else None
    total = items - (discount or 0) + (other or 0) + ((shipping or 0) if pay_shipping else 0)
    return [None if cents is None else money(cents, currency) for cents in (items, discount, other, total, shipping)]


def purchase(rng, number, day):
    """One clean purchase in the form of the documented response."""
    supplier = rng.choice([1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10])
    currency = {9: "JPY", 10: "USD"}.get(supplier, "BRL")
    pay_shipping = rng.random() < 0.6
    items, discount, other, total, shipping = bill(rng, currency, pay_shipping)
    carrier = rng.choice([None, 1, 2, 3])
    return {
        "id": number,
        "registration_date": day.isoformat(),
        "supplier": {"id": supplier, "name": SUPPLIERS[supplier]},
        "invoice": None if rng.random() < 0.15 else {"serie": "1", "number": f"{rng.randrange(1, 99_999):06}"},
        "code": number + 4000,
        "value_of_items": items, "discount": discount, "other_expenses_value": other, "total": total,
        "notes": rng.choice(NOTES) if rng.random() < 0.5 else None,
        "shipping": {
            "pay_shipping": pay_shipping, "carrier": carrier and {"id": carrier, "name": CARRIERS[carrier]},
            "shipping_value": shipping,
        },
        "status": "received" if day < date(2026, 10, 20) and rng.random() < 0.8 else "pending",
        "order_number": f"PC-{number:05}" if rng.random() < 0.6 else None,
        "has_stock_movement_out": rng.random() < 0.1,
        "created_at": moment(day, rng),
        "updated_at": moment(day + timedelta(days=1), rng),
    }


def deleted(record, flag):
    """The record with the key of deleted purchases, at its position."""
    out = {}
    for name, value in record.items():
        if name == "created_at":
            out["were_stock_movements_deleted"] = flag
        out[name] = value
    return out


def first_dump():
    rng = random.Random("suppliers 2026-10-31")
    days = sorted(date(2026, 9, 14) + timedelta(days=rng.randrange(46)) for _ in range(50))
    records = {number: purchase(rng, number, day) for number, day in zip(range(101, 151), days)}
    records[105]["supplier"] = None
    records[110]["invoice"] = {"serie": "1", "number": "000789"}
    records[112]["shipping"] = None
    records[113]["discount"] = money(1_250, "USD")
    records[116]["total"] = money(1)
    records[117].update(status=None, order_number=None, has_stock_movement_out=None, code=None)
    records[119]["created_at"] = "2026-09-30T13:31:26.000000Z"
    records[119]["updated_at"] = "2026-10-02T13:31:26.250000Z"
    records[121]["updated_at"] = "2026-10-20T09:00:00-04:00"
    records[123]["other_expenses_value"] = {"amount": Raw("0.125"), "currency": "BRL"}
    records[103] = deleted(records[103], True)
    records[128] = deleted(records[128], False)
    return records


def second_dump(first):
    """A week later: changed, missing, restored and new purchases."""
    rng = random.Random("suppliers 2026-11-07")
    records = copy.deepcopy(first)

    def later(number, **changes):
        records[number].update(updated_at=moment(date(2026, 11, rng.randrange(2, 7)), rng), **changes)

    for number in (139, 141, 143, 146, 148):
        later(number, status="received")
    items, discount, other, total, shipping = bill(rng, "BRL", True)
    later(144, value_of_items=items, discount=discount, other_expenses_value=other, total=total)
    # Supplier 3 has a new name; a purchase has it once it has been updated.
    SUPPLIERS[3] = "Laticínios Campo Alto S.A."
    touched = [number for number, record in records.items() if record["supplier"] and record["supplier"]["id"] == 3]
    for number in touched[-4:]:
        later(number, supplier={"id": 3, "name": SUPPLIERS[3]})
    later(150, registration_date="2026-11-03", notes="Data corrigida")
    for number, flag in ((147, True), (149, False), (108, True)):
        later(number)
        records[number] = deleted(records[number], flag)
    later(103)
    del records[103]["were_stock_movements_deleted"]
    # A copy from a cache: older than the version in the first dump.
    records[145].update(updated_at=records[145]["created_at"], status="pending", notes="cópia antiga")
    for number, day in ((151, 2), (152, 3), (153, 4), (154, 5), (155, 6)):
        records[number] = purchase(rng, number, date(2026, 11, day))
    return records


def pages(records):
    """The list responses of a dump, newest first."""
    listed = sorted(records.values(), key=lambda record: (record["registration_date"], record["id"]), reverse=True)
    last = -(-len(listed) // PER_PAGE)
    for page in range(1, last + 1):
        lines = [dump(record) for record in listed[(page - 1) * PER_PAGE : page * PER_PAGE]]
        meta = dump({"current_page": page, "last_page": last, "per_page": PER_PAGE, "total": len(listed)})
        yield page, '{"data": {"purchases": [\n' + ",\n".join(lines) + "\n]},\n\"meta\": " + meta + "}\n"


HEADER = """Id Empresa;Id Compra;Data Compra;Id Fornecedor;Fornecedor;Série;Nota Fiscal;Código;Valor Itens;Desconto;Outras Despesas
Total;Moeda;Observações;Frete Pago;Id Transportadora;Transportadora;Valor Frete;Situação;Número Pedido;Saída Estoque;Excluído
Criado em;Atualizado em""".replace("\n", ";").split(";")


def reais(value, rng):
    if value is None:
        return ""
    whole, _, decimals = value["amount"].partition(".")
    text = f"{int(whole):,}".replace(",", ".") + "," + (decimals or "00")
    return f"R$ {text}" if rng.random() < 0.3 and value["currency"] == "BRL" else text


def brazilian(text):
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}" + (" " + text[11:19] if len(text) > 10 else "")


def branch():
    """The CSV of company 34: some of its ids are also ids of company 12."""
    rng = random.Random("suppliers 34")
    yes = lambda flag: {True: "sim", False: "não", None: ""}[flag]
    rows = []
    for at in range(24):
        record = purchase(rng, 120 + at, date(2026, 10, 1) + timedelta(days=at))
        supplier, shipping, invoice = record["supplier"], record["shipping"], record["invoice"] or {}
        carrier = shipping["carrier"] or {}
        rows.append([
            34, record["id"], brazilian(record["registration_date"]), supplier["id"], supplier["name"],
            invoice.get("serie", ""), invoice.get("number", ""), record["code"],
            *(reais(record[name], rng) for name in ("value_of_items", "discount", "other_expenses_value", "total")),
            record["total"]["currency"], (record["notes"] or "").replace(" 🎉", ""), yes(shipping["pay_shipping"]),
            carrier.get("id", ""), carrier.get("name", ""), reais(shipping["shipping_value"], rng),
            {"pending": "Aguardando", "received": "Entregue"}[record["status"]], record["order_number"] or "",
            yes(record["has_stock_movement_out"]), "não", brazilian(record["created_at"]), brazilian(record["updated_at"]),
        ])
    at = {name: place for place, name in enumerate(HEADER)}
    rows[3][at["Observações"]] = 'Ligar antes;\nfalar com "a portaria"\nObrigado'
    rows[5][at["Excluído"]] = "sim"
    rows[8][at["Moeda"]] = ""
    rows[8][at["Valor Itens"]] = rows[8][at["Total"]] = "R$ 1.234,56"
    for name in ("Desconto", "Outras Despesas", "Valor Frete"):
        rows[8][at[name]] = ""
    rows[11][at["Situação"]] = ""
    return table([HEADER, *rows], ";", "\r\n").encode("cp1252")


GOOD = {
    "id": 900, "registration_date": "2026-10-05", "supplier": {"id": 1, "name": "Torrefação Serra Clara Ltda"},
    "invoice": {"serie": "1", "number": "000321"}, "code": 4900, "value_of_items": money(10_000), "discount": money(500),
    "other_expenses_value": None, "total": money(9_500), "notes": None,
    "shipping": {"pay_shipping": False, "carrier": None, "shipping_value": money(1_000)}, "status": "pending", "order_number": None,
    "has_stock_movement_out": False, "created_at": "2026-10-05T09:00:00-03:00", "updated_at": "2026-10-06T09:00:00-03:00",
}


def text(name, json_text):
    return {name: Raw(json_text)}


def without(*names):
    return lambda record: {name: value for name, value in record.items() if name not in names}


# Changes that break a rule: at least one for each.
DEFECTS = [
    text("id", "null"), text("id", "0"), text("id", '"7"'), text("id", "7.0"), without("id"),
    without("registration_date"), {"registration_date": "2026-02-29"}, {"registration_date": "05/10/2026"},
    {"supplier": "Torrefação"}, {"supplier": {"id": "1"}}, {"supplier": {"id": 1, "name": 2}},
    text("total", "95.0"), text("total", '{"amount": "95.00", "currency": "BRL"}'), text("total", '{"currency": "BRL"}'),
    text("discount", '{"amount": 5.00}'), text("discount", '{"amount": 5.00, "currency": null}'),
    text("shipping", '{"shipping_value": {"amount": 1e30, "currency": "BRL"}}'),
    {"total": money(9_500, "ZZZ")}, {"total": money(9_500, "R$")}, {"total": money(9_500, "XXX")},
    {"status": "Aguardando"}, {"status": "lost"}, {"status": 1},
    {"has_stock_movement_out": "não"}, {"shipping": {"pay_shipping": 1}}, {"were_stock_movements_deleted": "true"},
    without("updated_at"), {"updated_at": "ontem"}, {"updated_at": 1790812817}, {"updated_at": "2026-10-32T09:00:00-03:00"},
    text("code", '"4900"'), {"shipping": {"carrier": {"id": Raw("1.5")}}},
    {"notes": ["a"]}, {"order_number": 17}, {"invoice": {"serie": True}}, {"shipping": {"carrier": {"name": 5}}},
    {"invoice": "000321"}, {"shipping": []}, {"shipping": {"carrier": "Rápido"}},
    {"company_id": 13}, {"company_id": "doze"},
    text("code", '4900, "code": 4901'), text("supplier", '{"id": 1, "id": 2, "name": "Torrefação"}'),
    {"status": "lost", "id": 0, "total": money(1, "ZZZ")},
    lambda record: Raw("42"), lambda record: Raw(dump(record)[:-1]),
]
# Changes that must be accepted with a warning.
ODDITIES = [
    {"supplier": None}, {"supplier": {"id": None, "name": "Sem cadastro"}}, {"value_of_items": money(-9_500), "discount": None, "total": money(-9_500)},
    {"discount": money(500, "USD")}, text("total", '{"amount": 95.005, "currency": "BRL"}'),
    text("total", '{"amount": 95.0000000005, "currency": "BRL"}'), {"total": money(9_000)}, {"total": money(9_500, "brl")},
    {"invoice": {"serie": 1, "number": 321}}, {"created_at": "ontem"}, {"created_at": "2026-10-07T09:00:00-03:00"},
    {"updated_at": "2026-10-06T09:00:00"}, {"updated_at": "2026-10-06T09:00:00-0300"}, {"updated_at": "2026-10-06T09:00:00-3:00"},
    {"channel": "app", "tags": [1, None]}, {"supplier": {"id": 1, "name": "Torrefação", "document": "22423374000152"}},
]
# Exactly at a limit, or unusual only in form: valid.
EDGES = [
    {}, {"were_stock_movements_deleted": False}, {"were_stock_movements_deleted": None}, {"company_id": 12}, {"supplier": {"id": 1}},
    text("total", '{"amount": 0.95e2, "currency": "BRL"}'), {"total": money(9_501)}, {"total": money(10_500)},
    {"total": None}, {"notes": ""}, {"updated_at": "2026-10-06T12:00:00.123456Z"}, text("id", "9223372036854775807"),
    text("total", '{"amount": 95.0000000000000, "currency": "BRL"}'),
]


def changed(number, change):
    record = {**GOOD, "id": number}
    return change(record) if callable(change) else {**record, **change}


def dirty_lines():
    changes = [*DEFECTS, *ODDITIES, *EDGES]
    return "\n".join(dump(changed(901 + at, change)) for at, change in enumerate(changes)) + "\n"


def dirty_rows():
    header = "id,company_id,registration_date,supplier_id,total,total_currency,notes,pay_shipping,status,deleted,updated_at".split(",")
    good = ["1", "12", "2026-10-05", "1", "95.00", "BRL", "", "true", "pending", "", "2026-10-06T09:00:00-03:00"]
    put = lambda **cells: [cells.get(name, cell) for name, cell in zip(header, good)]
    rows = [
        good, put(id="2", total="1,095.00"), put(id="3", total_currency=""), put(id="4", notes='a "b",\nc'), put(id="5", deleted="1"),
        put(id="6", status="Entregue", pay_shipping="não"), put(id="007", supplier_id=""), put(id="8", updated_at="2026-10-06T09:00:00"),
        put(id=""), put(id="x"), put(company_id="13"), put(registration_date=""), put(registration_date="2026-13-01"), put(supplier_id="um"),
        put(total="noventa"), put(total_currency="ZZZ"), put(status="lost"), put(pay_shipping="talvez"), put(deleted="talvez"),
        put(updated_at=""), put(updated_at="ontem"), [*good, "sobra"], good[:5],
    ]
    return "\ufeff" + table([header, *rows], ",", "\n")


def main():
    files = {"suppliers/compras_filial_34.csv": branch()}
    first = first_dump()
    second = second_dump(first)
    for day, records, missing in (("2026-10-31", first, 0), ("2026-11-07", second, 2)):
        for page, content in pages(records):
            if page != missing:
                files[f"suppliers/{day}/page-{page}.json"] = content
    files["suppliers_dirty/records.ndjson"] = dirty_lines()
    files["suppliers_dirty/rows.csv"] = dirty_rows()
    for name, content in files.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    main()
