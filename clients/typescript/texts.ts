/** The sentences around a conversation, for any page to show. */

import type { Conversation } from "./conversation.ts";
import { spoken } from "./markdown.ts";

export interface Trouble {
  /** Empty where nothing stands in the way. */
  readonly sentence: string;
  readonly retryable: boolean;
}

/** Who answers. */
export function titleOf({ assistant }: Conversation): string {
  return assistant?.name ?? "Parley";
}

/** Which model answers; empty until the API has told. */
export function hintOf({ assistant, health }: Conversation): string {
  if (!assistant || !health) return "";
  return `Answers come from ${assistant.model}. ${health.model.hint ?? ""}`;
}

/** Questions to begin with; none once the conversation has begun. */
export function startersOf({ assistant, transcript }: Conversation): readonly string[] {
  return transcript.messages.length === 0 && assistant ? assistant.starters : [];
}

/** What stands in the way right now. */
export function troubleOf({ problem, transcript }: Conversation): Trouble {
  const { reconnecting, canRegenerate } = transcript;
  if (problem) return { ...problem, retryable: problem.retryable && canRegenerate };
  const sentence = reconnecting ? "The connection was lost. Trying again …" : "";
  return { sentence, retryable: false };
}

/** What the session has used; empty before it has used anything. */
export function spentOf({ transcript }: Conversation): string {
  const { totals, tokensText, costText } = transcript;
  if (totals.totalTokens === 0 && totals.unknownUsages === 0) return "";
  return `Session: ${tokensText}, cost ${costText}`;
}

/** For screen readers, which would stumble over every word that is added to the conversation. */
export function announcementOf({ transcript: { busy, messages } }: Conversation): string {
  if (busy) return "The reply is being written.";
  const last = messages.at(-1);
  return last?.role === "assistant" ? spoken(last.content) : "";
}
