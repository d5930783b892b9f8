"""Query, mutation and subscription: each resolver hands its arguments to a service."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.context import Info
from api.contract import CONTRACT_VERSION
from api.contract.controls import controls
from api.contract.events import EVENTS, RunEvent
from api.contract.metering import SCALARS, UsageGroup, UsageResult
from api.contract.problems import PROBLEMS
from api.contract.results import CancelRunResult, ChatResult, RunResult, StartRunResult
from api.contract.types import Assistant, ChatInput, Control, Health
from api.runs.usage import UsageQuery

ChatArgument = Annotated[
    ChatInput, strawberry.argument(description="The conversation and who shall reply to it.")
]
RunId = Annotated[strawberry.ID, strawberry.argument(description="The run's id.")]


@strawberry.type(description="What can be read.")
class Query:
    @strawberry.field(description="Version of this contract: additions raise its minor part.")
    def contract_version(self) -> str:
        return CONTRACT_VERSION

    @strawberry.field(description="Whether the server, its model and its store are well.")
    async def health(self, info: Info) -> Health:
        return await info.context.services.health()

    @strawberry.field(description="Every assistant, the default one first.")
    def assistants(self, info: Info) -> list[Assistant]:
        return info.context.services.assistants.all()

    @strawberry.field(description="One assistant; null where there is none with this id.")
    def assistant(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Its id; the default assistant where absent."),
        ] = None,
    ) -> Assistant | None:
        return info.context.services.assistants.described(id)

    @strawberry.field(
        description="Every input field that a frontend offers to a person, in drawing order."
    )
    def controls(self, info: Info) -> list[Control]:
        services = info.context.services
        return controls(
            {"settings.model": services.models.available()},
            {"history.content": services.longest_message},
        )

    @strawberry.field(
        description="What you have used and spent; with an admin key, what everybody has."
    )
    async def usage(
        self,
        info: Info,
        since: Annotated[
            date | None,
            strawberry.argument(description="The first day (UTC); 30 days ago where absent."),
        ] = None,
        until: Annotated[
            date | None, strawberry.argument(description="The last day (UTC); today where absent.")
        ] = None,
        group_by: Annotated[
            list[UsageGroup], strawberry.argument(description="What rows are told apart by.")
        ] = tuple(UsageGroup),  # type: ignore[assignment]
        everybody: Annotated[
            bool, strawberry.argument(description="Of all callers; needs an admin key.")
        ] = False,
    ) -> UsageResult:
        asked = UsageQuery(since, until, group_by, everybody)
        return await info.context.services.usage.report(asked, info.context.caller)

    @strawberry.field(description="One run: its status, input and what came of it.")
    async def run(self, info: Info, id: RunId) -> RunResult:
        return await info.context.services.runs.find(id, info.context.caller)


@strawberry.type(description="What can be asked for.")
class Mutation:
    @strawberry.mutation(
        description="One whole reply. It runs the same stream as `subscription chat` to its end."
    )
    async def chat(self, info: Info, input: ChatArgument) -> ChatResult:
        return await info.context.services.runs.complete(input, info.context.caller)

    @strawberry.mutation(
        description="Start a run and return at once; read it with `subscription run`."
    )
    async def start_run(self, info: Info, input: ChatArgument) -> StartRunResult:
        return await info.context.services.runs.start(input, info.context.caller)

    @strawberry.mutation(
        description="Stop a run and disconnect from the model. Harmless when repeated."
    )
    async def cancel_run(self, info: Info, id: RunId) -> CancelRunResult:
        return await info.context.services.runs.cancel(id, info.context.caller)


@strawberry.type(description="What can be followed.")
class Subscription:
    @strawberry.subscription(
        description="Start a run and follow it. The stream ends with one terminal event; a stream "
        "without one was cut, and is resumed with `run(id, after)`."
    )
    async def chat(self, info: Info, input: ChatArgument) -> AsyncIterator[RunEvent]:
        return info.context.services.runs.stream(
            input, info.context.caller, info.context.last_event_id
        )

    @strawberry.subscription(
        description="Follow a run that goes on, or read again one that is over: the events with "
        "`seq` greater than `after`, without a gap."
    )
    async def run(
        self,
        info: Info,
        id: RunId,
        after: Annotated[
            int | None,
            strawberry.argument(description="`seq` of the last event that you have, if any."),
        ] = None,
    ) -> AsyncIterator[RunEvent]:
        after = info.context.last_event_id if after is None else after
        return info.context.services.runs.follow(id, info.context.caller, after)


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*PROBLEMS, *EVENTS],
    config=StrawberryConfig(scalar_map=SCALARS),
)
