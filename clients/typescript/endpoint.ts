/** Where an API is, and how it is asked. */

const PATH = "/graphql";

/** One API as transports need it. */
export interface Endpoint {
  /** Queries, mutations and event streams go here. */
  readonly http: string;
  readonly websocket: string;
  /** What a person calls it. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** The endpoint of `http://host:port`, with or without `/graphql`; TypeError for anything else. */
export function endpointOf(
  url: string,
  headers: () => Readonly<Record<string, string>>,
  fetchFn: typeof fetch,
): Endpoint {
  const address = new URL(url.includes("://") ? url : `http://${url}`);
  address.protocol = address.protocol.replace(/^ws/, "http");
  if (!/^https?:$/.test(address.protocol)) {
    throw new TypeError(`${url} is not the address of an API, like http://127.0.0.1:8000`);
  }
  const path = address.pathname.replace(/\/+$/, "");
  address.pathname = path.endsWith(PATH) ? path : path + PATH;
  const { href: http, origin: base } = address;
  const websocket = http.replace(/^http/, "ws");
  return {
    http,
    websocket,
    base,
    get headers() {
      return headers();
    },
    fetch: fetchFn,
  };
}
