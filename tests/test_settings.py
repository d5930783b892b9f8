"""Settings are checked before anything starts, and a mistake names itself and the fix."""

from pathlib import Path

import pytest

from api.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(("PARLEY_", "OPENAI_")):
            monkeypatch.delenv(name)


def test_without_a_key_the_embedded_model_answers() -> None:
    settings = load_settings(None)
    assert (settings.provider_name, settings.host, settings.port) == ("embedded", "127.0.0.1", 8000)


@pytest.mark.parametrize(
    ("name", "value"),
    [("OPENAI_API_KEY", "sk-x"), ("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")],
)
def test_a_key_or_an_address_selects_the_openai_provider(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert load_settings(None).provider_name == "openai"


def test_a_password_in_the_models_address_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:hunter2@models.example/v1")
    with pytest.raises(SettingsError, match="OPENAI_API_KEY") as caught:
        load_settings(None)
    assert "hunter2" not in str(caught.value)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://models.example/v1/@team")
    assert load_settings(None).openai_base_url == "https://models.example/v1/@team"


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert load_settings(None).provider_name == "embedded"


def test_an_unknown_setting_stops_the_start_and_suggests_the_right_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARLEY_PROT", "1")
    with pytest.raises(SettingsError, match=r"PARLEY_PROT is not .* Did you mean PARLEY_PORT\?"):
        load_settings(None)


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False)]
)
def test_beyond_loopback_the_schema_is_hidden_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch, host: str, local: bool
) -> None:
    monkeypatch.setenv("PARLEY_HOST", host)
    settings = load_settings(None)
    assert (settings.serves_graphiql, settings.answers_introspection) == (local, local)
    monkeypatch.setenv("PARLEY_GRAPHIQL", "true")
    monkeypatch.setenv("PARLEY_INTROSPECTION", "false")
    settings = load_settings(None)
    assert (settings.serves_graphiql, settings.answers_introspection) == (True, False)


def test_a_wrong_allowance_is_named_with_the_right_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_CALLER_BUDGET", "5")
    with pytest.raises(SettingsError, match=r"PARLEY_CALLER_BUDGET.*5\.00USD/day"):
        load_settings(None)


def test_every_invalid_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PORT", "eighty")
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp://x")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert "PARLEY_PORT" in str(caught.value)
    assert "OPENAI_BASE_URL" in str(caught.value)


@pytest.mark.parametrize("origin", ["chat.example", "https://chat.example/page", "ftp://x"])
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("PARLEY_ALLOWED_ORIGINS", f"https://good.example, {origin}")
    with pytest.raises(SettingsError, match="PARLEY_ALLOWED_ORIGINS"):
        load_settings(None)


def test_a_dotenv_file_is_read_and_checked(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("PARLEY_PORT=8123\n")
    assert load_settings(env).port == 8123
    env.write_text("PARLEY_PORTS=8123\n")
    with pytest.raises(SettingsError, match="PARLEY_PORTS"):
        load_settings(env)


def test_the_key_is_not_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-123")
    assert "canary" not in repr(load_settings(None))
