#!/usr/bin/env python3
"""The oracle on supplier purchases against cases worked out by hand: `python3 test_supplier.py` (`test_oracle.py` runs them too)."""

import json
import sys
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import supplier_list
import supplier_validator
import supplier_state
from strict_json import compact
from supplier_validator import Settings

BRL = lambda amount: {"amount": amount, "currency": "BRL"}
GOOD = {
    "id": 123, "registration_date": "2025-01-14", "supplier": {"id": 7, "name": "Moinho"},
    "invoice": {"serie": "1", "number": "000789"}, "code": 456, "value_of_items": BRL(100), "discount": BRL(10.5),
    "other_expenses_value": BRL(2), "total": BRL(91.5), "notes": "a", "status": "pending", "order_number": "c1",
    "shipping": {"pay_shipping": True, "carrier": {"id": 3, "name": "Veloz"}, "shipping_value": BRL(8)},
    "has_stock_movement_out": False, "created_at": "2025-01-14T09:00:00-03:00", "updated_at": "2025-01-15T09:00:00-03:00",
}


def validate(text, **settings):
    data = text if isinstance(text, bytes) else text.encode()
    return supplier_validator.examine_bytes("-", data, Settings(**{"company": 12, **settings})).results


def one(changes=(), drop=(), **settings):
    record = {name: value for name, value in {**GOOD, **dict(changes)}.items() if name not in drop}
    (result,) = validate(json.dumps(record), **settings)
    return result


def raw(name, text, **settings):
    """The verdict on a record with a JSON text in one of its fields."""
    (result,) = validate(json.dumps({**GOOD, name: "@@"}).replace('"@@"', text), **settings)
    return result


