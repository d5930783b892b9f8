// Reads server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html

import Foundation

/// One event of a stream.
struct ServerSentEvent: Hashable {
    var name = ""
    var data = ""
}

/// Takes bytes as they come, and gives the events that are whole.
struct ServerSentEvents {
    private var line = Data()
    private var event = ServerSentEvent()

    /// The events that these bytes complete. Lines may end with LF or CR LF.
    mutating func take(_ bytes: Data) -> [ServerSentEvent] {
        var whole: [ServerSentEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                whole.append(event)
                event = ServerSentEvent()
            } else {
                read(String(decoding: line, as: UTF8.self))
            }
            line.removeAll(keepingCapacity: true)
        }
        return whole.filter { $0 != ServerSentEvent() }
    }

    private mutating func read(_ line: String) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? parts[1].trimmingPrefix(" ") : ""
        switch parts[0] {
        case "event": event.name = String(value)
        case "data": event.data += (event.data.isEmpty ? "" : "\n") + value
        default: break  // comments, and fields of the future
        }
    }
}
