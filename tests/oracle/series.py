"""Series and totals: accepted rows come in, the documented responses come out.

The window, the buckets and the form of `time` follow the contract's decisions on the quantity series: day rows are local
dates, all of them present; hour rows are steps of one hour of absolute time from the first instant of the first local day.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import values

HOUR = 3_600_000_000


@dataclass
class Question:
    ending_at: str
    length: int
    unit: str = "day"
    tz: str = "UTC"
    hour_length: str = "days"
    app_id: str = None
    product: str = None
    exclude_refunds: bool = False
    revenue: str = None
    """A currency: sum revenue in it instead of quantities."""


def local_date(micros, zone):
    return _utc(micros).astimezone(zone).date()


def day_start(day, zone):
    """The first instant of a local date; where midnight is missing, the first one after it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone, fold=0)
    return _micros(midnight.astimezone(timezone.utc))


def answer(question, rows):
    """The documented response to a question on accepted rows (dictionaries of values)."""
    zone = ZoneInfo(question.tz)
    end = _ending(question.ending_at, zone)
    rows = [row for row in rows if _wanted(row, question)]
    if question.unit == "day":
        buckets = _days(question, zone, end)
        inside = {time: [] for time in buckets}
        for row in rows:
            key = local_date(row["time_us"], zone).isoformat()
            if row["time_us"] <= end and key in inside:
                inside[key].append(row)
        return _response(question, [(time, inside[time]) for time in buckets])
    start, count = _hours(question, zone, end)
    inside = [[] for _ in range(count)]
    for row in rows:
        at = (row["time_us"] - start) // HOUR
        if row["time_us"] <= end and 0 <= at < count:
            inside[at].append(row)
    return _response(question, [(_hour_text(start + at * HOUR, question.tz, zone), inside[at]) for at in range(count)])


def _ending(text, zone):
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return day_start(date.fromisoformat(text) + timedelta(days=1), zone) - 1
    return values.parse_time(text, zone).micros


def _wanted(row, question):
    return (
        (question.app_id is None or row.get("app_id") == question.app_id)
        and (question.product is None or row["product_id"] == question.product)
        and not (question.exclude_refunds and row["price"].startswith("-"))
        and (question.revenue is None or row["currency"] == question.revenue)
    )


def _days(question, zone, end):
    last = local_date(end, zone)
    return [(last - timedelta(days=back)).isoformat() for back in range(question.length - 1, -1, -1)]


def _hours(question, zone, end):
    last = local_date(end, zone)
    if question.hour_length == "days":
        start = day_start(last - timedelta(days=question.length - 1), zone)
        return start, (end - start) // HOUR + 1
    anchor = day_start(last, zone)
    hour = anchor + (end - anchor) // HOUR * HOUR
    return hour - (question.length - 1) * HOUR, question.length


def _hour_text(micros, name, zone):
    if name in ("UTC", "Etc/UTC"):
        return _utc(micros).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _utc(micros).astimezone(zone).isoformat(timespec="seconds")


def _response(question, buckets):
    data = []
    for time, rows in buckets:
        if question.revenue:
            total = values.shortest(values.exact_sum(row["revenue_exact"] for row in rows))
            data.append({"time": time, "revenue": total})
        else:
            data.append({"time": time, "purchase_quantity": sum(row["quantity"] for row in rows)})
    return {"message": "success", "data": data}


def _utc(micros):
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=micros)


def _micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)