class Validation(unittest.TestCase):
    def test_the_plain_purchase_is_accepted(self):
        result = one()
        self.assertEqual((result["rules"], result["warnings"], result["infos"]), ([], [], []))
        values = result["values"]
        self.assertEqual((values["company_id"], values["registration_month"], values["discount"]), (12, "2025-01", "10.5"))
        # 2025-01-15T12:00:00Z: 20,103 days and twelve hours after 1970-01-01.
        self.assertEqual(values["updated_at"], (20_103 * 24 + 12) * 3_600_000_000)
        self.assertEqual((values["updated_at_offset_minutes"], values["is_deleted"]), (-180, False))

    def test_every_rejecting_rule(self):
        usd = {"amount": 1, "currency": "ZZZ"}
        for changes, rule, field in (
            ({"id": None}, "CPL-ID-REQUIRED", "id"), ({"id": 0}, "CPL-ID-REQUIRED", "id"), ({"id": "5"}, "CPL-ID-REQUIRED", "id"),
            ({"registration_date": None}, "CPL-DATE-REQUIRED", "registration_date"),
            ({"registration_date": "2025-02-29"}, "CPL-DATE-FORMAT", "registration_date"),
            ({"registration_date": "14/01/2025"}, "CPL-DATE-FORMAT", "registration_date"),
            ({"supplier": "Moinho"}, "CPL-SUPPLIER-SHAPE", "supplier"),
            ({"supplier": {"id": "7"}}, "CPL-SUPPLIER-SHAPE", "supplier.id"),
            ({"supplier": {"id": 7, "name": 5}}, "CPL-SUPPLIER-SHAPE", "supplier.name"),
            ({"total": 91.5}, "CPL-MONEY-SHAPE", "total"),
            ({"total": {"currency": "BRL"}}, "CPL-MONEY-SHAPE", "total.amount"),
            ({"total": {"amount": "91.50", "currency": "BRL"}}, "CPL-MONEY-SHAPE", "total.amount"),
            ({"discount": {"amount": 1}}, "CPL-MONEY-SHAPE", "discount.currency"),
            ({"shipping": {"shipping_value": usd}}, "CPL-MONEY-CURRENCY", "shipping.shipping_value.currency"),
            ({"status": "Aguardando"}, "CPL-STATUS-ENUM", "status"),
            ({"has_stock_movement_out": "false"}, "CPL-BOOL", "has_stock_movement_out"),
            ({"shipping": {"pay_shipping": 1}}, "CPL-BOOL", "shipping.pay_shipping"),
            ({"updated_at": None}, "CPL-TS-FORMAT", "updated_at"),
            ({"updated_at": "15/01/2025"}, "CPL-TS-FORMAT", "updated_at"),
            ({"code": "456"}, "CPL-INT-TYPE", "code"),
            ({"shipping": {"carrier": {"id": 1.5}}}, "CPL-INT-TYPE", "shipping.carrier.id"),
            ({"notes": ["a"]}, "CPL-TEXT-TYPE", "notes"), ({"invoice": {"serie": True}}, "CPL-TEXT-TYPE", "invoice.serie"),
            ({"invoice": "789"}, "CPL-OBJECT-SHAPE", "invoice"), ({"shipping": {"carrier": 1}}, "CPL-OBJECT-SHAPE", "shipping.carrier"),
            ({"company_id": "a"}, "CPL-COMPANY-REQUIRED", "company_id"),
            ({"total": {"amount": 91.5, "currency": "HRK"}}, "CPL-MONEY-CURRENCY", "total.currency"),
            ({"company_id": 13}, "CPL-COMPANY-CONFLICT", "company_id"),
        ):
            result = one(changes)
            self.assertEqual((result["rules"], result["fields"]), ([rule], [field]), changes)
        self.assertEqual(validate('["x"]')[0]["rules"], ["CPL-RECORD-OBJECT"])
        self.assertEqual(raw("code", '1, "code": 1')["rules"], ["CPL-KEY-DUP"])
        self.assertEqual(validate(json.dumps(GOOD) + '\n{"id": 1')[1]["rules"], ["FILE-JSON-SYNTAX"])
        self.assertEqual(one({"status": "x", "id": -1})["rules"], ["CPL-ID-REQUIRED", "CPL-STATUS-ENUM"])
        self.assertEqual(one({"colour": "red"}, freeze=True)["rules"], ["CPL-KEY-UNKNOWN"])

    def test_every_warning(self):
        for changes, warnings in (
            ({"supplier": None}, ["CPL-SUPPLIER-MISSING"]), ({"supplier": {}}, ["CPL-SUPPLIER-MISSING"]),
            ({"supplier": {"name": "Moinho"}}, ["CPL-SUPPLIER-MISSING"]),
            ({"total": {"amount": 91.5, "currency": "brl"}}, ["CPL-MONEY-CASE"]),
            ({"updated_at": "2025-01-15T09:00:00-0300"}, ["CPL-TS-SPELLING"]),
            ({"value_of_items": BRL(-100), "total": BRL(-108.5)}, ["CPL-MONEY-NEG"]),
            ({"discount": {"amount": 1, "currency": "USD"}}, ["CPL-MONEY-MIXED"]),
            ({"total": BRL(91.505)}, ["CPL-MONEY-SCALE"]),
            ({"invoice": {"serie": 1, "number": 789}}, ["CPL-INVOICE-STRING"]),
            ({"created_at": "ontem"}, ["CPL-TS-FORMAT"]),
            ({"created_at": "2025-01-15T12:00:01Z"}, ["CPL-TS-ORDER"]),
            ({"updated_at": "2025-01-15T09:00:00"}, ["CPL-TS-NOOFFSET"]),
            ({"colour": None}, ["CPL-KEY-UNKNOWN"]),
        ):
            result = one(changes)
            self.assertEqual((result["rules"], result["warnings"]), ([], warnings), changes)
        self.assertEqual(one({"colour": {"a": [1]}})["values"]["extra"], '{"colour":{"a":[1]}}')
        self.assertEqual(one({"created_at": "ontem"})["values"]["created_at"], None)

    def test_the_total_is_checked_with_and_without_shipping(self):
        # 100 - 10.50 + 2 = 91.50, and 99.50 with the shipping; a cent off is still good, two are not.
        for total, warned in ((91.5, 0), (99.5, 0), (91.51, 0), (99.49, 0), (91.52, 1), (99.52, 1), (95, 1)):
            self.assertEqual(one({"total": BRL(total)})["warnings"], ["CPL-TOTAL-CHECK"] * warned, total)
        self.assertEqual(one({"total": None})["warnings"], [])

    def test_more_than_nine_decimals_are_rounded_half_to_even(self):
        # The tenth decimal is a lone 5: to the even neighbour. Anything after it, and it goes up.
        for text, stored in (
            ("0.1234567885", "0.123456788"), ("0.1234567895", "0.12345679"), ("0.12345678850001", "0.123456789"),
            ("-0.1234567885", "-0.123456788"), ("2.5e-9", "0.000000002"),
        ):
            result = raw("total", f'{{"amount":{text},"currency":"BRL"}}')
            self.assertEqual(result["values"]["total"], stored, text)
            self.assertIn("CPL-MONEY-ROUNDED", result["warnings"])

    def test_the_key_alone_deletes(self):
        for value, deleted in ((True, True), (False, True), (None, False)):
            result = one({"were_stock_movements_deleted": value})
            self.assertEqual((result["values"]["is_deleted"], result["values"]["were_stock_movements_deleted"]), (deleted, value))
            self.assertEqual(result["infos"], ["CPL-DELETED-KEY"] * deleted)

    def test_a_time_without_offset_belongs_to_the_zone_of_the_run(self):
        # São Paulo was at -02:00 in the summer of 2018/19 and has been at -03:00 since.
        for text, hour, offset in (("2019-01-10T10:00:00", 12, -120), ("2019-02-20T10:00:00", 13, -180)):
            values = one({"updated_at": text}, zone="America/Sao_Paulo")["values"]
            self.assertEqual((values["updated_at"] // 3_600_000_000 % 24, values["updated_at_offset_minutes"]), (hour, offset))
        # The clock goes from 23:59:59 to 01:00:00 on 2018-11-04, and twice through 23:00 on 2019-02-16.
        gap = one({"updated_at": "2018-11-04T00:30:00", "created_at": None}, zone="America/Sao_Paulo")["values"]
        self.assertEqual(gap["updated_at"] % 86_400_000_000, (3 * 60 + 30) * 60_000_000)
        fold = one({"updated_at": "2019-02-16T23:30:00", "created_at": None}, zone="America/Sao_Paulo")["values"]
        self.assertEqual(fold["updated_at"] % 86_400_000_000, (1 * 60 + 30) * 60_000_000)

    def test_csv_of_a_brazilian_system(self):
        head = "Id Compra;Data Compra;Fornecedor;NF;Valor Itens;Total;Observações;Situação;Excluído;Atualizado em;Frete Pago;Cor\r\n"
        row = '9;05/03/2025;Pão & Cia;0042;R$ 1.234,56;1.234,56;"linha 1\r\n""linha"" 2; fim";Entregue;não;05/03/2025 08:15;sim;\r\n'
        (result,) = validate((head + row).encode("cp1252"), zone="America/Sao_Paulo")
        self.assertEqual((result["rules"], result["warnings"]), ([], ["CPL-MONEY-DEFAULT", "CPL-SUPPLIER-MISSING", "CPL-TS-NOOFFSET"]))
        values = result["values"]
        self.assertEqual(
            [values[n] for n in ("id", "registration_date", "supplier_name", "invoice_number", "total", "total_currency")],
            [9, "2025-03-05", "Pão & Cia", "0042", "1234.56", "BRL"],
        )
        self.assertEqual((values["notes"], values["status"], values["pay_shipping"]), ('linha 1\r\n"linha" 2; fim', "received", True))
        self.assertEqual((values["is_deleted"], values["extra"], values["updated_at_offset_minutes"]), (False, None, -180))
        (result,) = validate((head + row.replace(";não;", ";sim;")).encode("cp1252"))
        self.assertEqual((result["values"]["is_deleted"], result["values"]["were_stock_movements_deleted"]), (True, None))
        self.assertEqual(validate((head + "1;2\r\n").encode("cp1252"))[0]["rules"], ["FILE-CSV-COLUMNS"])
        english = b"company_id,id,registration_date,total,total_currency,updated_at\n12,9,2025-03-05,\"1,234.56\",USD,2025-03-05T08:15:00Z\n"
        (result,) = validate(english, dialect="en", company=None)
        self.assertEqual((result["values"]["total"], result["values"]["total_currency"]), ("1234.56", "USD"))

    def test_purchases_of_customers_are_another_kind(self):
        found = supplier_validator.examine_bytes("-", b'[{"product_id":"a","price":1}]', Settings(12))
        self.assertEqual(found.refused, "FILE-WRONG-KIND")
        with self.assertRaises(ValueError):
            one(company=None)


def version(number, hour, **changes):
    return {**GOOD, "id": number, "updated_at": f"2025-01-15T{hour:02}:00:00-03:00", **changes}


def fold(state, *inputs, snapshot=False):
    """Folds inputs given as lists of records, in order, and returns their counts."""
    run = supplier_state.Run([], Settings(12), snapshot)
    examined = [supplier_validator.examine_bytes(f"{at}", json.dumps(page).encode(), run.settings) for at, page in enumerate(inputs)]
    found = state.fold([(one, one.path) for one in examined], run)
    state.said = found
    return [tuple(one[name] for name in ("accepted", "superseded", "duplicate", "rejected")) for one in found["inputs"]]


def held(state):
    return {key[1]: (row["notes"], row["is_deleted"]) for key, row in state.rows.items()}


class Fold(unittest.TestCase):
    def test_the_newest_wins_whatever_the_order(self):
        old, new = version(1, 8, notes="old"), version(1, 9, notes="new")
        for order, counts in (([old], [new]), [(0, 1, 0, 0), (1, 0, 0, 0)]), (([new], [old]), [(1, 0, 0, 0), (0, 1, 0, 0)]):
            state = supplier_state.State()
            self.assertEqual(fold(state, *order), counts)
            self.assertEqual(held(state), {1: ("new", False)})
        state = supplier_state.State()
        fold(state, [new])
        self.assertEqual(fold(state, [old]), [(0, 1, 0, 0)])
        self.assertEqual(held(state), {1: ("new", False)})

    def test_of_equal_times_the_later_wins_and_a_repeat_is_a_duplicate(self):
        state = supplier_state.State()
        self.assertEqual(fold(state, [version(1, 8, notes="a"), version(1, 8, notes="b")], [version(1, 8, notes="a")]), [(1, 1, 0, 0), (0, 0, 1, 0)])
        self.assertEqual(held(state), {1: ("a", False)})
        self.assertEqual(fold(state, [version(1, 8, notes="a")]), [(0, 0, 1, 0)])
        self.assertEqual(fold(state, [version(1, 8, notes="c")]), [(1, 0, 0, 0)])
        self.assertEqual(held(state), {1: ("c", False)})

    def test_deleted_and_back_again(self):
        state = supplier_state.State()
        fold(state, [version(1, 8), version(2, 8, were_stock_movements_deleted=False)])
        self.assertEqual(held(state), {1: ("a", False), 2: ("a", True)})
        fold(state, [version(1, 9, were_stock_movements_deleted=True), version(2, 9)])
        self.assertEqual(held(state), {1: ("a", True), 2: ("a", False)})

    def test_what_a_whole_snapshot_does_not_name_is_deleted(self):
        state = supplier_state.State()
        fold(state, [version(1, 8), version(2, 8), version(3, 8, company_id=12)])
        fold(state, [version(1, 8), version(2, 8, id="x")], snapshot=True)
        self.assertEqual(state.said["snapshot"]["warnings"], ["CPL-SNAPSHOT-PARTIAL"])
        self.assertEqual([deleted for _, deleted in held(state).values()], [False] * 3)
        fold(state, [version(1, 8)], snapshot=True)
        self.assertEqual(state.said["snapshot"]["deleted"], [[12, 2], [12, 3]])
        self.assertEqual([deleted for _, deleted in held(state).values()], [False, True, True])
        self.assertEqual(fold(state, [version(2, 8)]), [(1, 0, 0, 0)])
        self.assertEqual(held(state)[2], ("a", False))

    def test_pages(self):
        def page(number, ids, **changes):
            meta = {"current_page": number, "last_page": 3, "per_page": 2, "total": 5, **changes}
            return json.dumps({"data": {"purchases": [version(one, 8) for one in ids]}, "meta": meta}).encode()

        def check(*pages):
            inputs = [(supplier_validator.examine_bytes("d/x", data, Settings(12)), "d/x") for data in pages]
            (found,) = supplier_state.listings(inputs)
            return found["missing_pages"], found["on_two_pages"], found["warnings"]

        self.assertEqual(check(page(1, [1, 2]), page(2, [3, 4]), page(3, [5])), ([], [], []))
        self.assertEqual(check(page(1, [1, 2]), page(3, [5])), ([2], [], ["CPL-PAGE-GAP"]))
        self.assertEqual(check(page(1, [1, 2]), page(2, [2, 4]), page(3, [5])), ([], [2], ["CPL-PAGE-DRIFT"]))
        self.assertEqual(check(page(1, [1, 2]), page(2, [3, 4], total=6), page(3, [5])), ([], [], ["CPL-PAGE-DRIFT"]))
        self.assertEqual(check(page(1, [1], last_page=1, total=2)), ([], [], ["CPL-PAGE-DRIFT"]))
        self.assertEqual(check(page(1, [1, 2], total=None, last_page=1)), ([], [], ["CPL-META-SHAPE"]))
        self.assertEqual(check(page(1, [1, 2]), page(1, [1, 2]), page(2, [3, 4]), page(3, [5])), ([], [], []))
        self.assertEqual(check(b'{"data":{"purchases":[]}}'), ([], [], []))


def ids(rows, **parameters):
    question = supplier_list.parse_question(12, parameters)
    return [row["id"] for row in supplier_list.matching_rows(rows, question)]


class Lists(unittest.TestCase):
    def rows(self):
        state = supplier_state.State()
        fold(state, [
            version(1, 8), version(2, 9, registration_date="2025-01-15", status="received", invoice={"serie": "1", "number": "2"}),
            version(3, 10, registration_date="2025-02-01", supplier=None, status=None, invoice=None),
            version(789, 11, registration_date="2025-01-14", supplier={"id": 8, "name": "Serra"}, invoice={"number": "0"}),
            version(5, 12, were_stock_movements_deleted=True),
        ])
        return state.sorted_rows()

    def test_filters(self):
        rows = self.rows()
        self.assertEqual(ids(rows), [3, 2, 789, 1])
        self.assertEqual(ids(rows, deleted="include"), [3, 2, 789, 5, 1])
        self.assertEqual(ids(rows, deleted="only"), [5])
        self.assertEqual(ids(rows, search_term="00789"), [789, 1])
        self.assertEqual(ids(rows, search_term="789"), [789, 1])
        self.assertEqual(ids(rows, search_term="0"), [789])
        self.assertEqual(ids(rows, purchase_status="received"), [2])
        self.assertEqual(ids(rows, supplier_ids=" 8, 9 "), [789])
        self.assertEqual(ids(rows, supplier_ids=""), [3, 2, 789, 1])
        self.assertEqual(ids(rows, registration_start="2025-01-15", registration_end="2025-02-01"), [3, 2])
        self.assertEqual(ids(rows, updated_from="2025-01-15T13:00:00+00:00"), [3, 789])
        self.assertEqual(ids(rows, updated_from="2025-01-15T15:00:00 02:00"), [3, 789])
        self.assertEqual(supplier_list.matching_rows(rows, supplier_list.parse_question(34, {})), [])

    def test_what_is_no_parameter(self):
        for name, text in (
            ("search_term", "abc"), ("search_term", ""), ("purchase_status", "Pending"), ("supplier_ids", "1,,2"), ("supplier_ids", "x"),
            ("registration_start", "14/01/2025"), ("registration_end", "2025-02-30"), ("page", "0"), ("per_page", "501"),
            ("per_page", "0"), ("updated_from", "ontem"), ("deleted", "yes"), ("colour", "red"),
        ):
            with self.assertRaises(supplier_list.BadParameter, msg=(name, text)) as caught:
                ids([], **{name: text})
            self.assertEqual(caught.exception.field, name)
        with self.assertRaises(supplier_list.BadParameter):
            ids([], registration_start="2025-01-02", registration_end="2025-01-01")

    def test_pages_of_the_answer(self):
        rows = self.rows()
        meta = lambda **p: json.loads(compact(supplier_list.answer(rows, supplier_list.parse_question(12, p))))["meta"]
        self.assertEqual(meta(), {"current_page": 1, "last_page": 1, "per_page": 20, "total": 4})
        self.assertEqual(meta(page="2", per_page="3"), {"current_page": 2, "last_page": 2, "per_page": 3, "total": 4})
        self.assertEqual(meta(page="9", search_term="4"), {"current_page": 9, "last_page": 1, "per_page": 20, "total": 0})

    def test_the_text_of_an_answer(self):
        state = supplier_state.State()
        fold(state, [{
            "id": 1, "registration_date": "2025-01-14", "supplier": {"id": None, "name": "Só nome"}, "invoice": {"serie": None},
            "total": {"amount": 1000, "currency": "JPY"}, "value_of_items": BRL(99.9), "discount": BRL(0.125),
            "shipping": {"carrier": {}}, "were_stock_movements_deleted": False,
            "created_at": "2025-01-14T09:00:00.120Z", "updated_at": "2025-01-14T09:00:00+05:45",
        }])
        text = compact(supplier_list.answer(state.sorted_rows(), supplier_list.parse_question(12, {"deleted": "only"})))
        self.assertEqual(
            text,
            '{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":null,"name":"Só nome"},"invoice":null,'
            '"code":null,"value_of_items":{"amount":99.90,"currency":"BRL"},"discount":{"amount":0.125,"currency":"BRL"},'
            '"other_expenses_value":null,"total":{"amount":1000.0,"currency":"JPY"},"notes":null,"shipping":null,"status":null,'
            '"order_number":null,"has_stock_movement_out":null,"were_stock_movements_deleted":false,'
            '"created_at":"2025-01-14T09:00:00.120000+00:00","updated_at":"2025-01-14T09:00:00+05:45"}]},'
            '"meta":{"current_page":1,"last_page":1,"per_page":20,"total":1}}',
        )
        for value, code, wanted in (("1E+3", "KWD", "1000.000"), ("-0.5", "BRL", "-0.50"), ("7", "XAU", "7.0"), ("0", None, "0.0"), ("0.125", "JPY", "0.125")):
            self.assertEqual(supplier_list.amount(Decimal(value), code), wanted)

    def test_the_summary(self):
        state = supplier_state.State()
        dollars = {"amount": 3, "currency": "USD"}
        fold(state, [
            version(1, 8), version(2, 9, status="received", supplier={"id": 7, "name": "Moinho Novo"}, registration_date="2025-01-02"),
            version(3, 7, status=None, total=None, discount=dollars, registration_date="2025-01-20"),
            version(4, 8, registration_date="2025-02-01", total=dollars), version(5, 8, were_stock_movements_deleted=True),
        ])
        lines = json.loads(compact(supplier_list.summary(state.sorted_rows(), supplier_list.parse_question(12, {}))))
        short = [[line[n] for n in ("month", "currency", "purchases", "received", "pending", "without_status")] for line in lines]
        self.assertEqual(short, [
            ["2025-01", "BRL", 3, 1, 1, 1], ["2025-01", "USD", 0, 0, 0, 0], ["2025-02", "BRL", 0, 0, 0, 0], ["2025-02", "USD", 1, 0, 1, 0],
        ])
        sums = [[line[n] for n in ("value_of_items", "discount", "other_expenses", "shipping", "total")] for line in lines]
        self.assertEqual(sums, [[300, 21, 6, 24, 183], [0, 3, 0, 0, 0], [100, 10.5, 2, 8, 0], [0, 0, 0, 0, 3]])
        self.assertEqual([(line["first_date"], line["last_date"]) for line in lines[:2]], [("2025-01-02", "2025-01-20"), ("2025-01-20", "2025-01-20")])
        self.assertEqual({line["supplier_name"] for line in lines}, {"Moinho Novo"})
        self.assertEqual(lines[3]["names_seen"], ["Moinho", "Moinho Novo"])


if __name__ == "__main__":
    unittest.main()
