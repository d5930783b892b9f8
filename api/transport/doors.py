"""Opens every door of the server on a FastAPI application."""

from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from api.access.gate import Gate
from api.context import Services
from api.schema import schema
from api.settings import Settings
from api.transport.endpoint import GraphQLEndpoint
from api.transport.entrance import GatedEntrance
from api.transport.graphiql import add_graphiql_files, graphiql_page
from api.transport.json_door import json_router
from api.transport.limits import Limits
from api.transport.metrics_door import metrics_route
from api.transport.origins import Origins
from api.transport.probes import probe_router
from api.transport.react_app import add_react_app
from api.transport.recorded import read_manifest
from api.transport.swagger import add_docs

GRAPHQL = "/graphql"


def open_doors(app: FastAPI, services: Services, gate: Gate, settings: Settings) -> ASGIApp:
    """GraphQL at `/graphql` in all its forms, the JSON routes, the pages and Swagger.

    Returns the door of `/graphql` by itself: whoever calls it spares FastAPI's layers, each of
    which every token of a stream would pass through.
    """
    entrance = GatedEntrance(gate, services, settings.allowed_origins)
    limits = limits_of(settings)
    endpoint = GraphQLEndpoint(
        schema,
        entrance,
        allowed_origins=settings.allowed_origins,
        introspection=settings.answers_introspection,
        page=graphiql_page if settings.serves_graphiql else None,
        limits=limits,
        recorded=read_manifest(settings.documents_file),
        strict=settings.documents == "strict",
    )
    app.router.routes += [Route(GRAPHQL, endpoint), WebSocketRoute(GRAPHQL, endpoint)]
    origins = Origins(settings.allowed_origins)
    app.include_router(json_router(entrance, origins, limits))
    app.router.routes.append(metrics_route(services.metrics, entrance, origins))
    app.include_router(probe_router(services.readiness))
    if settings.serves_graphiql:
        add_graphiql_files(app)
    add_react_app(app)
    if settings.answers_introspection:
        add_docs(app)
    if not settings.allowed_origins:
        return endpoint
    cors: dict[str, Any] = {
        "allow_origins": settings.allowed_origins,
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["authorization", "content-type", "last-event-id"],
        "expose_headers": ["retry-after", "x-request-id"],
    }
    app.add_middleware(CORSMiddleware, **cors)
    return CORSMiddleware(endpoint, **cors)


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings say."""
    return Limits(
        body_bytes=settings.body_bytes,
        body_seconds=settings.body_timeout_seconds,
        send_seconds=settings.send_timeout_seconds,
        frame_characters=settings.frame_bytes,
        init_seconds=settings.init_timeout_seconds,
        operations=settings.subscriptions_per_socket,
        streams=settings.streams_per_caller,
        local_streams="streams_per_caller" in settings.model_fields_set,
        query_tokens=settings.query_tokens,
        query_depth=settings.query_depth,
        query_aliases=settings.query_aliases,
    )
