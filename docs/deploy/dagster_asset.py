"""The nightly job as an asset of Dagster with one partition for each day.

A partition may be materialised again: what is ingested stays ingested, and the reports are written anew. Exit codes 1
(environment), 5 (conflict) and 130 (interrupted) are tried again; 2, 3, 4 and 6 wait for a person.
"""

import json
import os
import subprocess

import dagster as dg

PROGRAM = os.environ.get("PURCHASE_ETL_PROGRAM", "purchase-etl")
FOLDER = os.environ.get("PURCHASE_ETL_FOLDER", "/srv/purchases")
JOB = os.environ.get("PURCHASE_ETL_JOB_FILE", "jobs/nightly.toml")
WAIT_FOR_A_PERSON = {2, 3, 4, 6}

days = dg.DailyPartitionsDefinition(start_date="2026-10-01")


def run(context: dg.AssetExecutionContext) -> tuple[int, list[dict]]:
    """Runs the job for a day; sends its log lines to Dagster and returns those that end an ingest."""
    command = [PROGRAM, "--log-format", "json", "run", JOB, "--date", context.partition_key]
    ended = []
    with subprocess.Popen(command, cwd=FOLDER, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            event = json.loads(line)
            context.log.log(event["level"].replace("WARN", "WARNING"), event["message"])
            if event["message"] == "run ended":
                ended.append(event)
    return process.returncode, ended


@dg.asset(
    partitions_def=days,
    retry_policy=dg.RetryPolicy(max_retries=3, delay=300, backoff=dg.Backoff.EXPONENTIAL),
    description=__doc__,
)
def purchases(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The lake after the dumps of a day."""
    code, ended = run(context)
    if code != 0:
        raise dg.Failure(
            f"purchase-etl ended with exit code {code}",
            allow_retries=code not in WAIT_FOR_A_PERSON,
        )
    return dg.MaterializeResult(
        metadata={
            "run_ids": [event["run_id"] for event in ended],
            "inputs": sum(event["inputs_ingested"] for event in ended),
            "accepted": sum(event["accepted"] for event in ended),
            "rejected": sum(event["rejected"] for event in ended),
        }
    )


defs = dg.Definitions(
    assets=[purchases],
    schedules=[
        dg.build_schedule_from_partitioned_job(
            dg.define_asset_job("purchases_nightly", selection=[purchases], partitions_def=days),
            hour_of_day=6,
            minute_of_hour=15,
        )
    ],
)
