// The session against a live server whose model counts: `numbered-N@RATE` says t0 t1 t2 ….
//
// PARLEY_API is the server, PARLEY_SHAKY_API a proxy before it that cuts streams now and then.

import XCTest

@testable import Parley

final class SessionTests: XCTestCase {
    private let history = [MessageInput(content: "Count.", role: .user)]
    private let whole = (0..<40).map { "t\($0)" }.joined(separator: " ")
    private let patience = Patience(firstDelay: 0.01, longestDelay: 0.02, deadline: 20)

    func testAReplyComesWhole() async throws {
        let answer = try await session().chat(history, asked("numbered-40@400"))
        guard case .chatReply(let reply) = answer else { return XCTFail("\(answer)") }
        XCTAssertEqual(reply.reply.content, whole)
    }

    func testAStreamHasEveryEventOnceAndEndsWithTheTerminalOne() async throws {
        let events = try await all(session().stream(history, asked("numbered-40@400")))
        try assertWhole(events)
    }

    func testAStreamThatIsCutIsResumedWithoutAGapOrADoubledEvent() async throws {
        let over = try Session(address("PARLEY_SHAKY_API"), patience: patience)
        let events = try await all(over.stream(history, asked("numbered-40@100")))
        try assertWhole(events)
        let markers = events.filter { if case .reconnecting = $0 { true } else { false } }
        XCTAssertGreaterThanOrEqual(markers.count, 2)
        XCTAssertEqual(Set(logged(events).compactMap(\.runId)).count, 1)
    }

    func testARunThatIsStoppedEndsWithWhatCameOfIt() async throws {
        let session = try session()
        var events: [StreamEvent] = []
        for try await event in session.stream(history, asked("numbered-5000@100")) {
            events.append(event)
            if case .event(.textDelta(let delta)) = event {
                _ = try await session.cancel(delta.runId)
            }
        }
        guard case .event(.runCancelled(let ending))? = events.last else {
            return XCTFail("\(String(describing: events.last))")
        }
        XCTAssertTrue(ending.reply.content.hasPrefix("t0"))
    }

    func testWhoLetsGoOfTheStreamHasLeftTheRunWhichStopsIfToldSo() async throws {
        let session = try session()
        var options = asked("numbered-5000@100")
        options.onDisconnect = .cancel
        let runId = try await runIdAfterFirstText(session.stream(history, options))
        let events = try await all(session.follow(runId))
        guard case .event(.runCancelled)? = events.last else {
            return XCTFail("\(String(describing: events.last))")
        }
    }

    func testASecondSessionJoinsARunAndAReaderOfItsEndIsNotKeptWaiting() async throws {
        let started = try await session().start(history, asked("numbered-40@400"))
        guard case .run(let run) = started else { return XCTFail("\(started)") }
        let (one, other) = try await (all(session().follow(run.id)), all(session().follow(run.id)))
        try assertWhole(one)
        XCTAssertEqual(one, other)
        let rest = try await all(session().follow(run.id, after: logged(one).last?.seq))
        XCTAssertEqual(rest, [])
    }

    func testProblemsAreAnswers() async throws {
        var options = asked("numbered-40@400")
        options.settings?.temperature = 9
        let refused = try await all(session().stream(history, options))
        guard case .event(.runFailed(let failed))? = refused.first, refused.count == 1,
            case .invalidInput = failed.problem
        else { return XCTFail("\(refused)") }
        guard case .runNotFound = try await session().cancel("nobody") else { return XCTFail() }
    }

    func testAnUnfitDocumentIsAnError() async throws {
        let unfit = [MessageInput(content: "x", role: Role(rawValue: "SYSTEM"))]
        await assertThrows {
            _ = try await self.session().chat(unfit)
        } like: {
            if case .request = $0 { true } else { false }
        }
        await assertThrows {
            _ = try await self.all(self.session().stream(unfit))
        } like: {
            if case .request = $0 { true } else { false }
        }
    }

