/** What a stream yields: the contract's events, and the session's own word that it reconnects. */

import type { RunEvent, TerminalEvent, UnknownRunEvent } from "./_generated/index.ts";

/** The connection was lost; the session tries again in a moment. Never part of a run's log. */
export interface Reconnecting {
  readonly __typename: "Reconnecting";
  /** Null where the connection was lost before the run's first event came. */
  readonly runId: string | null;
  /** `seq` of the last event that came; -1 for none. */
  readonly after: number;
  readonly attempt: number;
  readonly delaySeconds: number;
}

export type StreamEvent = RunEvent | Reconnecting;

/** A terminal event; an unknown one counts where it carries a finish reason. */
export type Ending = TerminalEvent | UnknownRunEvent;

/** True for the last event of a run, also where its type is newer than this client. */
export function isEnding(event: StreamEvent): event is Ending {
  return "finishReason" in event && event.finishReason != null;
}
