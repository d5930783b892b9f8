// The sentences that a person reads: of problems, endings and refused questions.

enum Sentences {
    static let stopped = "Stopped."
    static let emptyQuestion = "Write a question first."
    static let stillBusy = "Wait for the reply to end, or stop it."
    static let leftEarly = "The page was left before the reply began. Try again."

    static func tooLong(_ actual: Int, limit: Int) -> String {
        "The question has \(actual) characters; \(limit) are allowed."
    }

    static func standIn(_ answeredBy: String, for asked: String) -> String {
        "Answered by \(answeredBy), standing in for \(asked)."
    }

    /// What to say beneath a whole reply; nil where nothing is odd about its end.
    static func ending(_ reason: FinishReason?) -> String? {
        switch reason {
        case .length?: "The reply reached its length limit."
        case .contentFilter?: "A content filter ended the reply."
        default: nil
        }
    }
}

extension Problem {
    /// The problem's `reason`, with what its figures add to it.
    ///
    /// Types that are newer than this client have their `reason` alone.
    public var sentence: String {
        let told = reason ?? ""
        let known = trimmed(told.isEmpty ? "Something went wrong (\(typename))." : told)
        return hint(beside: known).map { "\(known) \($0)" } ?? known
    }

    private func hint(beside reason: String) -> String? {
        switch self {
        case .rateLimited(let problem):
            problem.retryAfterSeconds.map { "Try again in \(duration($0))." }
        case .inputTooLong(let problem):
            reason.contains(String(problem.limit)) ? nil : "At most \(problem.limit) are allowed."
        case .unknownModel(let problem): list(problem.available, beside: reason)
        case .unknownAssistant(let problem): list(problem.available, beside: reason)
        default: nil
        }
    }
}

private func list(_ available: [String], beside reason: String) -> String? {
    let isTold = available.allSatisfy { $0.isEmpty || reason.contains($0) }
    return isTold ? nil : "There are: \(available.joined(separator: ", "))."
}

/// Rounded up, so that who waits so long doesn't come too early.
private func duration(_ seconds: Double) -> String {
    let whole = max(1, Int(seconds.rounded(.up)))
    if whole <= 90 { return "\(whole) second\(whole == 1 ? "" : "s")" }
    return "\((whole + 59) / 60) minutes"
}
