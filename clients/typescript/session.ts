/** Everything that the API offers, for browsers, Node, Deno and Bun. */

import { operations } from "./_generated/index.ts";
import type {
  Assistant,
  CancelRunResult,
  ChatInput,
  ChatResult,
  ChatSettings,
  Control,
  Health,
  MessageInput,
  OnDisconnect,
  RunResult,
  StartRunResult,
  UsageGroup,
  UsageResult,
} from "./_generated/index.ts";
import { Connection } from "./connection.ts";
import type { Streams } from "./connection.ts";
import { endpointOf } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import type { StreamEvent } from "./events.ts";
import { DEFAULT_PATIENCE, resumed } from "./resuming.ts";
import type { Patience, Wire } from "./resuming.ts";
import { sseStreams } from "./sse.ts";

export const DEFAULT_URL = "http://127.0.0.1:8000";
/** Greatest time for an answer that no model has a part in. */
const QUICK_SECONDS = 30;
/** Greatest time for a whole reply; the server's own limit is shorter. */
const REPLY_SECONDS = 600;

export interface SessionOptions {
  /** Sent as a bearer token: a key of the API, or a JWT. A function is asked with each request. */
  readonly token?: string | (() => string | null);
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How streams come: server-sent events, unless `websocketStreams` is given. */
  readonly streams?: (endpoint: Endpoint) => Streams;
  readonly patience?: Patience;
  readonly fetch?: typeof fetch;
}

/** What may be told beside the conversation; what is absent is left to the server. */
export interface ChatOptions {
  readonly assistantId?: string;
  readonly settings?: ChatSettings;
  readonly idempotencyKey?: string;
  readonly onDisconnect?: OnDisconnect;
}

/** Which usage is asked for; `everybody` needs an admin key. */
export interface UsageOptions {
  readonly since?: string;
  readonly until?: string;
  readonly groupBy?: readonly UsageGroup[];
  readonly everybody?: boolean;
}

/** Aborting it lets go of the stream; the run goes on unless `onDisconnect` says otherwise. */
export interface StreamOptions {
  readonly signal?: AbortSignal;
}

/** One API. Methods throw `ParleyError`; problems are answers. */
export class Session {
  readonly endpoint: Endpoint;
  readonly #connection: Connection;
  readonly #patience: Patience;

  /** `url`: the API's address, with or without `/graphql`; TypeError where it is none. */
  constructor(url: string = DEFAULT_URL, options: SessionOptions = {}) {
    const { token, headers, streams = sseStreams, patience = DEFAULT_PATIENCE } = options;
    const sent = () => {
      const now = typeof token === "function" ? token() : token;
      return { ...headers, ...(now && { authorization: `Bearer ${now}` }) };
    };
    // looked up with each request, for tools that replace `fetch`
    const fetchFn: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.endpoint = endpointOf(url, sent, fetchFn);
    this.#connection = new Connection(this.endpoint, streams(this.endpoint));
    this.#patience = patience;
  }

  /** Every assistant, the default one first. */
  assistants(): Promise<readonly Assistant[]> {
    return this.#connection.execute(operations.assistants, {}, QUICK_SECONDS);
  }

  /** Every input field that a frontend offers, with the choices that the server has. */
  controls(): Promise<readonly Control[]> {
    return this.#connection.execute(operations.controls, {}, QUICK_SECONDS);
  }

  /** Whether the server, its model and its store are well. */
  health(): Promise<Health> {
    return this.#connection.execute(operations.health, {}, QUICK_SECONDS);
  }

  /** The version of the contract that the server speaks. */
  contractVersion(): Promise<string> {
    return this.#connection.execute(operations.contractVersion, {}, QUICK_SECONDS);
  }

  /** One whole reply, or the problem that prevented it. */
  chat(history: readonly MessageInput[], options: ChatOptions = {}): Promise<ChatResult> {
    const input = { history, ...options };
    return this.#connection.execute(operations.chat, { input }, REPLY_SECONDS);
  }

  /**
   * Start a run and yield its events to the terminal one.
   *
   * Reconnects by itself and yields `Reconnecting` meanwhile. Leaving the loop before the end stops
   * the server's stream at once, and the run where `onDisconnect` is `CANCEL`.
   */
  stream(
    history: readonly MessageInput[],
    { signal, ...options }: ChatOptions & StreamOptions = {},
  ): AsyncGenerator<StreamEvent> {
    // with a key, a second attempt joins the same run
    const input = { history, ...options, idempotencyKey: options.idempotencyKey ?? newKey() };
    return resumed(this.#wire(input), this.#patience, signal ?? never());
  }

  /** The events of a run after the one numbered `after`, to the terminal one. */
  follow(
    runId: string,
    after: number | null = null,
    { signal }: StreamOptions = {},
  ): AsyncGenerator<StreamEvent> {
    return resumed(this.#wire(), this.#patience, signal ?? never(), runId, after ?? -1);
  }

  /** Start a run and return at once; read it with `follow`. */
  start(history: readonly MessageInput[], options: ChatOptions = {}): Promise<StartRunResult> {
    const input = { history, ...options };
    return this.#connection.execute(operations.startRun, { input }, QUICK_SECONDS);
  }

  /** What was used and spent on these days (UTC, `2026-01-31`), by default in the last 30. */
  usage({ since, until, groupBy, everybody }: UsageOptions = {}): Promise<UsageResult> {
    const variables = {
      since: since ?? null,
      until: until ?? null,
      groupBy: groupBy ?? ["DAY", "CALLER", "ASSISTANT", "MODEL"],
      everybody: everybody ?? false,
    } as const;
    return this.#connection.execute(operations.usage, variables, QUICK_SECONDS);
  }

  /** Stop a run; harmless when repeated. */
  cancel(runId: string): Promise<CancelRunResult> {
    return this.#connection.execute(operations.cancelRun, { id: runId }, QUICK_SECONDS);
  }

  /** One run as it stands. */
  run(runId: string): Promise<RunResult> {
    return this.#connection.execute(operations.run, { id: runId }, QUICK_SECONDS);
  }

  #wire(input: ChatInput = { history: [] }): Wire {
    const connection = this.#connection;
    return {
      start: (signal) => connection.subscribe(operations.chatStream, { input }, signal),
      follow: (id, seq, signal) => {
        const after = seq >= 0 ? seq : null;
        return connection.subscribe(operations.followRun, { id, after }, signal);
      },
      isOver: async (runId, after) => {
        const found = await this.run(runId);
        if (found.__typename !== "Run") return found.__typename !== "StoreUnavailable";
        return found.status !== "RUNNING" && found.lastSeq <= after;
      },
    };
  }
}

/** Random and long enough that no two are the same; `randomUUID` needs a secure page. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function never(): AbortSignal {
  return new AbortController().signal;
}
