"""What an alert is known by."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from daybook.schemas.alerts import Scope


def dedup_key(rule: str, scope: Scope, business_date: date) -> str:
    """Hash of rule, scope and business date: no value and no time, so the same trouble has one key."""
    parts = (rule, scope.dimension, scope.key or "", scope.currency or "", business_date.isoformat())
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]
