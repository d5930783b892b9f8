/** The sentences that a person reads: of problems, endings and refused questions. */

import type {
  FinishReason,
  Problem,
  UnknownCancelRunResult,
  UnknownChatResult,
  UnknownRunResult,
  UnknownStartRunResult,
} from "./_generated/index.ts";

/** A problem, wherever it is met; what a result has of the future has a `reason`, too. */
export type AnyProblem =
  | Problem
  | UnknownCancelRunResult
  | UnknownChatResult
  | UnknownRunResult
  | UnknownStartRunResult;

export const STOPPED = "Stopped.";
export const EMPTY_QUESTION = "Write a question first.";
export const STILL_BUSY = "Wait for the reply to end, or stop it.";
export const LEFT_EARLY = "The page was left before the reply began. Try again.";

/**
 * The problem's `reason`, with what its figures add to it.
 *
 * Types that are newer than this client have their `reason` alone.
 */
export function problemSentence(problem: AnyProblem): string {
  const reason = (problem.reason || `Something went wrong (${problem.__typename}).`).trim();
  const hint = hintOf(problem, reason);
  return hint ? `${reason} ${hint}` : reason;
}

/** What to say beneath a whole reply; null where nothing is odd about its end. */
export function endingSentence(finishReason: FinishReason): string | null {
  if (finishReason === "LENGTH") return "The reply reached its length limit.";
  if (finishReason === "CONTENT_FILTER") return "A content filter ended the reply.";
  return null;
}

export function standInSentence(answeredBy: string, asked: string): string {
  return `Answered by ${answeredBy}, standing in for ${asked}.`;
}

export function tooLongSentence(actual: number, limit: number): string {
  return `The question has ${actual} characters; ${limit} are allowed.`;
}

function hintOf(problem: AnyProblem, reason: string): string | null {
  switch (problem.__typename) {
    case "RateLimited":
      if (problem.retryAfterSeconds === null) return null;
      return `Try again in ${duration(problem.retryAfterSeconds)}.`;
    case "InputTooLong":
      if (reason.includes(String(problem.limit))) return null;
      return `At most ${problem.limit} are allowed.`;
    case "UnknownModel":
    case "UnknownAssistant":
      if (problem.available.every((name) => reason.includes(name))) return null;
      return `There are: ${problem.available.join(", ")}.`;
    default:
      return null;
  }
}

/** Rounded up, so that who waits so long doesn't come too early. */
function duration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole <= 90) return `${whole} second${whole === 1 ? "" : "s"}`;
  return `${Math.ceil(whole / 60)} minutes`;
}
