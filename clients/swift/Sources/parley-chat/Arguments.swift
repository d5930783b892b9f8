// What the person typed behind `parley-chat`.

import Foundation
import Parley

struct Arguments {
    static let usage = """
        usage: parley-chat [--api URL] [--assistant ID] [--csv FILE] [QUESTION …]
               parley-chat [--api URL] [--csv FILE] --join RUN

        Streams the reply to the question; without one, asks for questions until end of input.
        Ctrl-C stops the reply that is being written; where there is none, or pressed again, it leaves.

          --api URL         the API's address; else PARLEY_API, else \(Session.defaultURL)
          --assistant ID    who replies; else the default assistant
          --join RUN        show a run that somebody started elsewhere, from its beginning
          --csv FILE        write the conversation there at the end
        """

    var api = ProcessInfo.processInfo.environment["PARLEY_API"] ?? Session.defaultURL
    var assistant: String?
    var join: String?
    var csv: String?
    var question: String?

    struct Misuse: Error { let sentence: String }

    init(_ words: some Sequence<String>) throws {
        var rest = Array(words)[...]
        var spoken: [String] = []
        while let word = rest.popFirst() {
            switch word {
            case "--api": api = try Self.value(of: word, in: &rest)
            case "--assistant": assistant = try Self.value(of: word, in: &rest)
            case "--join": join = try Self.value(of: word, in: &rest)
            case "--csv": csv = try Self.value(of: word, in: &rest)
            case "--":
                spoken += rest
                rest = []
            case _ where word.hasPrefix("--"): throw Misuse(sentence: "There is no option \(word).")
            default: spoken.append(word)
            }
        }
        question = spoken.isEmpty ? nil : spoken.joined(separator: " ")
        if join != nil && question != nil { throw Misuse(sentence: "Ask or join, not both.") }
    }

    private static func value(of option: String, in rest: inout ArraySlice<String>) throws -> String
    {
        guard let value = rest.popFirst() else {
            throw Misuse(sentence: "\(option) needs a value.")
        }
        return value
    }
}
