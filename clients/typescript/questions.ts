/**
 * Whether a question may be sent, and the counter that tells so while it is typed.
 *
 * Characters are Unicode code points, as the server counts them, without blanks around.
 */

import { LENGTH_LIMITS } from "./_generated/index.ts";
import { EMPTY_QUESTION, tooLongSentence } from "./sentences.ts";

/** Characters that any message may have. */
export const MESSAGE_LIMIT = LENGTH_LIMITS["history.content"] ?? Infinity;

/** What is sent of the text in the box. */
export function questionOf(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

/** Characters that are left, negative where it is too long; null where there is no cap. */
export function remaining(text: string, limit: number | null): number | null {
  return limit === null ? null : limit - lengthOf(questionOf(text));
}

/** `12 / 50`; empty where there is no cap. */
export function counter(text: string, limit: number | null): string {
  return limit === null ? "" : `${lengthOf(questionOf(text))} / ${limit}`;
}

/** Why the text cannot be sent, as a sentence; null where it can. */
export function refusal(text: string, limit: number | null): string | null {
  const question = questionOf(text);
  const allowed = Math.min(limit || MESSAGE_LIMIT, MESSAGE_LIMIT);
  if (!question) return EMPTY_QUESTION;
  const length = lengthOf(question);
  return length > allowed ? tooLongSentence(length, allowed) : null;
}

/** Code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The text's beginning, with at most so many code points. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join("");
}
