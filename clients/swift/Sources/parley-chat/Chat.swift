// One conversation on a terminal: replies on standard output, everything else on standard error.

import Foundation
import Parley

actor Chat {
    private let session: Session
    private let assistant: Assistant?
    private(set) var transcript: Transcript
    private var isStopping = false

    init(_ session: Session, assistant: Assistant?) {
        self.session = session
        self.assistant = assistant
        transcript = assistant.map { Transcript($0) } ?? Transcript()
    }

    /// True where the reply came whole.
    func ask(_ question: String) async -> Bool {
        guard let history = transcript.ask(question) else { return told() }
        let options = ChatOptions(assistantId: assistant?.id)
        return await read(session.stream(history, options))
    }

    /// Show a run from its beginning, whoever started it.
    func join(_ runId: String) async throws -> Bool {
        let found = try await session.run(runId)
        guard case .run(let run) = found else {
            say(found.problem?.sentence ?? "There is no run \(runId).")
            return false
        }
        transcript = Transcript(joining: run)
        for message in transcript.messages.dropLast() {
            say("\(message.role.rawValue): \(message.content)")
        }
        return await read(session.follow(run.id))
    }

    /// Stop the model, as soon as its run is known; the stream then ends by itself. False where no
    /// reply is awaited, or where that was asked for before.
    func stop() async -> Bool {
        guard transcript.busy, !isStopping else { return false }
        isStopping = true
        if let runId = transcript.runId { await cancel(runId) }
        return true
    }

    private func cancel(_ runId: String) async {
        do {
            _ = try await session.cancel(runId)
        } catch {
            say(error.localizedDescription)
        }
    }

    private func read(_ events: EventStream) async -> Bool {
        isStopping = false
        do {
            for try await event in events { await show(event) }
        } catch let error as ParleyError {
            transcript.fail(error.notice)
        } catch {
            say(error.localizedDescription)
        }
        if transcript.busy { transcript.stop() }  // the run was over before it could be followed
        write("\n", to: .standardOutput)
        return told()
    }

    private func show(_ event: StreamEvent) async {
        let known = transcript.runId
        transcript.apply(event)
        if case .event(.textDelta(let delta)) = event { write(delta.text, to: .standardOutput) }
        if transcript.reconnecting { say("Reconnecting …") }
        if let runId = transcript.runId, runId != known {
            say("run \(runId)")
            if isStopping { await cancel(runId) }
        }
    }

    private func told() -> Bool {
        let reply = transcript.messages.last
        if let sentence = transcript.problem?.sentence ?? reply?.note { say(sentence) }
        say("\(transcript.tokensText), \(transcript.costText)")
        return transcript.problem == nil && reply?.status == .done
    }
}

/// For the person, beside the reply.
func say(_ sentence: String) { write(sentence + "\n", to: .standardError) }

/// At once: what is piped shall see each piece as it comes.
private func write(_ text: String, to handle: FileHandle) { handle.write(Data(text.utf8)) }
