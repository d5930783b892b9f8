"""Traces are made where they are asked for, and else nothing of them is even loaded."""

import subprocess
import sys
from pathlib import Path


def command(code: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={"PARLEY_DATA_DIR": str(tmp_path), "PARLEY_PROVIDER": "scripted", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


MADE = "import sys; from api.app import create_app; create_app(); print(*sys.modules)"
SDK = ("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.proto")
WITHOUT = "import sys; sys.modules['opentelemetry.exporter'] = None; from api.__main__ import main;"


def test_nothing_of_it_is_imported_unless_it_is_asked_for(tmp_path: Path) -> None:
    done = command(MADE, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert "api.telemetry.metrics" in done.stdout.split()
    imported = done.stdout.split()  # FastAPI itself needs the API package, which does nothing
    assert not [name for name in imported if name.startswith(SDK)]
    assert "api.telemetry.traces" not in imported


def test_without_the_extra_the_start_says_how_to_get_it(tmp_path: Path) -> None:
    serve = WITHOUT + "sys.exit(main(['serve', '--port', '0']))"
    done = command(serve, tmp_path, PARLEY_TRACES="otlp")
    assert done.returncode == 2
    assert "PARLEY_TRACES needs an extra: pip install 'parley[telemetry]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_protocol_that_is_not_spoken_stops_the_start(tmp_path: Path) -> None:
    serve = "import sys; from api.__main__ import main; sys.exit(main(['serve', '--port', '0']))"
    done = command(serve, tmp_path, PARLEY_TRACES="otlp", OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    assert done.returncode == 2
    assert "OTEL_EXPORTER_OTLP_PROTOCOL: traces are sent as http/protobuf only." in done.stderr
