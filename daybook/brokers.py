"""How brokers are spoken to: TLS and login, as every Kafka client of ours takes them."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from daybook.operations.base import CannotAct
from daybook.settings import Settings


def client_security(settings: Settings) -> dict[str, Any]:
    """Further options of aiokafka's clients; none where brokers are spoken to in the clear.

    Raises:
        CannotAct: a certificate or password file cannot be read.
    """
    protocol = settings.kafka_security_protocol
    if protocol == "PLAINTEXT":
        return {}
    options: dict[str, Any] = {"security_protocol": protocol}
    if protocol.endswith("SSL"):
        options["ssl_context"] = _tls(settings)
    if protocol.startswith("SASL"):
        assert settings.kafka_password_file is not None, "the settings check this"
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": secret(settings.kafka_password_file),
        }
    return options


def _tls(settings: Settings) -> ssl.SSLContext:
    """Certificates and host names are always checked."""
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ca_file)
        if settings.kafka_certificate_file is not None:
            context.load_cert_chain(settings.kafka_certificate_file, settings.kafka_key_file)
    except ssl.SSLError as error:
        raise CannotAct(f"Kafka's certificates cannot be used: {error.reason or error}.") from error
    except OSError as error:
        raise CannotAct(f"Kafka's certificates cannot be read: {error.strerror}.") from error
    return context


def secret(path: Path) -> str:
    """The secret in a file of its own, without the line's end.

    Raises:
        CannotAct: it cannot be read, or is empty.
    """
    try:
        found = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CannotAct(f"The password file {path} cannot be read: {error.strerror}.") from error
    if not found:
        raise CannotAct(f"The password file {path} is empty.")
    return found
