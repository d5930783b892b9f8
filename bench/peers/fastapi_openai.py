"""What most tutorials build: FastAPI routes over the `openai` package.

`POST /chat` answers in one piece, `POST /stream` streams the package's objects as Server-Sent
Events. Run as `python -m bench.peers.fastapi_openai PORT UPSTREAM_PORT`.
"""

import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI
from pydantic import BaseModel

app = FastAPI()
client = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{sys.argv[2]}/v1", max_retries=0)


class Question(BaseModel):
    model: str
    messages: list[dict[str, str]]


@app.post("/chat")
async def chat(question: Question) -> dict[str, Any]:
    reply = await client.chat.completions.create(
        model=question.model,
        messages=question.messages,  # type: ignore[arg-type]
    )
    usage = reply.usage.model_dump() if reply.usage else None
    return {"message": reply.choices[0].message.model_dump(), "token_usage": usage}


@app.post("/stream")
async def stream(question: Question) -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        chunks = await client.chat.completions.create(
            model=question.model,
            messages=question.messages,  # type: ignore[arg-type]
            stream=True,
        )
        async for chunk in chunks:  # type: ignore[union-attr]
            yield f"data: {chunk.model_dump_json()}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
