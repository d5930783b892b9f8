"""Out of whatever the model says comes HTML that runs nothing and fetches nothing."""

import re

import pytest

from clients.python.pages.markup import inert_html, plain_text
from conformance.payloads import PAYLOADS

ALLOWED = set(
    re.findall(
        r"\w+",
        "p br hr strong em s code pre blockquote ul ol li a div figure figcaption button "
        "table thead tbody tr th td h1 h2 h3 h4 h5 h6",
    )
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_harmless_tags_come_out_of_markdown(payload: str) -> None:
    html = inert_html(payload)
    tags = re.findall(r"<([a-z0-9]+)((?:\s+[\w-]+(?:=\"[^\"]*\")?)*)\s*/?>", html)
    assert len(tags) + len(re.findall(r"</[a-z0-9]+>", html)) == html.count("<")
    assert {tag for tag, _ in tags} <= ALLOWED
    for _, attributes in tags:
        assert not re.search(r"\son\w+=|\ssrc=", attributes)
        for address in re.findall(r"href=\"([^\"]*)\"", attributes):
            assert re.match(r"https?://|mailto:", address)


def test_html_in_a_reply_is_shown_as_text() -> None:
    assert (
        inert_html("List<int> & <b>x</b>") == "<p>List&lt;int&gt; &amp; &lt;b&gt;x&lt;/b&gt;</p>\n"
    )


def test_an_image_becomes_a_link_to_it() -> None:
    html = inert_html("![A *nice* cat](https://a.example/cat.png)")
    assert '<a href="https://a.example/cat.png"' in html
    assert ">Image: A nice cat</a>" in html


def test_markdown_is_read_aloud_without_its_marks() -> None:
    assert plain_text("# Hi\n\nA **bold** [link](https://a.example).\n\n- `one`\n  two") == (
        "Hi A bold link. one two"
    )
