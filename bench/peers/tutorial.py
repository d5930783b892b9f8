"""The route that tutorials show: a synchronous call of the model inside an `async def`.

It holds the event loop, so that all others wait for each reply. `POST /chat` answers in one piece.
Run as `python -m bench.peers.tutorial PORT UPSTREAM_PORT`.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from openai import OpenAI
from pydantic import BaseModel

app = FastAPI()
client = OpenAI(api_key="none", base_url=f"http://127.0.0.1:{sys.argv[2]}/v1", max_retries=0)


class Question(BaseModel):
    model: str
    messages: list[dict[str, str]]


@app.post("/chat")
async def chat(question: Question) -> dict[str, Any]:
    reply = client.chat.completions.create(
        model=question.model,
        messages=question.messages,  # type: ignore[arg-type]
    )
    usage = reply.usage.model_dump() if reply.usage else None
    return {"message": reply.choices[0].message.model_dump(), "token_usage": usage}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
