"""The frontends by name: what starts each, and what it needs. The backend imports none of them."""

import importlib.util
import shlex
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from api.settings import Settings

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Frontend:
    """One frontend. Its name is its extra as well, and begins the name of its port's setting."""

    name: str
    title: str
    module: str = ""
    """What `python -m` starts; empty where the API itself serves the page."""
    package: str = ""
    """What its extra installs."""
    has_port: bool = True

    def port(self, settings: Settings) -> int:
        """Where its page is served, as the settings say."""
        port: int = getattr(settings, f"{self.name}_port")
        return port

    @property
    def port_setting(self) -> str:
        return f"PARLEY_{self.name.upper()}_PORT"

    @property
    def lack(self) -> str:
        """What to do where its packages are missing; empty where they are there."""
        if not self.package or importlib.util.find_spec(self.package):
            return ""
        is_clone = (ROOT / "pyproject.toml").exists()
        what = f"{ROOT}[{self.name}]" if is_clone else f"parley[{self.name}]"
        install = [sys.executable, "-m", "pip", "install", *(["-e"] if is_clone else []), what]
        return f"The {self.title} needs packages that are missing. Install them:\n  " + shlex.join(
            install
        )


FRONTENDS = {
    row.name: row
    for row in (
        Frontend("gradio", "Gradio page", "clients.gradio_ui", "gradio"),
        Frontend("streamlit", "Streamlit page", "clients.streamlit_ui", "streamlit"),
        Frontend("dash", "Dash page", "clients.dash_ui", "dash"),
        Frontend("react", "React page", has_port=False),
        Frontend("terminal", "terminal", "clients.terminal", "textual", has_port=False),
    )
}


def react_address(api: str, run_id: str | None = None) -> str:
    """Where an API serves the React page, showing the run if there is one."""
    return f"{api.rstrip('/')}/app/" + (f"?run={run_id}" if run_id else "")


def react_trouble(api: str) -> str:
    """Why the React page cannot be opened there; empty where it can."""
    try:
        with urllib.request.urlopen(react_address(api), timeout=10):
            return ""
    except urllib.error.HTTPError as error:
        if error.code == 503:
            return f"The API at {api} serves no React page yet. Run `make react` where it runs."
        return f"{api} answers {error.code} for the React page; is it a Parley API?"
    except (OSError, ValueError):
        return f"The Parley API at {api} cannot be reached. Start it with `parley serve`."
