"""What the model says as HTML that runs nothing and fetches nothing, and messages as articles.

Replies are untrusted: HTML in them is shown as text, images as links, and links lead only to the
web or to mail. No framework's own Markdown does all of that, so the pages draw messages themselves.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from clients.python import ChatMessage

_LEADS_OUT = re.compile(r"https?://|mailto:", re.IGNORECASE)
_NEW_TAB = 'target="_blank" rel="noopener noreferrer nofollow"'
_MODES = {"html": False, "linkify": False, "typographer": False, "breaks": True}


class _Inert(RendererHTML):
    """Adds to plain Markdown what a page needs; method names are those of markdown-it's tokens."""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        source = str(tokens[idx].attrGet("src") or "")
        alt = self.renderInlineAsText(tokens[idx].children, options, env) or source
        return f"<a {_link_attributes(source)}>Image: {escape(alt)}</a>"

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<a {_link_attributes(str(tokens[idx].attrGet('href') or ''))}>"

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        language = escape(tokens[idx].info.split(maxsplit=1)[0] if tokens[idx].info.strip() else "")
        return (
            f'<figure class="code"><figcaption>{language or "text"}'
            f'<button type="button" class="copy" aria-label="Copy code">Copy</button></figcaption>'
            f'<pre tabindex="0"><code>{escape(tokens[idx].content)}</code></pre></figure>\n'
        )

    code_block = fence

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>"


_MARKDOWN = MarkdownIt("commonmark", _MODES, renderer_cls=_Inert).enable(["table", "strikethrough"])


def _rendered(markdown: str) -> str:
    return str(_MARKDOWN.render(markdown))


@lru_cache(maxsize=512)
def inert_html(markdown: str) -> str:
    """The Markdown as HTML without scripts, images, styles, forms or frames."""
    return _rendered(markdown)


def plain_text(markdown: str) -> str:
    """The Markdown as it is read aloud."""
    blocks = (token for token in _MARKDOWN.parse(markdown) if token.content)
    return " ".join(_spoken(block) for block in blocks)


def article(message: ChatMessage, author: str) -> str:
    """One message with what it cost, why it ended as it did, and a button to copy it."""
    return (
        f'<article class="message" data-role="{message.role}" data-status="{message.status}">'
        f'<h2 class="unseen">{escape(author)}:</h2>'
        f'<div class="body" dir="auto">{_body(message)}</div>{_footer(message)}</article>'
    )


def heading(title: str, about: str) -> str:
    """Who answers, and with what."""
    return f"<h1>{escape(title)}</h1><p>{escape(about)}</p>"


def alert(sentence: str) -> str:
    """What stands in the way, told at once; empty where nothing does."""
    return f'<div class="alert" role="alert">{escape(sentence)}</div>' if sentence else ""


def session_cost(text: str) -> str:
    """What the session has used, told to those who ask for it."""
    told = 'role="status" aria-live="off" aria-label="Session cost"'
    return f'<div class="cost" {told}>{escape(text)}</div>'


def _spoken(block: Token) -> str:
    if not block.children:
        return block.content
    breaks = {"softbreak", "hardbreak"}
    return "".join(" " if part.type in breaks else part.content for part in block.children)


def _body(message: ChatMessage) -> str:
    if message.role == "user":
        return f'<p class="typed">{escape(message.content)}</p>'
    # What is still growing isn't worth a place in the cache.
    render = _rendered if message.status == "streaming" else inert_html
    return render(message.content)


def _footer(message: ChatMessage) -> str:
    if message.status == "streaming":
        return '<p class="writing" aria-hidden="true"></p>'
    if message.status == "greeting":
        return ""
    told = "".join(f"<span>{escape(fact)}</span>" for fact in message.facts)
    run = f'<a href="?run={escape(message.run_id)}" {_NEW_TAB}>Link</a>' if message.run_id else ""
    copied = _copy_button(message.content) if message.content else ""
    return f"<footer>{told}{run}{copied}</footer>"


def _copy_button(text: str) -> str:
    return (
        f'<button type="button" class="copy" data-text="{escape(text)}" '
        'aria-label="Copy message">Copy</button>'
    )


def _link_attributes(address: str) -> str:
    return f'href="{escape(address)}" {_NEW_TAB}' if _LEADS_OUT.match(address) else 'class="dead"'
