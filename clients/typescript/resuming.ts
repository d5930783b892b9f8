/** Makes one unbroken stream of a run, whatever happens to the connections beneath it. */

import type { RunEvent } from "./_generated/index.ts";
import { ConnectionLostError, ParleyError, StreamLostError } from "./errors.ts";
import { isEnding } from "./events.ts";
import type { Reconnecting, StreamEvent } from "./events.ts";

/** What the stream of one run is made of. */
export interface Wire {
  /** Start the run, or join it where an earlier attempt had started it. */
  start(signal: AbortSignal): AsyncIterable<RunEvent>;
  /** The run's events with `seq` > `after`. */
  follow(runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** True where the run has ended and has no event after `after`. */
  isOver(runId: string, after: number): Promise<boolean>;
}

/**
 * How long a lost connection is tried again: full jitter, growing, up to a deadline.
 *
 * The n-th delay is random between 0 and `firstDelay` · 2ⁿ, at most `longestDelay`: see
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/. Times are in seconds.
 */
export interface Patience {
  readonly firstDelay: number;
  readonly longestDelay: number;
  /** Since the last sign of life. */
  readonly deadline: number;
}

export const DEFAULT_PATIENCE: Patience = { firstDelay: 0.25, longestDelay: 5, deadline: 60 };

/**
 * The run's events after `after`, each once and in order, up to its terminal event.
 *
 * A stream that ends without one was cut, and is resumed; `Reconnecting` tells of each attempt.
 * Aborting the signal ends it. Throws `StreamLostError` past the deadline, `ApiUnreachableError`
 * where not even the first attempt got through, and whatever else trying again would not change.
 */
export async function* resumed(
  wire: Wire,
  patience: Patience,
  signal: AbortSignal,
  runId: string | null = null,
  after = -1,
): AsyncGenerator<StreamEvent> {
  const cursor = new Cursor(patience, runId, after);
  while (!signal.aborted) {
    let cause: unknown;
    try {
      for await (const event of attempt(wire, cursor, signal)) {
        yield event;
        if (isEnding(event)) return;
      }
      if (signal.aborted) return;
      if (cursor.runId !== null && (await wire.isOver(cursor.runId, cursor.seq))) return;
    } catch (error) {
      if (!cursor.survives(error)) throw error;
      cause = error;
    }
    const reconnecting = cursor.nextAttempt(cause);
    yield reconnecting;
    await pause(reconnecting.delaySeconds, signal);
  }
}

/** What one connection brings that is new; ends early where events are missing. */
async function* attempt(
  wire: Wire,
  cursor: Cursor,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const { runId, seq } = cursor;
  const source = runId === null ? wire.start(signal) : wire.follow(runId, seq, signal);
  for await (const event of source) {
    if (cursor.isRepeated(event)) continue;
    if (cursor.breaksOff(event)) return;
    cursor.advance(event);
    yield event;
  }
}

/** Where the reader of a run stands. */
class Cursor {
  runId: string | null;
  seq: number;
  readonly #patience: Patience;
  #attempt = 0;
  /** True once an attempt got through to the server. */
  #connected = false;
  #aliveAt = now();

  constructor(patience: Patience, runId: string | null, seq: number) {
    this.#patience = patience;
    this.runId = runId;
    this.seq = seq;
  }

  advance(event: RunEvent): void {
    [this.#connected, this.#attempt, this.#aliveAt] = [true, 0, now()];
    this.runId ??= event.runId ?? null;
    this.seq = Math.max(this.seq, event.seq ?? -1);
  }

  /** Ends are never taken for repeated: the refusal of a follow has the number 0. */
  isRepeated(event: RunEvent): boolean {
    return event.seq != null && event.seq <= this.seq && !isEnding(event);
  }

  /** True where events are missing before this one, or following was refused for a while. */
  breaksOff(event: RunEvent): boolean {
    if (event.seq == null) return false;
    if (event.__typename === "RunFailed" && event.seq <= this.seq) {
      return Boolean(event.problem.retryable);
    }
    return event.seq > this.seq + 1;
  }

  /** True where the error is no reason to give up. */
  survives(error: unknown): boolean {
    if (error instanceof ConnectionLostError) this.#connected = true;
    else if (!(error instanceof ParleyError && error.retryable)) return false;
    return this.#connected;
  }

  /** What to tell before the next attempt; throws where there shall be none. */
  nextAttempt(cause: unknown): Reconnecting {
    this.#attempt += 1;
    const { firstDelay, longestDelay, deadline } = this.#patience;
    const delaySeconds = Math.random() * Math.min(longestDelay, firstDelay * 2 ** this.#attempt);
    if (now() + delaySeconds - this.#aliveAt > deadline) {
      throw new StreamLostError(this.runId, this.seq, cause);
    }
    const { runId, seq: after } = this;
    return { __typename: "Reconnecting", runId, after, attempt: this.#attempt, delaySeconds };
  }
}

function now(): number {
  return performance.now() / 1000;
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(wake, seconds * 1000);
    function wake() {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    }
    signal.addEventListener("abort", wake);
    if (signal.aborted) wake();
  });
}
