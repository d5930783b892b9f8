"""The options that programs share, and where their defaults come from."""

import argparse
import os

from clients.python.async_session import DEFAULT_URL, KEY_VARIABLE


def api_options(prog: str, about: str, ending: str = "") -> argparse.ArgumentParser:
    """A parser that knows where the API is."""
    parser = argparse.ArgumentParser(prog=prog, description=about, epilog=ending)
    parser.add_argument(
        "--api",
        metavar="URL",
        default=os.environ.get("PARLEY_API", DEFAULT_URL),
        help="address of the Parley API (PARLEY_API, default %(default)s)",
    )
    return parser


def person_options(prog: str, about: str, ending: str = "") -> argparse.ArgumentParser:
    """The same for one person's program: it has a key of the API, and somebody whom it asks."""
    parser = api_options(prog, about, ending)
    parser.add_argument(
        "--key",
        "--token",
        dest="token",
        default=os.environ.get(KEY_VARIABLE) or os.environ.get("PARLEY_TOKEN"),
        help=f"key of the API; better told in {KEY_VARIABLE}, where no other user can see it",
    )
    parser.add_argument("--assistant", metavar="ID", help="who answers, where not the default one")
    return parser
