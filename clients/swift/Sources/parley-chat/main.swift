// `parley-chat`: ask, stream, stop with Ctrl-C, join a run. Exit status: 0 where all replies came
// whole, 1 where one did not, 2 where the command was misused.

import Foundation
import Parley

func run(_ arguments: Arguments) async throws -> Bool {
    let session = try Session(arguments.api)
    let assistants = arguments.join == nil ? try await session.assistants() : []
    let assistant = assistants.first { $0.id == arguments.assistant } ?? assistants.first
    if let wanted = arguments.assistant, arguments.join == nil, assistant?.id != wanted {
        let names = assistants.map(\.id).joined(separator: ", ")
        throw Arguments.Misuse(sentence: "There is no assistant \(wanted); there are: \(names).")
    }
    let chat = Chat(session, assistant: assistant)
    let interrupts = onInterrupt { Task { if await !chat.stop() { exit(130) } } }
    defer { interrupts.cancel() }
    let isWhole = try await converse(chat, arguments, greeting: assistant?.greeting)
    if let path = arguments.csv {
        try await chat.transcript.csvFile.write(to: URL(fileURLWithPath: path))
    }
    return isWhole
}

func converse(_ chat: Chat, _ arguments: Arguments, greeting: String?) async throws -> Bool {
    if let runId = arguments.join { return try await chat.join(runId) }
    if let question = arguments.question { return await chat.ask(question) }
    if let greeting { say(greeting) }
    var areWhole = true
    while let question = readLine() {
        areWhole = await chat.ask(question) && areWhole
    }
    return areWhole
}

do {
    let words = CommandLine.arguments.dropFirst()
    if words.contains("--help") {
        print(Arguments.usage)
        exit(0)
    }
    exit(try await run(Arguments(words)) ? 0 : 1)
} catch let misuse as Arguments.Misuse {
    say("\(misuse.sentence)\n\(Arguments.usage)")
    exit(2)
} catch {
    say(error.localizedDescription)
    exit(1)
}
