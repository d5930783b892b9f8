// The session against a live server whose model counts: `numbered-N@RATE` says t0 t1 t2 ….
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ApiUnreachableError,
  RequestError,
  Session,
  StreamLostError,
  isEnding,
} from "../../clients/typescript/index.ts";
import type { Reconnecting, RunEvent, StreamEvent } from "../../clients/typescript/index.ts";
import { websocketStreams } from "../../clients/typescript/websocket.ts";
import { shaky } from "./shaky_network.ts";
import type { Break } from "./shaky_network.ts";

const URL_OF_API = process.env["PARLEY_API"] ?? "";
const HISTORY = [{ role: "USER", content: "Count." }];
const ASKED = { assistantId: "general" };
const QUICK = { settings: { model: "numbered-40@400" }, ...ASKED };
const SLOW = { settings: { model: "numbered-5000@100" }, ...ASKED };
const WHOLE = Array.from({ length: 40 }, (_, number) => `t${number}`).join(" ");
const PATIENCE = { firstDelay: 0.01, longestDelay: 0.02, deadline: 5 };

const session = new Session(URL_OF_API);
const overWebSocket = new Session(URL_OF_API, { streams: websocketStreams });
const transports = { "event streams": session, "a WebSocket": overWebSocket };

test("a reply comes whole", async () => {
  const answer = await session.chat(HISTORY, QUICK);
  assert.equal(answer.__typename, "ChatReply");
  if (answer.__typename === "ChatReply") assert.equal(answer.reply.content, WHOLE);
});

for (const [name, over] of Object.entries(transports)) {
  test(`a stream over ${name} has every event once and ends with the terminal one`, async () => {
    const events = await all(over.stream(HISTORY, QUICK));
    assertWhole(events);
    assert.equal(events.length, logged(events).length);
  });

  test(`a run that is stopped over ${name} ends with what came of it`, async () => {
    const ending = await stopAfterText(over);
    assert.equal(ending?.__typename, "RunCancelled");
    assert.ok(ending.reply.content.startsWith("t0"));
  });

  test(`who leaves the loop over ${name} has left the run, which stops if told so`, async () => {
    let runId = "";
    for await (const event of over.stream(HISTORY, { ...SLOW, onDisconnect: "CANCEL" })) {
      if (event.__typename === "TextDelta") break;
      runId = event.runId ?? "";
    }
    const events = await all(session.follow(runId));
    assert.equal(events.at(-1)?.__typename, "RunCancelled");
  });

  test(`aborting over ${name} ends the loop, and the run goes on`, async () => {
    const control = new AbortController();
    const { signal } = control;
    let runId = "";
    for await (const event of over.stream(HISTORY, { ...SLOW, signal })) {
      runId = event.runId ?? "";
      control.abort();
    }
    const run = await session.run(runId);
    assert.equal(run.__typename === "Run" && run.status, "RUNNING");
    await session.cancel(runId);
  });
}

const BREAKS: [string, [number, Break][]][] = [
  ["before its first event", [[0, "cut"]]],
  ["within its first event", [[40, "end"]]],
  ["after a few events, as if it were over", [[900, "end"]]],
  ["after a few events that come at once", [[900, "burst"]]],
  ["again and again", [[700, "cut"], [500, "end"], [30, "cut"], [800, "cut"]]],
];

for (const [name, breaks] of BREAKS) {
  test(`a stream that breaks ${name} is resumed without a gap or a doubled event`, async () => {
    const network = shaky(breaks);
    const over = new Session(URL_OF_API, { fetch: network.fetch, patience: PATIENCE });
    const events = await all(over.stream(HISTORY, QUICK));
    assertWhole(events);
    assert.equal(network.asked.length, breaks.length + 1);
    assert.equal(events.filter(isMarker).length, breaks.length);
    assert.equal(new Set(logged(events).map((event) => event.runId)).size, 1);
  });
}

test("a run that is over and read to its end is not waited for", async () => {
  const events = logged(await all(session.stream(HISTORY, QUICK)));
  const { runId, seq } = events.at(-1) ?? {};
  assert.deepEqual(await all(session.follow(runId ?? "", seq)), []);
});

