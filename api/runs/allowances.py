"""Whether a caller may still have a reply: its rate, and what its budget has to hold."""

from dataclasses import dataclass, replace

from api.access.caller import Caller
from api.access.rates import Rates, RatesUnavailableError
from api.contract.problems import StartProblem
from api.contract.types import LONGEST_REPLY
from api.contract.usage import TokenUsage
from api.providers.base import ModelRequest
from api.providers.prices import price
from api.runs import refusals
from api.runs.admission import Admitted
from api.runs.log import Reservation

BYTES_PER_TOKEN = 2
"""For the most that a prompt may cost: English has some 4 bytes a token, Chinese 2 to 3."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A request that its caller may make, and what is to be held for it."""

    admitted: Admitted
    reservation: Reservation | None


class Allowances:
    """Counts requests against rates, and tells what a reply may cost at most."""

    def __init__(self, rates: Rates, provider: str) -> None:
        self._rates = rates
        self._provider = provider

    async def grant(self, caller: Caller, admitted: Admitted) -> Granted | StartProblem:
        """The request, bounded where it has a budget; or why it is refused.

        Every request for a reply counts against the rate, also one that joins a run.
        """
        if caller.rate:
            try:
                wait = await self._rates.hit(caller.id, caller.rate)
            except RatesUnavailableError:
                return refusals.rates_unavailable()
            if wait is not None:
                return refusals.too_often(wait)
        if caller.budget is None:
            return Granted(admitted, None)
        request = _bounded(admitted.request)
        cost = price(self._provider, request.model, most_usage(request))
        if cost is None:
            return refusals.price_unknown(request.model)
        return Granted(replace(admitted, request=request), Reservation(cost.amount, caller.budget))


def most_usage(request: ModelRequest) -> TokenUsage:
    """The most that a bounded request uses: a generous estimate of the prompt, a whole reply."""
    prompt = sum(len(turn.content.encode(errors="replace")) for turn in request.turns)
    prompt = -(-prompt // BYTES_PER_TOKEN)
    completion = request.settings["max_tokens"]
    return TokenUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        estimated=True,
    )


def _bounded(request: ModelRequest) -> ModelRequest:
    """A reply without a bound could cost anything: it gets the longest that the contract knows."""
    if "max_tokens" in request.settings:
        return request
    return replace(request, settings={**request.settings, "max_tokens": LONGEST_REPLY})
