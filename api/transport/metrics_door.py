"""`/metrics`: the server's numbers for Prometheus, for those who may see everybody's usage."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.telemetry.metrics import Metrics
from api.transport.entrance import Entrance
from api.transport.negotiation import JSON
from api.transport.origins import Origins
from api.transport.problems import problem_body
from api.transport.refusals import RefusedRequestError


def metrics_route(metrics: Metrics, entrance: Entrance, origins: Origins) -> Route:
    """The route; an open server of this machine asks for no key here either."""

    async def answer(request: Request) -> Response:
        try:
            origins.check(request.headers)
            await _admit(request, entrance)
        except RefusedRequestError as refusal:
            kind = "Unauthenticated" if refusal.status == 401 else "Forbidden"
            return refusal.response(problem_body(kind, reason=refusal.message), JSON)
        accept = request.headers.get("accept", "")
        text, media_type = await asyncio.to_thread(metrics.exposition, accept)
        return Response(text, headers={"content-type": media_type, "cache-control": "no-store"})

    return Route("/metrics", answer)


async def _admit(request: Request, entrance: Entrance) -> None:
    context = await entrance.enter(request)
    if not context.caller.admin:
        message = "Only an admin key may read the metrics: `parley keys add NAME --admin`."
        raise RefusedRequestError(403, message, "FORBIDDEN", unread=True)
