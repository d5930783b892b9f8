"""Whatever the model says, it runs nothing in the page and fetches nothing."""

from playwright.sync_api import expect

from tests.browser import Tab
from tests.pages.payloads import PAYLOADS
from tests.pages.screen import Screen
from tests.upstream import FakeUpstream

FOREIGN = """() => [...document.querySelectorAll(
  ".log :is(script, img, svg, iframe, object, embed, video, audio, link, style, meta, base, form,"
  + " input, math, template, details)"
)].map(element => element.outerHTML)"""
ADDRESSES = "() => [...document.querySelectorAll('.log a[href]')].map(link => link.protocol)"
HANDLERS = """() => [...document.querySelectorAll(".log *")].flatMap(element =>
  [...element.attributes].map(attribute => attribute.name).filter(name => name.startsWith("on")))"""


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
