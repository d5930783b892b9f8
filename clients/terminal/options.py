"""The options that the screen and `parley ask` share."""

import argparse
import os

from clients.python import DEFAULT_URL


def parser(prog: str, about: str, ending: str = "") -> argparse.ArgumentParser:
    """A parser that knows how to reach the API and whom to ask."""
    told = os.environ.get
    made = argparse.ArgumentParser(prog=prog, description=about, epilog=ending)
    made.add_argument(
        "--api",
        metavar="URL",
        default=told("PARLEY_API", DEFAULT_URL),
        help="address of the Parley API (PARLEY_API, default %(default)s)",
    )
    made.add_argument(
        "--key",
        "--token",
        dest="token",
        default=told("PARLEY_API_KEY") or told("PARLEY_TOKEN"),
        help="key of the API; better told in PARLEY_API_KEY, where no other user can see it",
    )
    made.add_argument("--assistant", metavar="ID", help="who answers, where not the default one")
    return made
