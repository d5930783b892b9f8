"""Values that no field expects, and the arguments of the contract filled with them."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.messages import get, post, streamed, subscribed
from tests.fuzz.verdict import Case

TEXTS = (
    "", " ", "\n", "a\x00b", "\x00", "\ud800", "a\udfff\ud800", "\ufeff", "\u202etxt.exe", "\u2028",
    "🦇" * 3, "e\u0301" * 20, "\x1b[2J", "\r\nset-cookie: a=b", "x" * 201, "x" * 32_768,
    "x" * 32_769, "' OR 1=1 --", "'; DROP TABLE runs; --", "%' UNION SELECT * FROM runs --",
    "../../../etc/passwd", "%2e%2e%2f", "${jndi:ldap://127.0.0.1/x}", "{{7*7}}", "%s%n%x",
    "__proto__", "constructor", "null", "true", "0", "-1", "1e400", "NaN",
    "</script><script>alert(1)</script>", "<!--", "]]>", "general", "comic-book", "fake",
    "CONTINUE", "USER", "user", "0" * 32, "a" * 32, "x" * 9_000, "2026-01-01", "0001-01-01",
    "9999-12-31", "2026-02-30", "10000-01-01", "2026-01-01T00:00:00Z",
)  # fmt: skip
NUMBERS = (
    0, -0.0, 1, -1, 2, 0.1, 4096, 4097, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**53 + 1, 2**63,
    2**64, 10**400, -(10**400), 1e308, -1e308, 5e-324, 1.5, 3.0, 1e16,
)  # fmt: skip
ENDLESS = "@@1e400@@"
"""Stands for a number that JSON can write and Python cannot hold: it is read as infinite."""


def among(pool: Sequence[Any]) -> SearchStrategy[Any]:
    """One of the pool, which never gets into the description of a strategy: some are megabytes."""
    return st.integers(0, len(pool) - 1).map(lambda at: pool[at])


texts = among(TEXTS) | st.text(max_size=12)
numbers = among(NUMBERS) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, st.just(ENDLESS))
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
) | st.integers(10, 3_000).map(lambda levels: _nested(levels))


def _nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def spelled(value: Any) -> str:
    """JSON; lone surrogates and NUL stay as escapes, which is how they arrive."""
    try:
        text = json.dumps(value)
    except RecursionError:
        text = "[" * 3_000 + "]" * 3_000
    return text.replace(f'"{ENDLESS}"', "1e400")


@st.composite
def mostly(draw: st.DrawFn, sound: SearchStrategy[Any]) -> Any:
    """A sound value, but now and then anything at all."""
    return draw(anything) if draw(st.integers(0, 9)) == 9 else draw(sound)


@st.composite
def shaped(
    draw: st.DrawFn,
    required: dict[str, SearchStrategy[Any]],
    optional: dict[str, SearchStrategy[Any]],
) -> Any:
    """An object with mostly sound fields; now and then one is missing or unknown."""
    odd = draw(st.integers(0, 19))
    if odd == 18:
        return draw(st.fixed_dictionaries({}, optional={**required, **optional}))
    value = draw(st.fixed_dictionaries(required, optional=optional))
    return value | {draw(texts): draw(anything)} if odd == 19 else value


@st.composite
def histories(draw: st.DrawFn, roles: tuple[str, ...]) -> Any:
    """Conversations that end with the person's question; now and then one that doesn't end."""
    content = mostly(st.just("Who?") | texts)
    message = shaped({"role": mostly(st.sampled_from(roles)), "content": content}, {})
    history = draw(st.lists(message, max_size=2))
    odd = draw(st.integers(0, 19))
    if odd == 18:
        return history
    if odd == 19:
        return [{"role": roles[0], "content": "Who?"}] * draw(st.sampled_from([200, 201, 1_000]))
    return [*history, {"role": roles[0], "content": draw(content)}]


settings = shaped(
    {},
    {
        "model": mostly(st.just("fake") | texts),
        "temperature": mostly(st.floats(0, 2)),
        "maxTokens": mostly(st.integers(1, 4096)),
    },
)
assistants = st.sampled_from(["general", "comic-book"])
chat_inputs = shaped(
    {"history": mostly(histories(("USER", "ASSISTANT")))},
    {
        "assistantId": mostly(assistants),
        "settings": mostly(settings),
        "idempotencyKey": mostly(texts),
        "onDisconnect": mostly(st.sampled_from(["CONTINUE", "CANCEL"])),
    },
)
chat_requests = shaped(
    {"history": mostly(histories(("user", "assistant")))},
    {
        "assistant_id": mostly(assistants),
        "idempotency_key": mostly(texts),
        "on_disconnect": mostly(st.sampled_from(["continue", "cancel"])),
    },
)
ids = mostly(texts)
run_arguments = shaped({"id": ids}, {"after": mostly(st.integers(-2, 5))})
dates = mostly(st.dates().map(str) | texts)
groups = mostly(st.lists(st.sampled_from(["DAY", "CALLER", "ASSISTANT", "MODEL"]), max_size=6))
usage_arguments = shaped(
    {}, {"since": dates, "until": dates, "groupBy": groups, "everybody": mostly(st.booleans())}
)

EVENT = "{ __typename ... on TextDelta { text } ... on RunFailed { problem { reason } } }"
CHAT = f"subscription($input: ChatInput!) {{ chat(input: $input) {EVENT} }}"
FOLLOW = f"subscription($id: ID!, $after: Int) {{ run(id: $id, after: $after) {EVENT} }}"
ASK = """mutation($input: ChatInput!) { chat(input: $input) {
  __typename ... on ChatReply { reply { content } cost { amount } } ... on Problem { reason } } }"""
START = """mutation($input: ChatInput!) { startRun(input: $input) {
  __typename ... on Run { id status history { content } } ... on Problem { reason } } }"""
STOP = "mutation($id: ID!) { cancelRun(id: $id) { __typename ... on Problem { reason } } }"
RUN = "query($id: ID!) { run(id: $id) { __typename ... on Problem { reason } } }"
PERSONA = "query($id: ID) { assistant(id: $id) { id name } }"
USAGE = """query($since: Date, $until: Date, $groupBy: [UsageGroup!]! = [DAY],
  $everybody: Boolean! = false) {
  usage(since: $since, until: $until, groupBy: $groupBy, everybody: $everybody) {
    __typename ... on UsageReport { since until total { runs amount } rows { day model } } } }"""

inputs = st.fixed_dictionaries({"input": mostly(chat_inputs)})
named = shaped({"id": ids}, {})
last_events = st.none() | st.sampled_from(["0", "-1", "999999999", "9" * 40, "x", "\uff11"])


def _asked(query: str, variables: SearchStrategy[Any]) -> SearchStrategy[str]:
    body = st.fixed_dictionaries({"query": st.just(query), "variables": mostly(variables)})
    return body.map(spelled)


def contract_values() -> SearchStrategy[Case]:
    """Every argument of the contract, through every door."""
    chat, follow = _asked(CHAT, inputs), _asked(FOLLOW, run_arguments)
    plain = [(ASK, inputs), (START, inputs), (STOP, named), (RUN, named), (PERSONA, named)]
    asked = st.one_of(*(_asked(*each) for each in [*plain, (USAGE, usage_arguments)]))
    return st.one_of(
        _asked(ASK, inputs).map(post),
        asked.map(post),
        asked.map(subscribed),
        st.builds(streamed, chat | follow, last_events),
        (chat | follow).map(subscribed),
        mostly(chat_requests).map(spelled).map(lambda body: post(body, "/chat")),
        st.builds(get, st.sampled_from([RUN, PERSONA, USAGE]), mostly(run_arguments).map(spelled)),
    )
