"""Validates deployment files against published schemas: python deploy_files.py MANIFEST DOCKERFILE

The manifest is validated by the schemas of Kubernetes, the Dockerfile by hadolint. Writes the manifest as JSON.
"""

import json
import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml


def main(manifest: str, dockerfile: str) -> dict:
    document = yaml.safe_load(pathlib.Path(manifest).read_text(encoding="utf-8"))
    # The oldest version that the example supports.
    kubernetes_validate.validate(document, "1.31", strict=True)
    hadolint = pathlib.Path(sys.executable).with_name("hadolint")
    subprocess.run([hadolint, dockerfile], check=True, stdout=sys.stderr)
    return document


json.dump(main(*sys.argv[1:]), sys.stdout)
