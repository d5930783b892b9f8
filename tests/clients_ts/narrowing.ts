// Compiled, never run: a type is told by its name, and what is newer than the client has a branch.
import type { FinishReason, RunEvent, UnknownRunEvent } from "../../clients/typescript/index.ts";

export function textOf(event: RunEvent): string {
  switch (event.__typename) {
    case "TextDelta":
      return event.text;
    case "RunFailed":
      return event.problem.__typename === "RateLimited"
        ? String(event.problem.retryAfterSeconds?.toFixed())
        : (event.problem.reason ?? "");
    case "RunIncomplete":
      return event.reason;
    case "RunStarted":
      return event.model;
    case "RunCompleted":
    case "RunCancelled":
      return event.reply.content;
    default: {
      const newer: UnknownRunEvent = event;
      return newer.reply?.content ?? "";
    }
  }
}

export const known: FinishReason = "STOP";
export const newer: FinishReason = "BUDGET" as string;
// @ts-expect-error: a field of another event
export const wrong = (event: RunEvent & { __typename: "RunStarted" }) => event.text;
