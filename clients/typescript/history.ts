/** What of a conversation is sent with the next question. */

import { LENGTH_LIMITS } from "./_generated/index.ts";
import type { MessageInput } from "./_generated/index.ts";
import type { ChatMessage } from "./messages.ts";
import { MESSAGE_LIMIT, cut } from "./questions.ts";

/** Messages that a history may have; none where the contract doesn't say. */
export const ENTRY_LIMIT = LENGTH_LIMITS["history"] ?? Infinity;

/**
 * The conversation for the model, oldest first; a reply that is awaited isn't part of it.
 *
 * A question that got no text for an answer is left out with it; a reply that was stopped or cut
 * counts with what came. Replies are cut to the length, and the oldest messages left out, that
 * the contract allows.
 */
export function historyOf(messages: readonly ChatMessage[]): MessageInput[] {
  const kept: ChatMessage[] = [];
  for (const message of messages) {
    if (message.status === "streaming") continue;
    if (message.role === "user" || message.content) kept.push(message);
    else if (kept.at(-1)?.role === "user") kept.pop();
  }
  return last(kept, ENTRY_LIMIT).map(({ role, content }) => ({
    role: role === "user" ? "USER" : "ASSISTANT",
    content: cut(content, MESSAGE_LIMIT),
  }));
}

/** The most recent ones that fit, from a question on. */
function last(messages: readonly ChatMessage[], limit: number): readonly ChatMessage[] {
  if (messages.length <= limit) return messages;
  const recent = messages.slice(-limit);
  const question = recent.findIndex((message) => message.role === "user");
  return question < 0 ? [] : recent.slice(question);
}
