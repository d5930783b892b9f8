// Ctrl-C, as something that can be handled while a reply is awaited.

import Dispatch
import Foundation

/// Calls `handler` for each Ctrl-C instead of ending the process, as long as the result is held.
func onInterrupt(_ handler: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler(handler: handler)
    source.activate()
    return source
}
