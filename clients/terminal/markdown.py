"""Markdown of others as widgets: links lead nowhere, and nothing in it is taken for Textual's own
markup or makes the screen slow.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Markdown
from textual.widgets._markdown import (
    MarkdownBlock,
    MarkdownFence,
    MarkdownTable,
    MarkdownTableContent,
)


class _Cells(MarkdownTableContent):
    def compose(self) -> ComposeResult:
        for cell in super().compose():
            cell.tooltip = None  # would be read as Textual's markup
            yield cell


class _Table(MarkdownTable):
    def compose(self) -> ComposeResult:
        yield _Cells(*self._get_headers_and_rows())

    async def _update_from_block(self, block: MarkdownBlock) -> None:
        # Textual's own adds rows to the table that is there, and fails where there are fewer.
        await MarkdownBlock._update_from_block(self, block)


class _Fence(MarkdownFence):
    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        # Where no language is told, guessing one takes longer than a frame.
        named = language.split(maxsplit=1)[0] if language.strip() else "text"
        return super().highlight(code, named, ansi, dark)


class InertMarkdown(Markdown):
    """A message as Markdown. HTML in it is text, images are their descriptions."""

    BLOCKS = {  # noqa: RUF012
        **Markdown.BLOCKS,
        "table_open": _Table,
        "fence": _Fence,
        "code_block": _Fence,
    }

    def __init__(self, markdown: str) -> None:
        super().__init__(markdown, parser_factory=_parser, open_links=False)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.core.ruler.push("line_breaks", _keep_line_breaks)
    return parser


def _keep_line_breaks(state: StateCore) -> None:
    """Models end lines where they mean it, in verses for example."""
    for token in state.tokens:
        for part in token.children or ():
            if part.type == "softbreak":
                part.type = "hardbreak"
