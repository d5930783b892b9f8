"""Chainlit's and Gradio's own chat servers, asked in the protocols of their pages."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.load import ACCEPTED, Door, Step, frame, upgrade
from bench.peers import QUESTION, ROOT, Peer


@dataclass(frozen=True)
class ChainlitDoor(Door):
    """Socket.IO over a WebSocket (https://socket.io/docs/v4/socket-io-protocol/)."""

    def steps(self, port: int) -> list[Step]:
        session = {"sessionId": uuid.uuid4().hex, "clientType": "webapp"}
        message = {"id": uuid.uuid4().hex, "type": "user_message"}
        message |= {"createdAt": "", "name": "person", "output": self.body["question"]}
        asked = ["client_message", {"message": message, "fileReferences": []}]
        return [
            (upgrade(self.path, port), b'"sid"'),
            (frame(f"40{json.dumps(session)}"), b"40{"),
            (frame('42["connection_successful"]'), b"clear_call_fn"),
            (frame(f"42{json.dumps(asked)}"), b""),
        ]


@dataclass(frozen=True)
class GradioDoor(Door):
    """The queue: a request joins it, another one reads the session's events."""

    def steps(self, port: int) -> list[Step]:
        session = uuid.uuid4().hex
        data = {"data": [self.body["question"], None], "fn_index": FUNCTION}
        join = Door(self.path + "/join", {**data, "session_hash": session})
        read = f"GET {self.path}/data?session_hash={session} HTTP/1.1\r\nhost: 127.0.0.1:{port}"
        return [(join.request(port), b"event_id"), (read.encode() + ACCEPTED, b"")]


def _question(model: str) -> dict[str, str]:
    return {"question": f"{model}: {QUESTION}"}


def _chainlit(port: int, upstream_port: int, folder: Path) -> list[str]:
    command = str(ROOT / ".bench" / "chainlit" / "bin" / "chainlit")
    page = str(Path(__file__).with_name("chainlit_chat.py"))
    return [command, "run", page, "--headless", "--host", "127.0.0.1", "--port", str(port)]


def _gradio(port: int, upstream_port: int, folder: Path) -> list[str]:
    command = str(ROOT / ".bench" / "gradio" / "bin" / "python")
    return [command, str(Path(__file__).with_name("gradio_chat.py")), str(port), str(upstream_port)]


CHAINLIT_PATH = "/ws/socket.io/?EIO=4&transport=websocket"
FUNCTION = 6
"""Number of the endpoint `chat` among those of the page."""
CHATS = (
    Peer(
        "Chainlit",
        _chainlit,
        lambda _, upstream, folder: {
            "UPSTREAM_PORT": str(upstream),
            "CHAINLIT_APP_ROOT": str(folder),
        },
        streams={"WebSocket": lambda model: ChainlitDoor(CHAINLIT_PATH, _question(model))},
    ),
    Peer(
        "Gradio",
        _gradio,
        streams={"SSE": lambda model: GradioDoor("/gradio_api/queue", _question(model))},
    ),
)
