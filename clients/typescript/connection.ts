/** Requests and streams, with what goes wrong turned into this client's errors. */

import type { Operation } from "./_generated/operations.ts";
import type { Endpoint } from "./endpoint.ts";
import { UnreadableAnswerError } from "./errors.ts";
import { refusalOf, requestError, unreachable } from "./refusals.ts";
import type { ExecutionResult } from "./refusals.ts";

/** A GraphQL request as it is sent. */
export interface Request extends Record<string, unknown> {
  readonly operationName: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/**
 * A way to stream: the results of a subscription until it completes or the signal aborts.
 *
 * Throws `ApiUnreachableError` where no connection comes about, `ConnectionLostError` where it is
 * cut later, and another `ParleyError` where trying again is of no use.
 */
export type Streams = (request: Request, signal: AbortSignal) => AsyncGenerator<ExecutionResult>;

/** How one API is asked. */
export class Connection {
  readonly #endpoint: Endpoint;
  readonly #streams: Streams;

  constructor(endpoint: Endpoint, streams: Streams) {
    this.#endpoint = endpoint;
    this.#streams = streams;
  }

  /** The answer to a query or mutation; throws `ParleyError`. */
  async execute<Answer, Variables extends Record<string, unknown>>(
    operation: Operation<Answer, Variables>,
    variables: Variables,
    seconds: number,
  ): Promise<Answer> {
    const response = await this.#post(requestOf(operation, variables), seconds);
    const isGraphQL = /json/.test(response.headers.get("content-type") ?? "");
    if (!response.ok || !isGraphQL) throw await refusalOf(operation.name, response);
    const result = (await response.json().catch(() => ({}))) as ExecutionResult;
    return answerOf(operation, result);
  }

  /** The answers of a subscription; leaving the loop stops it on the server. */
  async *subscribe<Answer, Variables extends Record<string, unknown>>(
    operation: Operation<Answer, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): AsyncGenerator<Answer> {
    for await (const result of this.#streams(requestOf(operation, variables), signal)) {
      yield answerOf(operation, result);
    }
  }

  async #post(request: Request, seconds: number): Promise<Response> {
    const { http, base, headers, fetch } = this.#endpoint;
    try {
      return await fetch(http, {
        method: "POST",
        headers: {
          ...headers,
          accept: "application/graphql-response+json, application/json",
          "content-type": "application/json",
        },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(seconds * 1000),
      });
    } catch (cause) {
      throw unreachable(base, cause);
    }
  }
}

function requestOf<Answer, Variables extends Record<string, unknown>>(
  { name, document }: Operation<Answer, Variables>,
  variables: Variables,
): Request {
  return { operationName: name, query: document, variables };
}

function answerOf<Answer, Variables>(
  { name, field }: Operation<Answer, Variables>,
  { data, errors }: ExecutionResult,
): Answer {
  if (errors?.length) throw requestError(errors);
  if (data?.[field] === undefined) throw new UnreadableAnswerError(name, `it has no ${field}`);
  return data[field] as Answer;
}
