"""Gradio's own chat server over the `openai` package's objects.

Run in an environment of its own as `python gradio_chat.py PORT UPSTREAM_PORT`.
"""

import os
import sys
from collections.abc import AsyncIterator

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio
from openai import AsyncOpenAI

client = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{sys.argv[2]}/v1", max_retries=0)


async def reply(question: str, history: list[object]) -> AsyncIterator[str]:
    """The question is `MODEL: text`, because the page has no field for the model."""
    said = ""
    chunks = await client.chat.completions.create(
        model=question.partition(":")[0],
        messages=[{"role": "user", "content": question}],
        stream=True,
    )
    async for chunk in chunks:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            said += text
            yield said


if __name__ == "__main__":
    page = gradio.ChatInterface(reply, concurrency_limit=None, api_name="chat")
    page.queue(default_concurrency_limit=None).launch(
        server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True, ssr_mode=False
    )
