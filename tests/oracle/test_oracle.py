#!/usr/bin/env python3
"""The oracle against vectors from the documents or computed by hand: `python3 test_oracle.py`."""

import json
import sys
import unittest
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

import purchase_files
import series
import values
from purchase_validator import PurchaseValidator
from test_supplier import *  # noqa: F403 (its cases run with these)

UTC = ZoneInfo("UTC")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
GOOD = {
    "external_id": "u",
    "product_id": "backpack",
    "currency": "USD",
    "price": 40.5,
    "time": "2013-07-16T19:20:30+01:00",
}


def validate(text, zone=UTC):
    dump = purchase_files.read_bytes(text.encode())
    validator = PurchaseValidator(zone)
    return [validator.validate(record) for record in dump.records]


def one(changes=(), drop=(), zone=UTC):
    purchase = {key: value for key, value in {**GOOD, **dict(changes)}.items() if key not in drop}
    (result,) = validate(json.dumps(purchase), zone)
    return result


def accepted_rows(*events):
    return [
        {"time_us": values.parse_time(time, UTC).micros, "quantity": quantity, "price": "1"} for time, quantity in events
    ]


def series_values(rows, *question, **extra):
    key = "purchase_quantity"
    data = series.answer(series.Question(*question, **extra), rows)["data"]
    return [(row["time"], row[key]) for row in data]


class Records(unittest.TestCase):
    def test_the_plain_purchase_is_accepted(self):
        result = one()
        self.assertEqual((result["rules"], result["warnings"]), ([], []))
        self.assertEqual(result["values"]["price"], "40.5")
        self.assertEqual(result["values"]["time_utc"], "2013-07-16T18:20:30Z")
        self.assertEqual(result["values"]["offset_minutes"], 60)

    def test_every_rule_is_reported_and_not_only_the_first(self):
        result = one({"price": "1", "quantity": 0, "time": "x", "currency": "XXX"}, drop=["external_id"])
        self.assertEqual(
            result["rules"],
            ["BRZ-CUR-UNKNOWN", "BRZ-ID-REQUIRED", "BRZ-PRICE-TYPE", "BRZ-QTY-RANGE", "BRZ-TIME-FORMAT"],
        )

    def test_quantities(self):
        for given, rules, warnings in (
            (1, [], []), (100, [], []), (0, ["BRZ-QTY-RANGE"], []), (101, ["BRZ-QTY-RANGE"], []),
            (-1, ["BRZ-QTY-RANGE"], []), (1.5, ["BRZ-QTY-TYPE"], []), ("2", ["BRZ-QTY-TYPE"], []),
            (2.0, [], ["BRZ-QTY-FLOAT"]), (None, [], ["BRZ-QTY-NULL"]), (10**80, ["BRZ-QTY-RANGE"], []),
        ):
            result = one({"quantity": given})
            self.assertEqual((result["rules"], result["warnings"]), (rules, warnings), given)

    def test_lengths_are_counted_in_characters_and_bytes(self):
        self.assertEqual(one({"product_id": "é" * 255})["rules"], [])
        self.assertEqual(one({"product_id": "é" * 256})["rules"], ["BRZ-PRODUCT-LEN"])
        self.assertEqual(one({"external_id": "x" * 987})["rules"], [])
        self.assertEqual(one({"external_id": "é" * 494})["rules"], ["BRZ-EXTID-LEN"])

    def test_a_bad_mail_address_costs_the_record_only_if_nothing_else_names_the_user(self):
        self.assertEqual(one({"email": "a@b"}, drop=["external_id"])["rules"], ["BRZ-EMAIL-FORM"])
        both = one({"email": "a@b"})
        self.assertEqual((both["rules"], both["warnings"]), ([], ["BRZ-EMAIL-FORM", "BRZ-ID-MULTI"]))

    def test_repeated_keys_are_found_at_every_depth(self):
        text = json.dumps(GOOD)
        self.assertEqual(validate(text[:-1] + ',"price":1}')[0]["rules"], ["BRZ-KEY-DUP"])
        self.assertEqual(validate(text[:-1] + ',"properties":{"a":{"b":1,"b":2}}}')[0]["rules"], ["BRZ-KEY-DUP"])

    def test_a_broken_line_costs_only_itself(self):
        text = json.dumps(GOOD)
        results = validate("\n".join([text, text[:-1], text, "7"]))
        self.assertEqual([v["rules"] for v in results], [[], ["FILE-JSON-SYNTAX"], [], ["BRZ-RECORD-OBJECT"]])

    def test_the_sample_line_of_cloud_data_ingestion(self):
        payload = '{"app_id":"a","product_id":"product-11","currency":"BSD","price":8.511527858335066,'
        payload += '"time":"2024-04-02T14:34:08","quantity":19,"properties":{}}'
        (result,) = validate(json.dumps({"external_id": "s3-qa-0", "payload": payload}))
        self.assertEqual(result["rules"], [])
        self.assertEqual(result["warnings"], ["BRZ-PRICE-ROUNDED", "BRZ-PRICE-SCALE", "BRZ-TIME-NOOFFSET"])
        self.assertEqual(result["values"]["price"], "8.511527858")
        self.assertEqual(result["values"]["revenue"], "161.719029302")

    def test_a_repeated_currents_event_is_a_duplicate(self):
        event = '{"id":"e","user_id":"u","time":1405500000,"product_id":"p","price":1,"currency":"USD","properties":"{}"}'
        self.assertEqual([v["verdict"] for v in validate(event + "\n" + event)], ["accepted", "duplicate"])


    def test_an_id_that_currents_removed_is_none(self):
        event = '{"id":"%s","user_id":"u","app_id":"b","app_api_id":"a","time":"2024-04-02T00:30:00","product_id":"p",'
        event += '"price":1,"currency":"USD","properties":"[REDACTED]"}'
        for text in ("", "[REDACTED]"):
            for result in validate(event % text + "\n" + event % text):
                self.assertEqual(result["verdict"], "accepted")
                self.assertEqual(result["warnings"], ["BRZ-CURRENTS-NOID", "BRZ-CURRENTS-REDACTED"])
                self.assertEqual(result["values"]["app_id"], "a")

    def test_a_price_that_was_a_32_bit_float_is_the_decimal_that_was_meant(self):
        event = '{"id":"e","user_id":"u","time":1405500000,"product_id":"p","price":%s,"currency":"%s","properties":"{}"}'
        for text, currency, stored in (
            ("3.140000104904175", "USD", "3.14"), ("12.340000153", "USD", "12.34"), ("12.3400002", "USD", "12.34"),
            ("0.100000001", "USD", "0.1"), ("-5.989999771118164", "USD", "-5.99"), ("70000.0625", "USD", "70000.06"),
            ("131071.992", "USD", "131071.99"), ("3.141592741", "USD", "3.1415927"), ("3.141592654", "USD", "3.141592654"),
            ("100.005", "USD", "100.005"), ("1234567.88", "USD", "1234567.88"), ("1234567.875", "USD", "1234567.9"),
            ("16383.9990234375", "KWD", "16383.999"), ("40.0", "USD", "40"),
        ):
            (result,) = validate(event % (text, currency))
            self.assertEqual(result["values"]["price"], stored, text)