    func testNobodyAtTheAddressIsToldAsSuch() async throws {
        let nowhere = try Session("http://127.0.0.1:9")
        for asking in [
            { _ = try await nowhere.health() },
            { _ = try await self.all(nowhere.stream(self.history)) },
        ] {
            let why = "nobody listens there"
            await assertThrows(
                asking, like: { $0 == .apiUnreachable(url: "http://127.0.0.1:9", why: why) })
        }
    }

    func testAPageThatIsNoApiIsToldAsSuch() async throws {
        let page = try Session(address("PARLEY_API") + "/docs")
        await assertThrows {
            _ = try await page.assistants()
        } like: {
            if case .apiRefused(404, _, false) = $0 { true } else { false }
        }
    }

    func testTheApiTellsItsAssistantsControlsHealthAndVersion() async throws {
        let session = try session()
        let (assistants, controls) = try await (session.assistants(), session.controls())
        XCTAssertEqual(assistants.first?.isDefault, true)
        XCTAssertTrue(controls.contains { $0.kind == .slider })
        let (health, version) = try await (session.health(), session.contractVersion())
        XCTAssertTrue(health.store.writable)
        XCTAssertTrue(version.hasPrefix("1."))
    }

    func testTheApiTellsWhatWasUsed() async throws {
        let session = try session()
        _ = try await session.chat(history, asked("numbered-40@400"))
        guard case .usageReport(let report) = try await session.usage() else { return XCTFail() }
        XCTAssertGreaterThan(report.total.runs, 0)
    }

    func testATranscriptThatJoinsARunShowsAllOfIt() async throws {
        let session = try session()
        guard case .run(let run) = try await session.start(history, asked("numbered-40@400")) else {
            return XCTFail()
        }
        var transcript = Transcript(joining: run)
        for try await event in session.follow(run.id) { transcript.apply(event) }
        XCTAssertEqual(transcript.messages.map(\.content), ["Count.", whole])
        XCTAssertEqual(transcript.messages.last?.status, .done)
        XCTAssertTrue(transcript.totals.totalTokens > 0)
    }

    private func address(_ name: String) throws -> String {
        let found = ProcessInfo.processInfo.environment[name]
        return try XCTUnwrap(found, "\(name) is not set: `make swift` starts what these tests need")
    }

    private func session() throws -> Session { try Session(address("PARLEY_API")) }

    private func asked(_ model: String) -> ChatOptions {
        ChatOptions(assistantId: "general", settings: ChatSettings(model: model))
    }

    private func all(_ events: EventStream) async throws -> [StreamEvent] {
        try await events.reduce(into: []) { $0.append($1) }
    }

    private func logged(_ events: [StreamEvent]) -> [RunEvent] {
        events.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    private func runIdAfterFirstText(_ events: EventStream) async throws -> String {
        for try await event in events {
            if case .event(.textDelta(let delta)) = event { return delta.runId }
        }
        return try XCTUnwrap(nil, "no text came")
    }

    private func assertWhole(_ events: [StreamEvent]) throws {
        let found = logged(events)
        XCTAssertEqual(found.map(\.seq), found.indices.map { $0 })
        XCTAssertEqual(found.first?.typename, "RunStarted")
        XCTAssertEqual(found.last?.typename, "RunCompleted")
        XCTAssertEqual(found.filter(\.isEnding).count, 1)
        let pieces = found.map { if case .textDelta(let delta) = $0 { delta.text } else { "" } }
        XCTAssertEqual(pieces.joined(), whole)
    }

    private func assertThrows(
        _ asking: () async throws -> Void, like fits: (ParleyError) -> Bool,
        line: UInt = #line
    ) async {
        do {
            try await asking()
            XCTFail("nothing was thrown", line: line)
        } catch {
            XCTAssertTrue((error as? ParleyError).map(fits) ?? false, "\(error)", line: line)
        }
    }
}
