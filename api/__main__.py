"""The `parley` command."""

import argparse
import os
import sys
from typing import NoReturn

from api.access import command as keys_command
from api.frontends import FRONTENDS, react_address, react_trouble
from api.settings import PREFIX, SettingsError, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["ask"]:
        _become(FRONTENDS["terminal"].module, *arguments)
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "frontend":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest  # the frontend's own options
    for name in ("host", "port", "workers", "documents"):
        if getattr(options, name, None) is not None and options.command != "frontend":
            os.environ[f"{PREFIX}{name.upper()}"] = str(getattr(options, name))
    try:
        return int(options.run(options) or 0)
    except SettingsError as error:
        print(f"The settings are wrong:\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parley", description="A chat backend for any frontend.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the API")
    _add_server_options(serve)
    serve.add_argument("--workers", type=int, help="worker processes (PARLEY_WORKERS)")
    serve.add_argument(
        "--documents",
        choices=("any", "strict"),
        help="`strict` answers the recorded documents only (PARLEY_DOCUMENTS)",
    )
    serve.add_argument(
        "--frontend",
        action="extend",
        nargs="+",
        choices=list(FRONTENDS),
        metavar="NAME",
        help=f"frontends that start and end with it: {', '.join(FRONTENDS)}",
    )
    serve.set_defaults(run=_serve)
    run = commands.add_parser("run", help="start the API and the Gradio page")
    _add_server_options(run)
    run.set_defaults(run=_run)
    frontend = commands.add_parser("frontend", help="start one frontend over a running API")
    frontend.add_argument("name", choices=list(FRONTENDS))
    frontend.add_argument("--api", metavar="URL", help="address of the API (PARLEY_API)")
    frontend.add_argument("--port", type=int, help="port of the page, where it has its own")
    frontend.add_argument("--run", dest="run_id", metavar="RUN", help="show this run (id or link)")
    frontend.add_argument("--key", help="key of the API (PARLEY_API_KEY, which no `ps` shows)")
    frontend.set_defaults(run=_frontend)
    commands.add_parser("ask", help="ask one question and stream the reply to stdout")
    keys_command.add_keys_parser(commands).set_defaults(run=_keys)
    doctor = commands.add_parser("doctor", help="check what `serve` needs, and say what to do")
    doctor.set_defaults(run=_doctor)
    commands.add_parser("schema", help="print the contract as GraphQL SDL").set_defaults(
        run=_schema
    )
    return parser


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (PARLEY_HOST)")
    parser.add_argument("--port", type=int, help="port of the API (PARLEY_PORT)")


def _serve(options: argparse.Namespace) -> int:
    from api.access.key_store import KeyStoreError
    from api.access.rates import RateStoreError
    from api.assistants.persona import PersonaError
    from api.launch import launch
    from api.serve import PortTakenError, UnguardedError, serve
    from api.transport.recorded import ManifestError

    settings = load_settings()
    if options.frontend:
        return launch(settings, options.frontend)
    expected = (
        PortTakenError,
        PersonaError,
        ManifestError,
        KeyStoreError,
        RateStoreError,
        UnguardedError,
    )
    try:
        return serve(settings)
    except expected as error:
        print(error, file=sys.stderr)
        return 1


def _run(_: argparse.Namespace) -> int:
    from api.launch import launch

    return launch(load_settings(), ["gradio"])


def _frontend(options: argparse.Namespace) -> int:
    frontend = FRONTENDS[options.name]
    if options.port is not None and not frontend.has_port:
        print(f"The {frontend.title} has no port of its own.", file=sys.stderr)
        return 2
    if not frontend.module:
        return _tell_address(options)
    if lack := frontend.lack:
        print(lack, file=sys.stderr)
        return 1
    extra = [("--api", options.api), ("--port", options.port), ("--run", options.run_id)]
    if options.key is not None:
        os.environ["PARLEY_API_KEY"] = options.key
    flags = [str(part) for pair in extra if pair[1] is not None for part in pair]
    _become(frontend.module, *flags, *options.rest)


def _tell_address(options: argparse.Namespace) -> int:
    api = options.api or os.environ.get("PARLEY_API") or "http://127.0.0.1:8000"
    if trouble := react_trouble(api):
        print(trouble, file=sys.stderr)
        return 1
    run_id = options.run_id and options.run_id.rpartition("run=")[2]
    print(f"The API serves the React page itself: {react_address(api, run_id)}")
    return 0


def _become(module: str, *arguments: str) -> NoReturn:
    """Replaces this process, so that whoever started it can stop it by its pid."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def _keys(options: argparse.Namespace) -> int:
    return keys_command.run(options, load_settings().data_dir)


def _doctor(_: argparse.Namespace) -> int:
    from api.doctor import examine

    return examine()


def _schema(_: argparse.Namespace) -> int:
    from api.contract.sdl import sorted_sdl
    from api.schema import schema

    print(sorted_sdl(schema.as_str()), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
