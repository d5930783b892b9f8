"""Peers that cannot live in Parley's own environment get their own, below `.bench/`."""

import subprocess
from pathlib import Path

from bench.peers import ROOT

PINNED = {
    "litellm": ("litellm[proxy]==1.106.2",),
    "plot": ("matplotlib>=3.10",),
    "chainlit": ("chainlit==2.12.0", "openai"),
    "gradio": ("gradio==6.31.0", "openai"),
}
"""Environment → what is installed into it."""


def python_of(name: str) -> Path:
    """The interpreter of an environment, which is made where it is missing."""
    folder = ROOT / ".bench" / name
    ready = folder / ".ready"
    wanted = "\n".join(PINNED[name])
    if not ready.exists() or ready.read_text() != wanted:
        uv = str(ROOT / ".venv" / "bin" / "uv")
        print(f"installing {wanted} into .bench/{name} …", flush=True)
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", folder], check=True)
        target = folder / "bin" / "python"
        command = [uv, "pip", "install", "--quiet", "--python", str(target), *PINNED[name]]
        subprocess.run(command, check=True)
        ready.write_text(wanted)
    return folder / "bin" / "python"
