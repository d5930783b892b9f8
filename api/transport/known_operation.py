"""What is found out of an operation once, when it runs for the first time."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from graphql import OperationType
from graphql.execution import Executor

from api.transport.selection import NOT_PLAIN, compiled, compiled_answer
from api.transport.variables import compiled_variables

_COMPILERS = {OperationType.SUBSCRIPTION: compiled, OperationType.MUTATION: compiled_answer}


class KnownOperation:
    """An operation of a document: of its first executor, all that doesn't depend on a request."""

    def __init__(self, first: Executor[Any]) -> None:
        self.kind = first.operation.operation
        compiler = _COMPILERS.get(self.kind)
        self.selection = compiler(first) if compiler else None
        self._variables = compiled_variables(first.schema, first.operation)
        self._make = partial(
            type(first),
            schema=first.schema,
            fragment_definitions=first.fragment_definitions,
            fragments=first.fragments,
            root_value=None,
            operation=first.operation,
            field_resolver=first.field_resolver,
            type_resolver=first.type_resolver,
            subscribe_field_resolver=first.subscribe_field_resolver,
            is_awaitable=first.is_awaitable,
        )

    def executor(self, context: object, variables: Mapping[str, Any]) -> Any:
        """The executor of one request; None where graphql-core must look at its variables."""
        try:
            values = self._variables(variables)
        except NOT_PLAIN:
            return None
        return self._make(context_value=context, variable_values=values)
