// The transcript means what the language-neutral fixtures say, at every step also after a reload.

import Foundation
import XCTest

@testable import Parley

final class FixtureTests: XCTestCase {
    func testCosts() throws { try play("costs") }
    func testCsv() throws { try play("csv") }
    func testFailing() throws { try play("failing") }
    func testHistory() throws { try play("history") }
    func testQuestions() throws { try play("questions") }
    func testResuming() throws { try play("resuming") }
    func testStandingIn() throws { try play("standing_in") }
    func testStopping() throws { try play("stopping") }
    func testStreaming() throws { try play("streaming") }
    func testUnknown() throws { try play("unknown") }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("../../../fixtures").standardized

    private func play(_ name: String) throws {
        let file = Self.folder.appendingPathComponent("\(name).json")
        let cases = try JSONDecoder().decode([JSON].self, from: Data(contentsOf: file))
        XCTAssertFalse(cases.isEmpty)
        for told in cases {
            let title = "\(name): \(told["name"]?.text ?? "")"
            try play(told, steps: told["steps"]?.list ?? [], title)
            try play(told, steps: withReloads(told["steps"]?.list ?? []), "\(title), with reloads")
        }
        print("\(name): \(cases.count) cases, each twice")
    }

    private func play(_ told: JSON, steps: [JSON], _ title: String) throws {
        let limit = told["given"]?["questionLimit"]?.integer
        let greeting = told["given"]?["greeting"]?.text ?? ""
        var transcript = Transcript(greeting: greeting, questionLimit: limit)
        XCTAssertFalse(steps.isEmpty, title)
        for (number, step) in steps.enumerated() {
            try take(&transcript, step, "\(title), step \(number)")
        }
    }

    private func take(_ transcript: inout Transcript, _ step: JSON, _ place: String) throws {
        switch step.firstKey(of: Self.steps) {
        case "ask":
            compareSent(transcript.ask(step["ask"]?.text ?? ""), step, place)
        case "regenerate":
            compareSent(transcript.regenerate(), step, place)
        case "event":
            transcript.apply(.event(try step["event"]!.decoded()))
        case "reconnecting":
            let told = step["reconnecting"]!
            let marker = Reconnecting(
                runId: told["runId"]?.text, after: told["after"]!.integer!, attempt: 1,
                delaySeconds: 0.1)
            transcript.apply(.reconnecting(marker))
        case "fail":
            transcript.fail(try step["fail"]!.decoded())
        case "stop":
            transcript.stop()
        case "clear":
            transcript.clear()
        case "reload":
            let state = try JSONEncoder().encode(transcript)
            transcript = try JSONDecoder().decode(Transcript.self, from: state).restored()
        case "typed":
            compareTyped(transcript, step, place)
        case "expect":
            try compare(screen(transcript), step["expect"]!, place)
        default:
            XCTFail("\(place): no such step: \(step)")
        }
    }

    private static let steps = [
        "ask", "regenerate", "event", "reconnecting", "fail", "stop", "clear", "reload", "typed",
        "expect",
    ]

    private func compareSent(_ history: [MessageInput]?, _ step: JSON, _ place: String) {
        guard let expected = step["sends"] else { return }
        same(sent(history), expected, "\(place).sends")
    }

    private func compareTyped(_ transcript: Transcript, _ step: JSON, _ place: String) {
        let text = String(repeating: step["typed"]!.text!, count: step["times"]?.integer ?? 1)
        let told: [String: JSON] = [
            "counter": .string(transcript.counter(text)),
            "remaining": .optional(transcript.remaining(text)),
            "refusal": .optional(transcript.refusal(text)),
        ]
        let compared = told.filter { step[$0.key] != nil }
        XCTAssertFalse(compared.isEmpty, "\(place) compares nothing")
        for (key, value) in compared { same(value, step[key]!, "\(place).\(key)") }
    }

    /// Objects are compared by the keys that are expected, lists entry by entry.
    private func compare(_ actual: JSON, _ expected: JSON, _ place: String) throws {
        switch expected {
        case .array(let entries):
            let found = try XCTUnwrap(actual.list, "\(place) is \(actual)")
            XCTAssertEqual(found.count, entries.count, "\(place): \(actual)")
            for (number, pair) in zip(found, entries).enumerated() {
                try compare(pair.0, pair.1, "\(place)[\(number)]")
            }
        case .object(let fields):
            if place.hasSuffix("costs") { same(actual, expected, place) }
            for (key, value) in fields {
                let found = try XCTUnwrap(actual[key], "\(place).\(key) is missing")
                try compare(found, value, "\(place).\(key)")
            }
        default: same(actual, expected, place)
        }
    }

    /// Scalar by scalar: Swift takes texts for equal that are only canonically equivalent.
    private func same(_ actual: JSON, _ expected: JSON, _ place: String) {
        XCTAssertEqual(actual, expected, place)
        if let told = actual.text, let wanted = expected.text {
            XCTAssertEqual(Array(told.unicodeScalars), Array(wanted.unicodeScalars), place)
        }
    }

    /// A reload before a run's first event fails the question, which does change what is shown.
    private func withReloads(_ steps: [JSON]) -> [JSON] {
        var known = true
        return steps.flatMap { step in
            if step["ask"] != nil || step["regenerate"] != nil {
                known = false
            } else if step["event"] != nil {
                known = true
            }
            return known ? [step, .object(["reload": .bool(true)])] : [step]
        }
    }
}
