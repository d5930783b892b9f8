// What an open page does, against a live server: asking, stopping, reloading, joining.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation, Session } from "../../clients/typescript/index.ts";
import type { Keeper } from "../../clients/typescript/index.ts";
import { tab } from "./shaky_network.ts";

const URL_OF_API = process.env["PARLEY_API"] ?? "";
const ENDLESS = "numbered-5000@100";

test("a question is answered, and its figures are counted", async () => {
  const page = await opened();
  assert.ok(page.ask("Who?"));
  await until(page, () => !page.transcript.busy);
  assert.deepEqual(contents(page), ["Who?", "Who?"]); // the model echoes
  assert.ok(page.transcript.totals.totalTokens > 0);
});

test("a question that may not be sent stays unsent, with the reason", async () => {
  const page = await opened();
  assert.equal(page.ask("x".repeat(51)), false);
  assert.match(page.problem?.sentence ?? "", /51 characters; 50 are allowed/);
  assert.deepEqual(contents(page), []);
});

test("settings that are drawn are sent, and one of the wrong form is refused", async () => {
  const page = await opened();
  page.choose("general");
  page.set("settings.model", "numbered-3");
  page.ask("Count.");
  await until(page, () => !page.transcript.busy);
  assert.equal(contents(page).at(-1), "t0 t1 t2");
  page.set("settings.temperature", "warm");
  assert.equal(page.ask("Again?"), false);
  assert.match(page.problem?.sentence ?? "", /takes a number/);
});

test("a stopped reply keeps what came", async () => {
  const page = await streaming();
  await page.stop();
  await until(page, () => !page.transcript.busy);
  assert.equal(page.transcript.messages.at(-1)?.status, "stopped");
  assert.match(contents(page).at(-1) ?? "", /^t0/);
});

test("who stops before the run has told its id stops the run all the same", async () => {
  const page = await opened();
  page.choose("general");
  page.set("settings.model", ENDLESS);
  page.ask("Count.");
  await page.stop();
  assert.equal(page.transcript.messages.at(-1)?.status, "stopped");
  // the server's log of running replies is looked at by whoever started this test
});

test("a cleared conversation is empty, its run stopped, and the next question unharmed", async () => {
  const page = await streaming();
  const runId = page.transcript.runId ?? "";
  page.clear();
  assert.deepEqual([contents(page), page.transcript.busy], [[], false]);
  page.set("settings.model", "numbered-3");
  page.ask("Count.");
  await until(page, () => !page.transcript.busy);
  assert.equal(contents(page).at(-1), "t0 t1 t2");
  const run = await new Session(URL_OF_API).run(runId);
  assert.equal(run.__typename === "Run" && run.status, "CANCELLED");
});

test("a reload in mid-answer goes on where the page was left", async () => {
  const kept = tab();
  const page = await streaming(kept);
  page.keep();
  const again = await opened(kept);
  const before = contents(again).at(-1) ?? "";
  assert.match(before, /^t0/);
  await until(again, () => (contents(again).at(-1) ?? "").length > before.length + 20);
  const numbers = (contents(again).at(-1) ?? "").split(" ");
  assert.deepEqual(numbers, numbers.map((_, number) => `t${number}`));
  await again.stop();
});

test("a run that was started elsewhere is joined, watched and stopped", async () => {
  const page = await streaming();
  const other = await opened(tab(), page.transcript.runId);
  await until(other, () => (contents(other).at(-1) ?? "").startsWith("t0"));
  assert.equal(contents(other)[0], "Count.");
  await other.stop();
  await until(page, () => !page.transcript.busy);
  assert.equal(page.transcript.messages.at(-1)?.status, "stopped");
});

test("a link to nothing says so", async () => {
  const page = await opened(tab(), "nobody");
  await until(page, () => page.problem !== null);
  assert.equal(page.problem?.type, "RunNotFound");
});

test("without an API the page says so and tries again by itself", async () => {
  let there = false;
  const shy: typeof fetch = async (input, init) => {
    if (!there) throw new TypeError("fetch failed");
    return fetch(input, init);
  };
  const page = new Conversation(new Session(URL_OF_API, { fetch: shy }), tab());
  await page.open();
  assert.match(page.problem?.sentence ?? "", /cannot be reached.*Trying again/);
  there = true;
  await until(page, () => page.assistants.length > 0 && page.problem === null);
});

test("what another version has kept is left alone", async () => {
  const kept = tab();
  kept.write(JSON.stringify({ format: 0, transcript: null }));
  assert.deepEqual(contents(await opened(kept)), []);
});

async function opened(keeper: Keeper = tab(), linkedRun: string | null = null) {
  const page = new Conversation(new Session(URL_OF_API), keeper);
  void page.open(linkedRun);
  await until(page, () => page.assistants.length > 0);
  return page;
}

/** A page whose reply has begun and doesn't end by itself. */
async function streaming(keeper: Keeper = tab()) {
  const page = await opened(keeper);
  page.choose("general");
  page.set("settings.model", ENDLESS);
  page.ask("Count.");
  await until(page, () => (contents(page).at(-1) ?? "").includes("t3"));
  return page;
}

function contents(page: Conversation): string[] {
  return page.transcript.messages.map((message) => message.content);
}

function until(page: Conversation, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const leave = page.subscribe(check);
    function check() {
      if (!holds()) return;
      leave();
      resolve();
    }
    check();
  });
}
