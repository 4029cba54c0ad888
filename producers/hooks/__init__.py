"""Routes for what other systems send: verified, fetched, translated, published."""

from daybook.producers.hooks.app import hooks_router
from daybook.producers.hooks.fetching import Fetcher
from daybook.producers.hooks.shops import Connection, ShopsFile, ShopsFileError, load_shops

__all__ = ["Connection", "Fetcher", "ShopsFile", "ShopsFileError", "hooks_router", "load_shops"]
