// What a transcript shows, as the fixtures write it.

import Foundation

@testable import Parley

func screen(_ transcript: Transcript) throws -> JSON {
    let point = transcript.resumePoint
    return .object([
        "messages": .array(try transcript.messages.map(messageOnScreen)),
        "view": .array(transcript.view().map { .string($0.content) }),
        "viewNewestFirst": .array(transcript.view(newestFirst: true).map { .string($0.content) }),
        "busy": .bool(transcript.busy),
        "reconnecting": .bool(transcript.reconnecting),
        "canRegenerate": .bool(transcript.canRegenerate),
        "runId": .optional(transcript.runId),
        "lastSeq": .number(Double(transcript.lastSeq)),
        "resumePoint": point.map { .array([.string($0.runId), .optional($0.after)]) } ?? .null,
        "problem": try transcript.problem.map(JSON.init(encoding:)) ?? .null,
        "history": sent(transcript.history),
        "totals": try JSON(encoding: transcript.totals),
        "tokensText": .string(transcript.tokensText),
        "costText": .string(transcript.costText),
        "csv": .string(transcript.csv),
    ])
}

func sent(_ history: [MessageInput]?) -> JSON {
    guard let history else { return .null }
    return .array(
        history.map { message in
            .object(["role": .string(message.role.rawValue), "content": .string(message.content)])
        })
}

private func messageOnScreen(_ message: ChatMessage) throws -> JSON {
    .object([
        "role": .string(message.role.rawValue),
        "content": .string(message.content),
        "status": .string(message.status.rawValue),
        "note": .optional(message.note),
        "runId": .optional(message.runId),
        "model": .optional(message.model),
        "tokensText": .string(message.tokensText),
        "costText": .string(message.costText),
    ])
}

extension JSON {
    subscript(_ key: String) -> JSON? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }

    var text: String? { if case .string(let value) = self { value } else { nil } }

    var integer: Int? { if case .number(let value) = self { Int(value) } else { nil } }

    var list: [JSON]? { if case .array(let value) = self { value } else { nil } }

    func firstKey(of keys: [String]) -> String? { keys.first { self[$0] != nil } }

    static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    static func optional(_ number: Int?) -> JSON { number.map { .number(Double($0)) } ?? .null }

    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(value))
    }

    func decoded<Value: Decodable>() throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(self))
    }
}
