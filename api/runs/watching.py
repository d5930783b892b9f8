"""Who hears of runs: at the start, the first text and the end of each, and never for a token."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from api.contract.events import AnyTerminalEvent
from api.contract.problems import StartProblem
from api.providers.base import Answer, CallWatch, ModelRequest
from api.runs.log import RunRecord


class RunWatch(CallWatch, Protocol):
    """Hears of one run that this process makes, and of the calls that it causes."""

    def first_text(self) -> None:
        """The first piece of text is on its way into the log."""
        ...

    def ended(self, end: AnyTerminalEvent | None) -> None:
        """The terminal event, as logged; None where it falls to another process to log one."""
        ...


class RunObserver(Protocol):
    """Hears of the runs of this process. What it does must be quick, and must not fail."""

    def begun(self, record: RunRecord, request: ModelRequest) -> RunWatch:
        """A run begins to be made; called in the context of the request that asked for it."""
        ...

    def ended_for_another(self, record: RunRecord, end: AnyTerminalEvent) -> None:
        """This process has logged the end of a run whose worker was lost."""
        ...

    def refused(self, problem: StartProblem) -> None:
        """A request never became a run."""
        ...


class Observers:
    """Tells each of several observers; none is a fine number too."""

    def __init__(self, *each: RunObserver) -> None:
        self._each = each

    def begun(self, record: RunRecord, request: ModelRequest) -> RunWatch:
        return _Watches([each.begun(record, request) for each in self._each])

    def ended_for_another(self, record: RunRecord, end: AnyTerminalEvent) -> None:
        for each in self._each:
            each.ended_for_another(record, end)

    def refused(self, problem: StartProblem) -> None:
        for each in self._each:
            each.refused(problem)


class _Watches:
    def __init__(self, each: Sequence[RunWatch]) -> None:
        self._each = each

    @contextmanager
    def upstream(self, model: str, server: tuple[str, int], answer: Answer) -> Iterator[None]:
        with ExitStack() as stack:
            for each in self._each:
                stack.enter_context(each.upstream(model, server, answer))
            yield

    def first_text(self) -> None:
        for each in self._each:
            each.first_text()

    def ended(self, end: AnyTerminalEvent | None) -> None:
        for each in self._each:
            each.ended(end)


UNOBSERVED = Observers()
"""Nobody hears."""
