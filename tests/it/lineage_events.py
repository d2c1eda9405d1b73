"""Judges OpenLineage events by the standard: python lineage_events.py FILE [SPEC]

FILE has one event a line. Each is held to
- the classes of the official client, which its makers generate from the published schemas: every
  event, dataset and facet is built from them, with their checks of UUIDs, times and URIs;
- a JSON Schema drawn from those classes: required keys, types, formats, and no key that the standard
  does not have;
- the client's naming rules for datasets;
- with SPEC, a folder with OpenLineage.json and facets/ as published: those schemas themselves.

Writes the events as a JSON array. An event that does not hold ends the program with the reason.
"""

import importlib
import json
import pathlib
import pkgutil
import sys
import types
import typing

import attr
import jsonschema
import referencing
from openlineage.client import generated
from openlineage.client.generated import base
from openlineage.client.naming.dataset import S3, LocalFileSystem

FACETS = {
    "run": base.RunFacet,
    "job": base.JobFacet,
    "facets": base.DatasetFacet,
    "inputFacets": base.InputDatasetFacet,
    "outputFacets": base.OutputDatasetFacet,
}


def known_facets() -> dict[str, type]:
    """All facets of the standard by the URL of their schema."""
    facets = {}
    for module in pkgutil.iter_modules(generated.__path__):
        for item in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).values():
            if isinstance(item, type) and issubclass(item, base.BaseFacet):
                facets[item._get_schema()] = item
    return facets


def schema_of(kind: object, defs: dict) -> dict:
    """The JSON Schema of a type as an attrs class annotates it; classes go to `defs`."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema_of(argument, defs) for argument in arguments]}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0], defs)}
    if origin is dict or kind is dict:
        return {"type": "object"}
    if isinstance(kind, type) and attr.has(kind):
        if kind.__qualname__ not in defs:
            defs[kind.__qualname__] = None  # a class may hold itself
            defs[kind.__qualname__] = object_schema(kind, defs)
        return {"$ref": f"#/$defs/{kind.__qualname__}"}
    names = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}
    if kind in names:
        return {"type": names[kind]}
    if isinstance(kind, type):  # enumerations
        return {"enum": [member.value for member in kind]}
    return {}


def object_schema(kind: type, defs: dict) -> dict:
    hints = typing.get_type_hints(kind)
    fields = attr.fields_dict(kind)
    properties = {name: schema_of(hints[name], defs) for name in fields}
    for name in properties:
        if name in ("eventTime", "nominalStartTime", "nominalEndTime"):
            properties[name]["format"] = "date-time"
        if name in ("producer", "schemaURL", "_producer", "_schemaURL"):
            properties[name]["format"] = "uri"
        if name == "runId":
            properties[name]["format"] = "uuid"
    required = [name for name, field in fields.items() if field.default is attr.NOTHING and field.init]
    meta = [name for name in ("producer", "schemaURL", "_producer", "_schemaURL") if name in fields]
    return {
        "type": "object",
        "properties": properties,
        "required": required + meta,
        "additionalProperties": False,
    }


def schema(kind: type) -> dict:
    defs: dict = {}
    return {**schema_of(kind, defs), "$defs": defs}


def check(value: dict, kind: type) -> None:
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema(kind), format_checker=formats).validate(value)


def facets_of(facets: dict, kind: type, known: dict[str, type]) -> dict:
    built = {}
    for name, body in facets.items():
        url = body["_schemaURL"]
        if name.startswith("purchaseEtl_"):  # our own: any keys beside those of every facet
            assert url == kind._get_schema(), (name, url)
            assert body["_producer"].startswith("urn:"), body
            continue
        facet = known[url]
        assert issubclass(facet, kind), f"{name} does not belong there"
        check(body, facet)
        values = {key: nested(item) for key, item in body.items() if not key.startswith("_")}
        built[name] = facet(**values)
        assert built[name]._schemaURL == url, (name, url)
    return built


def nested(value: object) -> object:
    return types.SimpleNamespace(**value) if isinstance(value, dict) else value


def check_dataset_name(dataset: dict) -> None:
    namespace, name = dataset["namespace"], dataset["name"]
    if namespace == "file":
        rule = LocalFileSystem(path=name)
        assert name.startswith("/"), name
    else:
        rule = S3(bucket_name=namespace.removeprefix("s3://"), object_key=name)
    assert (rule.get_namespace(), rule.get_name()) == (namespace, name), dataset


def dataset_of(dataset: dict, kind: type, known: dict[str, type]) -> base.Dataset:
    check(dataset, kind)
    check_dataset_name(dataset)
    facets = {key: facets_of(dataset.get(key, {}), FACETS[key], known) for key in FACETS if key in dataset}
    return kind(namespace=dataset["namespace"], name=dataset["name"], **facets)


def validate_event(event: dict, known: dict[str, type]) -> None:
    check(event, base.RunEvent)
    assert event["schemaURL"] == base.RunEvent._get_schema()
    run, job = event["run"], event["job"]
    base.RunEvent(
        eventType=base.EventType(event["eventType"]),
        eventTime=event["eventTime"],
        producer=event["producer"],
        run=base.Run(runId=run["runId"], facets=facets_of(run["facets"], base.RunFacet, known)),
        job=base.Job(
            namespace=job["namespace"],
            name=job["name"],
            facets=facets_of(job["facets"], base.JobFacet, known),
        ),
        inputs=[dataset_of(item, base.InputDataset, known) for item in event["inputs"]],
        outputs=[dataset_of(item, base.OutputDataset, known) for item in event["outputs"]],
    )


def validate_against_spec(event: dict, spec: pathlib.Path) -> None:
    files = [spec / "OpenLineage.json", *sorted((spec / "facets").glob("*.json"))]
    schemas = [json.loads(file.read_text()) for file in files]
    by_id = {schema["$id"]: referencing.Resource.from_contents(schema) for schema in schemas}
    registry = referencing.Registry().with_resources(by_id.items())
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER

    def validate(value: dict, url: str) -> None:
        jsonschema.Draft202012Validator({"$ref": url}, registry=registry, format_checker=formats).validate(value)

    validate(event, event["schemaURL"])
    datasets = event["inputs"] + event["outputs"]
    holders = [event["run"], event["job"], *datasets]
    for holder in holders:
        for key in ("facets", "inputFacets", "outputFacets"):
            for facet in holder.get(key, {}).values():
                validate(facet, facet["_schemaURL"])


def main(path: str, spec: str | None = None) -> None:
    known = known_facets()
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    for event in events:
        validate_event(event, known)
        if spec:
            validate_against_spec(event, pathlib.Path(spec))
    json.dump(events, sys.stdout)


main(*sys.argv[1:])
