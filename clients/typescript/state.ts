/** A transcript as JSON values, with amounts written as all languages write them. */

import type { Notice } from "./endings.ts";
import type { ChatMessage, Spent } from "./messages.ts";
import { plain } from "./money.ts";

/** Everything that a transcript knows. */
export interface TranscriptState {
  greeting: string;
  questionLimit: number | null;
  messages: readonly ChatMessage[];
  runId: string | null;
  lastSeq: number;
  reconnecting: boolean;
  problem: Notice | null;
  dropped: readonly Spent[];
}

export function messageState(message: ChatMessage): ChatMessage {
  return { ...message, spent: message.spent && spentState(message.spent) };
}

export function spentState({ tokenUsage, cost }: Spent): Spent {
  return { tokenUsage, cost: cost && { ...cost, amount: plain(cost.amount) } };
}
