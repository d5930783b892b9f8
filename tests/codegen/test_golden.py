"""A small contract with everything in it, the package that it makes, and that package at work."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from clients.codegen.__main__ import generated, stale
from clients.python.wire import UNSET
from tests.codegen.generating import GOLDEN
from tests.codegen.golden import _generated as golden
from tests.codegen.golden._generated import models

DOG: dict[str, Any] = {
    "__typename": "Dog",
    "name": "Rex",
    "from": "BLUE",
    "price": "0.10000000000000000000000000001",
    "born": "2026-01-02T03:04:05Z",
    "weights": [1, 2.5],
    "owners": [{"name": "Ada", "home": None}],
    "extra": {"any": ["json"]},
}


def test_the_generated_files_are_the_golden_ones() -> None:
    files = generated(GOLDEN / "schema.graphql", GOLDEN / "operations")
    assert stale(files, GOLDEN / "_generated") == []


def test_generating_twice_gives_the_same_bytes() -> None:
    first, second = (generated(GOLDEN / "schema.graphql", GOLDEN / "operations") for _ in "ab")
    assert first == second


def test_a_member_is_told_by_its_typename() -> None:
    dog = models.read_found(DOG)
    assert isinstance(dog, golden.Dog)
    assert dog.typename == "Dog"
    assert models.read_found({"__typename": "Nobody", "why": None}) == golden.Nobody(why=None)


def test_scalars_become_exact_python_values() -> None:
    dog = models.read_dog(DOG)
    assert dog.price == Decimal("0.10000000000000000000000000001")
    assert dog.born == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert dog.weights == [1.0, 2.5]
    assert type(dog.weights[0]) is float
    assert dog.owners == [golden.Person(name="Ada", home=None)]
    assert dog.extra == {"any": ["json"]}


def test_a_decimal_that_comes_as_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="exact decimal"):
        models.read_dog({**DOG, "price": 0.1})


def test_null_is_none_wherever_the_contract_allows_it() -> None:
    dog = models.read_dog({**DOG, "price": None, "owners": None, "extra": None})
    assert (dog.price, dog.owners, dog.extra) == (None, None, None)
    with pytest.raises(TypeError):
        models.read_dog({**DOG, "weights": None})


def test_a_field_that_an_older_server_did_not_have_is_none() -> None:
    older = {name: value for name, value in DOG.items() if name != "price"}
    assert models.read_dog(older).price is None
    with pytest.raises(KeyError):
        models.read_dog({name: value for name, value in DOG.items() if name != "weights"})


def test_an_unknown_member_keeps_what_is_selected_through_interfaces() -> None:
    horse = models.read_found({"__typename": "Horse", "name": "Jolly", "hands": 15})
    assert isinstance(horse, golden.UnknownFound)
    assert (horse.typename, horse.name, horse.raw["hands"]) == ("Horse", "Jolly", 15)
    stone = models.read_found({"__typename": "Stone"})
    assert isinstance(stone, golden.UnknownFound)
    assert stone.name is None


def test_an_unknown_enum_value_is_its_text_and_not_known() -> None:
    green = models.read_dog({**DOG, "from": "GREEN"}).from_
    assert green == "GREEN"
    assert not green.known
    assert golden.Colour.RED.known
    assert green == golden.Colour("GREEN")
    assert green != golden.Colour.RED
    with pytest.raises(ValueError, match="5"):
        golden.Colour(5)


def test_unknown_fields_are_ignored() -> None:
    assert models.read_dog({**DOG, "tail": "long"}) == models.read_dog(DOG)


def test_what_is_not_set_is_not_sent_and_null_is() -> None:
    assert golden.Search(name="x").to_json() == {"name": "x"}
    search = golden.Search(name="x", limits=None, colour=golden.Colour.BLUE)
    assert search.to_json() == {"name": "x", "limits": None, "colour": "BLUE"}


def test_nested_inputs_are_objects_or_mappings() -> None:
    limits = golden.Limits(price=Decimal("0.5"), before=datetime(2026, 1, 2, tzinfo=UTC))
    expected = {"price": "0.5", "before": "2026-01-02T00:00:00+00:00"}
    near = [limits, {"price": UNSET, "new": 1}]
    assert golden.Search(name="x", limits=limits, near=near).to_json() == {
        "name": "x",
        "limits": expected,
        "near": [expected, {"new": 1}],
    }


def test_a_request_has_its_variables_and_reads_its_answer() -> None:
    request = golden.operations.find_animal(search={"name": "x"})
    assert request.variables_json() == {"search": {"name": "x"}}
    assert request.answer({"find": None}) is None
    assert isinstance(request.answer({"find": DOG}), golden.Dog)
    assert golden.operations.watch(class_="a").variables_json() == {"class": "a"}


def test_a_document_is_sent_with_the_fragments_that_it_needs_and_no_others() -> None:
    assert "fragment AnimalFields" in golden.operations.WATCH
    assert "fragment" not in golden.operations.CONTROLS.replace("query Controls", "")
    assert "comment" not in golden.operations.FIND_ANIMAL


def test_controls_come_from_directives_with_their_defaults() -> None:
    by_path = {control.path: control for control in golden.CONTROLS}
    assert [control.path for control in golden.CONTROLS] == [
        "colour",
        "limits.price",
        "near.price",
        "name",
    ]
    price = by_path["limits.price"]
    assert (price.kind, price.label) == (golden.ControlKind.SLIDER, 'Say "when"')
    assert (price.min, price.max, price.step, price.required) == (0.0, 9.5, 0.5, False)
    assert (by_path["name"].order, by_path["name"].required) == (7, True)
    assert (by_path["colour"].choices, by_path["colour"].required) == (["RED", "BLUE"], False)
    assert golden.LENGTH_LIMITS == {"name": 20}


def test_descriptions_become_docstrings() -> None:
    assert golden.Dog.__doc__ and "A second paragraph" in golden.Dog.__doc__
    assert 'a backslash \\\\ in it and three quotes """ as well.' in golden.Dog.__doc__
    assert golden.operations.watch.__doc__ == "As they come."
