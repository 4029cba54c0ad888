"""A till that sells through a gateway process of its own, and counts only what that acknowledged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from daybook.producers.gateway.keys import ANY
from daybook.producers.gateway.keys_file import KeysFile
from tests.streams.plant import Plant
from tests.streams.trade import Sent
from tests.support.ports import free_port

_AT_ONCE = 50


class GatewayTill:
    """Sends sales over HTTP in small batches. ``start`` waits until the gateway answers."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        port = free_port()
        keys = plant.folder / "keys.json"
        key = KeysFile(keys).create("till", stores=[ANY], sources=[ANY], now=datetime.now(UTC))
        plant.environment |= {"DAYBOOK_GATEWAY_PORT": str(port), "DAYBOOK_GATEWAY_KEYS_FILE": str(keys)}
        self._gateway = plant.program("gateway")
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {key.token}", "Content-Type": "application/json"},
            timeout=20,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def start(self) -> None:
        """Start the gateway process."""
        self._gateway.start()
        self._plant.wait(self._answers, "an answer of the gateway")

    def _answers(self) -> bool:
        try:
            return self._client.get("/healthz").is_success
        except httpx.TransportError:
            return False

    def send(self, sales: Sequence[Sent]) -> list[Sent]:
        """Post sales once; those that were acknowledged."""
        taken: list[Sent] = []
        for first in range(0, len(sales), _AT_ONCE):
            batch = sales[first : first + _AT_ONCE]
            body = b"[" + b",".join(sent.value for sent in batch) + b"]"
            try:
                answer = self._client.post("/v1/events", content=body)
            except httpx.TransportError:
                continue
            if answer.status_code == 202:
                taken += [batch[e["position"]] for e in answer.json()["events"] if e["status"] == "accepted"]
        return taken

    def send_until_taken(self, sales: Sequence[Sent]) -> list[Sent]:
        """Post sales again and again until all are acknowledged."""
        left, taken = list(sales), list[Sent]()
        deadline = time.monotonic() + self._plant.limit
        while left:
            assert time.monotonic() < deadline, f"{len(left)} sales are still refused"
            batch, left = left[:_AT_ONCE], left[_AT_ONCE:]
            if got := self.send(batch):
                taken += got
            else:
                left = batch + left
                time.sleep(1)
        return taken
