// Requests and streams, with what goes wrong turned into errors that a person can read.

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

private let tryLater: Set = [429, 502, 503, 504]

/// How one API is asked.
struct Connection: Sendable {
    private let url: URL
    private let headers: [String: String]

    /// `address`: with or without `/graphql`; throws `ParleyError.noAddress` where it is none.
    init(_ address: String, headers: [String: String]) throws {
        let text = address.contains("://") ? address : "http://\(address)"
        guard let given = URL(string: text), ["http", "https"].contains(given.scheme),
            given.host?.isEmpty == false
        else { throw ParleyError.noAddress(address) }
        url = given.lastPathComponent == "graphql" ? given : given.appendingPathComponent("graphql")
        self.headers = headers
    }

    /// The answer to a query or mutation.
    func execute<Asked: Operation>(_ operation: Asked, seconds: Double) async throws -> Asked.Answer
    {
        let accepted = "application/graphql-response+json, application/json"
        let request = try request(operation, accept: accepted, seconds: seconds)
        var (head, body): (HTTPURLResponse?, Data) = (nil, Data())
        do {
            for try await part in exchange(request) {
                switch part {
                case .head(let response): head = response
                case .body(let data): body += data
                }
            }
        } catch let error as URLError {
            throw unreachable(error)
        }
        try Task.checkCancellation()
        guard let head, head.statusCode == 200, head.type.contains("json") else {
            throw refusal(of: Asked.name, head, body)
        }
        return try answer(operation, in: body)
    }

    /// The answers of a subscription; letting go of the stream stops it on the server.
    func subscribe<Asked: Operation>(
        _ operation: Asked
    ) -> AsyncThrowingStream<Asked.Answer, any Error> {
        streaming { tell in
            let silence = 45.0  // the server sends a sign of life every 15 seconds
            let request = try request(operation, accept: "text/event-stream", seconds: silence)
            var (head, body, events): (HTTPURLResponse?, Data, _) = (
                nil, Data(), ServerSentEvents()
            )
            do {
                for try await part in exchange(request) {
                    switch part {
                    case .head(let response): head = response
                    case .body(let data) where head?.type == "text/event-stream":
                        for event in events.take(data) {
                            if event.name == "complete" { return }
                            if event.name == "next" {
                                tell(try answer(operation, in: Data(event.data.utf8)))
                            }
                        }
                    case .body(let data): body += data
                    }
                }
            } catch let error as URLError {
                throw head == nil ? unreachable(error) : ConnectionLost()
            }
            try Task.checkCancellation()
            guard head?.statusCode == 200, head?.type == "text/event-stream" else {
                throw refusal(of: Asked.name, head, body)
            }
            throw ConnectionLost()
        }
    }

    private func request<Asked: Operation>(
        _ operation: Asked, accept: String, seconds: Double
    ) throws -> URLRequest {
        var request = URLRequest(url: url, timeoutInterval: seconds)
        request.httpMethod = "POST"
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        request.setValue(accept, forHTTPHeaderField: "accept")
        request.setValue("application/json", forHTTPHeaderField: "content-type")
        request.httpBody = try JSONEncoder().encode(Asking(operation))
        return request
    }

    private func answer<Asked: Operation>(_: Asked, in body: Data) throws -> Asked.Answer {
        do {
            let result = try JSONDecoder().decode(Answered<Asked>.self, from: body)
            if let fault = result.errors?.first { throw fault.error }
            if let answer = result.data?.answer { return answer }
            throw ParleyError.unreadableAnswer(
                operation: Asked.name, why: "it has no \(Asked.field)")
        } catch let error as DecodingError {
            throw ParleyError.unreadableAnswer(
                operation: Asked.name, why: String(describing: error))
        }
    }

    private func unreachable(_ error: URLError) -> ParleyError {
        let why =
            switch error.code {
            case .timedOut: "it took too long to answer"
            case .cannotConnectToHost: "nobody listens there"
            default: error.localizedDescription
            }
        let base = url.deletingLastPathComponent().absoluteString
        return .apiUnreachable(url: base.hasSuffix("/") ? String(base.dropLast()) : base, why: why)
    }

    /// What a response that is no answer says.
    private func refusal(of operation: String, _ head: HTTPURLResponse?, _ body: Data)
        -> ParleyError
    {
        let status = head?.statusCode ?? 0
        let fault = (try? JSONDecoder().decode(Refused.self, from: body))?.errors.first
        let retryable = tryLater.contains(status)
        if let fault, !retryable { return fault.error }
        if status == 200 {
            return .unreadableAnswer(operation: operation, why: "it is no GraphQL result")
        }
        let why = fault?.message ?? HTTPURLResponse.localizedString(forStatusCode: status)
        return .apiRefused(code: status, why: why, retryable: retryable)
    }
}

/// The body of a request.
private struct Asking<Asked: Operation>: Encodable {
    let operationName = Asked.name
    let query = Asked.document
    let variables: Asked

    init(_ operation: Asked) { variables = operation }
}

/// The body of an answer.
private struct Answered<Asked: Operation>: Decodable {
    let data: Root?
    let errors: [Fault]?

    struct Root: Decodable {
        let answer: Asked.Answer

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Field.self)
            answer = try fields.decode(Asked.Answer.self, forKey: Field())
        }
    }

    struct Field: CodingKey {
        let stringValue = Asked.field
        let intValue: Int? = nil
        init() {}
        init?(stringValue: String) { if stringValue != Asked.field { return nil } }
        init?(intValue: Int) { return nil }
    }
}

private struct Refused: Decodable {
    let errors: [Fault]
}

private struct Fault: Decodable {
    let message: String?
    let extensions: Extensions?

    struct Extensions: Decodable {
        let code: String?
    }

    var error: ParleyError {
        let told = message ?? "The server reported an error without saying which."
        return .request(message: told, code: extensions?.code ?? "")
    }
}

extension HTTPURLResponse {
    /// The media type without parameters.
    fileprivate var type: String {
        let told = value(forHTTPHeaderField: "content-type") ?? ""
        return String(told.prefix { $0 != ";" }).lowercased()
    }
}
