/**
 * Why the API could not be asked. Problems are no errors: they are answers.
 *
 *     ParleyError                 `sentence` to show, `retryable`
 *     ├── ApiUnreachableError     nobody answers at the address
 *     ├── ApiRefusedError         the server turned the request away: HTTP status or close code
 *     ├── RequestError            a GraphQL error: an unfit document, a bug, a missing right
 *     ├── UnreadableAnswerError   the answer doesn't fit the generated types
 *     ├── StreamLostError         the connection was lost and could not be resumed in time
 *     └── InvalidValueError       a control's value has the wrong form; nothing was sent
 */

/** A failure with a sentence for the person who waits. */
export class ParleyError extends Error {
  override readonly name: string = "ParleyError";
  readonly sentence: string;
  readonly retryable: boolean;

  constructor(sentence: string, retryable = false, cause?: unknown) {
    super(sentence, { cause });
    this.sentence = sentence;
    this.retryable = retryable;
  }
}

/** Nobody answers at `url`. */
export class ApiUnreachableError extends ParleyError {
  override readonly name = "ApiUnreachableError";
  readonly url: string;

  constructor(url: string, why = "", cause?: unknown) {
    const told = why && ` (${why})`;
    const remedy = "Start it with `parley serve`, or set the right address.";
    super(`The Parley API at ${url} cannot be reached${told}. ${remedy}`, true, cause);
    this.url = url;
  }
}

/** The server turned the request away; `code` is an HTTP status or a WebSocket close code. */
export class ApiRefusedError extends ParleyError {
  override readonly name = "ApiRefusedError";
  readonly code: number;

  constructor(code: number, why: string, retryable = false) {
    super(`The Parley API refused the request (${code}): ${why}`, retryable);
    this.code = code;
  }
}

/** A GraphQL error; `code` is its `extensions.code`, empty where it has none. */
export class RequestError extends ParleyError {
  override readonly name = "RequestError";
  readonly code: string;

  constructor(message: string, code = "") {
    super(code ? `${message} (${code})` : message);
    this.code = code;
  }
}

/** The answer doesn't fit the types that this client was generated with. */
export class UnreadableAnswerError extends ParleyError {
  override readonly name = "UnreadableAnswerError";

  constructor(operation: string, why: string) {
    super(
      `The answer to ${operation} cannot be read (${why}). ` +
        "Server and client speak different contracts; bring both up to date.",
    );
  }
}

/** The stream was cut and could not be resumed; `follow(runId, lastSeq)` may work later. */
export class StreamLostError extends ParleyError {
  override readonly name = "StreamLostError";
  readonly runId: string | null;
  readonly lastSeq: number;

  constructor(runId: string | null, lastSeq: number, cause?: unknown) {
    super("The connection to the Parley API was lost before the reply ended.", true, cause);
    this.runId = runId;
    this.lastSeq = lastSeq;
  }
}

/** A control's value cannot be sent; `path` names the control. */
export class InvalidValueError extends ParleyError {
  override readonly name = "InvalidValueError";
  readonly path: string;

  constructor(path: string, sentence: string) {
    super(sentence);
    this.path = path;
  }
}

/** A stream was cut after it had begun: never shown to people, but resumed. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";
}
