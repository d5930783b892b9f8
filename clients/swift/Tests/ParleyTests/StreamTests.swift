// Server-sent events are read however their bytes are cut, and waiting grows with full jitter.

import XCTest

@testable import Parley

final class StreamTests: XCTestCase {
    private let bytes = Data(
        """
        : hello\n\nevent: next\nid: 3\ndata: {"a":\ndata: "é"}\n\n\
        event: complete\r\ndata:\r\n\r\n
        """.utf8)
    private let expected = [
        ServerSentEvent(name: "next", data: "{\"a\":\n\"é\"}"), ServerSentEvent(name: "complete"),
    ]

    func testEventsAreTheSameHoweverTheBytesAreCut() {
        for size in 1...bytes.count {
            var events = ServerSentEvents()
            let found = stride(from: 0, to: bytes.count, by: size).flatMap { start in
                events.take(bytes[start..<min(start + size, bytes.count)])
            }
            XCTAssertEqual(found, expected, "pieces of \(size)")
        }
    }

    func testWhatIsCutIsNoEvent() {
        var events = ServerSentEvents()
        XCTAssertEqual(events.take(Data("event: next\ndata: {}\n".utf8)), [])
    }

    func testADelayIsRandomAndBounded() {
        let patience = Patience(firstDelay: 1, longestDelay: 3)
        for attempt in 1...40 {
            let delays = (0..<50).map { _ in patience.delay(attempt) }
            XCTAssertTrue(delays.allSatisfy { (0...min(3, pow(2, Double(attempt)))).contains($0) })
            XCTAssertGreaterThan(Set(delays).count, 1)
        }
    }

    func testAnAddressMayNameThePathOrNot() throws {
        XCTAssertNoThrow(try Session("127.0.0.1:8000/graphql"))
        for address in ["ftp://127.0.0.1", "", "http://"] {
            XCTAssertThrowsError(try Session(address)) { error in
                XCTAssertEqual(error as? ParleyError, .noAddress(address))
            }
        }
    }
}
