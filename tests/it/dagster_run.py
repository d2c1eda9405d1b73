"""Loads the example asset in a real Dagster and materialises a day: python dagster_run.py FILE PROGRAM FOLDER JOB

Writes as JSON whether it succeeded, its metadata in Dagster, and the outcome of a program for each exit code.
"""

import importlib.util
import json
import logging
import os
import pathlib
import sys

import dagster as dg

file, program, folder, job = sys.argv[1:]
os.environ.update(
    PURCHASE_ETL_PROGRAM=program,
    PURCHASE_ETL_FOLDER=folder,
    PURCHASE_ETL_JOB_FILE=job,
    DAGSTER_DISABLE_TELEMETRY="1",
)


def load():
    spec = importlib.util.spec_from_file_location("dagster_asset", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome(module, code: int) -> str:
    stand_in = pathlib.Path(folder, f"exit_{code}")
    stand_in.write_text(f"#!/bin/sh\nexit {code}\n")
    stand_in.chmod(0o755)
    module.PROGRAM = str(stand_in)
    try:
        module.purchases(dg.build_asset_context(partition_key="2026-10-05"))
    except dg.Failure as failure:
        return "is tried again" if failure.allow_retries else "fails"
    return "succeeds"


def main() -> dict:
    module = load()
    dg.Definitions.validate_loadable(module.defs)
    result = dg.materialize([module.purchases], partition_key="2026-10-05", raise_on_error=False)
    found = {"success": result.success, "metadata": {}}
    for materialization in result.asset_materializations_for_node("purchases"):
        found["partition"] = materialization.partition
        found["metadata"] = {key: value.value for key, value in materialization.metadata.items()}
    for code in (1, 2, 3, 4, 5, 6, 130):
        found[str(code)] = outcome(module, code)
    return found


logging.disable(logging.CRITICAL)
json.dump(main(), sys.stdout)
