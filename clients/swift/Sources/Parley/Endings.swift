// How the end of a run reads on the screen: status, sentence, problem and what it used.

/// A problem to show until the next question.
public struct Notice: Codable, Hashable, Sendable {
    /// Name of the problem's, event's or error's type.
    public let type: String
    public let sentence: String
    public let retryable: Bool

    public init(type: String, sentence: String, retryable: Bool) {
        self.type = type
        self.sentence = sentence
        self.retryable = retryable
    }
}

extension RunEvent {
    /// True for the last event of a run, also where its type is newer than this client.
    public var isEnding: Bool { finishReason != nil }

    /// How the reply stands now; for types that are newer than this client, by the finish reason.
    var status: ChatMessage.Status {
        switch (self, finishReason) {
        case (.runFailed, _), (_, .failed?): .failed
        case (.runIncomplete, _), (_, .incomplete?): .incomplete
        case (.runCancelled, _), (_, .cancelled?): .stopped
        default: .done
        }
    }

    /// The sentences beneath the reply of the model that was asked; nil where it simply ended.
    func note(asked: String?) -> String? {
        let told = [ending, standIn(for: asked)].compactMap { $0 }
        return told.isEmpty ? nil : told.joined(separator: " ")
    }

    private func standIn(for asked: String?) -> String? {
        guard let asked, let answeredBy, answeredBy != asked else { return nil }
        return Sentences.standIn(answeredBy, for: asked)
    }

    private var ending: String? {
        switch self {
        case .runFailed(let event): event.problem.sentence
        case .runIncomplete(let event): event.reason
        case .runCancelled: Sentences.stopped
        default: Sentences.ending(finishReason)
        }
    }

    /// The problem to show, with whether to offer another try.
    var notice: Notice? {
        switch self {
        case .runFailed(let event):
            Notice(
                type: event.problem.typename, sentence: event.problem.sentence,
                retryable: event.problem.retryable ?? false)
        case .runIncomplete(let event):
            Notice(type: typename, sentence: event.reason, retryable: true)
        default: nil
        }
    }

    /// What the run used; nil where that is nothing.
    ///
    /// `late`: the event answers a request to follow a run that had gone further; where it has no
    /// figures, the run's own are unknown.
    func spent(late: Bool) -> Spent? {
        let told = Spent(tokenUsage: tokenUsage, cost: cost)
        if told.isSomething { return told }
        if case .runFailed(let event) = self, case .replayExpired(let problem) = event.problem {
            return Spent(tokenUsage: problem.tokenUsage, cost: problem.cost)
        }
        return late ? .unknown : nil
    }
}
