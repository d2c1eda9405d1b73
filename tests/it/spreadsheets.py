"""Workbooks by openpyxl and by the specification of OpenDocument, and the same rows as delimited text.

    spreadsheets.py make FOLDER ROWS MUTATIONS     writes workbooks, their rows as CSV, and damaged copies
    spreadsheets.py formula FOLDER                 writes a workbook with a formula that was never calculated
    spreadsheets.py suppliers FOLDER               writes supplier purchases of one day, the last with a time
    spreadsheets.py compare LAKE LAKE              differences between the rows of two lakes, as JSON
"""

import csv
import datetime as dt
import json
import os
import random
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from deltalake import DeltaTable
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

SEEDS = random.Random(20261201)
HEADER = ["external_id", "product_id", "currency", "price", "quantity", "time", "Observação", "properties.size", "properties.note"]
LINEAGE = {"source_file", "run_id", "ingested_at", "source_digest", "commit_row", "byte_offset"}


def record(number):
    micros = SEEDS.choice([0, 0, 123_000, 999_000])
    moment = dt.datetime(2020, 1, 1) + dt.timedelta(seconds=SEEDS.randrange(0, 200_000_000), microseconds=micros)
    cents = Decimal(SEEDS.randrange(1, 100_000_000)).scaleb(-SEEDS.choice([0, 1, 2, 2, 2, 3]))
    product = SEEDS.choice([SEEDS.randrange(10**11, 10**14), "caneca \"azul\", 2", "Ação_x0041_", " x ", "<&>"])
    note = SEEDS.choice([None, None, "linha 1\nlinha 2", "1.234,50", "não", True, SEEDS.randrange(-9, 9), 0.1])
    observation = SEEDS.choice([None, "R$ 5", 1234.5, 7, False])
    return [f"u{number}", product, SEEDS.choice(["BRL", "USD"]), cents, SEEDS.randrange(1, 100), moment, observation,
            SEEDS.choice([None, 1.5, 42, "G"]), note]


def as_text(value):
    """The cell as a program writes it that knows its value: decimals with a point, times as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, (Decimal, float)):
        text = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([as_text(value) for value in row] for row in rows)


def write_xlsx(path, rows, epoch=None):
    book = Workbook()
    if epoch:
        book.epoch = epoch
    sheet = book.active
    sheet.title = "Compras"
    sheet.append(["Relatório"])
    sheet.merge_cells("A1:I1")
    sheet.append([])
    sheet.append(HEADER)
    for row in rows:
        # openpyxl does not escape what looks like an escape.
        sheet.append([value.replace("_x", "_x005F_x") if isinstance(value, str) else value for value in row])
        if SEEDS.random() < 0.1:
            sheet.append([])
    book.create_sheet("Notas").append(["nada"])
    hidden = book.create_sheet("Antigas")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    book.save(path)


def ods_cell(value):
    """A cell as OpenDocument 1.3, part 3, 9.1.4 and 19.385 describe it."""
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        attributes, lines = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"', []
    elif isinstance(value, dt.datetime):
        text = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
        attributes, lines = f'office:value-type="date" office:date-value="{text}"', []
    elif isinstance(value, (int, float, Decimal)):
        attributes, lines = f'office:value-type="float" office:value="{as_text(value)}"', []
    else:
        attributes, lines = 'office:value-type="string"', value.split("\n")
    # Outer spaces of a paragraph are elements.
    paragraphs = "".join(f"<text:p>{spaces(escape(line))}</text:p>" for line in lines)
    return f"<table:table-cell {attributes}>{paragraphs}</table:table-cell>"


def spaces(line):
    inner = line.strip(" ")
    before, after = len(line) - len(line.lstrip(" ")), len(line) - len(line.rstrip(" "))
    return "<text:s/>" * before + inner + "<text:s/>" * after if inner else "<text:s/>" * len(line)


NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))


def write_ods(path, rows):
    lines = "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in [HEADER, *rows])
    rest = f'<table:table-row table:number-rows-repeated="{1_048_575 - len(rows)}"><table:table-cell/></table:table-row>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="Compras">{lines}{rest}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", kind, zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)


def mutate(content):
    content = bytearray(content)
    for _ in range(SEEDS.randrange(1, 4)):
        kind, at = SEEDS.randrange(4), SEEDS.randrange(len(content))
        if kind == 0:
            content[at] = SEEDS.randrange(256)
        elif kind == 1:
            del content[at:]
            content += b"\0"
        elif kind == 2:
            del content[at:at + SEEDS.randrange(1, 50)]
        else:
            content[at:at] = SEEDS.randbytes(SEEDS.randrange(1, 20))
        if not content:
            content = bytearray(b"P")
    return bytes(content)


def make(folder, rows, mutations):
    folder.mkdir(parents=True)
    records = [record(number) for number in range(rows)]
    write_csv(folder / "rows.csv", records)
    write_xlsx(folder / "rows.xlsx", records)
    write_xlsx(folder / "rows1904.xlsx", records, CALENDAR_MAC_1904)
    write_ods(folder / "rows.ods", records)
    damaged = folder / "damaged"
    damaged.mkdir()
    small = folder / "small"
    small.mkdir()
    write_xlsx(small / "a.xlsx", records[:5])
    write_ods(small / "a.ods", records[:5])
    for source in sorted(small.iterdir()):
        content = source.read_bytes()
        for number in range(mutations):
            (damaged / f"{number}-{source.name}").write_bytes(mutate(content))
    return {"rows": len(records)}


def formula(folder):
    folder.mkdir(parents=True)
    book = Workbook()
    book.active.append(HEADER[:6])
    book.active.append(["u", "p", "BRL", "=1+1", 1, dt.datetime(2024, 1, 31)])
    book.save(folder / "formula.xlsx")
    return {}


def suppliers(folder):
    folder.mkdir(parents=True)
    book = Workbook()
    book.active.append(["id", "empresa_id", "data_registro", "atualizado_em", "fornecedor", "valor_itens", "numero_nota"])
    for number, day in enumerate([dt.datetime(2025, 1, 14), dt.date(2025, 1, 14), "14/01/2025", dt.datetime(2025, 1, 14, 9)]):
        book.active.append([10 + number, 12, day, dt.datetime(2025, 1, 15, 9, 30), "Loja", 1234.5, 123456789012])
    book.save(folder / "suppliers.xlsx")
    return {}


def rows_of(lake):
    table = DeltaTable(str(lake / "purchases")).to_pyarrow_table()
    names = [name for name in table.column_names if name not in LINEAGE]
    rows = table.select(names).to_pylist()
    return sorted(rows, key=lambda row: row["source_row"])


def compare(left, right):
    left, right = rows_of(left), rows_of(right)
    differences = [f"{len(left)} and {len(right)} rows"] if len(left) != len(right) else []
    for one, other in zip(left, right):
        differences += [f"row {one['source_row']}: {key}: {one[key]!r} {other[key]!r}" for key in one if one[key] != other[key]]
    return {"rows": len(left), "differences": differences[:20]}


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "make":
        answer = make(Path(arguments[0]), int(arguments[1]), int(arguments[2]))
    elif command == "formula":
        answer = formula(Path(arguments[0]))
    elif command == "suppliers":
        answer = suppliers(Path(arguments[0]))
    else:
        answer = compare(Path(arguments[0]), Path(arguments[1]))
    print(json.dumps(answer), flush=True)
    # The threads of pyarrow sometimes abort the process while it ends.
    os._exit(0)
