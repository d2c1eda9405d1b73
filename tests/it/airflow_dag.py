"""Loads the example DAG in a real Airflow and runs its task: python airflow_dag.py DAGS PROGRAM FOLDER

The task is run once with the program, for 2026-10-05, and once with a substitute for every exit code. Writes what Airflow
found and the outcome of each as JSON.
"""

import contextlib
import json
import os
import sys
import tempfile

home = tempfile.TemporaryDirectory(prefix="airflow-")
os.environ.update(
    AIRFLOW_HOME=home.name,
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="True",
    PURCHASE_ETL_PROGRAM=sys.argv[2],
    PURCHASE_ETL_FOLDER=sys.argv[3],
)


def outcome(task, context: dict) -> str:
    from airflow.exceptions import AirflowFailException

    try:
        task.execute(context)
    except AirflowFailException:
        return "fails"
    except Exception as error:  # Airflow retries it
        return f"is tried again: {type(error).__name__}"
    return "succeeds"


def main(dags: str, folder: str) -> dict:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=dags)
    found = {
        "errors": {str(path): str(error) for path, error in bag.import_errors.items()},
        "dags": {
            dag.dag_id: {task.task_id: type(task).__name__ for task in dag.tasks} for dag in bag.dags.values()
        },
    }
    [dag] = bag.dags.values()
    [task] = dag.tasks
    context = {"ds": "2026-10-05"}
    found["retries"] = task.retries
    found["command"] = task.bash_command
    task.bash_command = task.render_template(task.bash_command, context)
    found["rendered"] = task.bash_command
    found["run"] = outcome(task, context)
    for code in (0, 1, 2, 3, 4, 5, 6, 130):
        task.bash_command = f"exit {code}"
        found[str(code)] = outcome(task, context)
    return found


# Airflow prints to standard output.
with contextlib.redirect_stdout(sys.stderr):
    result = main(sys.argv[1], sys.argv[3])
json.dump(result, sys.stdout)
