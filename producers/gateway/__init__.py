"""The HTTP gateway: for checkouts that cannot speak Kafka. 202 means that Kafka has the event."""

from daybook.producers.gateway.app import create_gateway, gateway_router
from daybook.producers.gateway.keys import Key, KeyRing, KeySource
from daybook.producers.gateway.keys_file import KeysFile, KeysFileError

__all__ = ["Key", "KeyRing", "KeySource", "KeysFile", "KeysFileError", "create_gateway", "gateway_router"]
