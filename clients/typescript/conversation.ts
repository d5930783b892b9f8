/**
 * What one open page does: a transcript, who answers, and how the person set it up.
 *
 * A frontend calls its methods, draws what it holds, and draws again when told (`subscribe`).
 */

import type { Assistant, Control, Health, MessageInput } from "./_generated/index.ts";
import type { Notice } from "./endings.ts";
import { RequestError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import { Panel } from "./panel.ts";
import type { Value } from "./panel.ts";
import { problemSentence } from "./sentences.ts";
import type { Session } from "./session.ts";
import type { TranscriptState } from "./state.ts";
import { Transcript } from "./transcript.ts";
import { Turn, noticeOf } from "./turn.ts";

/** Where a conversation outlives a reload, as one text. */
export interface Keeper {
  read(): string | null;
  write(text: string): void;
}

interface Kept {
  format: typeof FORMAT;
  transcript: TranscriptState;
  assistantId: string | null;
  values: Record<string, Value>;
  newestFirst: boolean;
}

/** Of what is kept; what another version of this code has kept is left alone. */
const FORMAT = 1;

/** An API that doesn't answer is asked again after so long. */
const RETRY_MS = 2000;

/** Draws that come closer together than this are one. */
const FRAME_MS = 25;

export class Conversation {
  transcript = new Transcript();
  assistants: readonly Assistant[] = [];
  /** Null until the API has told. */
  health: Health | null = null;
  newestFirst = false;
  /** Path of a control → what the person set. */
  values: Readonly<Record<string, Value>> = {};
  /** True where the API wants a key, and has got none that holds. */
  needsKey = false;
  /** Grows with each change. */
  version = 0;

  readonly #session: Session;
  readonly #keeper: Keeper;
  readonly #listeners = new Set<() => void>();
  #controls: readonly Control[] = [];
  #assistantId: string | null = null;
  /** Why the API could not be asked what it offers. */
  #trouble: Notice | null = null;
  #turn: Turn | null = null;
  #frame: ReturnType<typeof setTimeout> | undefined;
  #told = 0;

  constructor(session: Session, keeper: Keeper) {
    this.#session = session;
    this.#keeper = keeper;
    this.#restore();
  }

  /** Who answers: the default assistant unless another that there is was chosen. */
  get assistant(): Assistant | undefined {
    const chosen = this.assistants.find((assistant) => assistant.id === this.#assistantId);
    return chosen ?? this.assistants[0];
  }

  get panel(): Panel {
    return new Panel(this.#controls, this.assistant);
  }

  /** What to show of what went wrong. */
  get problem(): Notice | null {
    if (!this.#trouble) return this.transcript.problem;
    const sentence = `${this.#trouble.sentence} Trying again …`;
    return { ...this.#trouble, sentence, retryable: false };
  }

  /** Call the listener after each change; returns how to end that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Ask the API what it offers, then go on with what was kept, or with the linked run. */
  async open(linkedRun: string | null = null): Promise<void> {
    try {
      await this.#meet();
      if (linkedRun && linkedRun !== this.transcript.runId) await this.#join(linkedRun);
      this.#trouble = null;
      this.needsKey = false;
    } catch (error) {
      this.#trouble = noticeOf(error);
      this.needsKey = error instanceof RequestError && error.code === "UNAUTHENTICATED";
      setTimeout(() => this.#trouble && void this.open(linkedRun), RETRY_MS);
    }
    this.#changed();
    const point = this.#trouble ? null : this.transcript.resumePoint();
    if (point) await this.#read((signal) => this.#session.follow(...point, { signal }));
  }

  /** Send the question; false where it may not be sent, and `problem` says why. */
  ask(question: string): boolean {
    return this.#begin(() => this.transcript.ask(question));
  }

  /** Ask for another reply to the last question. */
  regenerate(): boolean {
    return this.#begin(() => this.transcript.regenerate());
  }

  /** Stop the model. The stream then ends by itself, in every window that shows the run. */
  async stop(): Promise<void> {
    await this.#turn?.stop();
    this.#set();
  }

  /** A new conversation. A reply that is being written is stopped. */
  clear(): void {
    void this.#turn?.abandon().then(() => this.#changed());
    this.transcript.clear();
    this.#set();
  }

  /** Another assistant answers from now on; what was said stays. */
  choose(assistantId: string): void {
    this.#assistantId = assistantId;
    this.values = {};
    this.#greet();
    this.#set();
  }

  /** Draw this value for the control. */
  set(path: string, value: Value): void {
    this.values = { ...this.values, [path]: value };
    this.#set();
  }

  /** Newest or oldest message on top. */
  order(newestFirst: boolean): void {
    this.newestFirst = newestFirst;
    this.#set();
  }

  /** Write down all that must survive a reload; call it when the page is left as well. */
  readonly keep = (): void => {
    const { newestFirst, values } = this;
    const transcript = this.transcript.toState();
    const assistantId = this.#assistantId;
    const kept: Kept = { format: FORMAT, transcript, assistantId, values, newestFirst };
    this.#keeper.write(JSON.stringify(kept));
  };

  #restore(): void {
    const kept = keptIn(this.#keeper.read());
    if (!kept) return;
    this.transcript = Transcript.restored(kept.transcript);
    this.values = kept.values;
    this.newestFirst = kept.newestFirst;
    this.#assistantId = kept.assistantId;
  }

  async #meet(): Promise<void> {
    const session = this.#session;
    const [assistants, controls] = await Promise.all([session.assistants(), session.controls()]);
    this.assistants = assistants;
    this.#controls = controls;
    this.#greet();
    void this.#examine();
  }

  /** Not waited for: whether the model's server answers may take a while. */
  async #examine(): Promise<void> {
    try {
      this.health = await this.#session.health();
    } catch (error) {
      noticeOf(error); // what matters of it shows with the next question
    }
    this.#changed();
  }

  async #join(runId: string): Promise<void> {
    const run = await this.#session.run(runId);
    if (run.__typename === "Run") {
      this.#assistantId = run.assistantId;
      this.values = {};
      this.transcript = Transcript.joining(run, this.assistant);
    } else {
      const sentence = problemSentence(run);
      this.transcript.problem = { type: run.__typename, sentence, retryable: false };
    }
  }

  #greet(): void {
    if (!this.assistant) return;
    this.transcript.greeting = this.assistant.greeting;
    this.transcript.questionLimit = this.assistant.questionLengthLimit;
  }

  #begin(awaitReply: () => MessageInput[] | null): boolean {
    try {
      const settings = this.panel.settings(this.values);
      const history = awaitReply();
      const options = { assistantId: this.assistant?.id, settings };
      if (history) {
        void this.#read((signal) => this.#session.stream(history, { ...options, signal }));
        return true;
      }
    } catch (error) {
      this.transcript.problem = noticeOf(error);
    }
    this.#changed();
    return false;
  }

  async #read(open: (signal: AbortSignal) => AsyncIterable<StreamEvent>): Promise<void> {
    this.#turn = new Turn(this.#session, this.transcript);
    this.#changed();
    await this.#turn.read(open, { begun: this.keep, news: () => this.#changedSoon() });
    this.#set();
  }

  #set(): void {
    this.keep();
    this.#changed();
  }

  #changed(): void {
    clearTimeout(this.#frame);
    this.#frame = undefined;
    this.#told = performance.now();
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }

  /** The first news at once, what comes within a frame of it together. */
  #changedSoon(): void {
    const wait = this.#told + FRAME_MS - performance.now();
    if (wait <= 0) this.#changed();
    else this.#frame ??= setTimeout(() => this.#changed(), wait);
  }
}

function keptIn(text: string | null): Kept | null {
  const kept = text ? (JSON.parse(text) as Kept) : null;
  return kept?.format === FORMAT ? kept : null;
}