class Values(unittest.TestCase):
    def test_money_is_exact_and_half_even(self):
        for text, stored in (
            ("19.99", "19.99"), ("0.1", "0.1"), ("-0.0", "0"), ("1.5e2", "150"), ("5e-10", "0"), ("15e-10", "0.000000002"),
            ("25e-10", "0.000000002"), ("0.0000000005000000001", "0.000000001"), ("9007199254740993", "9007199254740993"),
        ):
            self.assertEqual(values.shortest(values.parse_money(text).value), stored, text)
        for text in ("1e29", "1e400", "NaN", "1.", ".5", "01", "+1", "", "9" * 65):
            with self.assertRaises(values.NotANumber, msg=text):
                values.parse_money(text)
        self.assertEqual(values.exact_sum([Decimal("0.1")] * 10), Decimal(1))

    def test_times(self):
        for text, utc, notes in (
            ("2018-06-28T23:59:59-5:00", "2018-06-29T04:59:59Z", ["BRZ-TIME-OFFSETFORM"]),
            ("2024-04-02T14:34:08", "2024-04-02T14:34:08Z", ["BRZ-TIME-NOOFFSET"]),
            ("2020-01-01T09:00:00:123-0300", "2020-01-01T12:00:00.123000Z", []),
            ("2026-10-05", "2026-10-05T00:00:00Z", ["BRZ-TIME-DATEONLY"]),
            ("2016-12-31 23:59:60Z", "2016-12-31T23:59:59Z", ["BRZ-TIME-LEAP", "BRZ-TIME-SPACE"]),
            ("2026-10-05T10:00:00.123456000+00:00", "2026-10-05T10:00:00.123456Z", []),
            ("2026-10-05T10:00:00.1234567Z", "2026-10-05T10:00:00.123456Z", ["BRZ-TIME-PRECISION"]),
            ("20240506T0708+0530", "2024-05-06T01:38:00Z", []),
            ("2024-127T07:08:09Z", "2024-05-06T07:08:09Z", []),
            ("2024-W19-1T07:08:09,5Z", "2024-05-06T07:08:09.500000Z", []),
            ("2026-10-05T24:00:00Z", "2026-10-06T00:00:00Z", []),
            ("2024-05-06T07-03:00", "2024-05-06T10:00:00Z", []),
            ("2024-05-06T07:08:09 03:00", "2024-05-06T04:08:09Z", ["BRZ-TIME-OFFSETFORM"]),
            ("2024-05-06 07:08:09.123 +0000", "2024-05-06T07:08:09.123000Z", ["BRZ-TIME-OFFSETFORM", "BRZ-TIME-SPACE"]),
        ):
            instant = values.parse_time(text, UTC)
            self.assertEqual((values.utc_text(instant.micros), sorted(instant.notes)), (utc, notes), text)
        for text in ("", "2026-02-30T10:00:00Z", "2026-10-05T24:00:01Z", "20261005", "2026-366", "2026-W54-1", "10:00"):
            with self.assertRaises(values.BadTime, msg=text):
                values.parse_time(text, UTC)
        for text in ("1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
            with self.assertRaises(values.TimeOutOfRange, msg=text):
                values.parse_time(text, UTC)

    def test_local_times_that_are_missing_or_repeated(self):
        gap = values.parse_time("2018-11-04T00:30:00", SAO_PAULO)
        self.assertEqual((values.utc_text(gap.micros), gap.notes[-1]), ("2018-11-04T03:30:00Z", "BRZ-TIME-GAP"))
        fold = values.parse_time("2019-02-16T23:30:00", SAO_PAULO)
        self.assertEqual((values.utc_text(fold.micros), fold.notes[-1]), ("2019-02-17T01:30:00Z", "BRZ-TIME-FOLD"))


class Series(unittest.TestCase):
    def test_the_three_purchases_of_the_document(self):
        rows = accepted_rows(("2013-07-16T19:20:30+01:00", 1), ("2013-07-17T19:20:20+01:00", 1), ("2013-07-17T19:20:20+01:00", 1))
        self.assertEqual(
            series_values(rows, "2013-07-18T12:00:00Z", 3), [("2013-07-16", 1), ("2013-07-17", 2), ("2013-07-18", 0)]
        )

    def test_a_day_without_midnight(self):
        rows = accepted_rows(
            ("2018-11-03T23:30:00-03:00", 2), ("2018-11-04T01:10:00-02:00", 3),
            ("2018-11-04T23:59:59-02:00", 4), ("2018-11-05T00:00:00-02:00", 5),
        )
        end = "2018-11-05T12:00:00-02:00"
        self.assertEqual([n for _, n in series_values(rows, end, 3)], [0, 5, 9])
        self.assertEqual([n for _, n in series_values(rows, end, 3, "day", "America/Sao_Paulo")], [2, 7, 5])
        hours = series_values(rows, "2018-11-04T23:59:59-02:00", 1, "hour", "America/Sao_Paulo")
        self.assertEqual(len(hours), 23)
        self.assertEqual(hours[0], ("2018-11-04T01:00:00-02:00", 3))
        self.assertEqual(hours[-1], ("2018-11-04T23:00:00-02:00", 4))

    def test_a_day_of_25_hours(self):
        rows = accepted_rows(
            ("2019-02-16T23:15:00-02:00", 1), ("2019-02-16T23:15:00-03:00", 2), ("2019-02-17T00:00:00-03:00", 4)
        )
        days = series_values(rows, "2019-02-17T00:00:00-03:00", 2, "day", "America/Sao_Paulo")
        self.assertEqual(days, [("2019-02-16", 3), ("2019-02-17", 4)])
        hours = series_values(rows, "2019-02-16T23:59:59-03:00", 1, "hour", "America/Sao_Paulo")
        self.assertEqual(len(hours), 25)
        self.assertEqual(hours[-2:], [("2019-02-16T23:00:00-02:00", 1), ("2019-02-16T23:00:00-03:00", 2)])

    def test_the_hours_of_a_window_sum_to_its_days(self):
        rows = accepted_rows(*((f"2019-02-{day:02}T{hour:02}:30:00Z", day + hour) for day in range(14, 20) for hour in range(24)))
        for tz in ("UTC", "America/Sao_Paulo", "Asia/Kathmandu"):
            days = series_values(rows, "2019-02-18", 4, "day", tz)
            hours = series_values(rows, "2019-02-18", 4, "hour", tz)
            self.assertEqual(sum(n for _, n in days), sum(n for _, n in hours))
        self.assertEqual(len(series_values(rows, "2019-02-18T10:30:00Z", 4, "hour", "UTC", hour_length="units")), 4)


class Files(unittest.TestCase):
    def refused(self, text):
        with self.assertRaises(purchase_files.Refused) as caught:
            purchase_files.read_bytes(text if isinstance(text, bytes) else text.encode())
        return caught.exception.rule

    def test_what_is_no_dump_is_refused(self):
        self.assertEqual(self.refused('{"purchases":[{"name":"a","first":"x","last":"y","count":2}]}'), "FILE-USER-EXPORT")
        self.assertEqual(self.refused('{"message":"success","data":[{"time":"2025-01-01"}]}'), "FILE-SERIES-RESPONSE")
        self.assertEqual(self.refused('{"data":{"purchases":[{"supplier":{}}]}}'), "FILE-WRONG-KIND")
        self.assertEqual(self.refused('{"purchases":[{"price":1,}]}'), "FILE-TRAILING-COMMA")
        self.assertEqual(self.refused('{"purchases":[{"price":1'), "FILE-TRUNCATED")
        self.assertEqual(self.refused('{"purchases":[{"price" 1}]}'), "FILE-JSON-SYNTAX")

    def test_bytes_that_are_not_utf8_violate_the_rule_of_the_encoding(self):
        self.assertEqual(self.refused(b'{"purchases":[{"product_id":"caf\xe9"}]}'), "FILE-ENCODING")
        self.assertEqual(self.refused(b'{"purchases":[{"product_id":"caf\xc3'), "FILE-TRUNCATED")
        line = b'{"external_id":"u","product_id":"p"}'
        dump = purchase_files.read_bytes(line + b'\n{"product_id":"caf\xe9"}\n' + line)
        results = [PurchaseValidator(UTC).validate(record)["rules"] for record in dump.records]
        self.assertEqual(results[1], ["FILE-ENCODING"])
        self.assertEqual([record.rules for record in dump.records], [[], ["FILE-ENCODING"], []])

    def test_csv_of_a_brazilian_shop(self):
        text = "Data Hora;Id Usuário Externo;Produto;Moeda;Preço;Quantidade\r\n"
        text += '31/10/2026 21:15:00;c1;"Café; moído";BRL;R$ 1.234,56;2\r\n'
        dump = purchase_files.read_bytes(text.encode("cp1252"))
        result = PurchaseValidator(SAO_PAULO).validate(dump.records[0])
        self.assertEqual(result["rules"], [])
        self.assertEqual(result["values"]["revenue"], "2469.12")
        self.assertEqual(result["values"]["time_utc"], "2026-11-01T00:15:00Z")
        self.assertEqual(result["values"]["product_id"], "Café; moído")

    def test_the_sign_of_the_real_names_the_currency(self):
        for header, cells in (("price;currency", "R$ 0,50;R$"), ("price;currency", "0,50; R$ "), ("price", "R$ 0,50")):
            text = f"external_id;product_id;time;{header}\nu;p;2026-10-05T10:00:00Z;{cells}\n"
            result = PurchaseValidator(UTC).validate(purchase_files.read_bytes(text.encode()).records[0])
            self.assertEqual((result["rules"], result["values"]["currency"]), ([], "BRL"), cells)

    def test_csv_that_can_be_read_two_ways_is_refused(self):
        self.assertEqual(self.refused("product_id;price\na;1.234\nb;2.500\n"), "FILE-CSV-AMBIG")
        self.assertEqual(self.refused('product_id,price\na,"1\n'), "FILE-CSV-QUOTE")
        self.assertEqual(self.refused("product,product_id,price\na,b,1\n"), "FILE-HEADER-DUP")


if __name__ == "__main__":
    unittest.main()
