"""The mixed load: acts drawn by lot, begun at a bounded rate, so many at a time at most."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection

from tests.soak import acts, troubles
from tests.soak.stage import Stage
from tests.soak.tally import ACT

Act = Callable[[Stage, random.Random], Awaitable[None]]

WEIGHTS: dict[Act, float] = {
    acts.stream: 20,
    acts.mutation: 8,
    acts.json_door: 8,
    acts.small_questions: 6,
    acts.resuming: 12,
    acts.several_readers: 4,
    acts.one_key: 4,
    acts.cancelling: 8,
    acts.leaving_for_good: 8,
    acts.leaving_for_a_while: 8,
    acts.hanging_up: 6,
    acts.relieved: 4,
    troubles.failing_model: 20,
    troubles.odd_model: 4,
    troubles.endless_model: 0.5,
    troubles.broken_body: 8,
    troubles.broken_frame: 8,
    troubles.slow_body: 2,
    troubles.stuck_readers: 0.5,
    troubles.passing_key: 1,
}
"""How often each act is drawn, beside the others. To add one: a function in `acts.py` or
`troubles.py` that raises where something is not as it must be."""

MOST_AT_ONCE = 80
ACT_SECONDS = 60.0
"""An act that takes longer counts as failed: something hangs."""


class Load:
    """Plays acts on a stage, and notes in its tally how they went."""

    def __init__(self, stage: Stage, rate: float, seed: int = 1) -> None:
        self._stage = stage
        self._rate = rate
        self._luck = random.Random(seed)
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def for_seconds(self, seconds: float, stop: asyncio.Event) -> None:
        """Acts at random times, `rate` a second on average, until the time is over or `stop`."""
        loop = asyncio.get_running_loop()
        due, end = loop.time(), loop.time() + seconds
        async with asyncio.TaskGroup() as playing:
            while (due := due + self._luck.expovariate(self._rate)) < end:
                if await _is_set_within(stop, due - loop.time()):
                    break
                (act,) = self._luck.choices(list(WEIGHTS), list(WEIGHTS.values()))
                await self._begin(act, playing)

    async def each(self, times: int, *, but: Collection[Act] = ()) -> None:
        """Every act `but` some so many times, all at once."""
        async with asyncio.TaskGroup() as playing:
            for act in [*WEIGHTS] * times:
                if act not in but:
                    await self._begin(act, playing)

    async def _begin(self, act: Act, playing: asyncio.TaskGroup) -> None:
        await self._places.acquire()
        playing.create_task(self._play(act, random.Random(self._luck.random())))

    async def _play(self, act: Act, luck: random.Random) -> None:
        name, tally = act.__name__, self._stage.tally
        ACT.set(name)
        tally.begun[name] += 1
        try:
            async with asyncio.timeout(ACT_SECONDS):
                await act(self._stage, luck)
        except Exception as error:
            tally.fail(f"{type(error).__name__}: {error}")
        else:
            tally.ended[name] += 1
        finally:
            self._places.release()
            self._stage.forget_requests()


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    return True