test("two sessions read the same run", async () => {
  const stream = session.stream(HISTORY, QUICK);
  const first = (await stream.next()).value;
  const [rest, joined] = await Promise.all([all(stream), all(overWebSocket.follow(first.runId))]);
  assert.deepEqual(joined, [first, ...rest]);
});

test("a connection that stays lost is given up after the deadline", async () => {
  const { fetch } = shaky([[900, "cut"]]);
  let lost = false;
  const over = new Session(URL_OF_API, {
    patience: { firstDelay: 0.01, longestDelay: 0.02, deadline: 0.1 },
    fetch: async (input, init) => {
      if (lost) throw new TypeError("fetch failed");
      lost = true;
      return fetch(input, init);
    },
  });
  await assert.rejects(all(over.stream(HISTORY, QUICK)), (error) => {
    assert.ok(error instanceof StreamLostError);
    assert.ok(error.retryable && error.runId && error.lastSeq > 0);
    return true;
  });
});

for (const streams of [undefined, websocketStreams]) {
  test(`nobody at the address is told as such, ${streams?.name ?? "by default"}`, async () => {
    const nowhere = new Session("http://127.0.0.1:9", streams && { streams });
    for (const asking of [nowhere.health(), all(nowhere.stream(HISTORY))]) {
      await assert.rejects(asking, (error) => {
        assert.ok(error instanceof ApiUnreachableError);
        assert.match(error.sentence, /http:\/\/127\.0\.0\.1:9 cannot be reached/);
        return true;
      });
    }
  });
}

test("problems are answers", async () => {
  const [refused] = await all(session.stream(HISTORY, { settings: { temperature: 9 } }));
  assert.equal(refused?.__typename, "RunFailed");
  if (refused?.__typename === "RunFailed") assert.equal(refused.problem.__typename, "InvalidInput");
  const [missing] = await all(session.follow("nobody"));
  if (missing?.__typename === "RunFailed") assert.equal(missing.problem.__typename, "RunNotFound");
  assert.equal((await session.cancel("nobody")).__typename, "RunNotFound");
});

for (const [name, over] of Object.entries(transports)) {
  test(`a document that doesn't fit the contract is an error over ${name}`, async () => {
    const unfit = [{ role: "SYSTEM", content: "x" }];
    await assert.rejects(over.chat(unfit), RequestError);
    await assert.rejects(all(over.stream(unfit)), RequestError);
  });
}

test("a page that is no API is told as such", async () => {
  const page = new Session(`${URL_OF_API}/docs`);
  await assert.rejects(page.assistants(), /The Parley API refused the request \(404\)/);
  await assert.rejects(all(page.stream(HISTORY)), /The Parley API refused the request \(404\)/);
});

test("what is no address is refused at once", () => {
  assert.throws(() => new Session("ftp://127.0.0.1"), TypeError);
});

test("the API tells its assistants, controls, health and version", async () => {
  assert.equal((await session.assistants())[0]?.isDefault, true);
  assert.ok((await session.controls()).some((control) => control.kind === "SLIDER"));
  assert.equal((await session.health()).store.writable, true);
  assert.match(await session.contractVersion(), /^1\./);
});

async function all(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

async function stopAfterText(over: Session) {
  for await (const event of over.stream(HISTORY, SLOW)) {
    if (event.__typename === "RunCancelled") return event;
    if (event.__typename === "TextDelta") await over.cancel(event.runId);
  }
  return undefined;
}

function isMarker(event: StreamEvent): event is Reconnecting {
  return event.__typename === "Reconnecting";
}

function logged(events: readonly StreamEvent[]): RunEvent[] {
  return events.filter((event): event is RunEvent => !isMarker(event));
}

function assertWhole(events: readonly StreamEvent[]): void {
  const found = logged(events);
  assert.deepEqual(found.map((event) => event.seq), [...found.keys()]);
  assert.equal(found[0]?.__typename, "RunStarted");
  assert.equal(found.at(-1)?.__typename, "RunCompleted");
  assert.deepEqual(found.filter(isEnding).length, 1);
  const text = found.map((event) => (event.__typename === "TextDelta" ? event.text : ""));
  assert.equal(text.join(""), WHOLE);
}
