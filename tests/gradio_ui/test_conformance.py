"""The Gradio page conforms."""

from tests.pages.conforming import ALL, conforms, stage

__all__ = ["stage", "test_the_page_conforms"]

test_the_page_conforms = conforms(ALL)
