"""Makes every password of docker-compose.yml once, as files: ``make secrets``. None is ever shown."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import uuid
from pathlib import Path

PASSWORDS = (
    *("clickhouse_admin", "daybook_migrator", "daybook_writer", "daybook_reconciler", "daybook_reader"),
    *("grafana_admin", "kafka_admin", "kafka_worker", "kafka_sink", "kafka_watcher", "kafka_gateway"),
    "kafka_board",
)
ADMIN = """<clickhouse>
    <users>
        <default remove="1"/>
        <daybook_admin>
            <password_sha256_hex>{hash}</password_sha256_hex>
            <networks><ip>::/0</ip></networks>
            <profile>default</profile>
            <quota>default</quota>
            <access_management>1</access_management>
        </daybook_admin>
    </users>
</clickhouse>
"""


def make(folder: Path) -> list[str]:
    """Make what is not there yet; the names of what was made.

    The folder is its owner's alone. The files in it may be read by others, for containers run as other users.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = [name for name in PASSWORDS if _write(folder / name, secrets.token_urlsafe(32))]
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    if _write(folder / "kafka_cluster_id", cluster.replace("-", "A", 1) if cluster[0] == "-" else cluster):
        made.append("kafka_cluster_id")
    digest = hashlib.sha256((folder / "clickhouse_admin").read_bytes()).hexdigest()
    if _write(folder / "clickhouse_users.xml", ADMIN.format(hash=digest)):
        made.append("clickhouse_users.xml")
    return made


def _write(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.write_text(text)
    path.chmod(0o644)
    return True


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    names = make(target)
    sys.stdout.write(f"{len(names)} files made in {target}; those that were there stay as they are.\n")
