"""JSON according to RFC 8259: a text comes in, a tree that keeps number digits and repeated keys comes out.

Objects come out as `Pairs` (a list of key and value in source order), numbers as `Number`. `NaN` and the like are refused.
"""

import json

from values import Number


class Pairs(list):
    """The members of an object, in order, repeated keys included."""

    def get(self, key, default=None):
        for name, value in self:
            if name == key:
                return value
        return default

    def has(self, key):
        return any(name == key for name, _ in self)

    def keys(self):
        return [name for name, _ in self]


def _refuse(text):
    raise ValueError(f"{text} is no JSON")


def loads(text):
    """The tree of one JSON text. Raises ValueError."""
    return json.loads(
        text, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=_refuse
    )


def repeated_keys(value):
    """Whether any object of the tree has a repeated key."""
    if isinstance(value, Pairs):
        names = value.keys()
        return len(set(names)) < len(names) or any(repeated_keys(inner) for _, inner in value)
    if isinstance(value, list):
        return any(repeated_keys(inner) for inner in value)
    return False


def compact(value):
    """The tree as compact JSON, keys in source order, numbers with their digits."""
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{compact(name)}:{compact(inner)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    if isinstance(value, Number):
        return value.text
    return json.dumps(value, ensure_ascii=False)


def lenient(text):
    """The text without comments and without commas before a closing bracket, for the examples of the documents."""
    out, at = [], 0
    while at < len(text):
        char = text[at]
        if char == '"':
            end = at + 1
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            out.append(text[at : end + 1])
            at = end + 1
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            at = len(text) if end < 0 else end + 2
        elif char in "]}":
            last = len(out) - 1
            while last >= 0 and not out[last].strip():
                last -= 1
            if last >= 0 and out[last] == ",":
                out[last] = ""
            out.append(char)
            at += 1
        else:
            out.append(char)
            at += 1
    return "".join(out)
