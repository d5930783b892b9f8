"""`/healthz` and `/readyz`: what an orchestrator or a load balancer asks, open to all."""

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.readiness import Readiness

UNSTORED = {"cache-control": "no-store"}


class Alive(BaseModel):
    status: Literal["OK!"] = "OK!"


class ObstacleAnswer(BaseModel):
    part: Literal["server", "model", "store"] = Field(description="What is not as it must be.")
    fix: str = Field(description="What happened and what to do about it.")


class Ready(BaseModel):
    """Whether a run can be taken."""

    ready: bool = Field(description="True where this process can take a run now.")
    obstacles: list[ObstacleAnswer] = Field(description="What keeps it from that.")


def probe_router(readiness: Readiness) -> APIRouter:
    """The routes, for a FastAPI application."""
    router = APIRouter()

    @router.get("/healthz", summary="Whether the server is alive; else start it again")
    async def alive() -> Alive:
        return Alive()

    answers: dict[int | str, dict[str, Any]] = {503: {"model": Ready}}

    @router.get(
        "/readyz",
        responses=answers,
        summary="Whether the server can take a run; else send runs elsewhere",
    )
    async def ready(response: Response) -> Ready:
        found = await readiness.obstacles()
        response.status_code = 503 if found else 200
        response.headers.update(UNSTORED)
        told = [ObstacleAnswer(part=each.part, fix=each.fix) for each in found]
        return Ready(ready=not found, obstacles=told)

    return router
