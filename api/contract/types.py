"""Conversation, assistants, runs and health: the nouns of the contract."""

from datetime import datetime
from enum import Enum

import strawberry

from api.contract.directives import ControlHint, ControlKind, Length, Range
from api.contract.reading import read_directly
from api.contract.usage import Cost, FinishReason, TokenUsage

CONTENT_LIMIT = 32_768
"""Characters that one message may have, whoever wrote it."""

LONGEST_REPLY = 4096
"""Tokens of the longest reply that may be asked for."""

HISTORY_LIMIT = 200
"""Messages that a history may have."""


@strawberry.enum(description="Who wrote a message.")
class Role(Enum):
    ASSISTANT = strawberry.enum_value("ASSISTANT", description="The assistant, that is the model.")
    USER = strawberry.enum_value("USER", description="The person who chats.")


@strawberry.enum(description="What becomes of a run when the client that reads it goes away.")
class OnDisconnect(Enum):
    CONTINUE = strawberry.enum_value(
        "CONTINUE",
        description="The run goes on to its end; read it later with `subscription run`.",
    )
    CANCEL = strawberry.enum_value(
        "CANCEL", description="The run is cancelled and the model's server is disconnected at once."
    )


@strawberry.enum(description="Where a run stands.")
class RunStatus(Enum):
    RUNNING = strawberry.enum_value("RUNNING", description="The reply is being generated.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="The reply is whole.")
    FAILED = strawberry.enum_value("FAILED", description="The model failed; see the problem.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="Somebody stopped it.")
    INCOMPLETE = strawberry.enum_value("INCOMPLETE", description="The reply was cut.")


@strawberry.type(description="One message of a conversation.")
class Message:
    role: Role = strawberry.field(description="Who wrote it.")
    content: str = strawberry.field(
        description="The text. Replies are usually Markdown; treat it as untrusted input."
    )


@strawberry.input(description="One message of a conversation, as a client sends it.")
class MessageInput:
    role: Role = strawberry.field(description="Who wrote it.")
    content: str = strawberry.field(
        description="The text. The last message is the question; the assistant's "
        "`questionLengthLimit` applies to it as well.",
        directives=[
            Length(max=CONTENT_LIMIT),
            ControlHint(kind=ControlKind.TEXT_AREA, label="Message", order=0),
        ],
    )


@strawberry.input(
    description="How the model shall reply. Each setting that is absent takes the assistant's "
    "default, and where it has none, the model's."
)
class ChatSettings:
    model: str | None = strawberry.field(
        default=None,
        description="The model that replies.",
        directives=[
            Length(max=200),
            ControlHint(kind=ControlKind.CHOICE, label="Model", order=10),
        ],
    )
    temperature: float | None = strawberry.field(
        default=None,
        description="Randomness: 0 repeats itself, 1 is lively, 2 is wild.",
        directives=[
            Range(min=0, max=2, step=0.1),
            ControlHint(kind=ControlKind.SLIDER, label="Temperature", order=20),
        ],
    )
    max_tokens: int | None = strawberry.field(
        default=None,
        description="Greatest length of the reply, in tokens (about 4 characters each).",
        directives=[
            Range(min=1, max=LONGEST_REPLY, step=1),
            ControlHint(kind=ControlKind.SLIDER, label="Longest reply (tokens)", order=30),
        ],
    )


@read_directly
@strawberry.input(description="A request for one reply.")
class ChatInput:
    history: list[MessageInput] = strawberry.field(
        description="The conversation so far, oldest first. The last message is the question.",
        directives=[Length(max=HISTORY_LIMIT)],
    )
    assistant_id: strawberry.ID | None = strawberry.field(
        default=None, description="The assistant that replies; the default one where absent."
    )
    settings: ChatSettings | None = strawberry.field(
        default=None, description="How the model shall reply."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A name of your choice for this request. The same key with the same input "
        "joins the run that it started, also while it is going; with another input it is an "
        "`IdempotencyConflict`.",
        directives=[Length(max=200)],
    )
    on_disconnect: OnDisconnect = strawberry.field(
        default=OnDisconnect.CONTINUE,
        description="What becomes of the run when this client goes away before its end.",
    )


@strawberry.type(description="A control's value that an assistant sets where the client doesn't.")
class ControlDefault:
    path: str = strawberry.field(
        description="The control, by its `Control.path`, for example `settings.temperature`."
    )
    value: str = strawberry.field(description="The value, written as text, for example `0.2`.")


@strawberry.type(
    description="A persona: a prompt with a model and limits. Its prompt stays on the server."
)
class Assistant:
    id: strawberry.ID = strawberry.field(description="Stable name, for example `comic-book`.")
    name: str = strawberry.field(description="Title to show.")
    description: str = strawberry.field(description="What it is good for, in a sentence.")
    greeting: str = strawberry.field(
        description="What to show before the first question. It isn't part of the history."
    )
    starters: list[str] = strawberry.field(
        description="Questions that a person may start with; each fits the limit."
    )
    question_length_limit: int | None = strawberry.field(
        description="Greatest length of a question in characters; the server enforces it. "
        "Where null, only the length limit of every message holds."
    )
    model: str = strawberry.field(description="The model that replies unless the client chooses.")
    defaults: list[ControlDefault] = strawberry.field(
        description="Values that controls start from with this assistant."
    )
    is_default: bool = strawberry.field(
        description="True for the assistant that replies where a request names none."
    )


@strawberry.type(description="An input field that a frontend offers to a person, as data.")
class Control:
    path: str = strawberry.field(
        description="Where the value goes in `ChatInput`, for example `settings.temperature`."
    )
    kind: ControlKind = strawberry.field(description="How to draw it.")
    label: str = strawberry.field(description="Its label, in English.")
    order: int = strawberry.field(description="Its place among the controls, lowest first.")
    description: str = strawberry.field(description="Help text.")
    value_type: str = strawberry.field(
        description="GraphQL type of the value: `Float`, `Int`, `String` or `Boolean`."
    )
    required: bool = strawberry.field(description="True where a value must be sent.")
    min: float | None = strawberry.field(description="Smallest value, where it has a range.")
    max: float | None = strawberry.field(description="Greatest value, where it has a range.")
    step: float | None = strawberry.field(description="Step, where it has one.")
    max_length: int | None = strawberry.field(
        description="Greatest number of characters, where it is a text."
    )
    choices: list[str] = strawberry.field(
        description="Values to choose from; empty where any value fits."
    )


@strawberry.type(description="One reply in the making, or made: its state as the log tells it.")
class Run:
    id: strawberry.ID = strawberry.field(description="The run's id; it is enough to read it again.")
    status: RunStatus = strawberry.field(description="Where it stands.")
    assistant_id: strawberry.ID = strawberry.field(description="The assistant that replies.")
    model: str = strawberry.field(description="The model that was asked.")
    history: list[Message] = strawberry.field(description="The conversation that it replies to.")
    reply: Message = strawberry.field(description="What the model has said so far.")
    last_seq: int = strawberry.field(
        description="`seq` of the last event; follow on with `run(id, after)`."
    )
    token_usage: TokenUsage = strawberry.field(description="Tokens used; 0 while it is going.")
    cost: Cost | None = strawberry.field(
        description="Null while it is going, and where the model's price is unknown."
    )
    finish_reason: FinishReason | None = strawberry.field(
        description="Why the reply ended; null while it is going."
    )
    answered_by: str | None = strawberry.field(
        default=None,
        description="The model that answered, which may be one that stood in for `model`; null "
        "while it is going.",
    )
    created_at: datetime = strawberry.field(description="When it started (UTC).")
    ended_at: datetime | None = strawberry.field(
        description="When it ended (UTC); null while it is going."
    )


@strawberry.type(description="The model behind the server, as a probe sees it.")
class ModelHealth:
    provider: str = strawberry.field(
        description="`openai` (or any server that speaks its API), `embedded`, `scripted`."
    )
    model: str = strawberry.field(description="The default model.")
    reachable: bool = strawberry.field(description="True where the model's server answers.")
    embedded: bool = strawberry.field(
        description="True for the small model inside the server's own process."
    )
    hint: str | None = strawberry.field(
        description="What to do for a better model, or to make this one reachable."
    )


@strawberry.type(description="The run log, as a probe sees it.")
class StoreHealth:
    kind: str = strawberry.field(description="The kind of store, for example `sqlite`.")
    writable: bool = strawberry.field(description="True where runs can be stored.")
    hint: str | None = strawberry.field(description="What to do where it is not writable.")


@strawberry.type(description="What a probe needs to know.")
class Health:
    status: str = strawberry.field(description="`OK!`, or `DEGRADED` where a part is not well.")
    version: str = strawberry.field(description="Version of the server.")
    contract_version: str = strawberry.field(description="Version of this contract.")
    model: ModelHealth = strawberry.field(description="The model.")
    store: StoreHealth = strawberry.field(description="The run log.")
    notices: list[str] = strawberry.field(
        description="What an operator should look at, for example a broken assistant file."
    )
