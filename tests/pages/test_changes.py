"""A page paints no more than a step has changed, and in the end all of the conversation."""

from datetime import UTC, datetime

from clients.python import RunStarted, TextDelta
from clients.python.pages.changes import Change, Steps, turn
from clients.python.pages.visit import Visit
from tests.pages.test_visit import assistant

WORDS, CONVERSATION, EVERYTHING = Change
NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Scripted:
    """Turns whose steps are known."""

    @turn
    async def reply(self, visit: Visit, words: int, ends: bool) -> Steps:
        """So many words; then its end, or nothing any more."""
        visit.transcript.ask("Who?")
        yield
        visit.transcript.apply(RunStarted(assistant_id="a", at=NOW, model="m", run_id="r", seq=0))
        yield
        for seq in range(1, words + 1):
            visit.transcript.apply(TextDelta(at=NOW, run_id="r", seq=seq, text="w "))
            yield
        if ends:
            visit.transcript.stop()
            yield

    @turn
    async def choose(self, visit: Visit, assistant_id: str) -> Steps:
        visit.choose(assistant_id)
        yield


async def test_words_are_painted_alone_once_the_run_is_known() -> None:
    changes = [change async for change in Scripted().reply(Visit(), 2, ends=True)]
    assert changes == [CONVERSATION, CONVERSATION, WORDS, WORDS, CONVERSATION]


async def test_a_turn_that_is_cut_leaves_nothing_unpainted() -> None:
    changes = [change async for change in Scripted().reply(Visit(), 1, ends=False)]
    assert changes == [CONVERSATION, CONVERSATION, WORDS, CONVERSATION]


async def test_another_assistant_is_painted_with_everything_of_its_own() -> None:
    visit = Visit(assistants=[assistant("a", 50), assistant("b", None)])
    assert [change async for change in Scripted().choose(visit, "b")] == [EVERYTHING]
    assert [change async for change in Scripted().choose(visit, "b")] == [CONVERSATION]


async def test_leaving_a_turn_ends_its_steps() -> None:
    visit = Visit()
    steps = Scripted().reply(visit, 3, ends=True)
    await anext(steps)
    await steps.aclose()
    assert visit.transcript.run_id is None
    assert [change async for change in steps] == []


def test_an_assistant_that_is_wanted_and_not_there_is_told() -> None:
    visit = Visit(assistants=[assistant("a", 50)])
    visit.expect("a")
    assert visit.transcript.problem is None
    visit.expect("gone")
    assert visit.transcript.problem
    assert "'gone'" in visit.transcript.problem.sentence
    assert "There are: a." in visit.transcript.problem.sentence
