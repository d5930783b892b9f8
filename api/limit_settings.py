"""Settings that bound what one client may ask for and how long it may take."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from api.contract.types import CONTENT_LIMIT, HISTORY_LIMIT

RECORDED = Path(__file__).parents[1] / "clients" / "operations" / "_generated" / "documents.json"


class LimitSettings(BaseSettings):
    """The part of the settings that a public server is tuned by."""

    body_bytes: int = Field(
        1_048_576, ge=1_024, description="Greatest size of a request body; past it comes a 413."
    )
    body_timeout_seconds: float = Field(
        10, gt=0, description="How long a request's head, and then its body, may take to arrive."
    )
    message_characters: int = Field(
        CONTENT_LIMIT,
        ge=1,
        le=CONTENT_LIMIT,
        description="Greatest length of one message of a history.",
    )
    history_messages: int = Field(
        HISTORY_LIMIT, ge=1, le=HISTORY_LIMIT, description="Most messages of a history."
    )
    query_tokens: int = Field(
        1_000, ge=200, description="Most tokens of a GraphQL document; GraphiQL needs 163."
    )
    query_depth: int = Field(
        8, ge=4, description="Most fields within one another in a GraphQL document."
    )
    query_aliases: int = Field(15, ge=0, description="Most aliases in a GraphQL document.")
    init_timeout_seconds: float = Field(
        10, gt=0, description="How long a WebSocket client may take to send `connection_init`."
    )
    frame_bytes: int = Field(
        1_048_576, ge=1_024, description="Greatest size of a WebSocket message."
    )
    subscriptions_per_socket: int = Field(
        100, ge=1, description="Operations that may run on one WebSocket at a time."
    )
    streams_per_caller: int = Field(
        10,
        ge=0,
        description="Streams that one caller may have open at a time in a worker; 0 is no limit. "
        "Programs on this machine are counted only where this is set: a frontend there serves "
        "many people.",
    )
    documents: Literal["any", "strict"] = Field(
        "any",
        description="Which GraphQL documents are answered: `any`, or with `strict` only those of "
        "`PARLEY_DOCUMENTS_FILE`, by text or by hash.",
    )
    documents_file: Path = Field(
        RECORDED,
        description="The recorded documents, a persisted query manifest; by default those of the "
        "frontends here.",
    )
