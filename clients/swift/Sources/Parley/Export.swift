// The conversation as CSV, for downloads.
//
// Spreadsheets run cells that look like formulas. A cell that begins with any number of apostrophes
// and then `=`, `+`, `-`, `@`, their full-width forms, a tab, a carriage return or a line feed gets
// one more apostrophe in front; taking one away (`unguarded`) gives back exactly what went in.
// Scalars are looked at, not characters: Swift takes CR LF, and a letter with its accents, for one.

private let formula: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}", "\t", "\r", "\n",
]
private let special: Set<Unicode.Scalar> = ["\"", ",", "\r", "\n"]

/// RFC 4180 with the columns role and content; quotes, newlines and any letters survive.
public func csv(_ rows: [(role: String, content: String)]) -> String {
    let lines = ["role,content"] + rows.map { "\($0.role),\(quoted(guarded($0.content)))" }
    return lines.map { "\($0)\r\n" }.joined()
}

/// The cell as a spreadsheet may see it.
public func guarded(_ cell: String) -> String { looksLikeFormula(cell) ? "'\(cell)" : cell }

/// The cell as it was before `guarded`.
public func unguarded(_ cell: String) -> String {
    guard cell.unicodeScalars.first == "'", looksLikeFormula(cell) else { return cell }
    return String(cell.unicodeScalars.dropFirst())
}

private func looksLikeFormula(_ cell: String) -> Bool {
    cell.unicodeScalars.drop { $0 == "'" }.first.map(formula.contains) ?? false
}

private func quoted(_ cell: String) -> String {
    guard cell.unicodeScalars.contains(where: special.contains) else { return cell }
    var written = "\"".unicodeScalars
    for scalar in cell.unicodeScalars {
        if scalar == "\"" { written.append(scalar) }
        written.append(scalar)
    }
    return String(written) + "\""
}
