"""Runs operations against the schema and hands out results as ready JSON.

Parsing, validation and coercion happen before a stream begins, so that a request at fault gets
its status; every transport then writes the same results.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import msgspec
import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType
from graphql.execution import Executor, create_source_event_stream
from graphql.pyutils import Path
from graphql.utilities import get_operation_ast
from strawberry.execution import optimized_is_awaitable

from api.transport.documents import Document, Documents
from api.transport.faults import RefusedOperationError, internal, refused, shown
from api.transport.json_text import encoded
from api.transport.known_operation import KnownOperation
from api.transport.limits import DEFAULT_LIMITS, Limits
from api.transport.operation import Operation
from api.transport.selection import NOT_PLAIN, Encode


@runtime_checkable
class Flowing(Protocol):
    """A source that can hand over its events without waking anybody (`EventStream.flow`)."""

    async def flow(self, take: Callable[[Any], bool]) -> None: ...


class Result(NamedTuple):
    """One response of an operation."""

    payload: bytes
    """`{"data": …, "errors": …}`, on one line."""
    seq: int | None = None
    """Number of the run event in it, if it holds one."""


WriteResult = Callable[[bytes, int | None], bool]
"""Takes a result's payload and number; False where it can't take another one now."""


class Engine:
    """The schema, ready to run operations."""

    def __init__(
        self,
        schema: strawberry.Schema,
        introspection: bool = True,
        limits: Limits = DEFAULT_LIMITS,
        recorded: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        self.schema = schema
        self._schema: GraphQLSchema = schema._schema
        self._executor_class = _answering(schema.execution_context_class)
        self._told = self._schema if introspection else None
        self._documents = Documents(self._schema, introspection, limits, recorded, strict)

    def prepare(self, operation: Operation, context: object) -> "Prepared":
        """The operation, found to be runnable; raises `RefusedOperationError` where it isn't."""
        document = self._documents.asked(operation)
        known = document.operations.get(operation.name)
        executor: Any = known.executor(context, operation.variables or {}) if known else None
        if executor is None:
            executor = self._built(document, operation, context)
        if known is None:
            known = document.operations[operation.name] = KnownOperation(executor)
        return Prepared(known, executor, self._told)

    def _built(self, document: Document, operation: Operation, context: object) -> Any:
        """The operation's executor, as graphql-core makes it; or what it finds wrong."""
        if get_operation_ast(document.node, operation.name) is None:
            raise refused([_no_operation(operation)], "OPERATION_NOT_FOUND", self._told)
        executor = self._executor_class.build(
            self._schema,
            document.node,
            None,
            context,
            operation.variables,
            operation.name,
            is_awaitable=optimized_is_awaitable,
            operation_extensions=None,
        )
        if isinstance(executor, list):
            raise refused(executor, "BAD_USER_INPUT", self._told)
        return executor


class Prepared:
    """An operation whose document, name and variables are in order."""

    def __init__(self, known: KnownOperation, executor: Any, told: GraphQLSchema | None) -> None:
        """`told` is the schema, where errors may tell of it."""
        self.kind = known.kind
        self.selection = known.selection if self.kind is OperationType.SUBSCRIPTION else None
        """From an event to its result, where no more than its attributes is selected."""
        self.executor = executor
        self._known = known
        self._told = told
        if self.kind is OperationType.MUTATION:
            executor.encode_answer = known.selection

    async def answer(self) -> Result:
        """The one result of a query or mutation."""
        try:
            return Result(self._payload(await _awaited(self.executor.execute_operation())))
        except Exception as error:
            return _masked(error)

    async def start(self) -> "Results":
        """The results of any operation; raises `RefusedOperationError` if it cannot begin."""
        if self.kind is not OperationType.SUBSCRIPTION:
            return Results(self, None)
        source = await _awaited(create_source_event_stream(self.executor))
        if isinstance(source, ExecutionResult):
            raise RefusedOperationError(shown(source.errors or [], self._told))
        if self.selection is not None:
            # A history takes a kilobyte for each message: it is not kept with the stream.
            self.executor = None
        return Results(self, source)

    async def result_of(self, event: Any) -> Result:
        """What the operation shows of one event of its source."""
        payload = self._selected(event) or await self._executed(event)
        return Result(payload, getattr(event, "seq", None))

    def _selected(self, event: Any) -> bytes | None:
        if self.selection is None:
            return None
        try:
            return self.selection(event)
        except NOT_PLAIN:
            return None

    async def _executed(self, event: Any) -> bytes:
        executor = self.executor or self._known.executor_of_events()
        result = executor.build_per_event_executor(event).execute_operation(False)
        return self._payload(await _awaited(result))

    def _payload(self, result: Any) -> bytes:
        if not result.errors:
            return encoded({"data": result.data})
        errors = shown(result.errors, self._told)
        return encoded({"data": result.data, "errors": errors})


class Results(AsyncIterator[Result]):
    """The results of a started operation, one for each event of `source`; without one, the answer.

    Closing it closes the source at once.
    """

    def __init__(self, operation: Prepared, source: AsyncGenerator[Any, None] | None) -> None:
        self._operation = operation
        self._source = source
        self._over = False
        self._left: Any = None

    async def __anext__(self) -> Result:
        if self._over:
            raise StopAsyncIteration
        if self._source is None:
            self._over = True
            return await self._operation.answer()
        try:
            if self._left is None:
                event = await anext(self._source)
            else:
                event, self._left = self._left, None
            return await self._operation.result_of(event)
        except StopAsyncIteration:
            self._over = True
            raise
        except Exception as error:
            self._over = True
            return _masked(error)

    async def flow(self, write: WriteResult) -> None:
        """Let `write` have each next result in the moment of its event.

        Returns once `write` has returned False, and where a result must be waited for in another
        way. The next of them is then again the iteration's.
        """
        selection = self._operation.selection
        if self._over or self._left is not None or selection is None:
            return
        if not isinstance(self._source, Flowing):
            return

        def take(event: Any) -> bool:
            try:
                payload = selection(event)
            except NOT_PLAIN:
                self._left = event
                return False
            return write(payload, getattr(event, "seq", None))

        await self._source.flow(take)

    async def aclose(self) -> None:
        self._over = True
        if self._source is not None:
            await self._source.aclose()


def _answering(executor_class: type[Executor[Any]]) -> type[Any]:
    """The executor, but `encode_answer` makes JSON of what a mutation returned, where it can."""

    class AnsweringExecutor(executor_class):  # type: ignore[misc, valid-type]
        encode_answer: Encode | None = None

        def complete_value(
            self, return_type: Any, details: Any, info: Any, path: Path, result: Any, *more: Any
        ) -> Any:
            if self.encode_answer is not None and path.prev is None:
                try:
                    return msgspec.Raw(self.encode_answer(result))
                except NOT_PLAIN:
                    self.encode_answer = None  # graphql-core completes it, or says what is wrong
            return super().complete_value(return_type, details, info, path, result, *more)

    return AnsweringExecutor


def _masked(error: Exception) -> Result:
    return Result(encoded({"data": None, "errors": [internal(error)]}))


async def _awaited(value: Any) -> Any:
    return await value if optimized_is_awaitable(value) else value


def _no_operation(operation: Operation) -> GraphQLError:
    if operation.name:
        return GraphQLError(f"The document has no operation named `{operation.name}`.")
    return GraphQLError("`operationName` is missing: the document has several operations, or none.")
