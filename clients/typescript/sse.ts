/** Streams over server-sent events: plain HTTP, a connection for each (graphql-sse's default). */

import { createClient } from "graphql-sse";

import type { Streams } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { ConnectionLostError } from "./errors.ts";
import type { ParleyError } from "./errors.ts";
import { refusalOf, unreachable } from "./refusals.ts";

/** The server sends a sign of life every 15 seconds. */
const SILENCE_SECONDS = 45;

/** Streams from this endpoint. */
export function sseStreams(endpoint: Endpoint): Streams {
  return async function* (request, signal) {
    let refusal: ParleyError | undefined;
    const { http: url, headers } = endpoint;
    // No retries: asking again for `chat` is for the session, which knows how to resume.
    const client = createClient({ url, headers, retryAttempts: 0, fetchFn: open });
    const leave = () => client.dispose();
    signal.addEventListener("abort", leave, { once: true });

    async function open(input: string, init: RequestInit) {
      const response = await endpoint.fetch(input, init).catch((cause) => {
        throw (refusal = unreachable(endpoint.base, cause));
      });
      const { ok, status, statusText, body } = response;
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
      if (!ok || !isStream || !body) {
        throw (refusal = await refusalOf(request.operationName, response));
      }
      return { ok, status, statusText, body: unbroken(body) };
    }

    try {
      if (!signal.aborted) yield* client.iterate(request);
    } catch (cause) {
      if (signal.aborted) return;
      throw refusal ?? new ConnectionLostError(String(cause), { cause });
    } finally {
      signal.removeEventListener("abort", leave);
      client.dispose(); // closed here: letting go of a stream must reach the server at once
    }
  };
}

/**
 * The body's chunks; throws where it ends or falls silent, for graphql-sse would wait for ever.
 *
 * What ends in good order is left before its end, at the event `complete`.
 */
async function* unbroken(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      timer = setTimeout(() => void reader.cancel(), SILENCE_SECONDS * 1000);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) throw new Error("The stream ended without being complete.");
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => undefined); // it may have failed already
  }
}
