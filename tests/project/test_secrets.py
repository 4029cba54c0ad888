"""No secret stands in the repository. What looks like one in a test is made up, and says so."""

from __future__ import annotations

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tree import ROOT

KINDS = {
    "private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "cloud access key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "key of ours": re.compile(rb"\bdbk_[0-9a-f]{12}_[A-Za-z0-9_-]{30,}"),
    "Grafana token": re.compile(rb"\bglsa_[A-Za-z0-9]{30,}"),
    "Shopify token": re.compile(rb"\bshp(?:at|ss|ca)_[0-9a-f]{32}\b"),
    "Stripe key": re.compile(rb"\b(?:sk|rk)_live_[A-Za-z0-9]{20,}"),
    "chat hook": re.compile(rb"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}"),
    "login in an address": re.compile(rb"[a-z]+://[^\s:/@\"'{}]+:[^\s:/@\"'{}]{12,}@"),
}
ASSIGNED = re.compile(
    rb"""(?i)(?:password|secret|token|api_?key)["']?\s*[:=]\s*["']([A-Za-z0-9+/=_-]{20,})["']"""
)
KNOWN = {
    # The example that the Standard Webhooks specification prints, for everybody's tests.
    "tests/producers/gateway/test_signatures.py": {"assigned value"},
}
RANDOM_BITS = 3.7
"""Per character; sentences and names with words in them have less."""


def found_in(text: bytes) -> Iterator[str]:
    """Kinds of secrets that a text holds."""
    yield from (kind for kind, pattern in KINDS.items() if pattern.search(text))
    for match in ASSIGNED.finditer(text):
        if entropy(match.group(1)) > RANDOM_BITS and not re.search(
            rb"(?i)made.?up|example|test", match.group(1)
        ):
            yield "assigned value"


def entropy(text: bytes) -> float:
    """Bits per character."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def tracked() -> list[Path]:
    """Every file that git knows, but for pictures."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(
        b"\0"
    )
    paths = [ROOT / name.decode() for name in names if name]
    return [path for path in paths if path.is_file() and path.suffix != ".png"]


def test_no_file_holds_a_secret() -> None:
    """Keys, tokens, logins in addresses, and random values that are called passwords."""
    if not (ROOT / ".git").exists():
        pytest.skip("Without git nobody can say which files belong to the repository.")
    found = {
        path.relative_to(ROOT).as_posix(): kinds
        for path in tracked()
        if (kinds := set(found_in(path.read_bytes())))
    }
    assert {name: kinds for name, kinds in found.items() if kinds != KNOWN.get(name)} == {}


@pytest.mark.parametrize(
    "text",
    [
        b"-----BEGIN " + b"RSA PRIVATE KEY-----",
        b"AKIA" + b"ABCDEFGHIJKLMNOP",
        b"dbk_" + b"0123456789ab_" + b"x" * 43,
        b"kafka://writer:" + b"correcthorsebattery@10.0.0.1",
        b'password = "' + b'q8Zr2LkP0sVt7XyB4nWm"',
    ],
)
def test_a_secret_would_be_found(text: bytes) -> None:
    """The check above can fail."""
    assert list(found_in(text))
