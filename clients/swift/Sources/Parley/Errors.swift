// Why the API could not be asked. Problems are no errors: they are answers.

import Foundation

/// A failure with a sentence for the person who waits.
public enum ParleyError: Error, Hashable {
    /// Nobody answers at the address.
    case apiUnreachable(url: String, why: String)
    /// The server turned the request away with this HTTP status.
    case apiRefused(code: Int, why: String, retryable: Bool)
    /// A GraphQL error: an unfit document, a bug, a missing right; `code` is its `extensions.code`.
    case request(message: String, code: String)
    /// The answer doesn't fit the types that this client was generated with.
    case unreadableAnswer(operation: String, why: String)
    /// The connection was lost and not resumed in time; `follow(runId, after:)` may work later.
    case streamLost(runId: String?, lastSeq: Int)
    /// This is not the address of an API.
    case noAddress(String)

    public var sentence: String {
        switch self {
        case .apiUnreachable(let url, let why):
            "The Parley API at \(url) cannot be reached\(why.isEmpty ? "" : " (\(why))"). "
                + "Start it with `parley serve`, or set the right address."
        case .apiRefused(let code, let why, _):
            "The Parley API refused the request (\(code)): \(why)"
        case .request(let message, let code):
            code.isEmpty ? message : "\(message) (\(code))"
        case .unreadableAnswer(let operation, let why):
            "The answer to \(operation) cannot be read (\(why)). "
                + "Server and client speak different contracts; bring both up to date."
        case .streamLost:
            "The connection to the Parley API was lost before the reply ended."
        case .noAddress(let url):
            "\(url) is not the address of an API, like \(Session.defaultURL)"
        }
    }

    public var retryable: Bool {
        switch self {
        case .apiUnreachable, .streamLost: true
        case .apiRefused(_, _, let retryable): retryable
        default: false
        }
    }

    /// The same for `Transcript.fail`.
    public var notice: Notice {
        Notice(type: name, sentence: sentence, retryable: retryable)
    }

    /// The name that this error has in every language.
    private var name: String {
        switch self {
        case .apiUnreachable: "ApiUnreachableError"
        case .apiRefused: "ApiRefusedError"
        case .request: "RequestError"
        case .unreadableAnswer: "UnreadableAnswerError"
        case .streamLost: "StreamLostError"
        case .noAddress: "InvalidAddressError"
        }
    }
}

extension ParleyError: LocalizedError {
    public var errorDescription: String? { sentence }
}

/// A stream was cut after it had begun: never shown to people, but resumed.
struct ConnectionLost: Error {}
