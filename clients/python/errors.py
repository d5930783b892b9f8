"""Why the API could not be asked. Problems are no errors: they are answers.

ParleyError                 `sentence` to show, `retryable`
├── ApiUnreachableError     nobody answers at the address
├── ApiRefusedError         the server turned the request away: HTTP status or close code
├── RequestError            a GraphQL error: a document that doesn't fit, a bug, a missing right
├── UnreadableAnswerError   the answer doesn't fit the generated types
├── StreamLostError         the connection was lost and could not be resumed in time
└── InvalidValueError       a control's value has the wrong form; nothing was sent
"""


class ParleyError(Exception):
    """A failure with a sentence for the person who waits."""

    retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ApiUnreachableError(ParleyError):
    """Nobody answers at `url`."""

    retryable = True

    def __init__(self, url: str, why: str = "") -> None:
        told = f" ({why})" if why else ""
        super().__init__(
            f"The Parley API at {url} cannot be reached{told}. "
            "Start it with `parley serve`, or set the right address."
        )
        self.url = url


class ApiRefusedError(ParleyError):
    """The server turned the request away; `code` is an HTTP status or a WebSocket close code."""

    def __init__(self, code: int, why: str, retryable: bool = False) -> None:
        super().__init__(f"The Parley API refused the request ({code}): {why}")
        self.code = code
        self.retryable = retryable


class RequestError(ParleyError):
    """A GraphQL error; `code` is its `extensions.code`, empty where it has none."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(f"{message} ({code})" if code else message)
        self.message = message
        self.code = code


class UnreadableAnswerError(ParleyError):
    """The answer doesn't fit the types that this client was generated with."""

    def __init__(self, operation: str, why: str) -> None:
        super().__init__(
            f"The answer to {operation} cannot be read ({why}). "
            "Server and client speak different contracts; bring both up to date."
        )


class StreamLostError(ParleyError):
    """The stream was cut and could not be resumed; `follow(run_id, last_seq)` may work later."""

    retryable = True

    def __init__(self, run_id: str | None, last_seq: int) -> None:
        super().__init__("The connection to the Parley API was lost before the reply ended.")
        self.run_id = run_id
        self.last_seq = last_seq


class InvalidValueError(ParleyError):
    """A control's value cannot be sent; `path` names the control."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
