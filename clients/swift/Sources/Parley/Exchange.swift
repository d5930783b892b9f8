// One HTTP exchange whose body is read as it comes. `URLSession.bytes` is missing on Linux.

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

enum Part: Sendable {
    case head(HTTPURLResponse)
    case body(Data)
}

/// The response's head, then its body piece by piece. Letting go of it closes the connection.
func exchange(_ request: URLRequest) -> AsyncThrowingStream<Part, any Error> {
    AsyncThrowingStream { continuation in
        let session = URLSession(
            configuration: .ephemeral, delegate: Reader(continuation), delegateQueue: nil)
        let task = session.dataTask(with: request)
        // closed here: letting go of a stream must reach the server at once
        continuation.onTermination = { _ in session.invalidateAndCancel() }
        task.resume()
    }
}

private final class Reader: NSObject, URLSessionDataDelegate, Sendable {
    private let continuation: AsyncThrowingStream<Part, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<Part, any Error>.Continuation) {
        self.continuation = continuation
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        if let head = response as? HTTPURLResponse { continuation.yield(.head(head)) }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        continuation.yield(.body(data))
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        continuation.finish(throwing: error)
    }
}
