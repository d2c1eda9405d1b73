"""The lists and limits of the documented rules, for the scripts of all peers."""

import argparse
import pathlib

# Active codes of ISO 4217 without XTS and XXX, and the codes that only the Braze SDKs hold.
CURRENCIES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS
VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW
ZWG ANG BGN BTC BYR CUC EEK GGP HRK IMP JEP LTL LVL MRO MTL SLL STD VEF ZMK ZWL
""".split()

RESERVED_PROPERTIES = ["time", "product_id", "quantity", "event_name", "price", "currency"]

EXTERNAL_ID_BYTES = 987
PRODUCT_CHARACTERS = 255
PROPERTY_NAME_CHARACTERS = 255
PROPERTIES_BYTES = 51_200
EARLIEST = "1970-01-01T00:00:00Z"
LATEST = "2262-01-01T00:00:00Z"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

# The flat fields of a purchase; user_alias and properties are objects.
TEXTS = ["external_id", "braze_id", "email", "phone", "app_id", "product_id", "currency", "time"]
FIELDS = [*TEXTS, "user_alias", "price", "quantity", "properties", "_update_existing_only"]
CSV_FIELDS = [
    *["external_id", "alias_name", "alias_label", "braze_id", "email", "phone", "app_id"],
    *["product_id", "currency", "price", "quantity", "time", "properties", "_update_existing_only"],
]

# What the test events of Currents have: an app_id with this end, or the names of two of these fields as their values.
TEST_APP = "-filler-events"
PLACEHOLDERS = ["external_user_id", "product_id", "device_id", "device_model"]
# The fields of Currents that are kept together as one JSON text.
EXTRA = ["platform", "os_version", "device_model", "device_id"]
EXTRA += ["ad_id", "ad_id_type", "ad_tracking_enabled", "app_group_id"]


def sql_list(texts: list[str]) -> str:
    """The texts, which contain no quotes, as a comma-separated list."""
    return ", ".join(f"'{text}'" for text in texts)


def arguments(*shapes: str) -> argparse.Namespace:
    """The arguments of every script that ingests, with the shapes that it reads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=shapes, required=True)
    parser.add_argument("--input", required=True, help="a file, or a glob of files")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    return parser.parse_args()


def report_arguments() -> argparse.Namespace:
    """The arguments of every script that reports from the files of a lake."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=pathlib.Path, required=True, help="a JSON list of paths")
    parser.add_argument("--ask", choices=["series", "page"], required=True)
    parser.add_argument("--first", default="", help="first UTC day of a series")
    parser.add_argument("--last", default="")
    parser.add_argument("--unit", choices=["day", "hour"], default="day")
    parser.add_argument("--product")
    parser.add_argument("--app")
    parser.add_argument("--status", default="received")
    parser.add_argument("--page", type=int, default=1)
    parser.add_argument("--per-page", type=int, default=20)
    return parser.parse_args()
