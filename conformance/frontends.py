"""The table of frontends: add a row, then run `make conformance FRONTEND=name`."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from conformance.screens.adapter import Adapter

CLIENTS = Path(__file__).parents[1] / "clients"


class Surface(StrEnum):
    """What a frontend is drawn with, and so what drives it."""

    BROWSER = "Chromium"
    TERMINAL = "Textual's pilot"


@dataclass(frozen=True, slots=True)
class Frontend:
    """One row: the name to run it by, how it is started, and where it keeps its messages."""

    name: str
    title: str
    command: tuple[str, ...] = ()
    """Starts its server; `{python}`, `{api}` and `{port}` are filled in. Empty: it has none."""
    path: str = ""
    """Where on the API's own server the page is, if it comes from there."""
    adapter: Adapter = field(default_factory=Adapter)
    surface: Surface = Surface.BROWSER
    folder: str = ""
    """Its own code, in `clients/`."""
    packages: tuple[str, ...] = ()
    """What it is built with: the Python packages, or the npm packages, whose versions are told."""

    is_finished: bool = True
    """False while it is being built: it is then played by name only, and is not in the matrix."""

    @property
    def versions(self) -> str:
        """`Gradio 6.31.0`, `react 19.2.1`."""
        return ", ".join(f"{name} {_version(name)}" for name in self.packages)


def python_page(name: str, title: str, *packages: str) -> Frontend:
    """A page with a server of its own in `clients/NAME_ui`."""
    command = ("{python}", "-m", f"clients.{name}_ui", "--api", "{api}", "--port", "{port}")
    return Frontend(name, title, command, folder=f"{name}_ui", packages=packages)


def _version(package: str) -> str:
    lock = json.loads((CLIENTS / "package-lock.json").read_text(encoding="utf-8"))
    locked = lock["packages"].get(f"node_modules/{package}")
    return str(locked["version"]) if locked else version(package)


FRONTENDS = {
    row.name: row
    for row in (
        python_page("gradio", "Gradio", "gradio"),
        python_page("streamlit", "Streamlit", "streamlit"),
        python_page("dash", "Dash", "dash"),
        Frontend("react", "React", path="/app/", folder="react", packages=("react", "vite")),
        Frontend(
            "terminal",
            "Terminal",
            surface=Surface.TERMINAL,
            folder="terminal",
            packages=("textual",),
        ),
    )
}
"""Name → frontend, in the order of the matrix's columns."""

FINISHED = [name for name, row in FRONTENDS.items() if row.is_finished]
"""Names of those in the matrix."""
