// Makes one unbroken stream of a run, whatever happens to the connections beneath it.

import Foundation

/// How long a lost connection is tried again: full jitter, growing, up to a deadline.
///
/// The n-th delay is random between 0 and `firstDelay` · 2ⁿ, at most `longestDelay`: see
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/. Times are in seconds.
public struct Patience: Hashable, Sendable {
    public var firstDelay: Double
    public var longestDelay: Double
    /// Since the last sign of life.
    public var deadline: Double

    public init(firstDelay: Double = 0.25, longestDelay: Double = 5, deadline: Double = 60) {
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.deadline = deadline
    }

    /// Seconds before the given attempt, counted from 1.
    func delay(_ attempt: Int) -> Double {
        .random(in: 0...min(longestDelay, firstDelay * pow(2, Double(attempt))))
    }
}

/// What the stream of one run is made of.
struct Resuming: Sendable {
    let connection: Connection
    let patience: Patience
    /// What starts the run, or joins it where an earlier attempt had started it.
    var input: ChatInput?

    /// The run's events after the cursor's, each once and in order, up to its terminal event.
    ///
    /// A stream that ends without one was cut, and is resumed; `Reconnecting` tells of each attempt.
    /// Throws `streamLost` past the deadline, `apiUnreachable` where not even the first attempt got
    /// through, and whatever else trying again would not change.
    func stream(from start: Cursor) -> EventStream {
        streaming { tell in
            var cursor = start
            while true {
                do {
                    if try await attempt(&cursor, tell) { return }
                    try Task.checkCancellation()
                    if try await isOver(cursor) { return }
                } catch  where cursor.survives(error) {}
                let marker = try cursor.nextAttempt(patience)
                tell(.reconnecting(marker))
                try await Task.sleep(for: .seconds(marker.delaySeconds))
            }
        }
    }

    /// Tells what one connection brings that is new; true where the run's end was among it.
    private func attempt(_ cursor: inout Cursor, _ tell: (StreamEvent) -> Void) async throws -> Bool
    {
        for try await event in source(cursor) where !cursor.isRepeated(event) {
            if cursor.breaksOff(event) { return false }
            cursor.advance(event)
            tell(.event(event))
            if event.isEnding { return true }
        }
        return false
    }

    private func source(_ cursor: Cursor) -> AsyncThrowingStream<RunEvent, any Error> {
        if let runId = cursor.runId {
            let after = cursor.seq >= 0 ? cursor.seq : nil
            return connection.subscribe(FollowRunSubscription(id: runId, after: after))
        }
        return connection.subscribe(ChatStreamSubscription(input: input ?? ChatInput(history: [])))
    }

    /// True where the run has ended and has no event after the cursor's.
    private func isOver(_ cursor: Cursor) async throws -> Bool {
        guard let runId = cursor.runId else { return false }
        let found = try await connection.execute(RunQuery(id: runId), seconds: Session.quickSeconds)
        switch found {
        case .run(let run): return run.status != .running && run.lastSeq <= cursor.seq
        case .storeUnavailable: return false
        default: return true
        }
    }
}

/// Where the reader of a run stands.
struct Cursor: Sendable {
    var runId: String?
    var seq = -1
    private var attempt = 0
    /// True once an attempt got through to the server.
    private var connected = false
    private var aliveAt = ContinuousClock.now

    init(runId: String? = nil, seq: Int = -1) {
        self.runId = runId
        self.seq = seq
    }

    mutating func advance(_ event: RunEvent) {
        (connected, attempt, aliveAt) = (true, 0, .now)
        runId = runId ?? event.runId
        seq = max(seq, event.seq ?? -1)
    }

    /// Ends are never taken for repeated: the refusal of a follow has the number 0.
    func isRepeated(_ event: RunEvent) -> Bool {
        event.seq.map { $0 <= seq && !event.isEnding } ?? false
    }

    /// True where events are missing before this one, or following was refused for a while.
    func breaksOff(_ event: RunEvent) -> Bool {
        guard let number = event.seq else { return false }
        if case .runFailed(let failed) = event, number <= seq {
            return failed.problem.retryable ?? false
        }
        return number > seq + 1
    }

    /// True where the error is no reason to give up.
    mutating func survives(_ error: any Error) -> Bool {
        if error is ConnectionLost {
            connected = true
        } else if (error as? ParleyError)?.retryable != true {
            return false
        }
        return connected
    }

    /// What to tell before the next attempt; throws where there shall be none.
    mutating func nextAttempt(_ patience: Patience) throws -> Reconnecting {
        attempt += 1
        let delay = patience.delay(attempt)
        if aliveAt.duration(to: .now) + .seconds(delay) > .seconds(patience.deadline) {
            throw ParleyError.streamLost(runId: runId, lastSeq: seq)
        }
        return Reconnecting(runId: runId, after: seq, attempt: attempt, delaySeconds: delay)
    }
}
