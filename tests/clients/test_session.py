"""The session against the real application, over real sockets."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from clients.python import (
    ApiRefusedError,
    ApiUnreachableError,
    Cancellation,
    ChatReply,
    EventStream,
    InputTooLong,
    MessageInput,
    OnDisconnect,
    Patience,
    Reconnecting,
    RequestError,
    Role,
    Run,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunNotFound,
    RunStarted,
    Session,
    StreamEvent,
    StreamLostError,
    TextDelta,
    Transcript,
)
from tests.clients.cut_proxy import CutProxy
from tests.servers import LiveServer, free_port, wait_until
from tests.upstream.server import FakeUpstream

QUICK = Patience(first_delay=0.01, longest_delay=0.05)


@pytest.fixture
def session(live_server: LiveServer) -> Iterator[Session]:
    with Session(live_server.url) as session:
        yield session


@pytest.fixture
def proxy(live_server: LiveServer) -> Iterator[CutProxy]:
    with CutProxy(live_server.port) as proxy:
        yield proxy


def asked(question: str = "Who?") -> list[MessageInput]:
    return [MessageInput(role=Role.USER, content=question)]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def open_connections(server: LiveServer) -> int:
    return len(server._server.server_state.connections)


# Questions and answers ---------------------------------------------------------------------------


def test_what_a_page_needs_at_first_is_one_call_each(session: Session) -> None:
    default, other = session.assistants()
    assert (default.id, default.is_default, default.question_length_limit) == (
        "comic-book",
        True,
        50,
    )
    assert not other.is_default
    model = next(c for c in session.controls() if c.path == "settings.model")
    assert model.choices == ["fake"]
    assert session.health().contract_version == session.contract_version()


def test_a_reply_comes_whole(session: Session, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee and Steve Ditko", usage={"prompt_tokens": 5, "completion_tokens": 6})
    answer = session.chat(asked(), settings={"temperature": 0.5})
    assert isinstance(answer, ChatReply)
    assert answer.reply.content == "Stan Lee and Steve Ditko"
    assert answer.token_usage.total_tokens == 11
    assert upstream.requests[0].body["temperature"] == 0.5


def test_a_problem_is_an_answer(session: Session) -> None:
    answer = session.chat(asked("x" * 51))
    assert isinstance(answer, InputTooLong)
    assert (answer.limit, answer.actual) == (50, 51)


def test_a_refused_stream_is_one_event_with_the_problem(session: Session) -> None:
    with session.stream(asked("x" * 51)) as events:
        (event,) = events
    assert isinstance(event, RunFailed)
    assert isinstance(event.problem, InputTooLong)


def test_a_mapping_is_as_good_as_a_message(session: Session) -> None:
    answer = session.chat([{"role": "USER", "content": "Echo this"}], "general")
    assert isinstance(answer, ChatReply)
    assert answer.reply.content == "Echo this"


# Streams -----------------------------------------------------------------------------------------


def test_a_stream_has_every_event_once_and_ends_with_the_terminal_one(
    session: Session, upstream: FakeUpstream
) -> None:
    upstream.numbered(300)
    with session.stream(asked()) as stream:
        events = list(stream)
    assert [event.seq for event in events] == list(range(len(events)))  # type: ignore[union-attr]
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunCompleted)
    assert text_of(events) == events[-1].reply.content == " ".join(f"t{n}" for n in range(300))


def test_events_come_while_the_model_is_still_speaking(
    session: Session, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(3, gated=True)
    with session.stream(asked()) as stream:
        assert isinstance(next(stream), RunStarted)
        gate.release()
        assert next(stream).text == "t0"  # type: ignore[union-attr]
        gate.release()
        assert next(stream).text == " t1"  # type: ignore[union-attr]
        assert upstream.active
        gate.open()
        assert isinstance(list(stream)[-1], RunCompleted)


def test_leaving_the_stream_stops_it_on_the_server_and_the_model_where_that_is_wanted(
    session: Session, upstream: FakeUpstream, live_server: LiveServer
) -> None:
    upstream.numbered(9, gated=True).release()
    with session.stream(asked(), on_disconnect=OnDisconnect.CANCEL) as stream:
        for event in stream:
            if isinstance(event, TextDelta):
                break
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)
    wait_until(lambda: open_connections(live_server) == 0)


def test_a_run_goes_on_without_its_reader_and_is_followed_later(
    session: Session, upstream: FakeUpstream, live_server: LiveServer
) -> None:
    gate = upstream.numbered(9, gated=True)
    gate.release()
    with session.stream(asked()) as stream:
        run_id = next(stream).run_id
        last = next(stream)
    assert run_id and isinstance(last, TextDelta)
    wait_until(lambda: open_connections(live_server) == 0)
    assert upstream.closed_early == []
    gate.open()
    with session.follow(run_id, last.seq) as later:
        events = list(later)
    assert [e.seq for e in events] == list(range(2, len(events) + 2))  # type: ignore[union-attr]
    assert last.text + text_of(events) == " ".join(f"t{n}" for n in range(9))
    with session.follow(run_id) as again:
        assert text_of(list(again)) == last.text + text_of(events)


def test_following_an_ended_run_after_its_end_has_nothing_more(session: Session) -> None:
    answer = session.chat(asked())
    assert isinstance(answer, ChatReply)
    run = session.run(answer.run_id)
    assert isinstance(run, Run)
    with session.follow(run.id, run.last_seq) as stream:
        assert list(stream) == []


def test_following_an_unknown_run_is_a_problem(session: Session) -> None:
    with session.follow("nobody") as stream:
        (event,) = stream
    assert isinstance(event, RunFailed)
    assert isinstance(event.problem, RunNotFound)
    assert isinstance(session.run("nobody"), RunNotFound)
    assert isinstance(session.cancel("nobody"), RunNotFound)


def test_a_run_that_was_started_is_followed_from_its_beginning(
    session: Session, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(3, gated=True)
    run = session.start(asked(), "general")
    assert isinstance(run, Run)
    gate.open()
    with session.follow(run.id) as stream:
        assert text_of(list(stream)) == "t0 t1 t2"


def test_cancelling_stops_the_model_and_ends_the_stream(
    session: Session, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release(2)
    transcript = Transcript()
    history = transcript.ask("Count!")
    assert history
    with session.stream(history) as stream:
        for event in stream:
            transcript.apply(event)
            if transcript.messages[-1].content == "t0 t1" and transcript.run_id:
                answer = session.cancel(transcript.run_id)
    assert isinstance(answer, Cancellation)
    assert isinstance(event, RunCancelled)
    reply = transcript.messages[-1]
    assert (reply.content, reply.status) == ("t0 t1", "stopped")
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)
    again = session.cancel(answer.run_id)
    assert isinstance(again, Cancellation)
    assert again.outcome == "ALREADY_ENDED"


def test_streams_of_many_threads_do_not_mix(session: Session, upstream: FakeUpstream) -> None:
    said: dict[int, str] = {}

    def ask(number: int) -> None:
        with session.stream(asked(f"I am number {number}")) as stream:
            said[number] = text_of(list(stream))

    threads = [threading.Thread(target=ask, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {number: f"I am number {number}" for number in range(16)}


# Letting go --------------------------------------------------------------------------------------


def test_closing_from_another_thread_ends_a_loop_that_waits(
    session: Session, upstream: FakeUpstream
) -> None:
    upstream.numbered(2, gated=True)
    stream = session.stream(asked(), on_disconnect=OnDisconnect.CANCEL)
    read: list[StreamEvent] = []
    reader = threading.Thread(target=lambda: read.extend(stream))
    reader.start()
    upstream.wait_until(lambda: len(upstream.active) == 1)
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)
    assert list(stream) == []
    stream.close()


def test_closing_a_generator_around_the_stream_stops_it(
    session: Session, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()

    def page() -> Iterator[StreamEvent]:
        with session.stream(asked(), on_disconnect=OnDisconnect.CANCEL) as stream:
            yield from stream

    painted = page()
    next(painted)
    upstream.wait_until(lambda: len(upstream.active) == 1)
    painted.close()  # type: ignore[attr-defined]
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)


def test_a_stream_that_nobody_holds_any_more_stops(
    session: Session, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()
    for event in session.stream(asked(), on_disconnect=OnDisconnect.CANCEL):
        if isinstance(event, TextDelta):
            break
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)


def test_closing_the_session_closes_its_streams(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()
    with Session(live_server.url) as session:
        stream = session.stream(asked(), on_disconnect=OnDisconnect.CANCEL)
        next(stream)
        upstream.wait_until(lambda: len(upstream.active) == 1)
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)
    assert list(stream) == []


# Lost connections --------------------------------------------------------------------------------


def read_with_cuts(stream: EventStream, proxy: CutProxy, gate: Any) -> list[StreamEvent]:
    """Read to the end, cutting the connection after every second delta of the reply."""
    events: list[StreamEvent] = []
    gate.release()
    for event in stream:
        events.append(event)
        if isinstance(event, TextDelta):
            if event.seq % 2 == 0:
                proxy.cut()
            gate.release()
    return events


def test_a_connection_that_is_cut_again_and_again_loses_and_repeats_nothing(
    proxy: CutProxy, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(20, gated=True)
    with Session(proxy.url, patience=QUICK) as session, session.stream(asked()) as stream:
        events = read_with_cuts(stream, proxy, gate)
    numbers = [e.seq for e in events if not isinstance(e, Reconnecting)]
    assert numbers == list(range(len(numbers)))
    assert text_of(events) == " ".join(f"t{n}" for n in range(20))
    assert isinstance(events[-1], RunCompleted)
    assert sum(isinstance(event, Reconnecting) for event in events) >= 5
    assert len(upstream.requests) == 1


def test_a_connection_that_is_cut_before_the_first_event_does_not_start_a_second_run(
    proxy: CutProxy, upstream: FakeUpstream
) -> None:
    proxy.cut_at(b"RunStarted")
    with Session(proxy.url, patience=QUICK) as session, session.stream(asked()) as stream:
        events = list(stream)
    assert isinstance(events[0], Reconnecting)
    assert events[0].run_id is None
    assert [type(event) for event in events[1:2]] == [RunStarted]
    assert text_of(events) == "Who?"
    assert len(upstream.requests) == 1


def test_an_api_that_is_away_for_a_while_is_waited_for(
    proxy: CutProxy, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(4, gated=True)
    gate.release(2)
    transcript = Transcript()
    history = transcript.ask("Count!")
    assert history
    reconnecting = []
    with Session(proxy.url, patience=QUICK) as session, session.stream(history) as stream:
        for event in stream:
            transcript.apply(event)
            reconnecting.append(transcript.reconnecting)
            if isinstance(event, TextDelta) and transcript.messages[-1].content == "t0 t1":
                proxy.refuse(3)
                proxy.cut()
                gate.open()
    assert transcript.messages[-1].content == "t0 t1 t2 t3"
    assert transcript.messages[-1].status == "done"
    assert sum(reconnecting) == 4
    assert not transcript.reconnecting


def test_past_the_deadline_the_stream_is_lost_and_says_where(
    proxy: CutProxy, upstream: FakeUpstream
) -> None:
    upstream.numbered(4, gated=True).release()
    impatient = Patience(first_delay=0.01, longest_delay=0.02, deadline=0.3)
    transcript = Transcript()
    history = transcript.ask("Count!")
    assert history
    with (
        Session(proxy.url, patience=impatient) as session,
        session.stream(history) as stream,
        pytest.raises(StreamLostError) as caught,
    ):
        for event in stream:
            transcript.apply(event)
            if isinstance(event, TextDelta):
                proxy.refuse(1_000_000)
                proxy.cut()
    transcript.fail(caught.value)
    assert (caught.value.run_id, caught.value.last_seq) == (transcript.run_id, 1)
    assert transcript.messages[-1].status == "incomplete"
    assert transcript.problem and transcript.problem.retryable


# What goes over the wire -------------------------------------------------------------------------


def test_a_token_goes_with_every_request_and_only_the_current_subprotocol_is_offered(
    proxy: CutProxy,
) -> None:
    with Session(proxy.url, token="secret-1", headers={"X-Page": "one"}) as session:
        session.contract_version()
        assert b"Authorization: Bearer secret-1" in proxy.sent
        assert b"X-Page: one" in proxy.sent
        over_http = len(proxy.sent)
        with session.stream(asked()) as stream:
            list(stream)
    over_websocket = proxy.sent[over_http:]
    assert b"Authorization: Bearer secret-1" in over_websocket
    assert b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n" in over_websocket


# Failures ----------------------------------------------------------------------------------------


def test_an_unreachable_api_is_named_with_what_to_do() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    session = Session(url)
    for attempt in (session.assistants, lambda: list(session.stream(asked()))):
        with pytest.raises(ApiUnreachableError) as caught:
            attempt()
        assert url in caught.value.sentence
        assert "parley serve" in caught.value.sentence
        assert caught.value.retryable


def test_a_graphql_error_has_its_message_and_code(session: Session) -> None:
    for attempt in (
        lambda: session.chat(asked(), settings={"nonsense": 1}),
        lambda: list(session.stream(asked(), settings={"nonsense": 1})),
    ):
        with pytest.raises(RequestError, match="nonsense"):
            attempt()


def test_another_path_than_graphql_is_refused(live_server: LiveServer) -> None:
    session = Session(f"{live_server.url}/elsewhere")
    for attempt in (session.assistants, lambda: list(session.stream(asked()))):
        with pytest.raises(ApiRefusedError) as caught:
            attempt()
        assert caught.value.code in (403, 404)
        assert not caught.value.retryable


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "file:///etc"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is not the address of an API"):
        Session(url)


@pytest.mark.parametrize(
    ("typed", "http", "websocket"),
    [
        ("http://a:1", "http://a:1/graphql", "ws://a:1/graphql"),
        ("a:1", "http://a:1/graphql", "ws://a:1/graphql"),
        (" https://a/ ", "https://a/graphql", "wss://a/graphql"),
        ("https://a/deep/graphql", "https://a/deep/graphql", "wss://a/deep/graphql"),
        ("wss://a", "https://a/graphql", "wss://a/graphql"),
        ("http://[::1]:1/", "http://[::1]:1/graphql", "ws://[::1]:1/graphql"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, http: str, websocket: str) -> None:
    address = Session(typed)._session.address
    assert (address.http, address.websocket) == (http, websocket)
