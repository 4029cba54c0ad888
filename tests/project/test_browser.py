from __future__ import annotations

from playwright.sync_api import Browser

PAGE = "data:text/html,<h1 id=total>0</h1><script>document.querySelector('h1').textContent = 6 * 7</script>"


def test_chromium_opens_a_page_and_runs_its_script(browser: Browser) -> None:
    """A page is rendered and its JavaScript has run, so a live page can be read as a person would see it."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(PAGE)
        assert page.locator("#total").inner_text() == "42"
        assert page.evaluate("window.innerWidth") == 390


def test_each_context_starts_without_a_memory(browser: Browser) -> None:
    """Two contexts of the shared browser share no cookies, so tests cannot lean on each other."""
    with browser.new_context() as first, browser.new_context() as second:
        first.add_cookies([{"name": "shop", "value": "1", "url": "http://127.0.0.1"}])
        assert len(first.cookies()) == 1
        assert second.cookies() == []
