"""The system's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.require import chromium, need

# Headless, as root in a container too, and silent: no request of the browser's own leaves the machine.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium; open a context of your own in it.

    The tests that use it are plain functions, and so are all tests of their module: while Playwright's
    synchronous interface is open, its event loop counts as running, and no async test can start.
    """
    need("browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield running
        running.close()
