"""The nightly job as a DAG of Airflow 3: one run for each day, which may be run again or backfilled.

Exit codes decide what happens: 1 (environment), 5 (conflict) and 130 (interrupted) are tried again, 2 (wrong
command), 3 (an input was refused), 4 (the ledger did not balance) and 6 (an expectation was not met) fail at once and wait
for a person.
"""

import datetime
import os

from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROGRAM = os.environ.get("PURCHASE_ETL_PROGRAM", "purchase-etl")
FOLDER = os.environ.get("PURCHASE_ETL_FOLDER", "/srv/purchases")
WAIT_FOR_A_PERSON = [2, 3, 4, 6]


class PurchaseEtlOperator(BashOperator):
    """Runs the program; a code that another try does not change fails without one.

    The bash operator hands a SIGTERM on to the program when a task is stopped, which ends it cleanly.
    """

    def __init__(self, **kwargs):
        super().__init__(skip_on_exit_code=WAIT_FOR_A_PERSON, cwd=FOLDER, append_env=True, **kwargs)

    def execute(self, context):
        try:
            return super().execute(context)
        except AirflowSkipException as skipped:
            raise AirflowFailException(str(skipped)) from skipped


with DAG(
    dag_id="purchases_nightly",
    schedule="15 6 * * *",
    start_date=datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc),
    catchup=True,
    # Runs may overlap: commits to the lake are atomic.
    max_active_runs=4,
    default_args={
        "retries": 3,
        "retry_delay": datetime.timedelta(minutes=5),
        "retry_exponential_backoff": True,
    },
    doc_md=__doc__,
):
    PurchaseEtlOperator(
        task_id="nightly",
        bash_command=f"exec {PROGRAM} run jobs/nightly.toml --date {{{{ ds }}}}",
        env={
            "PURCHASE_ETL_LOG_FORMAT": "json",
            # With the OpenLineage provider, the run in lineage is part of this task's:
            # "OPENLINEAGE_PARENT_ID": "{{ macros.OpenLineageProviderPlugin.lineage_parent_id(task_instance) }}",
        },
    )
