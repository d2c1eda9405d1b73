"""Reads a metrics file with the parser of the official Prometheus client: python metrics_file.py FILE

Writes the families as JSON: type, and samples with labels and value.
"""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        families = list(text_string_to_metric_families(file.read()))
    json.dump(
        [
            {
                "name": sample.name,
                "type": family.type,
                "help": family.documentation,
                "labels": sample.labels,
                "value": sample.value,
            }
            for family in families
            for sample in family.samples
        ],
        sys.stdout,
    )


main(sys.argv[1])
