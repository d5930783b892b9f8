// Whether a question may be sent, and what of a conversation goes with it.
//
// Characters are Unicode scalars (code points), as the server counts them, without blanks around.

private let messageLimit = Contract.lengthLimits["history.content"] ?? .max
private let entryLimit = Contract.lengthLimits["history"] ?? .max
private let blanks: Set<Unicode.Scalar> = [" ", "\t", "\r", "\n"]

/// The text without the spaces, tabs and newlines around it: what is sent of the box.
func trimmed(_ text: String) -> String {
    let rest = text.unicodeScalars.drop { blanks.contains($0) }
    let behind = rest.reversed().prefix { blanks.contains($0) }.count
    return String(rest.dropLast(behind))
}

/// How many characters of the text count.
func length(of text: String) -> Int { trimmed(text).unicodeScalars.count }

/// Why the text cannot be sent, as a sentence; nil where it can.
func refusal(of text: String, limit: Int?) -> String? {
    let (actual, allowed) = (length(of: text), min(limit ?? messageLimit, messageLimit))
    if actual == 0 { return Sentences.emptyQuestion }
    return actual > allowed ? Sentences.tooLong(actual, limit: allowed) : nil
}

/// The conversation for the model, oldest first; a reply that is awaited isn't part of it.
///
/// A question that got no text for an answer is left out with it; a reply that was stopped or cut
/// counts with what came. Replies are cut to the length, and the oldest messages left out, that
/// the contract allows.
func history(of messages: [ChatMessage]) -> [MessageInput] {
    var kept: [ChatMessage] = []
    for message in messages where message.status != .streaming {
        if message.role == .user || !message.content.isEmpty {
            kept.append(message)
        } else if kept.last?.role == .user {
            kept.removeLast()
        }
    }
    let recent = kept.suffix(entryLimit)
    let fitting = recent.count == kept.count ? recent : recent.drop { $0.role != .user }
    return fitting.map { message in
        let content = String(message.content.unicodeScalars.prefix(messageLimit))
        return MessageInput(content: content, role: message.role == .user ? .user : .assistant)
    }
}
