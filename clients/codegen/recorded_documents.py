"""Writes `documents.json`: the shared documents by their hash, as a persisted query manifest.

https://www.apollographql.com/docs/graphos/operations/persisted-queries#manifest-format
"""

import hashlib
import json

from graphql import OperationDefinitionNode

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections

FILE = "documents.json"


def generate(contract: Contract, selections: Selections) -> str:
    manifest = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [_entry(contract, operation) for operation in contract.operations],
    }
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _entry(contract: Contract, operation: OperationDefinitionNode) -> dict[str, str]:
    assert operation.name
    text = contract.text_of(operation)
    return {
        "id": hashlib.sha256(text.encode()).hexdigest(),
        "name": operation.name.value,
        "type": operation.operation.value,
        "body": text,
    }
