"""`python -m clients.terminal`: the screen; with `ask` first, one question without it."""

import sys

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run until the person quits; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:  # around the imports as well: they last long enough to be interrupted
        if arguments[:1] == ["ask"]:
            from clients.terminal.ask import main as ask  # without Textual: it starts sooner

            return ask(arguments[1:])
        return _show(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


def _show(arguments: list[str]) -> int:
    from clients.python import AsyncSession
    from clients.python.addresses import run_named
    from clients.python.options import person_options

    options = person_options("parley frontend terminal", "The conversation in your terminal.")
    options.add_argument(
        "--run", metavar="RUN", default="", help="join this run, live or over (id or link)"
    )
    options.add_argument("--light", action="store_true", help="start in light colours")
    chosen = options.parse_args(arguments)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("This needs a terminal; `parley ask` works without one.", file=sys.stderr)
        return 2
    try:
        session = AsyncSession(chosen.api, token=chosen.token)
        from clients.terminal.app import Terminal
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    app = Terminal(session, chosen.assistant, run_named(chosen.run), chosen.light)
    app.run()
    if run_id := app.visit.transcript.busy and app.visit.transcript.run_id:
        print(f"The reply goes on: parley frontend terminal --run {run_id}")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
