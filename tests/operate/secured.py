"""A broker with the properties of the compose files: TLS, SCRAM and access lists."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from tests.support.kafka.broker import KafkaBroker, Node, server_properties
from tests.support.ports import free_port
from tests.support.tree import ROOT

READ_ONLY = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /var/tmp
mount --bind "$0" "$0"
mount -o remount,ro,bind /
TMPDIR=/var/tmp exec "$@"
"""
"""As containers and units have it: nothing can be written but temporary files and the folder named first."""
OPERATIONS = {"DescribeConfigs": "DESCRIBE_CONFIGS"}
KINDS = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactionalid": ResourceType.TRANSACTIONAL_ID,
}


def certificates(folder: Path) -> tuple[Path, Path]:
    """A keystore (key and certificate for 127.0.0.1) and its authority, as PEM."""
    key, ca = folder / "key.pem", folder / "ca.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=kafka", "-addext", "subjectAltName=IP:127.0.0.1,DNS:kafka"),
            *("-keyout", str(key), "-out", str(ca)),
        ],
        check=True,
        capture_output=True,
    )
    keystore = folder / "keystore.pem"
    keystore.write_text(key.read_text() + ca.read_text())
    return keystore, ca


def secured_broker(folder: Path, jars: Path, keystore: Path) -> tuple[KafkaBroker, int]:
    """A broker on the compose file's properties, but for ports, paths and sizes; its clients' port."""
    inner, outer = Node(), free_port()
    text = (ROOT / "deploy" / "kafka" / "server.tls.properties").read_text("utf-8")
    told = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    settings = told | {
        "controller.quorum.voters": f"1@127.0.0.1:{inner.controller_port}",
        "listeners": (
            f"CLIENTS://127.0.0.1:{outer},INTERNAL://127.0.0.1:{inner.port},"
            f"CONTROLLER://127.0.0.1:{inner.controller_port}"
        ),
        "advertised.listeners": f"CLIENTS://127.0.0.1:{outer},INTERNAL://127.0.0.1:{inner.port}",
        "log.dirs": str(folder / "data"),
        "ssl.keystore.location": str(keystore),
    }
    small = server_properties(inner, (inner,), folder / "data")
    broker = KafkaBroker(folder, jars, node=inner, settings=small | settings)
    return broker, outer


def give_access(bootstrap: str, passwords: dict[str, str]) -> None:
    """Logins and the rights of deploy/kafka/acls.txt."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    upserts: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(user, info, word.encode()) for user, word in passwords.items()
    ]
    for future in admin.alter_user_scram_credentials(upserts).values():
        future.result(30)
    bindings = []
    for line in (ROOT / "deploy" / "kafka" / "acls.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        user, operation, kind, name = line.split()
        prefixed = name != "*" and name.endswith("*")
        pattern = ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL
        right = AclOperation[OPERATIONS.get(operation, operation.upper())]
        named = name.removesuffix("*") if prefixed else name
        allow = AclPermissionType.ALLOW
        bindings.append(AclBinding(KINDS[kind], named, pattern, f"User:{user}", "*", right, allow))
    for future in admin.create_acls(bindings).values():
        future.result(30)


def read_only(kept: Path) -> list[str]:
    """What a process is started by that may write within ``kept`` alone; empty where that cannot be had."""
    within = ["unshare", "--mount", "bash", "-c", READ_ONLY, str(kept)]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*within, "true"], capture_output=True, check=False)
    return within if tried.returncode == 0 else []
