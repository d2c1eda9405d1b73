"""Exact values: the texts of a dump come in, decimals, instants and currency codes come out, with remarks on their form.

Written from the contract (money without floating point, time in microseconds UTC), not from another implementation. A
refused text raises an exception named after the kind of refusal.
"""

import re
import struct
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, localcontext

# ISO 4217 list one: the 178 alphabetic codes in force.
ISO_ACTIVE = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
    HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA
    XXX YER ZAR ZMW ZWG""".split()
)
# In the 171 codes of Braze's SDKs, but not in force.
BRAZE_ONLY = frozenset(
    "ANG BGN BTC BYR CUC EEK GGP HRK IMP JEP LTL LVL MRO MTL SLL STD VEF ZMK ZWL".split()
)
# Codes for "no currency" and "testing".
REFUSED_CURRENCIES = frozenset(["XXX", "XTS"])

MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
    **dict.fromkeys("XAU XAG XPT XPD XDR XSU XUA XBA XBB XBC XBD XTS XXX".split(), None),
}

STORED_DECIMALS = 9
# 38 digits in all, nine of them after the point.
PRICE_LIMIT = Decimal(10) ** (38 - STORED_DECIMALS)
MAX_DIGITS = 64
MAX_EXPONENT = 400
EPOCH = datetime(1970, 1, 1)
FIRST_MOMENT = 0
LAST_DAY = date(2261, 12, 31)


class NotANumber(Exception):
    """The text is not a number that can be stored."""


class BadTime(Exception):
    """The text is not a time."""


class TimeOutOfRange(Exception):
    """The time is outside the range of purchases."""


@dataclass
class Number:
    """A JSON number, by its digits."""

    text: str


@dataclass
class Money:
    value: Decimal
    decimals: int
    rounded: bool


@dataclass
class Instant:
    micros: int
    offset_minutes: int
    notes: list = field(default_factory=list)


NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")


def parse_money(text):
    """The exact value of a JSON number, half-even at nine decimals."""
    match = NUMBER.fullmatch(text)
    if not match:
        raise NotANumber(text)
    sign, whole, fraction, exponent = match.groups()
    fraction = fraction or ""
    digits = whole + fraction
    shift = int(exponent or 0)
    if len(digits) > MAX_DIGITS or abs(shift) > MAX_EXPONENT:
        raise NotANumber(text)
    with localcontext() as context:
        context.prec = 1200
        exact = Decimal((1 if sign else 0, tuple(map(int, digits)), shift - len(fraction)))
        if abs(exact) >= PRICE_LIMIT:
            raise NotANumber(text)
        stored = exact.quantize(Decimal(1).scaleb(-STORED_DECIMALS), rounding="ROUND_HALF_EVEN")
        if abs(stored) >= PRICE_LIMIT:
            raise NotANumber(text)
        plain = exact.normalize()
        decimals = max(0, -plain.as_tuple().exponent)
        return Money(stored, decimals, stored != exact)


def float32_meant(text, decimals, units):
    """The money of the shortest decimal of a 32-bit float that was written in more digits, or None."""
    if decimals <= units:
        return None
    exact = Decimal(text)
    try:
        (float32,) = struct.unpack("<f", struct.pack("<f", float(text)))
    except OverflowError:
        return None
    with localcontext() as context:
        context.prec = 1200
        if abs(exact - Decimal(float32)) >= Decimal(1).scaleb(-decimals):
            return None
    for digits in range(1, 10):
        short = f"{float32:.{digits - 1}e}"
        if struct.unpack("<f", struct.pack("<f", float(short))) == (float32,):
            return parse_money(format(Decimal(short), "f"))
    return None


def shortest(value):
    """The shortest exact text of a decimal, never with an exponent."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def exact_sum(values):
    with localcontext() as context:
        context.prec = 120
        return sum(values, Decimal(0))


def exact_product(value, count):
    with localcontext() as context:
        context.prec = 120
        return value * count


TIME = re.compile(
    r"(?P<y>\d{4})-(?P<mo>\d\d)-(?P<d>\d\d)"
    r"(?:(?P<sep>[Tt ])(?P<h>(?!24)\d\d):(?P<mi>\d\d):(?P<s>\d\d)(?:(?P<point>[.:])(?P<frac>\d+))?"
    r"(?P<off>[Zz]|[+-]\d{1,2}(?::?\d\d)?)?)?",
    re.ASCII,
)


