// The sentences around a conversation.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation, Session } from "../../clients/typescript/index.ts";
import { announcementOf, hintOf, spentOf, startersOf, titleOf, troubleOf } from "../../clients/typescript/texts.ts";

const NOWHERE = new Session("http://127.0.0.1:9");
const FORGETFUL = { read: () => null, write: () => {} };
const ASSISTANT = {
  id: "a", name: "Anna", description: "", greeting: "", starters: ["Why?"], model: "m",
  questionLengthLimit: null, defaults: [], isDefault: true,
};
const AT = "2026-01-02T03:04:05+00:00";

function met(): Conversation {
  return Object.assign(new Conversation(NOWHERE, FORGETFUL), { assistants: [ASSISTANT] });
}

test("before the API has told anything, nothing is claimed of it", () => {
  const page = new Conversation(NOWHERE, FORGETFUL);
  assert.equal(titleOf(page), "Parley");
  assert.deepEqual([hintOf(page), spentOf(page), announcementOf(page)], ["", "", ""]);
  assert.deepEqual(startersOf(page), []);
  assert.deepEqual(troubleOf(page), { sentence: "", retryable: false });
});

test("starters make room for the conversation, which is announced once it is whole", () => {
  const page = met();
  assert.deepEqual([titleOf(page), ...startersOf(page)], ["Anna", "Why?"]);
  page.transcript.ask("Who?");
  assert.deepEqual(startersOf(page), []);
  assert.equal(announcementOf(page), "The reply is being written.");
  page.transcript.apply({ __typename: "TextDelta", runId: "r", seq: 0, at: AT, text: "**Me**." });
  page.transcript.stop();
  assert.equal(announcementOf(page), "Me.");
  assert.equal(spentOf(page), "Session: unknown, cost unknown"); // its end was never seen
});

test("a lost connection is trouble, and a problem offers a retry only where there is a question", () => {
  const page = met();
  page.transcript.fail({ name: "Odd", sentence: "It broke.", retryable: true });
  assert.equal(troubleOf(page).retryable, false);
  page.transcript.ask("Who?");
  page.transcript.apply({
    __typename: "Reconnecting", runId: null, after: -1, attempt: 1, delaySeconds: 1,
  });
  assert.match(troubleOf(page).sentence, /connection was lost/);
  page.transcript.fail({ name: "Odd", sentence: "It broke.", retryable: true });
  assert.equal(troubleOf(page).retryable, true);
});
