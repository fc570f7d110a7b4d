"""Reads workflows with the models of Hera, which are made from Argo's own schema: each type fits, no field is unknown."""

import sys

import yaml
from hera.workflows import models
from pydantic import ValidationError


def lost(given, kept, path):
    """The paths of what the models did not take."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            yield from lost(value, kept[key], f"{path}/{key}") if key in kept else [f"{path}/{key}"]
    elif isinstance(given, list) and isinstance(kept, list):
        for place, pair in enumerate(zip(given, kept)):
            yield from lost(*pair, f"{path}/{place}")


faults = []
with open(sys.argv[1], encoding="utf-8") as file:
    documents = list(filter(None, yaml.safe_load_all(file)))
for document in documents:
    title = f"{document['kind']} {document['metadata']['name']}"
    try:
        model = getattr(models, document["kind"]).model_validate(document)
    except ValidationError as error:
        faults.append(f"{title}: {error}")
        continue
    kept = model.model_dump(by_alias=True, exclude_none=True, mode="json")
    faults += [f"{title}: Argo knows no {path}" for path in lost(document, kept, "")]
print("\n".join(faults))
sys.exit(bool(faults))
