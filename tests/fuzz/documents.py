"""GraphQL documents: valid ones, broken ones, hostile ones."""

import random
from functools import partial

from graphql import Lexer, Source, TokenKind
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from api.limit_settings import RECORDED
from api.schema import schema
from api.transport.recorded import read_manifest
from tests.fuzz.messages import document, get, post, streamed, subscribed
from tests.fuzz.values import TEXTS, among, spelled
from tests.fuzz.verdict import Case
from tests.transport.random_selections import RandomDocument

NAMES = sorted(
    {
        *(name for name in schema._schema.type_map if not name.startswith("__")),
        *("query", "mutation", "subscription", "fragment", "on", "true", "null", "schema", "type"),
        *("__typename", "__schema", "__type", "id", "input", "history", "role", "content", "chat"),
        *("run", "usage", "since", "after", "assistant", "health", "skip", "include", "if", "x"),
    }
)
PUNCTUATION = ("{", "}", "(", ")", "[", "]", "!", "$", "&", "...", ":", "=", "@", "|", "...on")
LITERALS = (
    "0", "-1", "1.5", "1e400", "9" * 400, "00", "1.", '""', '"x"', '"""block"""', '"\\ud800"',
    '"\\u{', '"', "#comment\n", ",", "\ufeff", "\x00", "\t", "é", "🦇", '"\\u0000"', "2147483648",
    "true", "null",
)  # fmt: skip
QUESTION = {"history": [{"role": "USER", "content": "Who?"}], "assistantId": "general"}
VARIABLES = {"input": QUESTION, "id": "0" * 32, "after": 0, "flag": True}
"""What the valid documents ask for; nobody minds those that a document doesn't have."""
tokens = among([*NAMES, *PUNCTUATION, *LITERALS])
seeds = st.integers(0, 2**32 - 1)


def _random(seed: int, variables: bool) -> str:
    return RandomDocument(schema._schema, random.Random(seed), variables).text()


def _pieces(text: str) -> list[str]:
    """The text's tokens; a lexer's, so that an edit breaks the grammar and not the spelling."""
    lexer, pieces = Lexer(Source(text)), []
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        pieces.append(text[token.start : token.end])
    return pieces


RECORDED_PIECES = [_pieces(text) for text in read_manifest(RECORDED).values()]


@st.composite
def edited(draw: st.DrawFn, most: int) -> str:
    """A valid document with up to `most` tokens lost, doubled, swapped or replaced."""
    pieces = list(draw(among(RECORDED_PIECES)))
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(pieces) - 1))
        match draw(st.sampled_from(["lose", "double", "swap", "replace"])):
            case "lose" if len(pieces) > 1:
                del pieces[at]
            case "double":
                pieces.insert(at, pieces[at])
            case "swap":
                pieces[at], pieces[-at] = pieces[-at], pieces[at]
            case _:
                pieces[at] = draw(tokens)
    return " ".join(pieces)


def _deep(levels: int) -> str:
    return "{ health " * levels + "}" * levels


def _aliased(count: int) -> str:
    return "{" + "".join(f" a{i}: contractVersion" for i in range(count)) + "}"


def _circle(count: int) -> str:
    spreads = (f"fragment F{i} on Query {{ ...F{(i + 1) % count} }}" for i in range(count))
    return "{ ...F0 } " + " ".join(spreads)


def _doubling(count: int) -> str:
    """Each fragment spreads the next one twice: the work doubles with each, if done naively."""
    spreads = (f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(count))
    return "{ ...F0 } " + " ".join(spreads) + f" fragment F{count} on Query {{ contractVersion }}"


def _equal(count: int) -> str:
    return "{" + "health { model { model } } " * count + "}"


def _listed(count: int) -> str:
    return "{ assistant(id: " + "[" * count + "]" * count + ") { id } }"


def _objects(count: int) -> str:
    return "{ assistant(id: " + "{a: " * count + "1" + "}" * count + ") { id } }"


def _directives(count: int) -> str:
    return "{ contractVersion " + "@skip(if: false) " * count + "}"


def _variables(count: int) -> str:
    return "query(" + " ".join(f"$v{i}: ChatInput = {{}}" for i in range(count)) + ") { x }"


def _types(count: int) -> str:
    return "query($v: " + "[" * count + "Int" + "]" * count + ") { contractVersion }"


def _operations(count: int) -> str:
    return " ".join(f"query Q{i} {{ contractVersion }}" for i in range(count))


def _long(count: int) -> str:
    return '{ assistant(id: "' + "x" * (count * 100) + '") { id } }'


def _name(count: int) -> str:
    return "{ " + "z" * (count * 100) + " }"


def _introspected(count: int) -> str:
    return (
        "{ __schema { types { fields { type " + "{ ofType " * count + "{ name" + " }" * (count + 5)
    )


GROWING = (
    _deep, _aliased, _circle, _doubling, _equal, _listed, _objects, _directives, _variables, _types,
    _operations, _long, _name, _introspected,
)  # fmt: skip


def texts() -> SearchStrategy[str]:
    """Documents of all kinds."""
    literal = among(TEXTS).map(lambda text: f"{{ run(id: {spelled(text)}) {{ __typename }} }}")
    sizes = st.integers(1, 40) | st.integers(1, 1_200)
    return st.one_of(
        *[st.builds(_random, seeds, flag) for flag in (st.just(True), st.just(False))],
        *[edited(most) for most in (0, 1, 2, 8)],
        st.lists(tokens, max_size=40).map(" ".join),
        st.builds(lambda grow, size: grow(size), among(GROWING), sizes),
        literal,
        st.text(max_size=30),
    )


def documents() -> SearchStrategy[Case]:
    """Requests for documents, through every door that takes them."""
    forms = [
        lambda text: post(document(text, VARIABLES)),
        lambda text: post(document(text, VARIABLES), accept="application/graphql-response+json"),
        lambda text: streamed(document(text, VARIABLES)),
        lambda text: subscribed(document(text, VARIABLES)),
        partial(get, accept="*/*"),
    ]
    return st.builds(lambda form, text: form(text), st.sampled_from(forms), texts())
