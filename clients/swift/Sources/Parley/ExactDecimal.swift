// Decimals that lose nothing. `Foundation.Decimal` rounds after 38 digits.

/// An exact decimal, however many digits it has.
public struct ExactDecimal: Hashable, Sendable {
    public static let zero = Self(digits: [], decimals: 0, isNegative: false)

    /// The least digit first, without zeros at either end that mean nothing.
    private let digits: [UInt8]
    /// How many of the digits are behind the point.
    private let decimals: Int
    private let isNegative: Bool

    /// The decimal that the text writes, with or without an exponent; nil where it is none.
    public init?(_ text: String) {
        let form = /([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?/
        guard let match = text.wholeMatch(of: form) else { return nil }
        let (_, sign, whole, fraction, exponent) = match.output
        let decimals = (fraction?.count ?? 0) - (exponent.flatMap { Int($0) } ?? 0)
        let written = (whole + (fraction ?? "")).utf8.map { $0 - UInt8(ascii: "0") }
        guard !written.isEmpty, abs(decimals) <= Self.mostDecimals else { return nil }
        let zeros = [UInt8](repeating: 0, count: max(0, -decimals))
        self.init(
            digits: zeros + written.reversed(), decimals: max(0, decimals), isNegative: sign == "-")
    }

    private init(digits: [UInt8], decimals: Int, isNegative: Bool) {
        let behind = digits.prefix(decimals).prefix { $0 == 0 }.count
        let leading = digits.reversed().prefix { $0 == 0 }.count
        self.digits =
            leading == digits.count ? [] : Array(digits.dropFirst(behind).dropLast(leading))
        self.decimals = self.digits.isEmpty ? 0 : decimals - behind
        self.isNegative = isNegative && !self.digits.isEmpty
    }

    public var isZero: Bool { digits.isEmpty }

    public static func + (one: Self, other: Self) -> Self {
        let decimals = max(one.decimals, other.decimals)
        let (first, second) = (one.digits(behind: decimals), other.digits(behind: decimals))
        if one.isNegative == other.isNegative {
            let sum = combined(first, second) { $0 + $1 }
            return Self(digits: sum, decimals: decimals, isNegative: one.isNegative)
        }
        let isSmaller = first.isLess(than: second)
        let difference = isSmaller ? combined(second, first, -) : combined(first, second, -)
        let isNegative = isSmaller ? other.isNegative : one.isNegative
        return Self(digits: difference, decimals: decimals, isNegative: isNegative)
    }

    private static let mostDecimals = 1000

    private func digits(behind wanted: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: wanted - decimals) + digits
    }

    /// Digit by digit with a carry, which is negative in a subtraction.
    private static func combined(
        _ one: [UInt8], _ other: [UInt8], _ operation: (Int, Int) -> Int
    ) -> [UInt8] {
        var carry = 0
        return (0...max(one.count, other.count)).map { place in
            let sum = operation(one.digit(place), other.digit(place)) + carry
            carry = sum < 0 ? -1 : sum / 10
            return UInt8((sum + 10) % 10)
        }
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// The exact amount without exponent and without trailing zeros: `0.00012`, `3`, `1.5`.
    public var description: String {
        let padding = [UInt8](repeating: 0, count: max(0, decimals + 1 - digits.count))
        let written = (digits + padding).reversed().map(String.init).joined()
        let (whole, fraction) = (written.dropLast(decimals), written.suffix(decimals))
        return (isNegative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}

extension ExactDecimal: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)  // a JSON number would have been rounded
        guard let value = Self(text) else {
            let told = "\(text) is no decimal"
            throw DecodingError.dataCorruptedError(in: container, debugDescription: told)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension [UInt8] {
    /// The digit at this place, the least being 0; 0 beyond the last one.
    fileprivate func digit(_ place: Int) -> Int { place < count ? Int(self[place]) : 0 }

    fileprivate func isLess(than other: [UInt8]) -> Bool {
        for place in (0..<Swift.max(count, other.count)).reversed()
        where digit(place) != other.digit(place) {
            return digit(place) < other.digit(place)
        }
        return false
    }
}
