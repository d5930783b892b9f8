// How GraphiQL talks to the API: JSON for queries and mutations, server-sent events for subscriptions.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";
import { createClient, NetworkError } from "graphql-sse";

export function createFetcher(path) {
  const url = new URL(path, window.location.href).href;
  const fetchOnce = createGraphiQLFetcher({ url, enableIncrementalDelivery: false });
  return (request, options) => {
    const operation = operationOf(request);
    const named = { ...request, operationName: operation?.name?.value ?? request.operationName };
    return operation?.operation === "subscription"
      ? subscribe(url, named, options.headers)
      : fetchOnce(named, options);
  };
}

// From the text itself: right after a tab is opened, GraphiQL's name and tree are still the last tab's.
function operationOf({ query, operationName }) {
  let document;
  try {
    document = parse(query);
  } catch {
    return null; // the server says where the syntax breaks
  }
  return getOperationAST(document, operationName) ?? getOperationAST(document);
}

function subscribe(url, request, headers) {
  // No retries: asking again for `chat` would start a second run.
  const client = createClient({ url, headers, retryAttempts: 0 });
  const events = client.iterate(request);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => events.next().catch(refusalAsResult),
      return: () => events.return(),
    }),
  };
}

// A refusal before the stream begins is a GraphQL response as well: show it, not "400 Bad Request".
async function refusalAsResult(error) {
  const isGraphQL =
    error instanceof NetworkError &&
    error.response?.headers.get("content-type")?.includes("json");
  if (!isGraphQL) throw error;
  return { done: false, value: await error.response.json() };
}
