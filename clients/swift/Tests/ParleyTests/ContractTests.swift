// The generated types tolerate what is newer than they are, and carry the contract's controls.

import Foundation
import XCTest

@testable import Parley

final class ContractTests: XCTestCase {
    func testAnUnknownEventKeepsWhatIsSelectedThroughInterfaces() throws {
        let event: RunEvent = try read(
            #"{"__typename": "RunPaused", "runId": "r", "seq": 7, "until": {"hour": 5}}"#)
        guard case .unknown(let paused) = event else { return XCTFail("\(event)") }
        XCTAssertEqual(paused.typename, "RunPaused")
        XCTAssertEqual([event.runId, event.typename], ["r", "RunPaused"])
        XCTAssertEqual(event.seq, 7)
        XCTAssertNil(event.finishReason)
        XCTAssertFalse(event.isEnding)
    }

    func testAnUnknownEventWithAFinishReasonEndsTheRun() throws {
        let event: RunEvent = try read(#"{"__typename": "RunShelved", "finishReason": "SHELVED"}"#)
        XCTAssertTrue(event.isEnding)
        XCTAssertEqual(event.finishReason?.isKnown, false)
        XCTAssertEqual(event.finishReason?.rawValue, "SHELVED")
    }

    func testAnUnknownProblemHasItsReason() throws {
        let result: ChatResult = try read(
            #"{"__typename": "QuotaGone", "reason": "Spent.", "retryable": false}"#)
        XCTAssertEqual(result.problem?.sentence, "Spent.")
        XCTAssertEqual(result.problem?.typename, "QuotaGone")
    }

    func testAMemberIsTheSameAfterItWasWrittenAndRead() throws {
        let event: RunEvent = try read(
            """
            {"__typename": "RunFailed", "runId": "r", "seq": 1, "at": "2026-01-02T03:04:05.250+00:00",
             "finishReason": "FAILED", "reply": {"role": "ASSISTANT", "content": ""},
             "tokenUsage": {"promptTokens": 0, "completionTokens": 0, "totalTokens": 0,
               "cachedPromptTokens": 0, "reasoningTokens": 0, "estimated": false},
             "cost": {"amount": "1E-30", "currency": "USD", "priceSource": "x", "estimated": false},
             "problem": {"__typename": "RateLimited", "reason": "Slow down.", "retryable": true,
               "retryAfterSeconds": 1.5, "new": [null, true, 1, "x"]}}
            """)
        guard case .runFailed(let failed) = event else { return XCTFail("\(event)") }
        XCTAssertEqual(failed.problem.sentence, "Slow down. Try again in 2 seconds.")
        XCTAssertEqual(failed.cost?.amount.description, "0.000000000000000000000000000001")
        XCTAssertEqual(failed.at.date, Date(timeIntervalSince1970: 1_767_323_045.25))
        let written = try JSONEncoder().encode(event)
        XCTAssertEqual(try JSONDecoder().decode(RunEvent.self, from: written), event)
    }

    func testWhatIsNilIsNotSent() throws {
        let input = ChatInput(
            history: [MessageInput(content: "Who?", role: .user)],
            settings: ChatSettings(temperature: 0.5))
        let sent = try JSON(encoding: ChatStreamSubscription(input: input))
        let message = JSON.object(["content": .string("Who?"), "role": .string("USER")])
        let settings = JSON.object(["temperature": .number(0.5)])
        let expected = JSON.object(["history": .array([message]), "settings": settings])
        XCTAssertEqual(sent, .object(["input": expected]))
    }

    func testAnEnumValueIsAText() throws {
        XCTAssertEqual(try JSON(encoding: ["role": Role.user]), .object(["role": .string("USER")]))
        XCTAssertEqual(Role.user.isKnown, true)
    }

    func testTheControlsTellRangeLengthLabelOrderAndDescription() throws {
        let control = Contract.controls.first { $0.path == "settings.temperature" }
        let temperature = try XCTUnwrap(control)
        XCTAssertEqual(temperature.kind, .slider)
        XCTAssertEqual([temperature.min, temperature.max, temperature.step], [0, 2, 0.1])
        XCTAssertFalse(temperature.description.isEmpty)
        XCTAssertEqual(Contract.controls.map(\.order), Contract.controls.map(\.order).sorted())
        XCTAssertEqual(Contract.lengthLimits["history.content"], 32768)
    }
}

func read<Value: Decodable>(_ json: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(json.utf8))
}
