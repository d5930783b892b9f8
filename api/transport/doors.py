"""Opens every door of the server on a FastAPI application."""

from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from api.context import Context, Services
from api.schema import schema
from api.settings import Settings
from api.transport.endpoint import GraphQLEndpoint
from api.transport.graphiql import add_graphiql_files, graphiql_page
from api.transport.json_door import json_router
from api.transport.limits import Limits
from api.transport.origins import Origins
from api.transport.react_app import add_react_app
from api.transport.swagger import add_docs

GRAPHQL = "/graphql"


def open_doors(app: FastAPI, services: Services, settings: Settings) -> ASGIApp:
    """GraphQL at `/graphql` in all its forms, the JSON routes, the pages and Swagger.

    Returns the door of `/graphql` by itself: whoever calls it spares FastAPI's layers, each of
    which every token of a stream would pass through.
    """

    def context_for(_: HTTPConnection) -> Context:
        return Context(services)

    limits = Limits(send_seconds=settings.send_timeout_seconds)
    endpoint = GraphQLEndpoint(
        schema,
        context_for,
        allowed_origins=settings.allowed_origins,
        introspection=settings.introspection,
        page=graphiql_page if settings.graphiql else None,
        limits=limits,
    )
    app.router.routes += [Route(GRAPHQL, endpoint), WebSocketRoute(GRAPHQL, endpoint)]
    app.include_router(json_router(context_for, Origins(settings.allowed_origins), limits))
    if settings.graphiql:
        add_graphiql_files(app)
    add_react_app(app)
    add_docs(app)
    if not settings.allowed_origins:
        return endpoint
    cors: dict[str, Any] = {
        "allow_origins": settings.allowed_origins,
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["content-type", "last-event-id"],
        "expose_headers": ["retry-after", "x-request-id"],
    }
    app.add_middleware(CORSMiddleware, **cors)
    return CORSMiddleware(endpoint, **cors)
