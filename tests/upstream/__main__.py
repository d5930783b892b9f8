"""`python -m tests.upstream --port N`: the fake upstream as a server of its own."""

import argparse
import signal

from tests.upstream.faults import FAULTS
from tests.upstream.server import FakeUpstream


def main() -> None:
    options = _options()
    with FakeUpstream(options.port) as upstream:
        if options.fault:
            upstream.fault(options.fault, options.after_tokens, always=True)
        elif options.numbered:
            upstream.numbered(options.numbered, rate=options.rate, always=True)
        elif options.reply:
            interval = 1 / options.rate if options.rate else 0.0
            upstream.reply(options.reply, interval=interval, always=True)
        print(f"OPENAI_BASE_URL={upstream.base_url}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.upstream",
        description="Without options the name of the model chooses: numbered-600, numbered-600@50, "
        "fault-NAME, fault-NAME-3; any other model echoes the question.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--reply", help="the text to answer always")
    parser.add_argument("--numbered", type=int, help="how many numbered tokens to answer always")
    parser.add_argument("--rate", type=float, default=0.0, help="tokens a second; 0 is at once")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="the failure to play always")
    parser.add_argument("--after-tokens", type=int, default=0, help="when the failure strikes")
    return parser.parse_args()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
