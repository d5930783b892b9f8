"""The documents keep up with the code."""

import re
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def settings_table() -> str:
    """The README's table, made from the settings."""
    rows = ["| name | default | what it is |", "|---|---|---|"]
    for name, field_name in Settings.settings_names().items():
        field = Settings.model_fields[field_name]
        default = field.default
        if isinstance(default, Path):
            default = default if not default.is_absolute() else f"`{default.name}` of the package"
        shown = "" if default in (None, ()) else str(default)
        shown = f"`{shown}`" if shown and not shown.startswith("`") else shown
        rows.append(f"| `{name}` | {shown} | {field.description} |")
    return "\n".join(rows)


def test_the_readme_lists_every_setting_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text()
    match = re.search(
        r"<!-- settings: begin[^\n]*-->\n(.*?)\n?<!-- settings: end -->", readme, re.S
    )
    assert match is not None
    assert match[1].strip() == settings_table(), f"paste this:\n{settings_table()}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for line in re.findall(r"`make ([a-z -]+)`", document.read_text()):
        assert set(line.split()) <= targets, line
