/** A message as a screen shows it, and what replies cost together. */

import type { Cost, TokenUsage } from "./_generated/index.ts";
import { added, costText, isZero, tokensText } from "./money.ts";
import type { Sums } from "./money.ts";

export type Author = "user" | "assistant";
export type Status = "greeting" | "streaming" | "done" | "stopped" | "incomplete" | "failed";

/** What one run used; usage is null where its end was never seen, cost where nobody knows. */
export interface Spent {
  readonly tokenUsage: TokenUsage | null;
  readonly cost: Cost | null;
}

/** One message on the screen. A change makes a new one, so that the same one looks the same. */
export interface ChatMessage {
  readonly role: Author;
  readonly content: string;
  readonly status: Status;
  /** A sentence beneath it: why it ended as it did. */
  readonly note: string | null;
  /** The run that made it; null for questions, and until the run has begun. */
  readonly runId: string | null;
  /** The model that answered; until the end, the one that was asked. */
  readonly model: string | null;
  /** Null for questions, and for replies that haven't ended or never began. */
  readonly spent: Spent | null;
}

/** Sums over replies: exact, and honest about what isn't known. */
export interface Totals {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Currency → exact sum of the known costs. */
  readonly costs: Sums;
  /** Unknown usages: replies whose tokens nobody told; they are not in the sums. */
  readonly unknownUsages: number;
  /** Unknown costs: replies whose cost nobody knows; they are not in the sums. */
  readonly unknownCosts: number;
  /** True where a part of the sums is an estimate. */
  readonly estimated: boolean;
}

/** A message of which nothing more is known than who says what. */
export function messageOf(role: Author, content: string, status: Status = "done"): ChatMessage {
  return { role, content, status, note: null, runId: null, model: null, spent: null };
}

/** True where there was something to pay and nobody knows how much. */
export function costIsUnknown({ tokenUsage, cost }: Spent): boolean {
  return cost === null && (tokenUsage === null || tokenUsage.totalTokens > 0);
}

/** False for a run that used no tokens and cost nothing. */
export function isSomething({ tokenUsage, cost }: Spent): boolean {
  return (tokenUsage?.totalTokens ?? 0) > 0 || (cost !== null && !isZero(cost.amount));
}

/** What these runs used together. */
export function totalsOf(runs: readonly Spent[]): Totals {
  const usages = runs.flatMap((run) => run.tokenUsage ?? []);
  const costs = runs.flatMap((run) => run.cost ?? []);
  return {
    promptTokens: sum(usages.map((usage) => usage.promptTokens)),
    completionTokens: sum(usages.map((usage) => usage.completionTokens)),
    totalTokens: sum(usages.map((usage) => usage.totalTokens)),
    costs: added(costs.map((cost) => [cost.currency, cost.amount])),
    unknownUsages: runs.length - usages.length,
    unknownCosts: runs.filter(costIsUnknown).length,
    estimated: [...usages, ...costs].some((part) => part.estimated),
  };
}

/** Tokens, to show. */
export function tokensTextOf(totals: Totals): string {
  return tokensText(totals.totalTokens, totals.unknownUsages > 0, totals.estimated);
}

/** Cost, to show. */
export function costTextOf(totals: Totals): string {
  return costText(totals.costs, totals.unknownCosts > 0, totals.estimated);
}

/** Tokens of this reply, to show; empty where there is nothing to tell. */
export function tokensTextOfMessage({ spent }: ChatMessage): string {
  return spent ? tokensTextOf(totalsOf([spent])) : "";
}

/** Cost of this reply, to show; empty where there is nothing to tell. */
export function costTextOfMessage({ spent }: ChatMessage): string {
  return spent ? costTextOf(totalsOf([spent])) : "";
}

/** What is told beneath a message: why it ended as it did, tokens and cost. */
export function factsOf(message: ChatMessage): string[] {
  const cost = costTextOfMessage(message);
  const told = [message.note, tokensTextOfMessage(message), cost && `cost ${cost}`];
  return told.flatMap((fact) => fact || []);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
