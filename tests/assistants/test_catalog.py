"""Assistants are files: edited while the server runs, and a broken edit breaks nothing."""

import os
from pathlib import Path

import pytest

from api.assistants.catalog import AssistantCatalog
from api.assistants.persona import PersonaError, read_persona
from api.settings import PACKAGED_ASSISTANTS

GOOD = """
name = "Cook"
prompt = "You cook."
greeting = "Hungry?"
starters = ["Soup?"]
question_length_limit = 20

[settings]
temperature = 0.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cook.toml").write_text(GOOD)
    return tmp_path


def edit(path: Path, text: str) -> None:
    """Write with a time stamp that differs even on a file system with coarse times."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 1_000_000_000, before + 1_000_000_000))


def test_the_default_assistant_talks_about_comic_books_and_caps_questions_at_50() -> None:
    catalog = AssistantCatalog(PACKAGED_ASSISTANTS, "m")
    assert [a.id for a in catalog.all()] == ["comic-book", "general"]
    default = catalog.described(None)
    assert default is not None
    assert (default.id, default.question_length_limit, default.is_default) == (
        "comic-book",
        50,
        True,
    )
    assert default.greeting
    assert default.starters
    general = catalog.described("general")
    assert general is not None
    assert general.question_length_limit is None


def test_what_clients_see_holds_no_prompt() -> None:
    seen = AssistantCatalog(PACKAGED_ASSISTANTS, "m").described(None)
    assert "politely decline" not in repr(seen)


def test_an_edit_takes_effect_at_the_next_look(folder: Path) -> None:
    catalog = AssistantCatalog(folder, "m")
    edit(folder / "cook.toml", GOOD.replace("You cook.", "You bake."))
    edit(folder / "new.toml", 'name = "New"\nprompt = "x"\n')
    persona = catalog.find("cook")
    assert persona is not None
    assert persona.prompt == "You bake."
    assert catalog.find("new") is not None
    (folder / "new.toml").unlink()
    assert catalog.find("new") is None


def test_a_broken_edit_keeps_the_last_good_version_and_says_where(folder: Path) -> None:
    catalog = AssistantCatalog(folder, "m")
    edit(folder / "cook.toml", GOOD.replace('greeting = "Hungry?"', "greeting = Hungry?"))
    persona = catalog.find("cook")
    assert persona is not None
    assert persona.greeting == "Hungry?"
    assert "cook.toml" in catalog.faults["cook.toml"]
    assert "line 4" in catalog.faults["cook.toml"]
    edit(folder / "cook.toml", GOOD)
    catalog.find("cook")
    assert catalog.faults == {}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("question_length_limit = 20", "question_length_limit = 0", "cook.toml:6"),
        ("temperature = 0.5", "temperature = 5", "cook.toml:9"),
        ("temperature = 0.5", "temprature = 0.5", "cook.toml:9"),
        ("temperature = 0.5", 'temperature = "warm"', "cook.toml:9"),
        ('greeting = "Hungry?"', "greetings = 1", "cook.toml:4"),
        ('starters = ["Soup?"]', 'starters = ["A question that is far too long?"]', "starter"),
        ('prompt = "You cook."', "", "prompt"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(
    folder: Path, old: str, new: str, told: str
) -> None:
    path = folder / "cook.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(PersonaError) as caught:
        read_persona(path)
    assert told in str(caught.value)


def test_a_folder_without_a_usable_assistant_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="no usable assistant"):
        AssistantCatalog(tmp_path, "m")


def test_the_last_assistant_stays_though_its_file_is_removed(folder: Path) -> None:
    catalog = AssistantCatalog(folder, "m")
    (folder / "cook.toml").unlink()
    assert catalog.find(None) is not None
    assert "cook.toml" in catalog.faults
