"""What a person sets."""

from clients.python import ControlKind, Panel
from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.stage import Stage


@scenario("C15", "What is set reaches the model")
def setting(stage: Stage) -> None:
    screen = stage.open()
    controls = Panel.of(stage.session.controls(), stage.assistants[0]).controls
    slider = next(one for one in controls if one.kind == ControlKind.SLIDER)
    screen.set_to_greatest(slider.label)
    screen.ask_and_wait("Who?")
    body, name = stage.upstream.requests[0].body, slider.path.rpartition(".")[2]
    if body.get(name) != slider.max:
        raise Nonconformity(
            f"“{slider.label}” is set to {slider.max}, but the model is asked with {body.get(name)}"
        )


@scenario("C31", "Every setting of the contract is drawn, with its explanation")
def drawing_settings(stage: Stage) -> None:
    screen = stage.open()
    for control in Panel.of(stage.session.controls(), stage.assistants[0]).controls:
        for told in (control.label, control.description.split(".")[0]):
            screen.await_words(told, f"nothing draws the setting “{control.label}”")


@scenario("C16", "Another assistant brings its own name, greeting, cap and prompt")
def switching(stage: Stage) -> None:
    screen = stage.open()
    other = next(one for one in stage.assistants if not one.question_length_limit)
    screen.choose_assistant(other.name)
    screen.await_same("the heading is", lambda: screen.title, other.name)
    screen.until(
        lambda: other.greeting in [said.words for said in screen.messages],
        "the conversation does not begin with the chosen assistant's greeting",
    )
    screen.await_same("without a cap, the counter says", lambda: screen.counter, "")
    screen.ask_and_wait("Who?")
    told = stage.instructions()
    if "helpful assistant" not in told:
        raise Nonconformity(f"the model is asked as another assistant: {told[:60]!r}")
    screen.ask_and_wait("x" * 80)
    screen.await_same("without a cap, is sent", lambda: stage.asked(1)[-1:], ["x" * 80])