def parse_time(text, default_tz):
    """A time by the forms of the contract; `default_tz` is a zoneinfo for texts without an offset."""
    match = TIME.fullmatch(text)
    if not match:
        return _other_form(text, default_tz)
    part = match.groupdict()
    notes = []
    second = int(part["s"] or 0)
    if second == 60:
        notes.append("BRZ-TIME-LEAP")
        second = 59
    fraction = part["frac"] or ""
    if fraction[6:].strip("0"):
        notes.append("BRZ-TIME-PRECISION")
    if part["point"] == ":" and len(fraction) != 3:
        raise BadTime(text)
    try:
        local = datetime(
            *(int(part[name] or 0) for name in ("y", "mo", "d", "h", "mi")), second, int(fraction[:6].ljust(6, "0"))
        )
    except ValueError as error:
        if int(part["y"]) == 0:
            raise TimeOutOfRange(text) from error
        raise BadTime(text) from error
    if part["sep"] is None:
        notes.append("BRZ-TIME-DATEONLY")
    elif part["sep"] == " ":
        notes.append("BRZ-TIME-SPACE")
    if part["off"] is None:
        if part["sep"] is not None:
            notes.append("BRZ-TIME-NOOFFSET")
        offset = _zone_offset(local, default_tz, notes)
    else:
        # The documented pattern yyyy-MM-dd'T'HH:mm:ss:SSSZ writes its offset without a colon.
        documented = re.search(r":\d\d:\d{3}[+-]\d{4}$", text)
        offset = _written_offset(part["off"], [] if documented else notes)
    micros = (local - EPOCH) // timedelta(microseconds=1) - round(offset.total_seconds()) * 1_000_000
    _check_range(micros, text)
    return Instant(micros, int(offset.total_seconds() // 60), notes)


OTHER = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d|\d{8}|\d{4}-?\d{3}|\d{4}-W\d\d-\d|\d{4}W\d{3})"
    r"(?:(?P<sep>[Tt ])(?P<clock>\d\d(?::\d\d(?::\d\d)?|\d\d(?:\d\d)?)?)(?:[.,](?P<frac>\d+))?"
    r"(?P<off>[Zz]| ?[+-]\d{1,2}(?::?\d\d)?| \d{1,2}:?\d\d)?)?",
    re.ASCII,
)


def _other_form(text, default_tz):
    """The forms of ISO 8601 beyond RFC 3339, rewritten to it; digits alone are not a time."""
    match = OTHER.fullmatch(text)
    if not match or text.isdigit():
        raise BadTime(text)
    part = match.groupdict()
    written = part["date"].replace("-", "")
    try:
        if len(written) == 7:
            day = date(int(written[:4]), 1, 1) + timedelta(int(written[4:]) - 1)
            if day.year != int(written[:4]):
                raise BadTime(text)
        elif "W" in written:
            day = date.fromisocalendar(int(written[:4]), int(written[5:7]), int(written[7]))
        else:
            day = date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError as error:
        raise BadTime(text) from error
    if part["sep"] is None:
        return parse_time(day.isoformat(), default_tz)
    clock = part["clock"].replace(":", "")
    if part["frac"] and len(clock) < 6:
        raise BadTime(text)
    clock = clock.ljust(6, "0")
    if clock == "240000" and not (part["frac"] or "").strip("0"):
        day, clock = day + timedelta(1), "000000"
    offset = part["off"] or ""
    if offset.startswith(" "):
        offset = offset.strip()
        offset = offset if offset[0] in "+-" else "+" + offset
        # A space is a remark, also before a valid offset.
        offset = offset.replace(":", "")
    fraction = "." + part["frac"] if part["frac"] else ""
    rewritten = f"{day}{part['sep']}{clock[:2]}:{clock[2:4]}:{clock[4:]}{fraction}{offset}"
    if not TIME.fullmatch(rewritten):
        raise BadTime(text)
    instant = parse_time(rewritten, default_tz)
    is_basic = ":" not in part["clock"] and len(part["clock"]) > 2
    if is_basic and re.search(r"[^ ][+-]\d{4}$", text):
        instant.notes.remove("BRZ-TIME-OFFSETFORM")
    return instant


def _written_offset(text, notes):
    if text in "Zz":
        return timedelta(0)
    match = re.fullmatch(r"([+-])(\d{1,2})(?:(:?)(\d\d))?", text)
    sign, hours, colon, minutes = match.groups()
    if not (colon and len(hours) == 2):
        notes.append("BRZ-TIME-OFFSETFORM")
    total = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or total > 18 * 60:
        raise BadTime(text)
    return timedelta(minutes=-total if sign == "-" else total)


def _zone_offset(local, zone, notes):
    """The offset of a local time: a missing one moves forward, a repeated one is the earlier."""
    early = local.replace(tzinfo=zone, fold=0)
    late = local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early.utcoffset()
    exists = early.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) == local
    notes.append("BRZ-TIME-FOLD" if exists else "BRZ-TIME-GAP")
    # In a gap, the offset before it applies: the time moves forward.
    return early.utcoffset()


def parse_epoch(text):
    """Epoch seconds (up to 11 digits, cut to six decimals) or milliseconds (12 to 14 digits)."""
    match = re.fullmatch(r"(-?)(\d{1,14})(?:\.(\d+))?", text)
    if not match:
        raise BadTime(text)
    sign, digits, fraction = match.groups()
    if len(digits) >= 12:
        if fraction:
            raise BadTime(text)
        micros = int(digits) * 1000
    else:
        micros = int(digits) * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))
    micros = -micros if sign else micros
    _check_range(micros, text)
    return Instant(micros, 0, ["BRZ-TIME-PRECISION"] if (fraction or "")[6:].strip("0") else [])


def _check_range(micros, text):
    past_end = ((LAST_DAY - EPOCH.date()).days + 1) * 86_400_000_000
    if not FIRST_MOMENT <= micros < past_end:
        raise TimeOutOfRange(text)


def utc_text(micros):
    return (EPOCH + timedelta(microseconds=micros)).isoformat() + "Z"


def utc_date(micros):
    return (EPOCH + timedelta(microseconds=micros)).date().isoformat()
