"""How fast a generated dump becomes a lake, and what DuckDB takes for the same rows.

Generates one NDJSON dump, ingests it several times, each time into a fresh lake, and checks every
lake against the truth file of the generator before its time counts. DuckDB reads the same file,
drops what it cannot cast, and writes Parquet partitions by day; it checks no rule beyond the casts,
keeps no rejects and commits nothing, so it has less to do. Both may use all cores.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

import deltalake
import duckdb

DUCKDB_INGEST = """
COPY (
    SELECT external_id, user_alias, braze_id, email, phone, app_id, product_id, currency,
           TRY_CAST(price AS DECIMAL(38, 9)) AS price,
           COALESCE(TRY_CAST(quantity AS SMALLINT), 1) AS quantity,
           TRY_CAST("time" AS TIMESTAMPTZ) AS "time",
           properties,
           CAST(TRY_CAST("time" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AS purchase_date
    FROM read_json($dump, format = 'newline_delimited', ignore_errors = true, columns = {
        external_id: 'VARCHAR', user_alias: 'JSON', braze_id: 'VARCHAR', email: 'VARCHAR',
        phone: 'VARCHAR', app_id: 'VARCHAR', product_id: 'VARCHAR', currency: 'VARCHAR',
        price: 'VARCHAR', quantity: 'VARCHAR', "time": 'VARCHAR', properties: 'JSON'})
    WHERE product_id IS NOT NULL AND TRY_CAST(price AS DECIMAL(38, 9)) IS NOT NULL
      AND TRY_CAST("time" AS TIMESTAMPTZ) IS NOT NULL
      AND COALESCE(TRY_CAST(quantity AS SMALLINT), 1) BETWEEN 1 AND 100
) TO $lake (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (purchase_date))
"""


def measured(command: list[str]) -> tuple[float, float]:
    """Runs a command and returns its wall time in seconds and its peak memory in MiB."""
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    elapsed_s = time.perf_counter() - start
    if (code := os.waitstatus_to_exitcode(status)) != 0:
        sys.exit(f"{' '.join(command)} ended with exit code {code}")
    unit = 1 if sys.platform == "darwin" else 1024
    return elapsed_s, usage.ru_maxrss * unit / 2**20


def dump(generator: str, folder: pathlib.Path, rows: int) -> tuple[pathlib.Path, dict]:
    """The dump of so many rows, made unless it is there, and the truth about it."""
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        options = ["--rows", str(rows), "--seed", "1", "--dirt", "0.01", "--shape", "ndjson"]
        subprocess.run([generator, *options, "--out", str(folder)], check=True)
    truth = json.loads((folder / "truth.json").read_text())
    (file,) = truth["files"]
    return folder / file["name"], truth


def check_lake(lake: pathlib.Path, truth: dict) -> None:
    """Ends the benchmark when the lake does not hold exactly what the generator planted."""
    files = deltalake.DeltaTable(str(lake / "purchases")).file_uris()
    query = """SELECT CAST(purchase_date AS VARCHAR), count(*), sum(quantity)
               FROM read_parquet($files, hive_partitioning = true) GROUP BY ALL"""
    days = duckdb.execute(query, {"files": files}).fetchall()
    rejects = deltalake.DeltaTable(str(lake / "rejects")).to_pyarrow_dataset().count_rows()
    found = {
        "accepted": sum(rows for _, rows, _ in days),
        "rejected": rejects,
        "quantity_per_utc_day": {day: quantity for day, _, quantity in days},
    }
    planted = {day: quantity for day, quantity in truth["quantity_per_utc_day"].items() if quantity}
    expected = {key: truth[key] for key in ("accepted", "rejected")} | {"quantity_per_utc_day": planted}
    if found != expected:
        sys.exit(f"wrong result\n  found    {found}\n  expected {expected}")


def report(name: str, truth: dict, runs: list[tuple[float, float]]) -> float:
    """Prints one line about the runs of a program and returns their median time."""
    elapsed_s = statistics.median(wall for wall, _ in runs)
    speed = f"{truth['rows'] / elapsed_s:12,.0f} rows/s {truth['bytes'] / elapsed_s / 1e6:8.1f} MB/s"
    spread = f"{min(wall for wall, _ in runs):.2f} to {max(wall for wall, _ in runs):.2f}"
    print(f"{name:14} {elapsed_s:8.2f} s ({spread}) {speed} {max(mib for _, mib in runs):8.0f} MiB at most")
    return elapsed_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--program", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--dir", type=pathlib.Path, required=True)
    options = parser.parse_args()
    file, truth = dump(options.generator, options.dir / f"ndjson-{options.rows}", options.rows)
    now = datetime.datetime.now(datetime.timezone.utc)
    print(f"{now:%Y-%m-%d %H:%M}Z, {platform.platform()}, {os.cpu_count()} cores, DuckDB {duckdb.__version__}")
    print(f"{truth['rows']:,} rows, {truth['bytes'] / 1e6:,.1f} MB, median of {options.runs} runs")
    ours, theirs = [], []
    for _ in range(options.runs):
        lake = options.dir / "lake"
        shutil.rmtree(lake, ignore_errors=True)
        ours.append(
            measured([options.program, "ingest", "--lake", str(lake), "--kind", "purchases", str(file)])
        )
        check_lake(lake, truth)
        copy = options.dir / "duckdb"
        shutil.rmtree(copy, ignore_errors=True)
        call = f"import duckdb; duckdb.execute({DUCKDB_INGEST!r}, {{'dump': {str(file)!r}, 'lake': {str(copy)!r}}})"
        theirs.append(measured([sys.executable, "-c", call]))
    ratio = report("DuckDB", truth, theirs) / report("purchase-etl", truth, ours)
    print(f"purchase-etl takes {1 / ratio:.2f} of DuckDB's time")


if __name__ == "__main__":
    main()
