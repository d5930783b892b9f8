/**
 * Folds a run's events into what a screen shows. No input, no output: a frontend only paints it.
 *
 * Every frontend's transcript, in every language, behaves as `clients/fixtures` tells.
 */

import type { Assistant, MessageInput, Run } from "./_generated/index.ts";
import { noteOf, noticeOf, spentBy, statusOf } from "./endings.ts";
import type { Notice } from "./endings.ts";
import type { ParleyError } from "./errors.ts";
import { isEnding } from "./events.ts";
import type { Ending, StreamEvent } from "./events.ts";
import { csvFile, toCsv, toJson } from "./export.ts";
import { historyOf } from "./history.ts";
import { costTextOf, messageOf, tokensTextOf, totalsOf } from "./messages.ts";
import type { ChatMessage, Spent, Status, Totals } from "./messages.ts";
import * as questions from "./questions.ts";
import { LEFT_EARLY, STILL_BUSY, STOPPED } from "./sentences.ts";
import { messageState, spentState } from "./state.ts";
import type { TranscriptState } from "./state.ts";

/** One conversation. Mutable, and small enough to be kept as JSON with every change. */
export class Transcript implements TranscriptState {
  greeting: string;
  questionLimit: number | null;
  messages: readonly ChatMessage[] = [];
  /** The run that is going, or the last one. */
  runId: string | null = null;
  /** `seq` of the last event of that run. */
  lastSeq = -1;
  reconnecting = false;
  problem: Notice | null = null;
  /** What replies cost that are no longer shown; it was spent all the same. */
  dropped: readonly Spent[] = [];

  constructor(greeting = "", questionLimit: number | null = null) {
    this.greeting = greeting;
    this.questionLimit = questionLimit;
  }

  /** An empty conversation with this assistant. */
  static forAssistant(assistant: Assistant): Transcript {
    return new Transcript(assistant.greeting, assistant.questionLengthLimit);
  }

  /** A run that somebody started elsewhere; apply `follow(run.id)` from its beginning. */
  static joining(run: Run, assistant?: Assistant): Transcript {
    const joined = assistant ? Transcript.forAssistant(assistant) : new Transcript();
    joined.messages = run.history.map(({ role, content }) =>
      messageOf(role === "USER" ? "user" : "assistant", content),
    );
    joined.#awaitReply();
    joined.runId = run.id;
    joined.#change({ runId: run.id });
    return joined;
  }

  /** The transcript that `toState` wrote. */
  static fromState(state: TranscriptState): Transcript {
    return Object.assign(new Transcript(), state);
  }

  /** The same after a reload; a reply whose run isn't known yet cannot be resumed. */
  static restored(state: TranscriptState): Transcript {
    const transcript = Transcript.fromState(state);
    if (transcript.busy && transcript.runId === null) {
      transcript.#settle("failed", LEFT_EARLY);
      transcript.problem = { type: "Reload", sentence: LEFT_EARLY, retryable: true };
    }
    return transcript;
  }

  /** True while a reply is awaited. */
  get busy(): boolean {
    return this.messages.at(-1)?.status === "streaming";
  }

  /** True where there is a question whose reply may be asked for again. */
  get canRegenerate(): boolean {
    return !this.busy && this.messages.some((message) => message.role === "user");
  }

  /**
   * Show the question and await its reply: the history to send.
   *
   * Null where it may not be sent; `problem` then says why.
   */
  ask(question: string): MessageInput[] | null {
    const sentence = this.busy ? STILL_BUSY : this.refusal(question);
    if (sentence) {
      this.problem = { type: "Question", sentence, retryable: false };
      return null;
    }
    this.messages = [...this.messages, messageOf("user", questions.questionOf(question))];
    return this.#awaitReply();
  }

  /**
   * Drop the last reply and await another: the history to send; null where there is none.
   *
   * What the dropped reply cost stays in the totals.
   */
  regenerate(): MessageInput[] | null {
    if (!this.canRegenerate) return null;
    const question = this.messages.findLastIndex((message) => message.role === "user");
    const replies = this.messages.slice(question + 1);
    this.dropped = [...this.dropped, ...replies.flatMap((reply) => reply.spent ?? [])];
    this.messages = this.messages.slice(0, question + 1);
    return this.#awaitReply();
  }

  /** Fold one event in. Repeated, unknown and other runs' events change nothing. */
  apply(event: StreamEvent): void {
    if (!this.busy) return;
    if (event.__typename === "Reconnecting") {
      this.reconnecting = true;
    } else if (this.#isNews(event.runId, event.seq, isEnding(event))) {
      this.reconnecting = false;
      if (isEnding(event)) this.#end(event);
      else if (event.__typename === "RunStarted") this.#change({ model: event.model });
      else if (event.__typename === "TextDelta") {
        this.#change({ content: this.messages.at(-1)?.content + event.text });
      }
    }
  }

