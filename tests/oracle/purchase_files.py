"""Records of dump files: bytes come in, records with their position come out, or the rule for which the file is refused.

A record is a dictionary of purchase fields (JSON values, or texts if it came from CSV) plus its form.
"""

import gzip
import re
from dataclasses import dataclass, field

import flat_csv
import strict_json
from strict_json import Pairs

# Device columns of a Currents purchase event, in addition to those of a purchase.
CURRENTS_COLUMNS = frozenset(
    """platform os_version device_model resolution carrier locale language timezone device_id ad_id ad_id_type
    ad_tracking_enabled gender country sdk_version browser app_group_id app_group_api_id data_point_source
    user_segment_membership_ids sf_created_at""".split()
)


class Refused(Exception):
    """The file as a whole is refused for a rule."""

    def __init__(self, rule, reason):
        super().__init__(reason)
        self.rule = rule


@dataclass
class Record:
    row: int
    line: int
    kind: str
    fields: dict = field(default_factory=dict)
    rules: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    unknown: list = field(default_factory=list)
    texts: bool = False
    """Whether the values are CSV texts, already normalised, and not JSON values."""


@dataclass
class Dump:
    shape: str
    records: list
    siblings: dict = field(default_factory=dict)
    evidence: dict = field(default_factory=dict)


def read(path, lenient=False):
    """The records of one file. Raises Refused."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return read_bytes(data, lenient)


def read_bytes(data, lenient=False):
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not head:
        return Dump("empty", [])
    if head in b"{[":
        return _read_json(*decode(data), lenient)
    return _from_csv(data)


UNDECODABLE = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is not UTF-8."""


def decode(data):
    """The text, and the refusal of a document with such bytes: None if all bytes are UTF-8."""
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        rule = "FILE-TRUNCATED" if error.reason == "unexpected end of data" else "FILE-ENCODING"
        return data.decode("utf-8-sig", "surrogateescape"), Refused(rule, str(error))


def parse_line(line):
    """The tree of a line and None, or None and the rule that the line violates."""
    if UNDECODABLE.search(line):
        return None, "FILE-ENCODING"
    try:
        return strict_json.loads(line), None
    except ValueError:
        return None, "FILE-JSON-SYNTAX"


def _read_json(text, refusal, lenient):
    try:
        if refusal:
            raise ValueError("not UTF-8")
        tree = strict_json.loads(text)
    except ValueError as error:
        lines = _parse_lines(text)
        good = sum(1 for _, tree, _ in lines if isinstance(tree, Pairs))
        if len(lines) > 1 and good * 2 >= len(lines):
            return _from_lines(lines)
        if refusal:
            raise refusal from error
        mended = strict_json.lenient(text)
        try:
            tree = strict_json.loads(mended)
        except ValueError:
            ended = getattr(error, "pos", 0) >= len(text.rstrip()) or "Unterminated" in str(error)
            raise Refused("FILE-TRUNCATED" if ended else "FILE-JSON-SYNTAX", str(error)) from error
        if not lenient:
            raise Refused("FILE-TRAILING-COMMA", str(error)) from error
    return _from_tree(tree)


def _parse_lines(text):
    lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip(" \t\r"):
            lines.append((number, *parse_line(line)))
    return lines


def _from_lines(lines):
    records, siblings, shape = [], {}, "ndjson"
    for number, tree, rule in lines:
        if rule is not None:
            records.append(Record(len(records), number, "broken", rules=[rule]))
        elif _is_envelope(tree):
            shape = "ndjson-envelopes"
            _open_envelope(tree, number, records, siblings)
        else:
            _check_kind(tree)
            records.append(_record(tree, len(records), number))
    return Dump(shape, records, siblings)


def _from_tree(tree):
    records, siblings = [], {}
    if _is_envelope(tree):
        _open_envelope(tree, 1, records, siblings)
        return Dump("document", records, siblings)
    if isinstance(tree, Pairs):
        _check_kind(tree)
        return Dump("object", [_record(tree, 0, 1)])
    if not isinstance(tree, list):
        raise Refused("FILE-WRONG-KIND", "one JSON value that is no record")
    for element in tree:
        _check_kind(element)
        records.append(_record(element, len(records), 1))
    return Dump("array", records)


def _is_envelope(tree):
    if not isinstance(tree, Pairs) or tree.has("product_id"):
        return False
    if isinstance(tree.get("purchases"), list) and not isinstance(tree.get("purchases"), Pairs):
        return True
    return any(isinstance(tree.get(name), list) for name in ("attributes", "events"))


def _open_envelope(tree, line, records, siblings):
    for name in ("attributes", "events"):
        value = tree.get(name)
        if isinstance(value, list):
            siblings[name] = siblings.get(name, 0) + len(value)
    for element in tree.get("purchases") or []:
        _check_kind(element)
        records.append(_record(element, len(records), line))


def _check_kind(element):
    """Refuses an element of another kind of dump, detected by its keys."""
    if not isinstance(element, Pairs):
        return
    keys = set(element.keys())
    if {"name", "count", "first"} <= keys or isinstance(element.get("users"), list):
        raise Refused("FILE-USER-EXPORT", "counts per user and product; the single purchases are not in it")
    if "registration_date" in keys or "supplier" in keys:
        raise Refused("FILE-WRONG-KIND", "supplier purchases")
    data = element.get("data")
    if isinstance(data, Pairs) and data.has("purchases"):
        raise Refused("FILE-WRONG-KIND", "a response with supplier purchases")
    if isinstance(data, list) and "message" in keys:
        raise Refused("FILE-SERIES-RESPONSE", "an answer, not a dump")


