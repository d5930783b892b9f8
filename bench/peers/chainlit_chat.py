"""Chainlit's own chat server over the `openai` package's objects.

Run in an environment of its own as `chainlit run chainlit_chat.py`, with `UPSTREAM_PORT` set.
"""

import os

import chainlit
from openai import AsyncOpenAI

client = AsyncOpenAI(
    api_key="none", base_url=f"http://127.0.0.1:{os.environ['UPSTREAM_PORT']}/v1", max_retries=0
)


@chainlit.on_message  # type: ignore[misc]
async def reply(message: chainlit.Message) -> None:
    """The question is `MODEL: text`, because the page has no field for the model."""
    answer = chainlit.Message(content="")
    chunks = await client.chat.completions.create(
        model=message.content.partition(":")[0],
        messages=[{"role": "user", "content": message.content}],
        stream=True,
    )
    async for chunk in chunks:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            await answer.stream_token(text)
    await answer.update()
