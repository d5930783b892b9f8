"""Which event of which component calls which handler."""

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State

from clients.dash_ui.events import Events

TAB = State("tab", "data")
SAVED = State("saved", "data")
VALUES = State({"type": "control", "index": ALL}, "value")


def wire(app: Dash, on: Events) -> None:
    """Bind the page's events to the handlers."""
    _wire_opening(app, on)
    _wire_conversation(app, on)
    _wire_browser(app)


def _wire_opening(app: Dash, on: Events) -> None:
    app.callback(Input("recalled", "data"), TAB, SAVED)(on.open)
    # Without inputs: Dash calls it again whenever the page has found the server again.
    app.callback(State("recalled", "data"), TAB, SAVED, persistent=True)(on.reach)


def _wire_conversation(app: Dash, on: Events) -> None:
    def clicked(button: str) -> Input:
        return Input(button, "n_clicks")

    starters = Input({"type": "starter", "index": ALL}, "n_clicks")
    app.callback(clicked("send"), State("message", "value"), VALUES, TAB)(on.ask)
    app.callback(starters, VALUES, TAB)(on.start)
    app.callback(clicked("regenerate"), clicked("retry"), VALUES, TAB)(on.again)
    app.callback(clicked("stop"), TAB)(on.stop)
    app.callback(clicked("clear"), TAB)(on.clear)
    app.callback(Input("assistant", "value"), TAB)(on.choose)
    app.callback(Input("newest-first", "value"), TAB)(on.order)
    for button, file in (("csv", on.csv), ("json", on.json)):
        app.callback(Output("download", "data", allow_duplicate=True), clicked(button), TAB)(
            file
        )


def _wire_browser(app: Dash) -> None:
    """What only the browser can do: see assets/page.js."""

    def does(function: str, *bound: Input | Output | State, **how: bool) -> None:
        app.clientside_callback(ClientsideFunction("page", function), *bound, **how)

    control = {"type": "control", "index": MATCH}
    does("open", Output("recalled", "data"), Input("tab", "data"), prevent_initial_call=False)
    does("keep", Input("saved", "data"))
    does("settle", Input("settled", "data"))
    does("grow", Input("growing", "data"))
    does("count", Input("message", "value"), Input("limit", "data"))
    does("turn", Input("theme", "n_clicks"))
    does("same", Output({**control, "type": "told"}, "children"), Input(control, "value"))
