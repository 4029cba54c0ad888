"""The HTTP gateway: for checkouts that cannot speak Kafka. 202 means that Kafka has the event."""

from daybook.producers.gateway.app import create_gateway, gateway_app
from daybook.producers.gateway.callers import Callers
from daybook.producers.gateway.gate import Gate
from daybook.producers.gateway.keys import Key, KeyRing, KeySource
from daybook.producers.gateway.keys_file import KeysFile, SigningKeysFile
from daybook.producers.gateway.last_use import LastUses
from daybook.producers.gateway.limits import Limits
from daybook.producers.gateway.private_file import KeysFileError
from daybook.producers.gateway.refusals import Refusal

__all__ = [
    "Callers",
    "Gate",
    "Key",
    "KeyRing",
    "KeySource",
    "KeysFile",
    "KeysFileError",
    "LastUses",
    "Limits",
    "Refusal",
    "SigningKeysFile",
    "create_gateway",
    "gateway_app",
]
