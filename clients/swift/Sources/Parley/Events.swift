// What a stream yields: the contract's events, and the session's own word that it reconnects.

public enum StreamEvent: Hashable, Sendable {
    case event(RunEvent)
    /// The connection was lost; the session tries again in a moment. Never part of a run's log.
    case reconnecting(Reconnecting)
}

public struct Reconnecting: Hashable, Sendable {
    /// Nil where the connection was lost before the run's first event came.
    public let runId: String?
    /// `seq` of the last event that came; -1 for none.
    public let after: Int
    public let attempt: Int
    public let delaySeconds: Double

    public init(runId: String?, after: Int, attempt: Int, delaySeconds: Double) {
        self.runId = runId
        self.after = after
        self.attempt = attempt
        self.delaySeconds = delaySeconds
    }
}

/// Letting go of it ends the request; the run goes on unless `onDisconnect` says otherwise.
public typealias EventStream = AsyncThrowingStream<StreamEvent, any Error>

/// The stream of what `body` tells; `body` is cancelled when the stream is let go of.
func streaming<Element: Sendable>(
    _ body: @escaping @Sendable (_ tell: @escaping @Sendable (Element) -> Void) async throws -> Void
) -> AsyncThrowingStream<Element, any Error> {
    AsyncThrowingStream { continuation in
        let task = Task {
            do {
                try await body { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
    }
}