def _record(tree, row, line):
    if not isinstance(tree, Pairs):
        return Record(row, line, "other", rules=["BRZ-RECORD-OBJECT"])
    if all(name == name.upper() for name in tree.keys()) and tree.has("PRODUCT_ID") or tree.has("PAYLOAD"):
        tree = Pairs((name.lower(), value) for name, value in tree)
    rules = ["BRZ-KEY-DUP"] if strict_json.repeated_keys(tree) else []
    if tree.has("payload"):
        return _cdi(dict(reversed(tree)), row, line, rules)
    if tree.has("external_user_id") or tree.has("user_id"):
        return _currents(dict(reversed(tree)), row, line, rules, texts=False)
    record = Record(row, line, "purchase", rules=rules)
    _take(record, dict(reversed(tree)))
    return record


KNOWN = (
    "external_id user_alias braze_id email phone app_id product_id currency price quantity time properties "
    "_update_existing_only"
).split()


def _take(record, members):
    for name, value in members.items():
        if name in KNOWN:
            record.fields[name] = value
        else:
            record.unknown.append(name)


def _cdi(members, row, line, rules):
    record = Record(row, line, "cdi", rules=rules)
    payload = members.pop("payload")
    updated_at = members.pop("updated_at", None)
    try:
        inner = strict_json.loads(payload) if isinstance(payload, str) else None
    except ValueError:
        inner = None
    if not isinstance(inner, Pairs):
        record.rules.append("BRZ-CDI-PAYLOAD")
        return record
    if strict_json.repeated_keys(inner) and "BRZ-KEY-DUP" not in record.rules:
        record.rules.append("BRZ-KEY-DUP")
    _take(record, dict(reversed(inner)))
    name, label = members.pop("alias_name", None), members.pop("alias_label", None)
    if name is not None or label is not None:
        members["user_alias"] = Pairs(
            (key, value) for key, value in (("alias_name", name), ("alias_label", label)) if value is not None
        )
    for key in ("external_id", "user_alias", "braze_id", "email", "phone"):
        outer = members.pop(key, None)
        if outer is None or outer == "":
            continue
        if record.fields.get(key, outer) != outer:
            record.warnings.append("BRZ-CDI-CONFLICT")
        record.fields[key] = outer
    record.unknown.extend(members)
    if record.fields.get("time") is None and updated_at:
        record.fields["time"] = updated_at
    return record


def _currents(members, row, line, rules, texts):
    record = Record(row, line, "currents", rules=rules, texts=texts)
    renamed = {"external_user_id": "external_id", "user_id": "braze_id", "id": "event_id"}
    members = {name.lower(): value for name, value in members.items() if not (texts and value == "\\N")}
    app = members.pop("app_api_id", None)
    if app not in (None, ""):
        members["app_id"] = app
    for name, value in members.items():
        name = renamed.get(name, name)
        if name == "event_id" or name in KNOWN:
            record.fields[name] = value
        elif name not in CURRENTS_COLUMNS:
            record.unknown.append(name)
    record.fields.pop("quantity", None)
    if record.fields.get("event_id") in (None, "", "[REDACTED]"):
        record.fields.pop("event_id", None)
        record.warnings.append("BRZ-CURRENTS-NOID")
    if record.fields.get("properties") == "[REDACTED]":
        del record.fields["properties"]
        record.warnings.append("BRZ-CURRENTS-REDACTED")
    if "[REDACTED]" in (record.fields.get("external_id"), record.fields.get("braze_id")):
        record.warnings.append("BRZ-CURRENTS-REDACTED")
    properties = record.fields.get("properties")
    if isinstance(properties, str) and properties:
        record.fields["properties"] = _json_text(record, properties)
    return record


def _json_text(record, text):
    """The tree of properties given as text; a text that does not parse stays a text and is not an object."""
    try:
        tree = strict_json.loads(text)
    except ValueError:
        return text
    if strict_json.repeated_keys(tree) and "BRZ-KEY-DUP" not in record.rules:
        record.rules.append("BRZ-KEY-DUP")
    return tree


def _from_csv(data):
    try:
        table = flat_csv.read(data)
    except flat_csv.Unreadable as error:
        raise Refused(error.rule, str(error)) from error
    records = []
    for line, cells in table.rows:
        row = len(records)
        if cells is None:
            records.append(Record(row, line, "broken", rules=["FILE-CSV-COLUMNS"]))
        elif "payload" in cells:
            records.append(_cdi({name: value for name, value in cells.items() if value != ""}, row, line, []))
        elif table.currents:
            records.append(_currents({n: v for n, v in cells.items() if v != ""}, row, line, [], texts=True))
        else:
            records.append(_flat(cells, row, line))
    return Dump("csv", records, evidence=table.evidence)


def _flat(cells, row, line):
    record = Record(row, line, "purchase", texts=True)
    cells = {name: value for name, value in cells.items() if value != ""}
    alias = Pairs((name, cells.pop(name)) for name in ("alias_name", "alias_label") if name in cells)
    if alias:
        record.fields["user_alias"] = alias
    columns = Pairs((name[11:], cells.pop(name)) for name in list(cells) if name.startswith("properties."))
    if "properties" in cells:
        tree = _json_text(record, cells.pop("properties"))
        record.fields["properties"] = Pairs([*tree, *columns]) if columns and isinstance(tree, Pairs) else tree
    elif columns:
        record.fields["properties"] = columns
    _take(record, cells)
    return record
