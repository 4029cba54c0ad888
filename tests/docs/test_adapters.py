from __future__ import annotations

from pathlib import Path

from daybook.producers.hooks import load_shops
from tests.docs.pages import blocks
from tests.support.tree import ROOT


def test_the_shops_file_of_the_page_can_be_loaded(tmp_path: Path) -> None:
    """Its connections load with their secrets beside it, as the page tells it."""
    (text,) = blocks(ROOT / "docs" / "adapters.md", "json")
    path = tmp_path / "shops.json"
    path.write_text(text)
    for name in ("shopify-secret", "woocommerce-secret", "woocommerce-login"):
        secret = tmp_path / name
        secret.write_text("a secret\n")
        secret.chmod(0o600)
    found = load_shops(path, {"SHOPIFY_TOKEN": "a token"})
    assert {name: each.shop.adapter for name, each in found.items()} == {
        "web-shop": "shopify",
        "blog-shop": "woocommerce",
    }
