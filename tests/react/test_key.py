"""A server with keys: the page asks for one, and keeps it in its tab only."""

import time
from pathlib import Path

from playwright.sync_api import expect

from api.access.key_store import KeyStore
from api.access.keys import KeyRecord, digest_of, new_key
from tests.conftest import StartServer
from tests.pages.fixtures import OpenTab
from tests.pages.screen import Screen
from tests.upstream import FakeUpstream


def test_the_page_asks_for_the_key_and_keeps_it_in_the_tab(
    open_tab: OpenTab, start_server: StartServer, upstream: FakeUpstream, tmp_path: Path
) -> None:
    key_id, key = new_key()
    KeyStore(tmp_path).add(KeyRecord(key_id, "ada", digest_of(key), time.time()))
    server = start_server(openai_base_url=upstream.base_url, model="fake", data_dir=tmp_path)
    page = open_tab(f"{server.url}/app/").page
    page.get_by_label("Key of the API").fill(key)
    page.get_by_role("button", name="Use key").click()
    Screen(page).wait_until_ready()
    expect(page.get_by_label("Key of the API")).to_have_count(0)
    assert key not in page.evaluate("JSON.stringify({...localStorage}) + document.cookie")
    page.reload()
    Screen(page).wait_until_ready()
    other = open_tab(f"{server.url}/app/").page
    expect(other.get_by_label("Key of the API")).to_be_visible()
