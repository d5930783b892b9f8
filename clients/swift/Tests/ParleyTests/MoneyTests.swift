// Money is exact, and a spreadsheet's cells are what they were.

import XCTest

@testable import Parley

final class MoneyTests: XCTestCase {
    func testADecimalIsWrittenWithoutExponentAndTrailingZeros() {
        let forms = [
            "1E-7": "0.0000001", "2.50": "2.5", "0.000": "0", "-0": "0", "1e3": "1000", ".5": "0.5",
            "5.": "5", "+007.10": "7.1", "-0.01": "-0.01", "0E-7": "0",
        ]
        for (text, plain) in forms { XCTAssertEqual(ExactDecimal(text)?.description, plain, text) }
    }

    func testWhatIsNoDecimalIsNone() {
        for text in ["", ".", "e5", "1,5", "NaN", "0x1", "1e9999", "٣", "--1"] {
            XCTAssertNil(ExactDecimal(text), text)
        }
    }

    func testSumsLoseNothing() throws {
        let cases = [
            ("0.1", "0.2", "0.3"), ("999", "1", "1000"), ("0.5", "-0.5", "0"),
            ("1", "-0.001", "0.999"),
            ("-5", "3", "-2"), ("3", "-5", "-2"), ("-1.5", "-1.5", "-3"),
            (
                "12345678901234567890123456789.5", "1e-38",
                "12345678901234567890123456789.50000000000000000000000000000000000001"
            ),
        ]
        for (one, other, sum) in cases {
            let (first, second) = try (XCTUnwrap(ExactDecimal(one)), XCTUnwrap(ExactDecimal(other)))
            XCTAssertEqual((first + second).description, sum)
            XCTAssertEqual(first + second, second + first)
            XCTAssertEqual(first + second, ExactDecimal(sum))
        }
    }

    func testADecimalThatComesAsANumberIsRefused() {
        XCTAssertThrowsError(try read("[0.1]") as [ExactDecimal])
    }

    func testACellIsReadBackAsItWas() {
        let cells = ["=1", "'=1", "''-1", "'tis", "", "'", "\r\n=", "\u{ff1d}1", "=\u{301}"]
        for cell in cells {
            XCTAssertEqual(Array(unguarded(guarded(cell)).utf8), Array(cell.utf8), cell)
        }
        XCTAssertEqual(guarded("=\u{301}").utf8.first, UInt8(ascii: "'"))
    }
}
