/** How the end of a run reads on the screen: status, sentence, problem and what it used. */

import type { Ending } from "./events.ts";
import { isSomething } from "./messages.ts";
import type { Spent, Status } from "./messages.ts";
import { STOPPED, endingSentence, problemSentence, standInSentence } from "./sentences.ts";

/** A problem to show until the next question. */
export interface Notice {
  /** Name of the problem's, event's or error's type. */
  readonly type: string;
  readonly sentence: string;
  readonly retryable: boolean;
}

/** How the reply stands now; for types that are newer than this client, by the finish reason. */
export function statusOf(event: Ending): Status {
  if (event.__typename === "RunFailed" || event.finishReason === "FAILED") return "failed";
  if (event.__typename === "RunIncomplete" || event.finishReason === "INCOMPLETE") {
    return "incomplete";
  }
  if (event.__typename === "RunCancelled" || event.finishReason === "CANCELLED") return "stopped";
  return "done";
}

/** The sentences beneath the reply of the model that was asked; null where it simply ended. */
export function noteOf(event: Ending, asked: string | null): string | null {
  const { answeredBy } = event;
  const standsIn = asked && answeredBy && answeredBy !== asked;
  const told = [endingOf(event), standsIn ? standInSentence(answeredBy, asked) : null];
  return told.filter(Boolean).join(" ") || null;
}

function endingOf(event: Ending): string | null {
  if (event.__typename === "RunFailed") return problemSentence(event.problem);
  if (event.__typename === "RunIncomplete") return event.reason;
  if (event.__typename === "RunCancelled") return STOPPED;
  return endingSentence(event.finishReason ?? "");
}

/** The problem to show, with whether to offer another try. */
export function noticeOf(event: Ending): Notice | null {
  if (event.__typename === "RunFailed") {
    const { __typename: type, retryable } = event.problem;
    return { type, sentence: problemSentence(event.problem), retryable: Boolean(retryable) };
  }
  if (event.__typename === "RunIncomplete") {
    return { type: event.__typename, sentence: event.reason, retryable: true };
  }
  return null;
}

/**
 * What the run used; null where that is nothing.
 *
 * `late`: the event answers a request to follow a run that had gone further; where it has no
 * figures, the run's own are unknown.
 */
export function spentBy(event: Ending, late: boolean): Spent | null {
  const spent: Spent = { tokenUsage: event.tokenUsage ?? null, cost: event.cost ?? null };
  if (isSomething(spent)) return spent;
  if (event.__typename === "RunFailed" && event.problem.__typename === "ReplayExpired") {
    return { tokenUsage: event.problem.tokenUsage, cost: event.problem.cost };
  }
  return late ? { tokenUsage: null, cost: null } : null;
}
