// What the generated types are made of.

import Foundation

/// A GraphQL enum that is open: a value that is newer than this client is no error.
public protocol OpenEnum:
    RawRepresentable, CaseIterable, Codable, Hashable, Sendable, CustomStringConvertible
where RawValue == String {
    init(rawValue: String)
}

extension OpenEnum {
    init(_ rawValue: String) { self.init(rawValue: rawValue) }

    /// False for a value that is newer than this client.
    public var isKnown: Bool { Self.allCases.contains(self) }

    public var description: String { rawValue }
}

/// A document to send; its properties are the document's variables.
public protocol Operation: Encodable, Sendable {
    associatedtype Answer: Decodable & Sendable
    static var name: String { get }
    /// The root field that it selects: the answer is found there.
    static var field: String { get }
    static var document: String { get }
}

/// The part of a union's JSON that tells its member.
struct Typename: Codable {
    let name: String

    enum CodingKeys: String, CodingKey {
        case name = "__typename"
    }
}

/// A moment as the server writes it (ISO 8601, UTC).
public struct DateTime: Codable, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ text: String) { description = text }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Nil where the text is no moment; parts of a second are kept.
    public var date: Date? {
        let fraction = description.firstMatch(of: /\.[0-9]+/).map { String($0.output) } ?? ""
        let whole = description.replacing(/\.[0-9]+/, with: "")
        let seconds = Double("0" + fraction) ?? 0
        return ISO8601DateFormatter().date(from: whole)?.addingTimeInterval(seconds)
    }
}

/// A value of a scalar that this client knows nothing of.
public enum JSON: Codable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