  /** Settle a reply whose stream is no longer read, as stopped. Changes nothing if none is. */
  stop(): void {
    this.#settle("stopped", STOPPED);
  }

  /** Show that the API could not be asked, or was lost in the middle of a reply. */
  fail(error: Pick<ParleyError, "name" | "sentence" | "retryable">): void {
    this.#settle(this.messages.at(-1)?.content ? "incomplete" : "failed", error.sentence);
    const { name: type, sentence, retryable } = error;
    this.problem = { type, sentence, retryable };
  }

  /** Begin a new conversation; totals begin anew, too. */
  clear(): void {
    Object.assign(this, new Transcript(this.greeting, this.questionLimit).toState());
  }

  /** The conversation as it would be sent now. */
  history(): MessageInput[] {
    return historyOf(this.messages);
  }

  /** The messages to draw, top to bottom, the greeting among them as the oldest. */
  view(newestFirst = false): ChatMessage[] {
    const greeting = this.greeting ? [messageOf("assistant", this.greeting, "greeting")] : [];
    const drawn = [...greeting, ...this.messages];
    return newestFirst ? drawn.reverse() : drawn;
  }

  /** Why this question cannot be sent, as a sentence; null where it can. */
  refusal(question: string): string | null {
    return questions.refusal(question, this.questionLimit);
  }

  /** Characters that are left for it; null where there is no cap. */
  remaining(question: string): number | null {
    return questions.remaining(question, this.questionLimit);
  }

  /** `12 / 50`; empty where there is no cap. */
  counter(question: string): string {
    return questions.counter(question, this.questionLimit);
  }

  /** What all replies used, dropped ones included. */
  get totals(): Totals {
    return totalsOf([...this.dropped, ...this.messages.flatMap((message) => message.spent ?? [])]);
  }

  /** Tokens of the conversation, to show. */
  get tokensText(): string {
    return tokensTextOf(this.totals);
  }

  /** Cost of the conversation, to show. */
  get costText(): string {
    return costTextOf(this.totals);
  }

  /** The conversation as CSV; cells that look like formulas are guarded (see `export.ts`). */
  toCsv(): string {
    return toCsv(this.#said().map(({ role, content }) => [role, content] as const));
  }

  /** The CSV as a file for spreadsheets. */
  csvFile(): Uint8Array<ArrayBuffer> {
    return csvFile(this.toCsv());
  }

  /** The conversation with its figures, as a JSON document to download. */
  toJson(): string {
    return toJson({ messages: this.#said().map(messageState), totals: this.totals });
  }

  /** What to `follow` after a reload: run id and last seq; null where no run is going. */
  resumePoint(): [runId: string, after: number | null] | null {
    if (!this.busy || this.runId === null) return null;
    return [this.runId, this.lastSeq >= 0 ? this.lastSeq : null];
  }

  /** Everything, as JSON values. */
  toState(): TranscriptState {
    return {
      greeting: this.greeting,
      questionLimit: this.questionLimit,
      messages: this.messages.map(messageState),
      runId: this.runId,
      lastSeq: this.lastSeq,
      reconnecting: this.reconnecting,
      problem: this.problem,
      dropped: this.dropped.map(spentState),
    };
  }

  #said(): readonly ChatMessage[] {
    return this.messages.filter((message) => message.content);
  }

  #awaitReply(): MessageInput[] {
    this.messages = [...this.messages, messageOf("assistant", "", "streaming")];
    [this.runId, this.lastSeq] = [null, -1];
    [this.problem, this.reconnecting] = [null, false];
    return this.history();
  }

  #isNews(
    runId: string | null | undefined,
    seq: number | null | undefined,
    ending: boolean,
  ): boolean {
    if (runId == null || seq == null || (this.runId !== null && this.runId !== runId)) return false;
    if (seq <= this.lastSeq && !ending) return false;
    if (this.runId === null) this.#change({ runId });
    this.runId = runId;
    this.lastSeq = Math.max(this.lastSeq, seq);
    return true;
  }

  #end(event: Ending): void {
    const asked = this.messages.at(-1)?.model ?? null;
    this.#change({
      ...(event.reply?.content && { content: event.reply.content }),
      spent: spentBy(event, this.lastSeq > (event.seq ?? 0)),
      status: statusOf(event),
      note: noteOf(event, asked),
      model: event.answeredBy ?? asked,
    });
    this.problem = noticeOf(event);
  }

  #settle(status: Status, note: string): void {
    if (this.busy) {
      const begun = this.messages.at(-1)?.runId;
      this.#change({ status, note, spent: begun ? { tokenUsage: null, cost: null } : null });
    }
    this.reconnecting = false;
  }

  /** Replace the last message by one with these changes. */
  #change(changes: Partial<ChatMessage>): void {
    const reply = this.messages.at(-1);
    if (reply) this.messages = [...this.messages.slice(0, -1), { ...reply, ...changes }];
  }
}
