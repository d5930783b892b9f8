// A message as a screen shows it, and what replies cost together.

/// One message on the screen.
public struct ChatMessage: Codable, Hashable, Sendable {
    public enum Author: String, Codable, Sendable {
        case user, assistant
    }

    public enum Status: String, Codable, Sendable {
        case greeting, streaming, done, stopped, incomplete, failed
    }

    public let role: Author
    public internal(set) var content: String
    public internal(set) var status = Status.done
    /// A sentence beneath it: why it ended as it did.
    public internal(set) var note: String?
    /// The run that made it; nil for questions, and until the run has begun.
    public internal(set) var runId: String?
    /// The model that answered; until the end, the one that was asked.
    public internal(set) var model: String?
    /// Nil for questions, and for replies that haven't ended or never began.
    public internal(set) var spent: Spent?

    /// Tokens of this reply, to show; empty where there is nothing to tell.
    public var tokensText: String { spent.map { Totals([$0]).tokensText } ?? "" }

    /// Cost of this reply, to show; empty where there is nothing to tell.
    public var costText: String { spent.map { Totals([$0]).costText } ?? "" }
}

/// What one run used; usage is nil where its end was never seen, cost where nobody knows.
public struct Spent: Codable, Hashable, Sendable {
    public let tokenUsage: TokenUsage?
    public let cost: Cost?

    static let unknown = Spent(tokenUsage: nil, cost: nil)

    /// True where there was something to pay and nobody knows how much.
    var costIsUnknown: Bool { cost == nil && (tokenUsage.map { $0.totalTokens > 0 } ?? true) }

    /// False for a run that used no tokens and cost nothing.
    var isSomething: Bool {
        (tokenUsage?.totalTokens ?? 0) > 0 || (cost.map { !$0.amount.isZero } ?? false)
    }
}

/// Sums over replies: exact, and honest about what isn't known.
public struct Totals: Codable, Hashable, Sendable {
    public let promptTokens: Int
    public let completionTokens: Int
    public let totalTokens: Int
    /// Currency → exact sum of the known costs.
    public let costs: [String: ExactDecimal]
    /// Replies whose tokens nobody told; they are not in the sums.
    public let unknownUsages: Int
    /// Replies whose cost nobody knows; they are not in the sums.
    public let unknownCosts: Int
    /// True where a part of the sums is an estimate.
    public let estimated: Bool

    init(_ runs: [Spent]) {
        let usages = runs.compactMap(\.tokenUsage)
        let known = runs.compactMap(\.cost)
        promptTokens = usages.map(\.promptTokens).reduce(0, +)
        completionTokens = usages.map(\.completionTokens).reduce(0, +)
        totalTokens = usages.map(\.totalTokens).reduce(0, +)
        costs = added(known)
        unknownUsages = runs.count - usages.count
        unknownCosts = runs.filter(\.costIsUnknown).count
        estimated = usages.contains(where: \.estimated) || known.contains(where: \.estimated)
    }

    public var tokensText: String {
        Parley.tokensText(totalTokens, unknown: unknownUsages > 0, estimated: estimated)
    }

    public var costText: String {
        Parley.costText(costs, unknown: unknownCosts > 0, estimated: estimated)
    }
}
