/** Streams over a WebSocket (graphql-transport-ws), for networks that hold event streams back. */

import { createClient } from "graphql-ws";

import type { Streams } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { ApiRefusedError, ApiUnreachableError, ConnectionLostError } from "./errors.ts";
import { requestError } from "./refusals.ts";

const PING_SECONDS = 15;
const SILENCE_SECONDS = 10;

/** Streams from this endpoint, each over a socket of its own. */
export function websocketStreams(endpoint: Endpoint): Streams {
  return async function* (request, signal) {
    let opened = false;
    const client = createClient({
      url: endpoint.websocket,
      connectionParams: { ...endpoint.headers },
      retryAttempts: 0,
      keepAlive: PING_SECONDS * 1000,
      on: {
        opened: () => (opened = true),
        ping: (received) => received || expectSign(),
        pong: () => clearTimeout(timer),
        closed: () => clearTimeout(timer),
      },
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expectSign = () => {
      timer = setTimeout(() => client.terminate(), SILENCE_SECONDS * 1000);
    };
    const leave = () => void client.dispose();
    signal.addEventListener("abort", leave, { once: true });
    try {
      if (!signal.aborted) yield* client.iterate(request);
    } catch (cause) {
      if (signal.aborted) return;
      throw failureOf(cause, opened, endpoint.base);
    } finally {
      signal.removeEventListener("abort", leave);
      await client.dispose(); // closed here: letting go of a stream must reach the server at once
    }
  };
}

/** `cause` is what graphql-ws throws: a close event, GraphQL errors, or an error of its own. */
function failureOf(cause: unknown, opened: boolean, base: string): Error {
  if (Array.isArray(cause)) return requestError(cause);
  const { code = 0, reason = "" } = cause as { code?: number; reason?: string };
  // graphql-transport-ws: what the client did wrong, so that trying again changes nothing
  if (code >= 4400 && code < 4500) return new ApiRefusedError(code, reason || "connection closed");
  if (!opened) return new ApiUnreachableError(base, "", cause);
  return new ConnectionLostError(reason || String(cause), { cause });
}
