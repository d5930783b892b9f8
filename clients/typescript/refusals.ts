/** Turns what goes wrong on the way into the errors that a person can read. */

import {
  ApiRefusedError,
  ApiUnreachableError,
  RequestError,
  UnreadableAnswerError,
} from "./errors.ts";
import type { ParleyError } from "./errors.ts";

/** A GraphQL response as far as a client looks at it. */
export interface ExecutionResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFault[];
}

interface GraphQLFault {
  readonly message?: string;
  readonly extensions?: { readonly code?: unknown };
}

const TRY_LATER = new Set([429, 502, 503, 504]);

/** Nobody answered; `cause` is what `fetch` rejected with. */
export function unreachable(base: string, cause: unknown): ApiUnreachableError {
  const { name, cause: inner } = cause as { name?: string; cause?: { code?: string } };
  if (name === "TimeoutError") {
    return new ApiUnreachableError(base, "it took too long to answer", cause);
  }
  const why = inner?.code === "ECONNREFUSED" ? "nobody listens there" : (inner?.code ?? "");
  return new ApiUnreachableError(base, why, cause);
}

/** What a response that is no answer says. */
export async function refusalOf(operation: string, response: Response): Promise<ParleyError> {
  const result = (await response.json().catch(() => null)) as ExecutionResult | null;
  const retryable = TRY_LATER.has(response.status);
  const fault = result?.errors?.[0];
  if (fault && !retryable) return requestError([fault]);
  if (response.ok) return new UnreadableAnswerError(operation, "it is no GraphQL result");
  return new ApiRefusedError(response.status, fault?.message ?? response.statusText, retryable);
}

/** What GraphQL errors say. */
export function requestError(errors: readonly GraphQLFault[]): RequestError {
  const told = errors[0]?.message ?? "The server reported an error without saying which.";
  return new RequestError(told, String(errors[0]?.extensions?.code ?? ""));
}
