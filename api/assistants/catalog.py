"""The assistants of one folder, read again when a file changes."""

import contextlib
import os
from pathlib import Path

import structlog

from api.assistants.persona import Persona, PersonaError, read_persona
from api.contract.types import Assistant

log = structlog.get_logger(__name__)


class AssistantCatalog:
    """Every assistant of a folder. A broken edit keeps the last good version.

    `default_model` is what an assistant that names no model is described with.
    """

    def __init__(self, folder: Path, default_model: str) -> None:
        self.folder = folder
        self.default_model = default_model
        self.faults: dict[str, str] = {}
        """File name → what is wrong with it now."""
        self._personas: dict[str, Persona] = {}
        self._stamps: dict[str, tuple[int, int]] = {}
        self._refresh()
        if not self._personas:
            told = "; ".join(self.faults.values()) or "it has no .toml file"
            raise PersonaError(f"no usable assistant in {folder}: {told}")

    def find(self, assistant_id: str | None) -> Persona | None:
        """The assistant with this id as its file says now; the default one for None."""
        self._refresh()
        return self._personas.get(assistant_id or self._default_id())

    def all(self) -> list[Assistant]:
        """Every assistant, the default first, then by name."""
        self._refresh()
        default_id = self._default_id()
        ordered = sorted(self._personas.values(), key=lambda p: (p.id != default_id, p.name))
        return [p.described(self.default_model, p.id == default_id) for p in ordered]

    def described(self, assistant_id: str | None) -> Assistant | None:
        """What clients may see of one assistant; None where there is none with this id."""
        persona = self.find(assistant_id)
        if persona is None:
            return None
        return persona.described(self.default_model, persona.id == self._default_id())

    def ids(self) -> list[str]:
        return sorted(self._personas)

    def models(self) -> list[str]:
        """The models that assistants name."""
        return sorted({p.model for p in self._personas.values() if p.model})

    def models_and_fallbacks(self) -> set[str]:
        """The same, and those that stand in for them."""
        stand_ins = [name for p in self._personas.values() for name in p.fallback_models]
        return {*self.models(), *stand_ins}

    def _default_id(self) -> str:
        marked = [p.id for p in self._personas.values() if p.default]
        return min(marked or self._personas)

    def _refresh(self) -> None:
        stamps = _stamps(self.folder)
        if stamps == self._stamps:
            return
        for name in sorted(stamps):
            if stamps[name] != self._stamps.get(name):
                self._read(self.folder / name)
        for gone in self._stamps.keys() - stamps.keys():
            self._forget(self.folder / gone)
        self._stamps = stamps

    def _forget(self, path: Path) -> None:
        self.faults.pop(path.name, None)
        if self._personas.keys() == {path.stem}:
            self.faults[path.name] = f"{path.name}: the last assistant's file is gone; it is kept"
            log.error("assistant.gone", file=path.name, last_good_kept=True)
        else:
            self._personas.pop(path.stem, None)

    def _read(self, path: Path) -> None:
        try:
            self._personas[path.stem] = read_persona(path)
        except PersonaError as error:
            self.faults[path.name] = str(error)
            kept = path.stem in self._personas
            log.error("assistant.broken", file=path.name, fault=str(error), last_good_kept=kept)
        else:
            self.faults.pop(path.name, None)


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """File name → what changes with its content. Asked before every run, hence not by `glob`."""
    stamps = {}
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".toml"):
                with contextlib.suppress(FileNotFoundError):  # it has just been removed
                    stat = entry.stat()
                    stamps[entry.name] = (stat.st_mtime_ns, stat.st_size)
    return stamps
