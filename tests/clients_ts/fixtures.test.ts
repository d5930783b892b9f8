// The transcript means what the language-neutral fixtures say, at every step also after a reload.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";

import { Transcript, costTextOfMessage, tokensTextOfMessage } from "../../clients/typescript/index.ts";
import type { ChatMessage, RunEvent } from "../../clients/typescript/index.ts";

type Json = any; // the fixtures are data, checked by what they compare

const FOLDER = new URL("../../clients/fixtures/", import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

for (const file of FILES) {
  describe(file, () => {
    for (const told of JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"))) {
      test(told.name, () => play(told));
      test(`${told.name}, with reloads`, () => play({ ...told, steps: withReloads(told.steps) }));
    }
  });
}

function play(told: Json): void {
  const { greeting = "", questionLimit = null } = told.given ?? {};
  let transcript = new Transcript(greeting, questionLimit);
  told.steps.forEach((step: Json, number: number) => {
    transcript = take(transcript, step, `step ${number}`);
  });
}

function take(transcript: Transcript, step: Json, where: string): Transcript {
  if ("ask" in step) sends(transcript.ask(step.ask), step, where);
  else if ("regenerate" in step) sends(transcript.regenerate(), step, where);
  else if ("event" in step) transcript.apply(step.event as RunEvent);
  else if ("reconnecting" in step) {
    const marker = { __typename: "Reconnecting", attempt: 1, delaySeconds: 0.1 } as const;
    transcript.apply({ ...marker, ...step.reconnecting });
  } else if ("fail" in step) transcript.fail({ name: step.fail.type, ...step.fail });
  else if ("stop" in step) transcript.stop();
  else if ("clear" in step) transcript.clear();
  else if ("reload" in step) {
    return Transcript.restored(JSON.parse(JSON.stringify(transcript.toState())));
  } else if ("typed" in step) compareTyped(transcript, step, where);
  else if ("expect" in step) shows(screenOf(transcript), step.expect, where);
  else assert.fail(`${where}: no such step: ${JSON.stringify(step)}`);
  return transcript;
}

function sends(history: Json, step: Json, where: string): void {
  if ("sends" in step) assert.deepEqual(sorted(history), sorted(step.sends), where);
}

function compareTyped(transcript: Transcript, step: Json, where: string): void {
  const text = step.typed.repeat(step.times ?? 1);
  const told: Json = {
    counter: transcript.counter(text),
    remaining: transcript.remaining(text),
    refusal: transcript.refusal(text),
  };
  const compared = Object.keys(told).filter((key) => key in step);
  assert.notEqual(compared.length, 0, `${where} compares nothing`);
  for (const key of compared) assert.deepEqual(told[key], step[key], `${where}.${key}`);
}

function screenOf(transcript: Transcript): Json {
  return {
    messages: transcript.toState().messages.map(messageOnScreen),
    view: transcript.view().map((message) => message.content),
    viewNewestFirst: transcript.view(true).map((message) => message.content),
    busy: transcript.busy,
    reconnecting: transcript.reconnecting,
    canRegenerate: transcript.canRegenerate,
    runId: transcript.runId,
    lastSeq: transcript.lastSeq,
    resumePoint: transcript.resumePoint(),
    problem: transcript.problem,
    history: transcript.history(),
    totals: transcript.totals,
    tokensText: transcript.tokensText,
    costText: transcript.costText,
    csv: transcript.toCsv(),
  };
}

function messageOnScreen(message: ChatMessage): Json {
  const texts = { tokensText: tokensTextOfMessage(message), costText: costTextOfMessage(message) };
  return { ...message, ...texts };
}

/** Objects are compared by the keys that are expected, lists entry by entry. */
function shows(actual: Json, expected: Json, where: string): void {
  if (Array.isArray(expected)) {
    assert.equal(actual?.length, expected.length, `${where}: ${JSON.stringify(actual)}`);
    expected.forEach((entry, index) => shows(actual[index], entry, `${where}[${index}]`));
  } else if (expected !== null && typeof expected === "object") {
    assert.ok(actual, `${where} is ${actual}`);
    if (where.endsWith("costs")) assert.deepEqual(actual, expected, where);
    for (const [key, value] of Object.entries(expected)) {
      assert.ok(key in actual, `${where}.${key} is missing`);
      shows(actual[key], value, `${where}.${key}`);
    }
  } else assert.equal(actual, expected, where);
}

/** A reload before a run's first event fails the question, which does change what is shown. */
function withReloads(steps: Json[]): Json[] {
  let known = true;
  return steps.flatMap((step) => {
    if ("ask" in step || "regenerate" in step) known = false;
    else if ("event" in step) known = true;
    return known ? [step, { reload: true }] : [step];
  });
}

function sorted(history: Json): Json {
  return history?.map(({ role, content }: Json) => ({ role, content })) ?? history;
}
