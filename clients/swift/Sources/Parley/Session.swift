// Everything that the API offers.

import Foundation

/// What may be told beside the conversation; what is nil is left to the server.
public struct ChatOptions: Hashable, Sendable {
    public var assistantId: String?
    public var settings: ChatSettings?
    public var idempotencyKey: String?
    public var onDisconnect: OnDisconnect?

    public init(
        assistantId: String? = nil, settings: ChatSettings? = nil, idempotencyKey: String? = nil,
        onDisconnect: OnDisconnect? = nil
    ) {
        self.assistantId = assistantId
        self.settings = settings
        self.idempotencyKey = idempotencyKey
        self.onDisconnect = onDisconnect
    }
}

/// One API. Methods throw `ParleyError`; problems are answers.
public struct Session: Sendable {
    public static let defaultURL = "http://127.0.0.1:8000"
    /// Greatest silence before an answer that no model has a part in.
    static let quickSeconds = 30.0
    /// Greatest silence before a whole reply; the server's own limit is shorter.
    private static let replySeconds = 600.0

    private let connection: Connection
    private let patience: Patience

    /// `url`: with or without `/graphql`; throws `noAddress` where it is none. `token` is sent as a
    /// bearer token: a key of the API, by default the one in PARLEY_API_KEY, or a JWT. `headers` go
    /// with every request.
    public init(
        _ url: String = defaultURL, token: String? = nil, headers: [String: String] = [:],
        patience: Patience = Patience()
    ) throws {
        let key = token ?? ProcessInfo.processInfo.environment["PARLEY_API_KEY"]
        let rights = key.map { ["authorization": "Bearer \($0)"] } ?? [:]
        connection = try Connection(url, headers: headers.merging(rights) { $1 })
        self.patience = patience
    }

    /// Every assistant, the default one first.
    public func assistants() async throws -> [Assistant] { try await quick(AssistantsQuery()) }

    /// Every input field that a frontend offers, with the choices that the server has.
    public func controls() async throws -> [Control] { try await quick(ControlsQuery()) }

    /// Whether the server, its model and its store are well.
    public func health() async throws -> Health { try await quick(HealthQuery()) }

    /// The version of the contract that the server speaks.
    public func contractVersion() async throws -> String { try await quick(ContractVersionQuery()) }

    /// One whole reply, or the problem that prevented it.
    public func chat(
        _ history: [MessageInput], _ options: ChatOptions = ChatOptions()
    ) async throws -> ChatResult {
        let operation = ChatMutation(input: ChatInput(history, options))
        return try await connection.execute(operation, seconds: Self.replySeconds)
    }

    /// Start a run and yield its events to the terminal one.
    ///
    /// Reconnects by itself and yields `reconnecting` meanwhile. Letting go of the stream before the
    /// end ends the request at once, and the run where `onDisconnect` is `cancel`.
    public func stream(
        _ history: [MessageInput], _ options: ChatOptions = ChatOptions()
    ) -> EventStream {
        var input = ChatInput(history, options)
        // with a key, a second attempt joins the same run
        input.idempotencyKey = input.idempotencyKey ?? UUID().uuidString
        return Resuming(connection: connection, patience: patience, input: input)
            .stream(from: Cursor())
    }

    /// The events of a run after the one numbered `after`, to the terminal one.
    public func follow(_ runId: String, after: Int? = nil) -> EventStream {
        Resuming(connection: connection, patience: patience)
            .stream(from: Cursor(runId: runId, seq: after ?? -1))
    }

    /// Start a run and return at once; read it with `follow`.
    public func start(
        _ history: [MessageInput], _ options: ChatOptions = ChatOptions()
    ) async throws -> StartRunResult {
        try await quick(StartRunMutation(input: ChatInput(history, options)))
    }

    /// What was used and spent on these days (UTC, `2026-01-31`), by default in the last 30.
    ///
    /// `everybody` needs an admin key.
    public func usage(
        since: String? = nil, until: String? = nil, groupBy: [UsageGroup] = UsageGroup.allCases,
        everybody: Bool = false
    ) async throws -> UsageResult {
        try await quick(
            UsageQuery(since: since, until: until, groupBy: groupBy, everybody: everybody))
    }

    /// Stop a run; harmless when repeated.
    public func cancel(_ runId: String) async throws -> CancelRunResult {
        try await quick(CancelRunMutation(id: runId))
    }

    /// One run as it stands.
    public func run(_ runId: String) async throws -> RunResult {
        try await quick(RunQuery(id: runId))
    }

    private func quick<Asked: Operation>(_ operation: Asked) async throws -> Asked.Answer {
        try await connection.execute(operation, seconds: Self.quickSeconds)
    }
}

extension ChatInput {
    fileprivate init(_ history: [MessageInput], _ options: ChatOptions) {
        self.init(
            assistantId: options.assistantId, history: history,
            idempotencyKey: options.idempotencyKey, onDisconnect: options.onDisconnect,
            settings: options.settings)
    }
}
