"""What is found out of an operation once, when it runs for the first time."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from graphql import OperationType
from graphql.execution import Executor
from graphql.execution.values import VariableValues

from api.transport.selection import NOT_PLAIN, compiled, compiled_answer
from api.transport.variables import compiled_variables

_COMPILERS = {OperationType.SUBSCRIPTION: compiled, OperationType.MUTATION: compiled_answer}
_UNSEEN = object()
"""The value of a variable where nobody looks at it."""


class KnownOperation:
    """An operation of a document: of its first executor, all that doesn't depend on a request."""

    def __init__(self, first: Executor[Any]) -> None:
        self.kind = first.operation.operation
        compiler = _COMPILERS.get(self.kind)
        self.selection = compiler(first) if compiler else None
        self._coerce = compiled_variables(first.schema, first.operation)
        nodes = first.operation.variable_definitions or ()
        self._unseen = VariableValues({}, {node.variable.name.value: _UNSEEN for node in nodes})
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
            values = self._coerce(variables)
        except NOT_PLAIN:
            return None
        return self._make(context_value=context, variable_values=values)

    def executor_of_events(self) -> Any:
        """An executor without a request, for events of which a compiled selection is shown: what
        that selects depends on nothing else."""
        return self._make(context_value=None, variable_values=self._unseen)
