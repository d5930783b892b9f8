// Folds a run's events into what a screen shows. No input, no output: a frontend only paints it.
//
// Every frontend's transcript, in every language, behaves as `clients/fixtures` tells.

import Foundation

/// One conversation: a value, small enough to be kept as JSON with every change.
public struct Transcript: Codable, Hashable, Sendable {
    public var greeting: String
    public var questionLimit: Int?
    public private(set) var messages: [ChatMessage] = []
    /// The run that is going, or the last one.
    public private(set) var runId: String?
    /// `seq` of the last event of that run.
    public private(set) var lastSeq = -1
    public private(set) var reconnecting = false
    public var problem: Notice?
    /// What replies cost that are no longer shown; it was spent all the same.
    public private(set) var dropped: [Spent] = []

    public init(greeting: String = "", questionLimit: Int? = nil) {
        self.greeting = greeting
        self.questionLimit = questionLimit
    }

    /// An empty conversation with this assistant.
    public init(_ assistant: Assistant) {
        self.init(greeting: assistant.greeting, questionLimit: assistant.questionLengthLimit)
    }

    /// A run that somebody started elsewhere; apply `follow(run.id)` from its beginning.
    public init(joining run: Run) {
        self.init()
        messages = run.history.map { message in
            ChatMessage(role: message.role == .user ? .user : .assistant, content: message.content)
        }
        awaitReply()
        runId = run.id
        change { $0.runId = run.id }
    }

    /// The same after a reload; a reply whose run isn't known yet cannot be resumed.
    public func restored() -> Transcript {
        guard busy, runId == nil else { return self }
        var copy = self
        copy.settle(.failed, Sentences.leftEarly)
        copy.problem = Notice(type: "Reload", sentence: Sentences.leftEarly, retryable: true)
        return copy
    }
}

// MARK: What happens

extension Transcript {
    /// Show the question and await its reply: the history to send.
    ///
    /// Nil where it may not be sent; `problem` then says why.
    public mutating func ask(_ question: String) -> [MessageInput]? {
        if let sentence = busy ? Sentences.stillBusy : refusal(question) {
            problem = Notice(type: "Question", sentence: sentence, retryable: false)
            return nil
        }
        messages.append(ChatMessage(role: .user, content: trimmed(question)))
        return awaitReply()
    }

    /// Drop the last reply and await another: the history to send; nil where there is none.
    ///
    /// What the dropped reply cost stays in the totals.
    public mutating func regenerate() -> [MessageInput]? {
        guard canRegenerate, let question = messages.lastIndex(where: { $0.role == .user }) else {
            return nil
        }
        dropped += messages[(question + 1)...].compactMap(\.spent)
        messages = Array(messages[...question])
        return awaitReply()
    }

    /// Fold one event in. Repeated, unknown and other runs' events change nothing.
    public mutating func apply(_ event: StreamEvent) {
        switch event {
        case .reconnecting: reconnecting = busy
        case .event(let event): apply(event)
        }
    }

    /// Settle a reply whose stream is no longer read, as stopped. Changes nothing if none is.
    public mutating func stop() { settle(.stopped, Sentences.stopped) }

    /// Show that the API could not be asked, or was lost in the middle of a reply.
    public mutating func fail(_ notice: Notice) {
        let isEmpty = messages.last?.content.isEmpty ?? true
        settle(isEmpty ? .failed : .incomplete, notice.sentence)
        problem = notice
    }

    /// Begin a new conversation; totals begin anew, too.
    public mutating func clear() {
        self = Transcript(greeting: greeting, questionLimit: questionLimit)
    }

    private mutating func apply(_ event: RunEvent) {
        guard busy, isNews(event) else { return }
        reconnecting = false
        if event.isEnding {
            end(event)
        } else if case .runStarted(let start) = event {
            change { $0.model = start.model }
        } else if case .textDelta(let delta) = event {
            change { $0.content += delta.text }
        }
    }

    /// False for what came before, for other runs, and for what tells no place in a run.
    private mutating func isNews(_ event: RunEvent) -> Bool {
        guard let run = event.runId, let seq = event.seq, runId == nil || runId == run else {
            return false
        }
        if seq <= lastSeq && !event.isEnding { return false }
        if runId == nil { change { $0.runId = run } }
        (runId, lastSeq) = (run, max(lastSeq, seq))
        return true
    }

    private mutating func end(_ event: RunEvent) {
        let late = lastSeq > (event.seq ?? 0)
        change { reply in
            if let content = event.reply?.content, !content.isEmpty { reply.content = content }
            reply.spent = event.spent(late: late)
            reply.status = event.status
            reply.note = event.note(asked: reply.model)
            reply.model = event.answeredBy ?? reply.model
        }
        problem = event.notice
    }

    @discardableResult
    private mutating func awaitReply() -> [MessageInput] {
        messages.append(ChatMessage(role: .assistant, content: "", status: .streaming))
        (runId, lastSeq, problem, reconnecting) = (nil, -1, nil, false)
        return history
    }

    private mutating func settle(_ status: ChatMessage.Status, _ note: String) {
        if busy {
            change { reply in
                (reply.status, reply.note) = (status, note)
                reply.spent = reply.runId == nil ? nil : .unknown
            }
        }
        reconnecting = false
    }

    private mutating func change(_ changes: (inout ChatMessage) -> Void) {
        if !messages.isEmpty { changes(&messages[messages.count - 1]) }
    }
}

// MARK: What to show

extension Transcript {
    /// True while a reply is awaited.
    public var busy: Bool { messages.last?.status == .streaming }

    /// True where there is a question whose reply may be asked for again.
    public var canRegenerate: Bool { !busy && messages.contains { $0.role == .user } }

    /// The conversation as it would be sent now.
    public var history: [MessageInput] { Parley.history(of: messages) }

    /// The messages to draw, top to bottom, the greeting among them as the oldest.
    public func view(newestFirst: Bool = false) -> [ChatMessage] {
        let hello = ChatMessage(role: .assistant, content: greeting, status: .greeting)
        let drawn = (greeting.isEmpty ? [] : [hello]) + messages
        return newestFirst ? drawn.reversed() : drawn
    }

    /// Why this question cannot be sent, as a sentence; nil where it can.
    public func refusal(_ question: String) -> String? {
        Parley.refusal(of: question, limit: questionLimit)
    }

    /// Characters that are left for it; nil where there is no cap.
    public func remaining(_ question: String) -> Int? {
        questionLimit.map { $0 - length(of: question) }
    }

    /// `12 / 50`; empty where there is no cap.
    public func counter(_ question: String) -> String {
        questionLimit.map { "\(length(of: question)) / \($0)" } ?? ""
    }

    /// What all replies used, dropped ones included.
    public var totals: Totals { Totals(dropped + messages.compactMap(\.spent)) }

    /// Tokens of the conversation, to show.
    public var tokensText: String { totals.tokensText }

    /// Cost of the conversation, to show.
    public var costText: String { totals.costText }

    /// The conversation as CSV; cells that look like formulas are guarded (see `Export.swift`).
    public var csv: String {
        let said = messages.filter { !$0.content.isEmpty }
        return Parley.csv(said.map { ($0.role.rawValue, $0.content) })
    }

    /// The CSV as a file for spreadsheets: UTF-8 with a byte order mark.
    public var csvFile: Data { Data("\u{feff}\(csv)".utf8) }

    /// What to `follow` after a reload: run id and last seq; nil where no run is going.
    public var resumePoint: (runId: String, after: Int?)? {
        guard busy, let runId else { return nil }
        return (runId, lastSeq >= 0 ? lastSeq : nil)
    }
}
