/** One reply that is read: a run's events, applied to the transcript until the run's end. */

import type { Notice } from "./endings.ts";
import { ParleyError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import type { Session } from "./session.ts";
import type { Transcript } from "./transcript.ts";

/** What a turn tells while it is read. */
export interface Listener {
  /** The run has told its id: from now on it can be resumed. */
  begun(): void;
  /** There is more to draw. */
  news(): void;
}

export class Turn {
  readonly #session: Session;
  readonly #transcript: Transcript;
  readonly #control = new AbortController();
  /** True once nobody waits for the reply; its run is to be stopped. */
  #abandoned = false;

  constructor(session: Session, transcript: Transcript) {
    this.#session = session;
    this.#transcript = transcript;
  }

  /** Apply the events to the transcript; what goes wrong is shown there. */
  async read(
    open: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
    listener: Listener,
  ): Promise<void> {
    try {
      for await (const event of open(this.#control.signal)) {
        if (!this.#abandoned) this.#apply(event, listener);
        else if (event.runId) return await this.#cancel(event.runId);
      }
    } catch (error) {
      const { type: name, sentence, retryable } = noticeOf(error);
      if (!this.#abandoned) this.#transcript.fail({ name, sentence, retryable });
    }
  }

  /** Stop the model; the stream then ends by itself, in every window that shows the run. */
  async stop(): Promise<void> {
    const { busy, runId } = this.#transcript;
    if (!busy || this.#abandoned) return;
    if (runId === null) {
      this.#abandoned = true; // the run is stopped as soon as it tells its id
      this.#transcript.stop();
    } else if (!(await this.#wasStopped(runId)) && !this.#abandoned) {
      this.#letGo();
      this.#transcript.stop();
    }
  }

  /** Nobody waits for the reply any more: stop the model, and show nothing of what still comes. */
  async abandon(): Promise<void> {
    const { busy, runId } = this.#transcript;
    if (busy && runId !== null) {
      this.#letGo();
      await this.#cancel(runId);
    }
    this.#abandoned = true;
  }

  #apply(event: StreamEvent, listener: Listener): void {
    const known = this.#transcript.runId;
    this.#transcript.apply(event);
    if (known === null) listener.begun();
    listener.news();
  }

  #letGo(): void {
    this.#abandoned = true;
    this.#control.abort();
  }

  async #cancel(runId: string): Promise<void> {
    await this.#wasStopped(runId);
  }

  /** True where the stream tells the run's end. */
  async #wasStopped(runId: string): Promise<boolean> {
    try {
      return (await this.#session.cancel(runId)).__typename === "Cancellation";
    } catch (error) {
      this.#transcript.problem = { ...noticeOf(error), retryable: false };
      return false;
    }
  }
}

/** What to show of the error; throws again what is a bug. */
export function noticeOf(error: unknown): Notice {
  if (!(error instanceof ParleyError)) throw error;
  return { type: error.name, sentence: error.sentence, retryable: error.retryable };
}
