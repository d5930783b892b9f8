// Money and tokens as every frontend writes them.

private let symbols = ["EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"]

/// The exact sum of each currency.
func added(_ costs: [Cost]) -> [String: ExactDecimal] {
    Dictionary(costs.map { ($0.currency, $0.amount) }, uniquingKeysWith: +)
}

/// What to show of a cost: `$0.00012`, `~$0.0003` (estimated), `$0.01 + unknown`, `unknown`.
func costText(_ sums: [String: ExactDecimal], unknown: Bool, estimated: Bool) -> String {
    let parts = sums.sorted { $0.key < $1.key }.map { shown($0.value, in: $0.key) }
    if parts.isEmpty { return unknown ? "unknown" : shown(.zero, in: "USD") }
    let known = (estimated ? "~" : "") + parts.joined(separator: " + ")
    return unknown ? "\(known) + unknown" : known
}

/// What to show of tokens: `120 tokens`, `~1 token`, `120 tokens + unknown`, `unknown`.
func tokensText(_ total: Int, unknown: Bool, estimated: Bool) -> String {
    if unknown && total == 0 { return "unknown" }
    let text = "\(estimated ? "~" : "")\(total) token\(total == 1 ? "" : "s")"
    return unknown ? "\(text) + unknown" : text
}

/// The exact amount with its currency and at least two decimals: `$0.00012`, `CHF 3.00`.
private func shown(_ amount: ExactDecimal, in currency: String) -> String {
    let parts = amount.description.split(separator: ".")
    let decimals = parts.count > 1 ? parts[1] : ""
    let padding = String(repeating: "0", count: max(0, 2 - decimals.count))
    return "\(symbols[currency] ?? currency + " ")\(parts[0]).\(decimals)\(padding)"
}
