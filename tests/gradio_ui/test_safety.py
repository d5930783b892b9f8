"""Whatever the model says, it runs nothing and fetches nothing."""

import re

import pytest
from playwright.sync_api import expect

from clients.gradio_ui.markup import inert_html, plain_text
from tests.browser import Tab
from tests.gradio_ui.payloads import PAYLOADS
from tests.gradio_ui.screen import Screen
from tests.upstream import FakeUpstream

ALLOWED = set(
    re.findall(
        r"\w+",
        "p br hr strong em s code pre blockquote ul ol li a div figure figcaption button "
        "table thead tbody tr th td h1 h2 h3 h4 h5 h6",
    )
)
FOREIGN = """() => [...document.querySelectorAll(
  ".log :is(script, img, svg, iframe, object, embed, video, audio, link, style, meta, base, form,"
  + " input, math, template, details)"
)].map(element => element.outerHTML)"""
ADDRESSES = "() => [...document.querySelectorAll('.log a[href]')].map(link => link.protocol)"
HANDLERS = """() => [...document.querySelectorAll(".log *")].flatMap(element =>
  [...element.attributes].map(attribute => attribute.name).filter(name => name.startsWith("on")))"""


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
    assert plain_text("# Hi\n\nA **bold** [link](https://a.example).\n\n- `one`") == (
        "Hi A bold link. one"
    )


def test_hostile_replies_run_nothing_and_fetch_nothing(
    screen: Screen, tab: Tab, upstream: FakeUpstream
) -> None:
    tab.page.evaluate("() => { window.pwned = () => { window.isPwned = true; }; }")
    asked_before = len(tab.requests)
    for start in range(0, len(PAYLOADS), 12):
        upstream.reply(["\n\n".join(PAYLOADS[start : start + 12])])
        screen.ask_and_wait("Attack!")
    upstream.reply([f"{payload}\n\n" for payload in PAYLOADS])
    screen.ask_and_wait("<img src=x onerror=pwned()>")
    expect(screen.questions.last).to_have_text("<img src=x onerror=pwned()>")
    for link in screen.log.get_by_text("click").all():
        link.dispatch_event("click")
    assert tab.page.evaluate(FOREIGN) == []
    assert tab.page.evaluate(HANDLERS) == []
    assert set(tab.page.evaluate(ADDRESSES)) <= {"http:", "https:", "mailto:"}
    assert tab.page.evaluate("window.isPwned") is None
    fetched = [url for url in tab.requests[asked_before:] if "/gradio_api/" not in url]
    assert [url for url in fetched if "evil" in url or not url.startswith(("blob:", "http"))] == []
    assert tab.outside == []


def test_the_browser_itself_refuses_what_the_page_should_never_fetch(
    screen: Screen, tab: Tab
) -> None:
    refused = tab.page.evaluate("""() => new Promise(resolve => {
      document.addEventListener("securitypolicyviolation", event => resolve(event.blockedURI));
      const image = new Image();
      image.src = "http://127.0.0.1:9/x.png";
    })""")
    assert refused.startswith("http://127.0.0.1:9")


def test_code_and_tables_are_rendered(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply(["```python\nprint('<b>')\n```\n\n| Hero | Year |\n|---|---|\n| Robin | 1940 |"])
    screen.ask_and_wait("Show me")
    expect(screen.replies.locator("pre code")).to_have_text("print('<b>')")
    expect(screen.replies.get_by_role("cell")).to_have_text(["Robin", "1940"])
    screen.button("Copy code").click()
    expect(screen.log.get_by_text("Copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == "print('<b>')\n"
